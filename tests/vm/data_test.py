"""process.data and kernel.data on every packaged kernel, with one processor and with two.

    data_test.py CORETAP SOURCE

SOURCE is tests/live/workloads/watched.c. The kernels of Debian list variables in /proc/kallsyms: the workload of kernel.data is
the shell, which writes kernel.panic. Needs QEMU and the packaged kernels; without them it is skipped, loudly (exit status 77).
"""
import atexit
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import kernels
import run_in_vm

OF_KERNEL = """
global by_symbol, read, ticks
probe kernel.data("panic_timeout").write { by_symbol++ }
probe kernel.data("panic_timeout").length(4).rw { if (execname() == "cat") read++ }
probe kernel.data("jiffies_64").write { ticks++ }
probe end { printf("writes %d, read %d, ticks %d\\n", by_symbol, read > 0, ticks > 20) }
"""
OF_PROGRAM = """
global writes
probe process("%(program)s").data("counter").write { writes++ }
probe end { printf("counted %%d\\n", writes) }
"""
SYSCTL = "/proc/sys/kernel/panic"
SHELL = f"for i in 1 2 3 4 5; do echo 7 > {SYSCTL}; done; cat {SYSCTL}; sleep 1"


def check(name, kernel, job):
    if name == "kernel":
        assert job.exit_code == 0 and job.stderr == "" and "writes 5, read 1, ticks 1\n" in job.stdout, job
    elif kernel in kernels.OLD_KERNELS:
        assert job.exit_code == 1 and "watching a program's data needs bpf_loop (Linux 5.17)" in job.stderr, job
    else:
        assert job.exit_code == 0 and job.stderr == "", job
        written = sum(int(number) for number in re.findall(r"(\d+) writes", job.stdout))
        counted = int(re.search(r"counted (\d+)", job.stdout)[1])
        assert counted == written > 0, job


def main():
    coretap, source = sys.argv[1:]
    # Not in /tmp, which guests have a file system of their own for.
    work = pathlib.Path(tempfile.mkdtemp(prefix="data-", dir=pathlib.Path(coretap).resolve().parent))
    atexit.register(shutil.rmtree, work, ignore_errors=True)
    program = work / "watched"
    subprocess.run(["gcc", "-g", "-O2", "-static-pie", "-pthread", "-o", str(program), source], check=True)
    binaries = [run_in_vm.build_tracer(coretap, work, "of_kernel", OF_KERNEL), run_in_vm.build_tracer(coretap, work, "of_program", OF_PROGRAM % {"program": program})]
    all_kernels = [*kernels.KERNELS, *kernels.OLD_KERNELS]
    run_in_vm.skip_unless(all_kernels)
    commands = {"kernel": f"of_kernel -c \"{SHELL}\"", "program": f"of_program -c '{program} 100 5 2 1'",
                "others": f"of_program -c \"sh -c '{program} 30 1; {program} 20 1 1 & {program} 10 1 1; wait'\""}
    for kernel in all_kernels:
        for cpus in (2, 1):
            jobs = [run_in_vm.Job(name, command, 60) for name, command in commands.items()]
            result = run_in_vm.run(kernel, jobs, [*binaries, f"{program}:"], cpus=cpus)
            for job in result.jobs:
                check(job.name, kernel, job)
            print(f"{result.release}, {cpus} CPUs: {len(result.jobs)} workloads were counted")


if __name__ == "__main__":
    main()
