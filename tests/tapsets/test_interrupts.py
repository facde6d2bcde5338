#!/usr/bin/env python3
"""irq_handler.*: the handlers of devices' interrupts, against /proc/interrupts, /sys/kernel/irq and /proc/kallsyms.

Each event is a line. The command syncs a file, which interrupts if the file is on a disk, and prints /proc/interrupts before
and after; this test reads it once more on each side. Exit 77: no BPF rights here. Without any interrupt it is skipped."""
import collections
import pathlib
import re
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "live"))
import live  # noqa: E402

# include/linux/interrupt.h. IRQF_TIMER is three bits.
FLAGS = {"IRQF_SHARED": 0x80, "IRQF_PROBE_SHARED": 0x100, "IRQF_TIMER": 0x14200, "IRQF_PERCPU": 0x400, "IRQF_NOBALANCING": 0x800,
         "IRQF_IRQPOLL": 0x1000, "IRQF_ONESHOT": 0x2000, "IRQF_NO_SUSPEND": 0x4000, "IRQF_FORCE_RESUME": 0x8000, "IRQF_NO_THREAD": 0x10000,
         "IRQF_EARLY_RESUME": 0x20000, "IRQF_COND_SUSPEND": 0x40000, "IRQF_NO_AUTOEN": 0x80000, "IRQF_NO_DEBUG": 0x100000, "IRQF_COND_ONESHOT": 0x200000,
         "IRQF_TRIGGER_RISING": 1, "IRQF_TRIGGER_FALLING": 2, "IRQF_TRIGGER_HIGH": 4, "IRQF_TRIGGER_LOW": 8}
COMMAND = """
import os, sys
def show():
    print(open("/proc/interrupts").read(), end="", flush=True)
show()
with open(sys.argv[1], "wb", buffering=0) as file:
    for _ in range(40):
        file.write(b"x" * 4096)
        os.fsync(file.fileno())
show()
"""
FIELDS = ("irq", "name", "flags", "flags_str", "handler", "dev_id", "action", "next", "dir", "entry_of_dir", "thread_fn", "thread", "thread_flags")
PRINT = ('irq, kernel_string(dev_name), flags, flags_str, handler, dev_id, action, next_irqaction, dir, '
         'kernel_string(@cast(dir, "proc_dir_entry", "kernel")->name), thread_fn, thread, thread_flags')
FORMAT = "|%d|%s|%d|%s|%d|%d|%d|%d|%d|%s|%d|%d|%d"


def interrupts(text):
    """How often each interrupt came, of the text of /proc/interrupts."""
    counts = {}
    for line in text.splitlines():
        match = re.match(r"\s*(\d+):((?:\s+\d+)+)\s", line)
        if match:
            counts[int(match[1])] = sum(map(int, match[2].split()))
    return counts


def actions(irq):
    """The names of an interrupt's handlers."""
    return pathlib.Path(f"/sys/kernel/irq/{irq}/actions").read_text().strip().split(",")


class Handlers(live.LiveTest):
    def setUp(self):
        self.run_once()

    def run_once(self):
        """One run: `events` are the lines of both probes, `least` and `most` how often each interrupt came meanwhile."""
        with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:
            command = pathlib.Path(folder) / "command.py"
            command.write_text(COMMAND)
            outer = [interrupts(pathlib.Path("/proc/interrupts").read_text())]
            lines = self.lines(live.script(f'''
                probe irq_handler.entry {{ printf("in{FORMAT}\\n", {PRINT}) }}
                probe irq_handler.exit {{ printf("out{FORMAT}|%d\\n", {PRINT}, ret) }}''', "-c", f"{sys.executable} {command} {folder}/file"))
            outer.append(interrupts(pathlib.Path("/proc/interrupts").read_text()))
        table = [line for line in lines if "|" not in line]
        inner = [interrupts("\n".join(half)) for half in (table[:len(table) // 2], table[len(table) // 2:])]
        self.least = {irq: inner[1][irq] - inner[0][irq] for irq in inner[0]}
        self.most = {irq: outer[1][irq] - outer[0][irq] for irq in outer[0]}
        events = [line.split("|") for line in lines if "|" in line]
        self.entries = [dict(zip(FIELDS, words[1:], strict=True)) for words in events if words[0] == "in"]
        self.exits = [dict(zip((*FIELDS, "ret"), words[1:], strict=True)) for words in events if words[0] == "out"]
        if not any(self.least.values()):
            self.skipTest("*** SKIPPED: no device interrupts this machine when a file of /var/tmp is synced ***")

    def test_counts_by_name(self):
        def attempt():
            self.run_once()
            counted = collections.Counter((int(event["irq"]), event["name"]) for event in self.entries)
            found = [(irq, name, least, counted[irq, name], self.most[irq]) for irq, least in self.least.items() if least for name in actions(irq)]
            for _, _, _, count, most in found:
                self.assertLessEqual(count, most, found)
            return all(least <= count for _, _, least, count, _ in found), found

        self.agree(attempt)
        counted = collections.Counter((int(event["irq"]), event["name"]) for event in self.entries)
        for irq, name in counted:
            self.assertIn(name, actions(irq))
        # A handler that runs at the session's beginning or end is seen on one side only.
        ended = collections.Counter((int(event["irq"]), event["name"]) for event in self.exits)
        for key in counted | ended:
            self.assertLessEqual(abs(counted[key] - ended[key]), 2, key)

    def test_fields(self):
        symbols = [line.split() for line in pathlib.Path("/proc/kallsyms").read_text().splitlines()]
        functions = {int(symbol[0], 16) for symbol in symbols if symbol[1] in "tT"}
        known = {tuple(event[field] for field in FIELDS) for event in self.entries}
        for event in self.entries + self.exits:
            with self.subTest(event):
                flags = event["flags_str"].split("|") if event["flags_str"] != "0x0" else []
                self.assertEqual(sum(FLAGS[flag] for flag in flags), int(event["flags"]))
                self.assertTrue("IRQF_SHARED" in flags or len(actions(event["irq"])) == 1)
                self.assertIn(int(event["handler"]) % 2**64, functions)
                self.assertEqual(event["next"] != "0", len(actions(event["irq"])) > 1 and event["name"] != actions(event["irq"])[-1])
                self.assertEqual(event["entry_of_dir"], event["name"])
                self.assertEqual(event["thread_fn"] == "0", event["thread"] == "0")
        for event in self.exits:
            self.assertIn(event["ret"], ("0", "1", "2", "3"))
        self.assertTrue(any(event["ret"] == "1" for event in self.exits))
        self.assertLessEqual(len({tuple(event[field] for field in FIELDS) for event in self.exits} - known), 1)


if __name__ == "__main__":
    why = live.bpf_missing()
    if why:
        print("SKIPPED:", why)
        sys.exit(77)
    unittest.main()
