"""Memory that the program has not touched: read where the kernel has sleepable programs, else the documented error.
Arguments of system calls are read at the call's exit on every kernel.

    untouched_test.py CORETAP UNTOUCHED

UNTOUCHED is tests/live/workloads/untouched.c as a static program. Needs QEMU and the packaged kernels; without them it is
skipped, loudly (exit status 77).
"""
import pathlib
import re
import subprocess
import sys
import tempfile

import kernels
import run_in_vm

CROWD = 24


def lines_of(done):
    """What the script printed; the workload's own line may be anywhere between."""
    return [line for line in done.stdout.splitlines() if not line.startswith("waited ")]


def main():
    coretap, workload = sys.argv[1:]
    work = pathlib.Path(tempfile.mkdtemp(prefix="coretap-untouched-"))
    binaries = []

    def binary(name, script):
        subprocess.run([coretap, f"--build={work / name}", "-e", script], check=True)
        binaries.append(str(work / name))

    at = f'process("{workload}").function'
    binary("first", f'probe {at}("one") {{ println(user_string($s)) }} '
                    f'probe {at}("name").return {{ println(user_string($return)) }}')
    binary("crowd", f'probe {at}("wait_for") {{ printf("%d %s\\n", $n, user_string($s)) }}')
    binary("five", f'probe {at}("one"), {at}("two"), {at}("three"), {at}("four"), {at}("five") {{ println(user_string($s)) }}')
    binary("across", f'probe {at}("across") {{ println(user_string_n($s, 5)) }}')
    binary("calls", 'probe syscall.open { if (pid() == target()) println(filename) } '
                    'probe syscall.open.return { if (pid() == target()) println(retstr) }')
    jobs = [run_in_vm.Job("first", f"first -v -c '{workload} literals'", 60),
            run_in_vm.Job("five", f"five -c '{workload} literals'", 60),
            run_in_vm.Job("across", f"across -c '{workload} pages'", 60),
            run_in_vm.Job("calls", f"calls -c '{workload} calls 50'", 60)]
    # Before Linux 6.10 (commit 1b8f85defbc8 "uprobes: prepare uprobe args buffer lazily") a uprobe holds a lock of its CPU
    # while its program runs, so the members of a crowd would wait for each other.
    crowd = run_in_vm.Job("crowd", f"crowd -c '{workload} crowd {CROWD}'", 60)
    names = [*kernels.KERNELS, "5.10"]
    run_in_vm.skip_unless(names)
    for kernel in names:
        result = run_in_vm.run(kernel, [*jobs, crowd] if kernel == "6.12" else jobs, [*binaries, workload + ":"])
        first, five, across, calls, *crowds = result.jobs
        print(f"--- {result.release}\n{first.stdout}{first.stderr}", flush=True)
        assert lines_of(calls) == ['"page 0"', "-2 (ENOENT)", '"page 3"', "-2 (ENOENT)", "0x10000", "-14 (EFAULT)"], calls
        if kernel == "5.10":
            assert first.exit_code == 1 and "ERROR: user read fault at 0x" in first.stderr, first
            continue
        for job in result.jobs:
            assert job.exit_code == 0, (job, result.console)
        assert lines_of(first) == ["literal one", "returned"], first.stdout
        # The return probe is a uretprobe, or stands at the return instruction.
        assert re.search(r": uprobe\.s$", first.stderr, re.M) and re.search(r"\.return: (uretprobe|uprobe at return)\.s$", first.stderr, re.M), first.stderr
        for done in crowds:
            assert sorted(lines_of(done)) == sorted(f"{n} page {n}" for n in range(CROWD)), done.stdout
            assert done.stderr == "", done.stderr
        assert lines_of(across) == ["aaabb"], across.stdout
        assert lines_of(five) == [f"literal {n}" for n in ("one", "two", "three", "four", "five")], five.stdout


main()
