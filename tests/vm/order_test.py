"""Probes at one place run in the order of the script, whatever way into the kernel they take.

    order_test.py CORETAP KERNEL...

5.10 has the functions of the kernel by kprobes, the newer ones by trampolines.
Needs QEMU and the packaged kernels; without them it is skipped, loudly (exit status 77).
"""
import pathlib
import shutil
import subprocess
import sys
import tempfile

import run_in_vm

PROGRAM = """
#include <fcntl.h>
#include <unistd.h>
int main(void) { return fsync(open("file", O_CREAT | O_WRONLY, 0600)); }
"""
POINTS = ("syscall.fsync", 'kernel.function("vfs_fsync_range")', 'kernel.function("vfs_fsync_range").return', "syscall.fsync.return", 'kernel.trace("sched_process_exit")')
PROBES_OF_A_POINT = 4


def main():
    coretap, *names = sys.argv[1:]
    run_in_vm.skip_unless(names)
    work = pathlib.Path(tempfile.mkdtemp(prefix="coretap-order-"))
    (work / "program.c").write_text(PROGRAM)
    subprocess.run(["gcc", "-static", "-o", str(work / "program"), str(work / "program.c")], check=True)
    expected = [f"{place} {number}" for place in range(len(POINTS)) for number in range(PROBES_OF_A_POINT)]
    (work / "order.stp").write_text("\n".join(f'probe {point} {{ if (pid() == target()) println("{place} {number}") }}'
                                              for number in range(PROBES_OF_A_POINT) for place, point in enumerate(POINTS)))
    subprocess.run([coretap, f"--build={work / 'order'}", str(work / "order.stp")], check=True)
    for kernel in names:
        result = run_in_vm.run(kernel, [run_in_vm.Job("traced", "order -c program", 60)], [str(work / "order"), str(work / "program")])
        job, = result.jobs
        assert (job.exit_code, job.stdout.splitlines(), job.stderr) == (0, expected, ""), (kernel, job.stdout, job.stderr)
        print(f"{result.release}: {len(expected)} events in order")
    shutil.rmtree(work)


main()
