"""One binary, built once on this machine, gives the same answers on every packaged kernel.

    portable_test.py CORETAP WORKLOAD

Needs QEMU and the packaged kernels; without them it is skipped, loudly (exit status 77).
"""
import pathlib
import re
import subprocess
import sys
import tempfile

import kernels
import run_in_vm

EXAMPLE = pathlib.Path(__file__).resolve().parents[2] / "examples" / "opened-files.stp"

SCRIPT = """
global opens, by, ok, long_names
probe kernel.function("do_sys_openat2") { opens++; by[execname()] <<< $dfd }
probe kernel.function("do_sys_openat2").return { ok <<< ($return >= 0) }
probe kernel.trace("sched_process_exec") {
  if ($p->pid == target()) printf("exec %s\\n", kernel_string($p->comm))
}
probe syscall.openat { if (pid() == target()) long_names[execname() . ":" . filename]++ }
probe syscall.openat.return { if (pid() == target() && retval < 0) printf("%s\\n", errno_str(retval)) }
probe end {
  printf("%d\\n", opens)
  foreach (n in by) printf("%s %d %d\\n", n, @count(by[n]), @min(by[n]))
  printf("%d %d\\n", @count(ok), @sum(ok))
  foreach (n in long_names) printf("%s %d\\n", n, long_names[n])
}
"""


def main():
    coretap, workload = sys.argv[1:]
    work = pathlib.Path(tempfile.mkdtemp(prefix="coretap-portable-"))
    (work / "portable.stp").write_text(SCRIPT)
    binary = work / "portable"
    subprocess.run([coretap, f"--build={binary}", str(work / "portable.stp")], check=True)
    opened = work / "opened-files"
    subprocess.run([coretap, f"--build={opened}", str(EXAMPLE)], check=True)
    outputs = {}
    run_in_vm.skip_unless(kernels.KERNELS)
    for kernel in kernels.KERNELS:
        result = run_in_vm.run(
            kernel, [run_in_vm.Job("portable", "portable -c 'workload open=7 open_missing=3'", 60),
                     run_in_vm.Job("example", "opened-files -c 'workload open=7 open_missing=3'", 60)],
            [str(binary), str(opened), workload])
        job, example = result.jobs
        # One file more than asked for: the workload opens /dev/null for itself.
        assert example.exit_code == 0 and example.stderr == "", (example.stdout, example.stderr)
        assert "executes /t/workload\n" in example.stdout, example.stdout
        assert re.search(r"^workload +null +8$", example.stdout, re.M), example.stdout
        assert "\n9 files, result 0 at worst\n" in example.stdout, example.stdout
        print(f"--- {result.release}\n{job.stdout}{job.stderr}", flush=True)
        assert job.exit_code == 0, job.exit_code
        assert job.stderr == "", job.stderr
        # The process id and what the workload says of itself differ.
        outputs[kernel] = [line for line in job.stdout.splitlines()
                           if not line.startswith("pid ") and " calls " not in line]
    first = next(iter(outputs.values()))
    for kernel, output in outputs.items():
        assert output == first, f"{kernel} differs"
    # What the workload was asked to do, and what it says it did.
    assert first[:4] == ["exec workload", "ENOENT", "ENOENT", "ENOENT"], first
    names = dict(line.rsplit(" ", 1) for line in first if ":" in line)
    assert names == {'workload:"/dev/null"': "7", 'workload:"/nonexistent/workload"': "3"}, names
    # All opens of the kernel function were the workload's; three of them failed.
    opens = int(first[4])
    assert first[5:7] == [f"workload {opens} -100", f"{opens} {opens - 3}"], first
    assert opens >= 10, first
    print(f"{len(outputs)} kernels agree")


main()
