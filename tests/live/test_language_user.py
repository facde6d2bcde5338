"""Every construct of the language in a user-side handler: the cases of language/, with values."""
import live
from language import check_all

User = check_all("user")

if __name__ == "__main__":
    live.main()
