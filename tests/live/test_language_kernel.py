"""Every construct of the language in a kernel-side handler: the cases of language/, with values; what needs user space continues there."""
import live
from language import check_all

Kernel = check_all("kernel")

if __name__ == "__main__":
    live.main()
