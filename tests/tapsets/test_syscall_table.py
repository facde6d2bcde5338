#!/usr/bin/env python3
"""The system call table against the running kernel: every tracepoint has its probe, and every call
as many arguments as the kernel says. Exit 77: tracefs cannot be read here."""
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tapsets" / "tools"))
import gen_syscalls  # noqa: E402

# Last arguments that mean nothing on 64-bit machines.
FEWER = {"preadv": 1, "pwritev": 1}


def tracefs():
    for path in ("/sys/kernel/tracing", "/sys/kernel/debug/tracing"):
        if (pathlib.Path(path) / "events/syscalls").is_dir():
            return pathlib.Path(path), None
    folder = tempfile.mkdtemp(prefix="ct-tracefs-")
    done = subprocess.run(["mount", "-t", "tracefs", "tracefs", folder], capture_output=True)
    return (pathlib.Path(folder), folder) if done.returncode == 0 else (None, None)


class SyscallTable(unittest.TestCase):
    def setUp(self):
        self.calls = [c for _, _, calls in gen_syscalls.read_table() for c in calls]

    def test_generated_files_are_current(self):
        subprocess.run([sys.executable, ROOT / "tapsets/tools/gen_syscalls.py", "--check"], check=True)

    def test_names_are_unique(self):
        names = [c.name for c in self.calls]
        self.assertEqual(sorted(set(names)), sorted(names))

    def test_every_tracepoint_has_a_probe(self):
        there = {p.name[len("sys_enter_"):] for p in (EVENTS).glob("sys_enter_*")}
        self.assertEqual(there - {c.tracepoint for c in self.calls}, set())
        missing = {c.tracepoint for c in self.calls if not c.optional} - there
        self.assertEqual(missing, set())

    def test_argument_counts(self):
        for call in self.calls:
            path = EVENTS / f"sys_enter_{call.tracepoint}" / "format"
            if not path.exists():
                continue
            fields = re.findall(r"field:.*?(\w+);\s*offset:(\d+)", path.read_text())
            count = len([f for f, offset in fields if int(offset) >= 16])
            # argstr may name an argument 0, which is none.
            used = {int(n) for n in re.findall(r"syscall_arg\((\d)\)", call.probes())} - {0}
            with self.subTest(call.name):
                self.assertEqual(used, set(range(1, count - FEWER.get(call.name, 0) + 1)),
                                 f"the kernel has {[f for f, o in fields if int(o) >= 16]}")


if __name__ == "__main__":
    where, mounted = tracefs()
    if not where:
        print("SKIPPED: tracefs cannot be mounted here")
        sys.exit(77)
    EVENTS = where / "events" / "syscalls"
    try:
        result = unittest.main(exit=False).result
    finally:
        if mounted:
            subprocess.run(["umount", mounted])
    sys.exit(not result.wasSuccessful())
