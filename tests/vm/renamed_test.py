"""Aliases of functions that have other names on other kernels, compiled with each kernel's own types.

    renamed_test.py CORETAP KERNEL...

The truth is what the program says. Needs QEMU and the packaged kernels; without them it is skipped, loudly (exit status 77).
"""
import pathlib
import shutil
import subprocess
import sys
import tempfile

import run_in_vm

COUNT = 7
PROGRAM = """
#include <sys/mman.h>
int main(void) {
  for (int pages = 1001; pages <= 1000 + %d; pages++)
    munmap(mmap(0, 4096l * pages, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), 4096l * pages);
}
""" % COUNT
SCRIPT = """
global unmapped, ticks
probe vm.munmap { if (pid() == target() && length > 4096000) unmapped[length / 4096, address % 4096]++ }
probe scheduler.tick { ticks++ }
probe end {
  foreach ([pages, rest] in unmapped+) printf("%d pages, %d: %d\\n", pages, rest, unmapped[pages, rest])
  printf("ticks: %d\\n", ticks > 0)
}
"""


def main():
    coretap, *names = sys.argv[1:]
    run_in_vm.skip_unless(names)
    work = pathlib.Path(tempfile.mkdtemp(prefix="coretap-renamed-"))
    (work / "program.c").write_text(PROGRAM)
    (work / "renamed.stp").write_text(SCRIPT)
    subprocess.run(["gcc", "-static", "-o", str(work / "program"), str(work / "program.c")], check=True)
    expected = [f"{1000 + number} pages, 0: 1" for number in range(1, COUNT + 1)] + ["ticks: 1"]
    for kernel in names:
        subprocess.run([coretap, "--btf", str(run_in_vm.kernel_btf(kernel)), f"--build={work / 'renamed'}", str(work / "renamed.stp")],
                       check=True)
        result = run_in_vm.run(kernel, [run_in_vm.Job("traced", "renamed -c program", 60)], [str(work / "renamed"), str(work / "program")])
        job, = result.jobs
        assert (job.exit_code, sorted(job.stdout.splitlines()), job.stderr) == (0, sorted(expected), ""), (kernel, job.stdout, job.stderr)
        print(f"{result.release}: {COUNT} mappings removed")
    shutil.rmtree(work)


main()
