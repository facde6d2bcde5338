#!/usr/bin/env python3
"""Start-up cost of coretap beside Debian's bpftrace, measured in one run: ./dev bench [--repeat N] [--vm] [--json FILE].

Three programs, each from the script's text to its first line of output and to its end:
  hello      prints one line and exits
  opensnoop  prints pid, command and file name of openat calls; exits after the first (a helper process opens all the time)
  calls      prints name and arguments of every system call, and results; exits after the first. bpftrace has no texts of arguments:
             its program prints the call's number
coretap runs each three ways: cold (an empty cache folder each time), cached, and as a binary built beforehand.

wall is the time to the first line of output, end the time to the exit, cpu the user and system time of the process and all
its children, rss the largest resident set of any of them; all are medians over the repetitions, which take turns, after one
unmeasured round. Nothing here passes or fails by a time: the exit status is 1 only if something did not run.
"""

import argparse
import contextlib
import dataclasses
import json
import os
import pathlib
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time

import wildcard

HELLO_STP = 'probe begin { println("hi") exit() }'
HELLO_BT = 'BEGIN { printf("hi\\n"); exit(); }'
OPENSNOOP_STP = 'probe syscall.openat { printf("%d %s %s\\n", pid(), execname(), filename) exit() }'
OPENSNOOP_BT = ('tracepoint:syscalls:sys_enter_openat '
                '{ printf("%d %s %s\\n", pid, comm, str(args->filename)); exit(); }')
CALLS_STP = ('probe syscall.* { printf("%s(%s)\\n", name, argstr) exit() } '
             'probe syscall.*.return { printf(" = %s\\n", retstr) exit() }')
CALLS_BT = ('tracepoint:raw_syscalls:sys_enter { printf("%d\\n", args->id); exit(); } '
            'tracepoint:raw_syscalls:sys_exit { printf(" = %d\\n", args->ret); exit(); }')

TIMEOUT = 60  # seconds for one run: a hang is reported, not waited for


@dataclasses.dataclass
class Candidate:
    """One way to run one program."""
    program: str  # hello, opensnoop, calls
    tool: str
    command: list[str]
    empty_cache: bool = False  # give it an empty cache folder each time
    samples: list["Sample"] = dataclasses.field(default_factory=list)
    failure: str = ""

    def median(self, field: str) -> float:
        return statistics.median(getattr(sample, field) for sample in self.samples)


@dataclasses.dataclass
class Sample:
    wall: float  # seconds to the first line
    end: float  # seconds to the exit
    cpu: float  # seconds, with children
    rss: float  # MiB, the largest of it and its children


class RunFailed(Exception):
    pass


def measure(command: list[str], env: dict[str, str]) -> Sample:
    """Runs a command that prints at least one line and exits by itself; RunFailed if it does not.

    The largest resident set is taken by GNU time, a small process: a child of this one would be reported to be at least as
    large as Python, for a process keeps its record across exec.
    """
    with tempfile.NamedTemporaryFile() as rss, tempfile.TemporaryFile() as errors:
        command = ["/usr/bin/time", "-q", "-o", rss.name, "-f", "%M", *command]
        begun = time.monotonic()
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors, env=env,
                                   start_new_session=True)
        previous = signal.signal(signal.SIGALRM, lambda *_: os.killpg(process.pid, signal.SIGKILL))
        signal.alarm(TIMEOUT)
        try:
            line = process.stdout.readline()
            wall = time.monotonic() - begun
            process.stdout.read()
            # wait4 and not subprocess: it alone gives this process's own share of the children's resources.
            _, status, usage = os.wait4(process.pid, 0)
            end = time.monotonic() - begun
        finally:
            signal.alarm(0)
            signal.signal(signal.SIGALRM, previous)
        process.stdout.close()
        process.returncode = os.waitstatus_to_exitcode(status)
        if not line or process.returncode != 0:
            errors.seek(0)
            words = errors.read().decode("utf-8", "replace").strip().splitlines()
            raise RunFailed(f"exit {process.returncode}, {'no' if not line else 'some'} output"
                            + (f": {words[0]}" if words else ""))
        kilobytes = int(rss.read().split()[-1])
    return Sample(wall, end, usage.ru_utime + usage.ru_stime, kilobytes / 1024)


@contextlib.contextmanager
def opener():
    """A process that opens a file about a thousand times a second while the block runs."""
    loop = "import os,time\nwhile True: os.close(os.open('/dev/null', os.O_RDONLY)); time.sleep(0.001)"
    process = subprocess.Popen([sys.executable, "-c", loop], stdin=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.kill()
        process.wait()


def run_once(candidate: Candidate, cache: pathlib.Path, keep: bool) -> None:
    """One repetition; a failure ends this candidate's part in the benchmark."""
    if candidate.failure:
        return
    with tempfile.TemporaryDirectory(prefix="coretap-bench-") as empty:
        env = dict(os.environ, CORETAP_CACHE_DIR=empty if candidate.empty_cache else str(cache))
        try:
            sample = measure(candidate.command, env)
        except (RunFailed, OSError) as reason:
            candidate.failure = str(reason)
            return
    if keep:
        candidate.samples.append(sample)


def build_binary(coretap: str, name: str, script: str, folder: pathlib.Path) -> tuple[pathlib.Path | None, str]:
    """Builds a standalone binary of the script: (its path, a line about it) or (None, why not)."""
    source, binary = folder / f"{name}.stp", folder / name
    source.write_text(script + "\n")
    begun = time.monotonic()
    done = subprocess.run([coretap, f"--build={binary}", str(source)], capture_output=True, text=True,
                          stdin=subprocess.DEVNULL, env=dict(os.environ, CORETAP_CACHE_DIR=str(folder / "empty")))
    seconds = time.monotonic() - begun
    if done.returncode != 0 or not binary.exists():
        words = done.stderr.strip().splitlines()
        return None, f"{name}: could not be built: {words[0] if words else done.returncode}"
    linked = subprocess.run(["ldd", str(binary)], capture_output=True, text=True)
    libraries = linked.stdout.count("=>")
    kind = "static" if "not a dynamic executable" in linked.stdout + linked.stderr else f"{libraries} shared libraries"
    return binary, f"{name}: {binary.stat().st_size / 1e6:.2f} MB, {kind}, built in {seconds:.2f} s"


def mount_tracefs() -> None:
    """bpftrace wants tracefs; a fresh machine has not mounted it."""
    if os.geteuid() == 0 and not os.path.exists("/sys/kernel/tracing/events"):
        subprocess.run(["mount", "-t", "tracefs", "tracefs", "/sys/kernel/tracing"], capture_output=True)


def make_candidates(coretap: str, folder: pathlib.Path) -> tuple[list[Candidate], list[str]]:
    candidates, builds = [], []
    for program, stp, bt in (("hello", HELLO_STP, HELLO_BT), ("opensnoop", OPENSNOOP_STP, OPENSNOOP_BT),
                             ("calls", CALLS_STP, CALLS_BT)):
        # The reference is first in its group: ratios are against it.
        candidates.append(Candidate(program, "bpftrace", ["bpftrace", "-q", "-B", "line", "-e", bt]))
        candidates.append(Candidate(program, "coretap, cold", [coretap, "-e", stp], empty_cache=True))
        candidates.append(Candidate(program, "coretap, cached", [coretap, "-e", stp]))
        binary, line = build_binary(coretap, program, stp, folder)
        builds.append(line)
        candidates.append(Candidate(program, "built binary", [str(binary)], failure="" if binary else line))
    return candidates, builds


COLUMNS = (("wall", "ms", 1000), ("end", "ms", 1000), ("cpu", "ms", 1000), ("rss", "MiB", 1))


def print_table(candidates: list[Candidate]) -> None:
    print(f"{'program':<10} {'run by':<16}" + "".join(f"{name + ' ' + unit:>18}" for name, unit, _ in COLUMNS))
    reference = None
    for candidate in candidates:
        if candidate.tool == "bpftrace":
            reference = candidate
        row = f"{candidate.program:<10} {candidate.tool:<16}"
        if candidate.failure:
            print(f"{row}  did not run: {candidate.failure}")
            continue
        for name, _, scale in COLUMNS:
            value = candidate.median(name)
            ratio = ""
            if candidate is not reference and reference.samples:
                base = reference.median(name)
                ratio = f" ({value / base:4.2f}x)" if base else ""
            row += f"{value * scale:>10.1f}{ratio:>8}"
        print(row)


def print_wildcards(coretap: str) -> bool:
    """The section of --vm; False if something did not run."""
    print("\n5,000 functions by wildcard, in the VM", flush=True)
    workload = pathlib.Path(coretap).parent / "tests/vm/workload"
    if not workload.exists():
        print(f"  not measured: {workload} is not built")
        return False
    return wildcard.measure(coretap, str(workload))


def main() -> int:
    parser = argparse.ArgumentParser(prog="./dev bench", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--coretap", required=True, help="the coretap to measure (./dev bench says it)")
    parser.add_argument("--repeat", type=int, default=7, metavar="N", help="repetitions (default: 7)")
    parser.add_argument("--vm", action="store_true",
                        help="also a probe on 5,000 kernel functions on each packaged kernel, in QEMU: some ten minutes")
    parser.add_argument("--json", metavar="FILE", help="write every sample there")
    args = parser.parse_args()
    if args.repeat < 1:
        parser.error("--repeat takes 1 or more")
    if not shutil.which(args.coretap):
        parser.error(f"there is no program '{args.coretap}'")
    if not os.access("/usr/bin/time", os.X_OK):
        parser.error("there is no /usr/bin/time (package time)")
    mount_tracefs()
    with tempfile.TemporaryDirectory(prefix="coretap-bench-") as scratch, opener():
        folder = pathlib.Path(scratch)
        candidates, builds = make_candidates(args.coretap, folder)
        for repetition in range(args.repeat + 1):  # the first fills caches, the kernel's and ours
            for candidate in candidates:
                run_once(candidate, folder / "cache", keep=repetition > 0)
    print(f"medians of {args.repeat}; kernel {os.uname().release}, {os.cpu_count()} CPUs, "
          f"load {os.getloadavg()[0]:.1f}; in brackets: times bpftrace's")
    print_table(candidates)
    print("\nbuilt binaries\n  " + "\n  ".join(builds))
    wildcards_ran = not args.vm or print_wildcards(args.coretap)
    if args.json:
        rows = [dataclasses.asdict(candidate) for candidate in candidates]
        pathlib.Path(args.json).write_text(json.dumps(rows, indent=1) + "\n")
    return 1 if not wildcards_ran or any(candidate.failure for candidate in candidates) else 0


if __name__ == "__main__":
    sys.exit(main())
