"""What live tests share: building workloads, running coretap, asking gdb.

A live test runs scripts on this machine's kernel. Without the rights for that (root, BPF) the
whole test is skipped, loudly: exit status 77, which CTest reports as skipped.
"""
import atexit
import contextlib
import ctypes
import functools
import gzip
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
CORETAP = os.environ.get("CORETAP", str(ROOT / "build" / "coretap"))
# coretap and its runtime have the address and undefined-behaviour sanitizers: they are several times slower.
SANITIZED = "CORETAP_SANITIZED" in os.environ
TMP = pathlib.Path(tempfile.mkdtemp(prefix="coretap-live-"))
atexit.register(shutil.rmtree, TMP, ignore_errors=True)
os.environ.setdefault("CORETAP_CACHE_DIR", str(TMP / "cache"))
# Workloads in Python write a line in one piece, which the tracer's own lines do not part.
os.environ.pop("PYTHONUNBUFFERED", None)


def rust_missing():
    """Why Rust programs of the tests cannot be compiled here, or None. std::hint::black_box is stable since 1.66; Debian 12 has 1.63."""
    if not shutil.which("rustc"):
        return "there is no rustc"
    version = re.search(r"rustc (\d+)\.(\d+)", run("rustc", "--version").stdout)
    if not version or (int(version[1]), int(version[2])) < (1, 66):
        return "rustc is older than 1.66"
    return None


def ticks_per_second():
    """CONFIG_HZ of this kernel, as its configuration says; where it does not show that, as its coarse clocks tell."""
    for read in (lambda: gzip.open("/proc/config.gz", "rt").read(), pathlib.Path(f"/boot/config-{os.uname().release}").read_text):
        try:
            return int(re.search(r"^CONFIG_HZ=(\d+)$", read(), re.M)[1])
        except OSError:
            pass
    clock_monotonic_coarse = 6  # linux/time.h
    return round(1 / time.clock_getres(clock_monotonic_coarse))


def bpf_missing():
    """Why BPF cannot be used here, or None."""
    if os.geteuid() != 0:
        return "not root"
    if not os.path.exists("/sys/kernel/btf/vmlinux"):
        return "the kernel has no BTF"
    libc = ctypes.CDLL(None, use_errno=True)
    attr = (ctypes.c_uint32 * 32)(2, 4, 8, 1)  # BPF_MAP_CREATE of a small array
    fd = libc.syscall(321, 0, ctypes.byref(attr), ctypes.sizeof(attr))
    if fd < 0:
        return "bpf(2) says: " + os.strerror(ctypes.get_errno())
    os.close(fd)
    return None


def build(name, *flags, compiler="gcc", out=None):
    """Compiles workloads/NAME.c and returns the program's path."""
    flags = flags or ("-O2",)
    tag = out or (name + "".join(flags) + compiler).replace("/", "_").replace("=", "_")
    path = TMP / tag
    if not path.exists():
        subprocess.run([compiler, "-g", *flags, "-pthread", "-o", str(path),
                        str(HERE / "workloads" / (name + ".c"))], check=True)
    return str(path)


def build_id(path):
    """The build-id of a file as readelf shows it."""
    notes = subprocess.run(["readelf", "-n", str(path)], capture_output=True, text=True, check=True).stdout
    return re.search(r"Build ID: ([0-9a-f]+)", notes)[1]


def line_of(name, mark):
    """Line number of the line that holds MARK in workloads/NAME.c."""
    for number, line in enumerate((HERE / "workloads" / (name + ".c")).read_text().splitlines(), 1):
        if mark in line:
            return number
    raise AssertionError(mark)


@functools.cache
def narrow_missing():
    """Why 32-bit programs cannot be compiled and run here, or None."""
    source, prog = TMP / "narrow_missing.c", TMP / "narrow_missing"
    source.write_text("#include <stdio.h>\nint main(void) { return 0; }\n")
    if run("gcc", "-m32", "-o", prog, source).returncode != 0:
        return "gcc -m32 needs the packages lib32gcc-12-dev and libc6-dev-i386"
    try:
        return None if run(prog).returncode == 0 else "32-bit programs do not run here"
    except OSError:
        return "the kernel runs no 32-bit programs"


def run(*args, timeout=60, **kwargs):
    """Runs a command; stdout, stderr, returncode as text."""
    return subprocess.run([str(a) for a in args], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          text=True, timeout=timeout * (4 if SANITIZED else 1), stdin=subprocess.DEVNULL, **kwargs)


def coretap(*args, timeout=60, **kwargs):
    return run(CORETAP, *args, timeout=timeout, **kwargs)


def script(text, *args, **kwargs):
    return coretap("-e", text, *args, **kwargs)


@contextlib.contextmanager
def running(*args):
    """A program that runs meanwhile, its input and output as pipes; it is killed if it is still there at the end."""
    with subprocess.Popen([str(a) for a in args], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


@contextlib.contextmanager
def tracing(text, *args):
    """A session of the script that is live; finish() ends it."""
    with running(CORETAP, "-e", 'global ct_live probe timer.ms(10) { if (!ct_live++) println("live") } ' + text, *args) as tracer:
        line = tracer.stdout.readline()
        assert line == "live\n", line
        yield tracer


def finish(tracer):
    """Ends a session as Control-C does; what it has printed."""
    tracer.send_signal(signal.SIGINT)
    return tracer.communicate(timeout=60)[0]


class LiveTest(unittest.TestCase):
    maxDiff = None

    def ok(self, result):
        """The run succeeded and warned of nothing; returns its standard output."""
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        self.assertEqual(result.stderr, "", "unexpected message")
        return result.stdout

    def lines(self, result):
        return self.ok(result).splitlines()

    def agree(self, attempt, times=10):
        """`attempt` gives whether the counts fit, and what they are. Where a sandbox hides its agent from tracing (docs/testing.md), what
        happens while it has the CPU is missing: one run of some is complete."""
        tried = []
        for _ in range(times):
            fits, told = attempt()
            if fits:
                return
            tried.append(told)
        self.fail(str(tried))

    def skipped(self, result):
        """The run succeeded; how many events it told that it skipped. For what may not be complete in a busy system: the kernel
        starts no program for an event of perf_event while a map is read or written on that CPU, by whatever process."""
        told = re.fullmatch(r"(?:WARNING: Number of errors: 0, skipped probes: (\d+)\n)?", result.stderr)
        self.assertTrue(told and result.returncode == 0, result.stderr)
        return int(told[1] or 0)


def keep_objects(folder):
    """Leaves the kernel objects of all scripts that ran in FOLDER, for vm.live_objects to load on other kernels."""
    shutil.rmtree(folder, ignore_errors=True)
    for number, path in enumerate(sorted(pathlib.Path(os.environ["CORETAP_CACHE_DIR"]).rglob("kernel*.bpf.o"))):
        into = folder / str(number)
        into.mkdir(parents=True)
        shutil.copy(path, into)
        shutil.copy(path.with_suffix(".c"), into)


def main():
    missing = bpf_missing()
    if missing:
        print(f"*** SKIPPED: live tests need BPF: {missing} ***", file=sys.stderr)
        sys.exit(77)
    program = unittest.main(verbosity=2, exit=False)
    if os.environ.get("CORETAP_LIVE_OBJECTS") and program.result.wasSuccessful():
        flavour = os.environ.get("CORETAP_FLAVOUR", "modern")
        keep_objects(pathlib.Path(os.environ["CORETAP_LIVE_OBJECTS"]) / flavour / pathlib.Path(sys.argv[0]).stem)
    sys.exit(not program.result.wasSuccessful())
