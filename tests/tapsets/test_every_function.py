#!/usr/bin/env python3
"""Every tapset function, on every side it is for, and every alias goes through the translator;
none is left out as having no effect, and none reads a variable that nothing assigns to.
A script whose globals have the names of the functions' locals may call them all the same.

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
BATCH = 16  # so many probes are one script
# What fills the variables that functions whose names begin so read.
FIRST = {"read_stopwatch": 'start_stopwatch("x"); stop_stopwatch("x"); ',
         "qs": 'qsq_start("x"); qs_wait("x"); qs_run("x"); qs_done("x"); '}


def bodies():
    """function -> the texts from its name to the next declaration, of each of its bodies"""
    found = {}
    for path in (ROOT / "tapsets").rglob("*.stp"):
        for text in re.split(r"^(?:private )?function ", path.read_text(), flags=re.M)[1:]:
            found.setdefault(re.match(r"\w+", text)[0], []).append(text)
    return found


BODIES = bodies()


def globals_like_locals():
    """Globals, arrays of two keys, by the names that functions in the script's language assign to."""
    names = {name for texts in BODIES.values() for text in texts if "%{" not in text
             for name in re.findall(r"^ +([a-z]\w*) (?:=|\+=|\.=) ", text.split("\n}", 1)[0], re.M)}
    assert {"elapsed", "text", "depth"} <= names, names
    return f"global {', '.join(sorted(names))}\nprobe end {{ {'; '.join(f'{name}[1, 2]++' for name in sorted(names))} }}\n"


def has_user_body(name):
    """Is there a body for user space? One of the script's language is for both sides."""
    return any("/* bpf */" not in text.split("\n", 1)[0] for text in BODIES[name])


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
            yield name, first + (f"println({call})" if result else call), has_user_body(name)


def translate(place, probes):
    """What is wrong with a script of these probes: (name, text) each. None if it goes through."""
    # Variables of an alias are the script's globals, as in stap; those of functions are not.
    script = (globals_like_locals() if place in ("kernel", "user") else "") + "\n".join(text for _, text in probes)
    done = subprocess.run([str(CORETAP), "-g", "-p" + PASS, "-e", script], capture_output=True,
                          text=True)
    idle = re.search("never-assigned|elided-expression|cross-file", done.stderr)
    if done.returncode == 0 and not idle:
        return None
    if len(probes) == 1:
        if place == "user" and "needs-kernel-event" in done.stderr:
            return None  # as it says: not for begin, end and timers
        if place == "alias" and "exists here" in done.stderr and "syscall." in script:
            return None  # a call that this kernel does not have; see test_syscall_table
        # Probes on functions need kprobes, which not every kernel that runs this test has.
        if place == "alias" and "kernel.function" in done.stderr:
            return None
    return f"{', '.join(sorted({name for name, _ in probes}))} ({place}): {script}\n{done.stderr[:1500]}"


def failures(place, probes):
    """What is wrong with each of the probes. Those that go through together are not tried alone."""
    wrong = translate(place, probes)
    if not wrong or len(probes) == 1:
        return [wrong] if wrong else []
    half = len(probes) // 2
    return failures(place, probes[:half]) + failures(place, probes[half:])


def jobs():
    """(place, probes) of each script."""
    for place, point in PLACES.items():
        tried = [each for each in calls()
                 if (not ONLY or each[0] in ONLY) and place in ONLY_IN.get(each[0], PLACES)]
        for together in True, False:  # what may be refused goes alone
            yield from batches(place, [(name, f"probe {point} {{ {statement}; next }}")
                                       for name, statement, user in tried
                                       if (user or place != "user") == together], BATCH if together else 1)
    for path in sorted((ROOT / "tapsets").rglob("*.stp")):
        probes = [(name, f"probe {name} {{ println(pp()) }}") for name in ALIAS.findall(path.read_text())
                  if not ONLY or name in ONLY]
        yield from batches("alias", probes, BATCH)


def batches(place, probes, size):
    return ((place, probes[i:i + size]) for i in range(0, len(probes), size))


def main():
    scripts = list(jobs())
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        found = [text for wrong in pool.map(lambda job: failures(*job), scripts) for text in wrong]
    print("\n".join(found))
    print(f"{sum(len(probes) for _, probes in scripts)} probes, {len(found)} failures")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
