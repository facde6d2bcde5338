"""Scripts of examples/ that probe the kernel's functions count what a workload did, in a guest, for this machine's kernel cannot.

    tools_test.py CORETAP WORKLOAD [KERNEL...]

Needs QEMU and the packaged kernels; without them it is skipped, loudly (exit status 77).
"""
import pathlib
import subprocess
import sys
import tempfile

import kernels
import run_in_vm

EXAMPLES = pathlib.Path(__file__).resolve().parents[2] / "examples"
TOOLS = ["tools/vfsstat"]
WORK = "workload open=7 read=20 write=30 create=5 unlink=5"


def check_vfsstat(text):
    head, *_, last = [line for line in text.splitlines() if line.startswith(("TIME", "all"))]
    counted = dict(zip(head.split()[1:], map(int, last.split()[1:])))
    # The workload's own file is opened to be executed, and it opens /dev/null for itself. Each line that it prints is a write.
    printed = sum(" calls " in line or line.startswith("pid ") for line in text.splitlines())
    assert counted == {"READ": 20, "WRITE": 30 + printed, "FSYNC": 0, "OPEN": 7 + 5 + 2, "CREATE": 5, "UNLINK": 5}, text


def main():
    coretap, workload, *names = sys.argv[1:]
    names = names or kernels.KERNELS
    run_in_vm.skip_unless(names)
    folder = pathlib.Path(tempfile.mkdtemp(prefix="coretap-tools-"))
    for tool in TOOLS:
        subprocess.run([coretap, f"--build={folder / pathlib.Path(tool).name}", str(EXAMPLES / f"{tool}.stp")], check=True)
    for kernel in names:
        result = run_in_vm.run(kernel, [run_in_vm.Job("vfsstat", f"vfsstat -c '{WORK}'", 60)], [*map(str, folder.iterdir()), workload])
        (job,) = result.jobs
        assert (job.exit_code, job.stderr) == (0, ""), (job.exit_code, job.stdout, job.stderr)
        check_vfsstat(job.stdout)
        print(f"{result.release}: vfsstat counts what the workload did")


if __name__ == "__main__":
    main()
