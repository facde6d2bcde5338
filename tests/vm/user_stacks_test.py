"""Stacks of user code on every packaged kernel, of a program that knows its call tree.

    user_stacks_test.py CORETAP SOURCE

SOURCE is tests/live/workloads/callers.c. Needs QEMU and the packaged kernels; without them it is skipped, loudly (exit
status 77).
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

SCRIPT = """
probe process("%(program)s").function("leaf") { println("-- leaf") print_ubacktrace_brief() }
probe process("%(program)s").function("middle").return { println("-- return") print_ubacktrace_brief() }
probe kernel.trace("sys_enter") { if (pid() == target() && $id == 1) { println("-- call") print_ubacktrace_brief() } }
global is_in_main, samples
# In front of main() runs code of the compiler's and of the C library, some of which (frame_dummy) does not say how to unwind.
probe process("%(program)s").function("main") { is_in_main = 1 }
probe timer.profile {
  if (pid() != target() || !user_mode() || !is_in_main || samples++ >= 50) next
  println("-- profile")
  print_ubacktrace_brief()
}
"""


def names(lines):
    return [re.sub(r"\+0x[0-9a-f]+$", "", line) for line in lines]


def check(result):
    seen = {}
    for job in result.jobs:
        for part in job.stdout.split("-- ")[1:]:
            kind, *lines = part.splitlines()
            seen.setdefault(job.name + " " + kind, []).append(names([line for line in lines if line != "x"]))
    for stack in seen["plain leaf"]:
        assert stack[:4] == ["leaf", "middle", "outer", "main"] and stack[-1] == "_start", stack
    for stack in seen["plain return"]:
        assert stack[:2] == ["outer", "main"] and stack[-1] == "_start", stack
    assert len(seen["plain leaf"]) == len(seen["plain return"]) == 3, seen
    for stack in seen["handler leaf"]:
        assert stack[:2] == ["leaf", "on_signal"] and "main" in stack and stack[-1] == "_start", stack
    assert len(seen["handler leaf"]) == 2, seen
    for stack in seen["write call"]:
        assert stack[1:3] == ["outer_write", "main"] and stack[-1] == "_start", stack
    assert len(seen["write call"]) == 2, seen
    profile = seen["profile profile"]
    whole = [stack for stack in profile if stack[-1] == "_start"]
    assert len(whole) >= 0.99 * len(profile) >= 5, [stack for stack in profile if stack not in whole]
    assert any("burn spin_1 spin_2 spin_3 spin_4 main" in " ".join(stack) for stack in whole), whole
    print(f"{result.release}: {sum(len(stacks) for stacks in seen.values())} stacks, {len(profile)} of them samples")


def main():
    coretap, source = sys.argv[1:]
    # Not in /tmp, which guests have a file system of their own for.
    work = pathlib.Path(tempfile.mkdtemp(prefix="user-stacks-", dir=pathlib.Path(coretap).resolve().parent))
    atexit.register(shutil.rmtree, work, ignore_errors=True)
    program = work / "callers"
    subprocess.run(["gcc", "-g", "-O2", "-fomit-frame-pointer", "-static", "-pthread", "-o", str(program), source], check=True)
    (work / "stacks.stp").write_text(SCRIPT % {"program": program})
    binary = work / "stacks"
    subprocess.run([coretap, f"--build={binary}", str(work / "stacks.stp")], check=True)
    all_kernels = [*kernels.KERNELS, *kernels.OLD_KERNELS]
    run_in_vm.skip_unless(all_kernels)
    for kernel in all_kernels:
        jobs = [run_in_vm.Job(what.split()[0], f"stacks -c '{program} {what}'", 60)
                for what in ("plain 3", "handler 2", "write 2", "profile 1000")]
        result = run_in_vm.run(kernel, jobs, [str(binary), f"{program}:"])
        for job in result.jobs:
            assert job.exit_code == 0 and job.stderr == "", (job.stdout[-2000:], job.stderr, result.console[-2000:])
        check(result)


main()
