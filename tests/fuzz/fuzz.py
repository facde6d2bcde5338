"""Random scripts that compile, load, run and give the answers that Python computed.

    fuzz.py CORETAP [--seed N] [--minutes M] [--scripts N] [--jobs J] [--keep FOLDER] [--units N] [--only NUMBER]

Each script has several handlers, each of them once in a begin probe (user side) and once in an event of the workload (kernel side: uprobes,
return probes, statements, system calls, tracepoints, perf events). Every handler must print, and leave in its globals, what
generator.answer() says; clang, g++ and the verifier must take all of them, and nothing may be written to standard error. A script that fails
is made smaller and printed, and kept in FOLDER. The last line has the seed and how many scripts and handlers ran. Exit status 1: findings; 77: no BPF rights.
"""
import argparse
import concurrent.futures
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "live"), str(HERE.parent / "base")]
import check_object  # noqa: E402
import live  # noqa: E402
import reduce  # noqa: E402
import workload  # noqa: E402
from script import random_script  # noqa: E402


class Failure:
    """What went wrong. `kind` is what a smaller script must share."""

    def __init__(self, kind, words):
        self.kind, self.words = kind, words


def kind_of_message(stderr):
    """A message without what differs from script to script."""
    first = next((line for line in stderr.splitlines() if "error" in line.lower() or "refuses" in line), stderr[:200])
    return re.sub(r"0x[0-9a-f]+|\d+|'[^']*'|\S*/\S*", "N", first)[:120]


# What docs/architecture.md says of kernels without bpf_loop: how often a loop may turn depends on the handler's size, and
# functions that go through a string byte by byte take strings of up to about a thousand bytes, and a handler only a few of them.
BASE_LIMITS = ("which has no bpf_loop, this loop may turn", "kernel probe needs bpf_loop (Linux 5.17)")

# In every flavour the verifier takes a million steps for a program, so a program of more than this may be refused.
LARGE_PROGRAM = 100_000


def is_too_large(stderr):
    """Was a handler refused that is so long that the verifier cannot look at all of it?"""
    size = re.search(r"its size: (\d+) instructions", stderr)
    return "BPF program is too large" in stderr and size is not None and int(size[1]) > LARGE_PROGRAM


# And what a catch block of the base flavour sees of it. The scripts' own statements stay below MAXACTION.
CAUGHT_LIMIT = "MAXACTION exceeded"
CAUGHT_MARK = "fuzz.py: caught a limit"


def telling(text):
    """The script with catch blocks that print a line if they catch a limit."""
    def opened(match):
        message = match[1] or "fuzz_message"
        return f'catch ({message}) {{ if ({message} == "{CAUGHT_LIMIT}") println("{CAUGHT_MARK}");'
    return re.sub(r"\bcatch(?: \((\w+)\))?\s*\{", opened, text)


class Runner:
    def __init__(self, coretap, keep):
        self.coretap, self.keep = coretap, keep
        self.local = threading.local()
        self.limited = 0

    def folder(self):
        if not hasattr(self.local, "folder"):
            self.local.folder = pathlib.Path(tempfile.mkdtemp(prefix="coretap-fuzz-"))
        return self.local.folder

    def workloads(self):
        """Each thread has programs of its own: a probe sees all processes of its file."""
        if not hasattr(self.local, "workloads"):
            self.local.workloads = [workload.compile_workload(self.folder(), flags) for flags in (["-O0"], ["-O2"])]
        return self.local.workloads

    def mechanisms(self):
        return [workload.mechanisms(program) for program in self.workloads()]

    def run(self, script, objects=None):
        """Runs a script; a Failure or None. Its kernel object goes to the folder `objects`."""
        cache = self.folder() / "cache"
        try:
            done = self.start(script, script.text(), cache)
        except subprocess.TimeoutExpired:
            return Failure("timeout", "not done after 300 seconds")
        finally:
            if objects:
                self.keep_objects(cache, objects)
            faults = self.object_faults(cache)
            shutil.rmtree(cache, ignore_errors=True)
        stdout, stderr = done.stdout.decode("latin-1"), done.stderr.decode("latin-1")
        if faults:
            return Failure("object: " + kind_of_message("error " + faults[0]), "\n".join(faults[:10]))
        if is_too_large(stderr) or (script.flavour == "base" and any(limit in stderr for limit in BASE_LIMITS)):
            self.limited += 1
            return None
        if done.returncode != 0 or stderr:
            return Failure(f"status {done.returncode}: {kind_of_message(stderr)}", stderr[:4000])
        differing = script.differing(stdout)
        if differing and script.flavour == "base" and self.catches_limit(script, cache):
            self.limited += 1
            return None
        if differing:
            words = "".join(f"{name}\n  wanted {wanted}\n  got    {got}\n" for name, (wanted, got) in differing.items())
            return Failure("differs " + "".join(sorted({name[0] for name in differing})), words[:6000])
        return None

    def start(self, script, text, cache):
        """Compiles and runs `text`, a form of the script."""
        path = self.folder() / "fuzz.stp"
        path.write_text(text, encoding="latin-1")
        program = re.search(r'process\("([^"]+)"\)', text)
        program = program[1] if program else str(self.workloads()[0])
        environment = dict(os.environ, CORETAP_FLAVOUR=script.flavour, CORETAP_CACHE_DIR=str(cache))
        command = [self.coretap, "-w", "-D", "MAXACTION=100000", "-D", "MAXMAPENTRIES=300", *script.options(), "-c",
                   program + (" burn" if script.burns() else ""), str(path)]
        return subprocess.run(command, env=environment, capture_output=True, timeout=300, stdin=subprocess.DEVNULL)

    def catches_limit(self, script, cache):
        """Does a catch block of the script hide that a loop came to its limit?"""
        try:
            done = self.start(script, telling(script.text()), cache)
        except subprocess.TimeoutExpired:
            return False
        finally:
            shutil.rmtree(cache, ignore_errors=True)
        return CAUGHT_MARK.encode() in done.stdout

    @staticmethod
    def object_faults(cache):
        """What keeps the objects from loading on older kernels, as far as their text says."""
        return [fault for name, check in (("kernel.bpf.o", check_object.back_edges_of), ("kernel.base.bpf.o", check_object.faults))
                for path in cache.rglob(name) for fault in check(path.read_bytes())]

    @staticmethod
    def keep_objects(cache, into):
        for path in cache.rglob("kernel*.bpf.o"):
            into.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, into)
            shutil.copy(path.with_suffix(".c"), into)

    def report(self, seed, script, failure, seconds):
        """Makes the script smaller, prints and keeps it."""
        def still_fails(trial):
            again = self.run(trial)
            return again is not None and again.kind == failure.kind

        small = reduce.Reducer(script, still_fails, seconds).run()
        again = self.run(small) or failure
        text = small.text()
        print(f"\n=== {seed}: {failure.kind} ({small.flavour} {' '.join(small.options())})\n{again.words}\n{text}", flush=True)
        if self.keep:
            self.keep.mkdir(parents=True, exist_ok=True)
            name = seed.replace(":", "-")
            (self.keep / f"{name}.stp").write_text(text, encoding="latin-1")
            (self.keep / f"{name}.full.stp").write_text(script.text(), encoding="latin-1")
            (self.keep / f"{name}.txt").write_text(f"{failure.kind}\n{small.flavour} {small.options()}\n{again.words}\n", encoding="latin-1")


class Session:
    def __init__(self, options, runner):
        self.options, self.runner = options, runner
        self.scripts = self.handlers = self.next_number = 0
        self.kinds = {}
        self.lock = threading.Lock()
        self.end = time.monotonic() + 60 * options.minutes

    def numbers(self):
        """Hands out the numbers of the scripts until the time is over or there are enough."""
        while True:
            with self.lock:
                enough = self.options.scripts and self.next_number >= self.options.scripts
                if enough or (not self.options.scripts and time.monotonic() > self.end):
                    return
                number = self.next_number
                self.next_number += 1
            yield number

    def work(self):
        for number in self.numbers():
            self.one(number)

    def one(self, number):
        seed = f"{self.options.seed}:{number}"
        script = random_script(seed, self.runner.mechanisms(), self.options.units)
        objects = self.options.objects / script.flavour / "fuzz" / f"{self.options.seed}-{number}" if self.options.objects else None
        failure = self.runner.run(script, objects)
        with self.lock:
            self.scripts += 1
            self.handlers += 2 * len(script.units)
            if failure:
                known = failure.kind in self.kinds
                self.kinds.setdefault(failure.kind, []).append(seed)
        if failure and not known:
            self.runner.report(seed, script, failure, self.options.reduce)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("coretap")
    parser.add_argument("--seed", default="1")
    parser.add_argument("--minutes", type=float, default=2)
    parser.add_argument("--scripts", type=int, help="so many scripts instead of a time")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--units", type=int, default=8, help="most handlers of a script on each side")
    parser.add_argument("--keep", type=pathlib.Path, help="folder for scripts that fail")
    parser.add_argument("--objects", type=pathlib.Path, help="folder for all kernel objects, as tests/live/objects_in_vm.py loads them")
    parser.add_argument("--reduce", type=float, default=120, help="seconds for making a failing script smaller")
    parser.add_argument("--only", type=int, help="number of the one script to run")
    parser.add_argument("--show", action="store_true", help="with --only: print the script")
    return parser.parse_args()


def main():
    options = arguments()
    missing = live.bpf_missing()
    if missing:
        print(f"*** SKIPPED: fuzzing needs BPF: {missing} ***", file=sys.stderr)
        sys.exit(77)
    runner = Runner(options.coretap, options.keep)
    session = Session(options, runner)
    if options.only is not None:
        if options.show:
            print(random_script(f"{options.seed}:{options.only}", runner.mechanisms(), options.units).text())
            return
        session.one(options.only)
    else:
        with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
            for future in [pool.submit(session.work) for _ in range(options.jobs)]:
                future.result()
    for kind, seeds in sorted(session.kinds.items()):
        print(f"{len(seeds)} of: {kind} ({', '.join(seeds[:8])})")
    findings = sum(len(seeds) for seeds in session.kinds.values())
    print(f"seed {options.seed}: {session.scripts} scripts with {session.handlers} handlers, {findings} findings; "
          f"{runner.limited} runs ended at a limit of the kernel")
    sys.exit(findings != 0)


if __name__ == "__main__":
    main()
