"""Functions of a kernel module: one binary, built with 6.12's types, on every packaged kernel with the module loaded.

    modules_test.py CORETAP

The module is tun, whose open and close functions run when a shell opens /dev/net/tun. Needs QEMU and the packaged kernels;
without them it is skipped, loudly (exit status 77).
"""
import pathlib
import shutil
import subprocess
import sys
import tempfile

import run_in_vm
from kernel_modules import take_modules

COUNT = 3

SCRIPT = """
global opens, results, closed
probe module("tun").function("tun_chr_open") {
  if (pid() == target()) opens[kernel_string($file->f_path->dentry->d_name->name), ppfunc()]++
}
probe module("tun").function("tun_chr_open").return { if (pid() == target()) results[$return]++ }
probe module("tu[n]").function("tun_chr_clos*").call { if (pid() == target()) closed++ }
probe end {
  foreach ([name, where] in opens) printf("%s %s %d\\n", name, where, opens[name, where])
  foreach (result in results) printf("result %d: %d\\n", result, results[result])
  printf("closed %d\\n", closed)
}
"""


def module_file(kernel, folder):
    """The kernel's tun.ko, unpacked into `folder`."""
    path = folder / kernel
    path.mkdir()
    assert take_modules(kernel, ["tun"], path) == ["tun"]
    return path / "tun.ko"


def main():
    coretap, = sys.argv[1:]
    work = pathlib.Path(tempfile.mkdtemp(prefix="coretap-modules-"))
    run_in_vm.skip_unless(("6.1", "6.12"))
    modules = {kernel: module_file(kernel, work) for kernel in ("6.1", "6.12")}
    kernel_types = run_in_vm.kernel_btf("6.12")
    # As in /sys/kernel/btf: the kernel's types, and beside them a file for each module.
    types = work / "btf"
    types.mkdir()
    shutil.copy(kernel_types, types / "vmlinux")
    shutil.copy(modules["6.12"], types / "tun")
    (work / "modules.stp").write_text(SCRIPT)
    binary = work / "modules"
    subprocess.run([coretap, "--btf", str(types / "vmlinux"), f"--build={binary}", str(work / "modules.stp")], check=True)

    opening = f"sh -c \"for i in $(seq {COUNT} | xargs); do : < /dev/net/tun; done\""
    for kernel, module in modules.items():
        result = run_in_vm.run(kernel, [run_in_vm.Job("absent", f"modules -c '{opening}'", 60),
                                        run_in_vm.Job("load", "insmod /t/tun.ko", 60),
                                        run_in_vm.Job("traced", f"modules -c '{opening}'", 60)],
                               [str(binary), f"{module}:/t/tun.ko"])
        absent, load, traced = result.jobs
        assert absent.exit_code == 1 and "module 'tun' is not loaded" in absent.stderr, (absent.stdout, absent.stderr)
        assert load.exit_code == 0, load.stderr
        assert traced.exit_code == 0 and traced.stderr == "", (traced.stdout, traced.stderr)
        assert traced.stdout == f"tun tun_chr_open {COUNT}\nresult 0: {COUNT}\nclosed {COUNT}\n", traced.stdout
        print(f"{result.release}: module functions counted")


main()
