#!/usr/bin/env python3
"""Every tapset function, on every side it is for, and every alias goes through the translator;
none is left out as having no effect, and none reads a variable that nothing assigns to.

usage: test_every_function.py [CORETAP [PASS [NAME...]]]; PASS 3 translates, 4 also compiles.
"""
import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
CORETAP = sys.argv[1] if len(sys.argv) > 1 else os.environ.get("CORETAP", ROOT / "build/coretap")
PASS = sys.argv[2] if len(sys.argv) > 2 else "3"
ONLY = sys.argv[3:]
FUNCTION = re.compile(r"^function\s+(\w+)\s*(?::\s*(\w+))?\s*\(([^)]*)\)", re.M)
ALIAS = re.compile(r"^probe\s+([\w.]+)\s*\+?=", re.M)
# Probes in which a function is tried.
PLACES = {
    "kernel": 'kernel.trace("sched_switch")',
    "syscall": "syscall.write",
    "return": "syscall.write.return",
    "user": "begin",
}
# Where functions of one kind of probe only can be called.
ONLY_IN = {"syscall_arg": {"syscall"}, "syscall_return": {"return"},
           "returnval": {"return"}, "returnstr": {"return"}}
NO_OPERATION = {"asmlinkage", "fastcall", "regparm"}  # for old scripts; left out where they are called
# What fills the variables that functions whose names begin so read.
FIRST = {"read_stopwatch": 'start_stopwatch("x"); stop_stopwatch("x"); ',
         "qs": 'qsq_start("x"); qs_wait("x"); qs_run("x"); qs_done("x"); '}


def calls():
    seen = set()
    for path in sorted((ROOT / "tapsets").rglob("*.stp")):
        for name, result, args in FUNCTION.findall(path.read_text()):
            types = [a.strip().partition(":")[2] or "long" for a in args.split(",") if a.strip()]
            if (name, len(types)) in seen:
                continue
            seen.add((name, len(types)))
            text = '"rax"' if name.endswith("register") else '"x"'
            call = f"{name}({', '.join(text if t == 'string' else '1' for t in types)})"
            first = "".join(FIRST[start] for start in FIRST if name.startswith(start))
            yield name, first + (f"println({call})" if result else call)


def translate(name, place, script):
    done = subprocess.run([str(CORETAP), "-g", "-p" + PASS, "-e", script], capture_output=True,
                          text=True)
    idle = re.search("never-assigned", done.stderr) or (
        name not in NO_OPERATION and "elided-expression" in done.stderr)
    if done.returncode == 0 and not idle:
        return None
    if place == "user" and "needs-kernel-event" in done.stderr:
        return None  # as it says: not for begin, end and timers
    if place == "alias" and "exists here" in done.stderr and "syscall." in name:
        return None  # a call that this kernel does not have; see test_syscall_table
    # Probes on functions need kprobes, which not every kernel that runs this test has.
    if place == "alias" and "kernel.function" in done.stderr:
        return None
    return f"{name} ({place}): {script}\n{done.stderr[:1500]}"


def main():
    jobs = []
    for name, statement in calls():
        for place, point in PLACES.items():
            if ONLY and name not in ONLY or place not in ONLY_IN.get(name, PLACES):
                continue
            jobs.append((name, place, f"probe {point} {{ {statement}; next }}"))
    for path in sorted((ROOT / "tapsets").rglob("*.stp")):
        for name in ALIAS.findall(path.read_text()):
            if not ONLY or name in ONLY:
                jobs.append((name, "alias", f"probe {name} {{ println(pp()) }}"))
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        failures = [f for f in pool.map(lambda job: translate(*job), jobs) if f]
    print("\n".join(failures))
    print(f"{len(jobs)} scripts, {len(failures)} failures")
    return bool(failures)


if __name__ == "__main__":
    sys.exit(main())
