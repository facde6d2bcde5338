"""coretap is ended by a signal while it compiles: the compilers end, and the folder that they write to goes.

Each test runs coretap in a session of its own, so what is left of it can be found in /proc.
"""
import os
import pathlib
import signal
import subprocess
import time

import safety
from safety import TMP, environment

# A bound for what must happen soon; nothing depends on how soon.
PATIENCE = 60
WORKING = 30  # clock ticks (1/100 s) after which a compiler is no longer loading itself or waiting for its text
# Kernel code for which clang takes seconds: many handlers with loops over strings.
LARGE = "".join(f'global a{n} probe kernel.trace("sched_switch") {{ for (i = 0; i < 40; i++) '
                f'a{n}[execname() . "{n}", i] = a{n}[execname(), i] + i * {n} }}\n' for n in range(60))


def members(session, least_cpu=0):
    """Live processes of a session that have used so many clock ticks of processor time: pid -> name."""
    found = {}
    for path in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            text = path.read_text()
        except OSError:
            continue
        name, rest = text[text.index("(") + 1:text.rindex(")")], text[text.rindex(")") + 2:].split()
        if int(rest[3]) == session and rest[0] not in "ZX" and int(rest[11]) >= least_cpu:
            found[int(path.parent.name)] = name
    return found


def wait_until(condition):
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if value := condition():
            return value
        time.sleep(0.02)
    return condition()


class Ended(safety.SafetyTest):
    def setUp(self):
        self.cache = TMP / self._testMethodName
        self.temporary = TMP / (self._testMethodName + "-tmp")
        self.temporary.mkdir()

    def start(self, *args, **env):
        process = subprocess.Popen([safety.CORETAP, *args], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                   stdin=subprocess.DEVNULL, start_new_session=True,
                                   env=environment(self.cache, TMPDIR=self.temporary, **env))
        self.addCleanup(lambda: [os.kill(pid, signal.SIGKILL) for pid in members(process.pid)])
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.stderr.close)
        return process

    def work_folders(self):
        return [*self.cache.glob("new-*"), *self.temporary.iterdir()] if self.cache.exists() else list(self.temporary.iterdir())

    def end_and_look(self, process, number, name, least_cpu=0):
        """When a process of this NAME is there (and at work), ends coretap. Soon nothing is left of it."""
        there = wait_until(lambda: name in members(process.pid, least_cpu).values())
        self.assertTrue(there, members(process.pid))
        self.assertTrue(self.work_folders())
        os.kill(process.pid, number)
        self.assertEqual(process.wait(PATIENCE), -number)
        self.assertTrue(wait_until(lambda: not members(process.pid)), members(process.pid))
        self.assertEqual(self.work_folders(), [])

    def slow_tools(self):
        """A $PATH with compilers that start another program, as g++ does, and never end."""
        folder = TMP / "slow"
        if not folder.exists():
            folder.mkdir()
            for name in ("g++", "clang"):
                tool = folder / name
                tool.write_text("#!/bin/sh\ntouch half-written\nsleep 100000 &\nwait\n")
                tool.chmod(0o755)
        return f"{folder}:{os.environ['PATH']}"

    def test_signals_while_slow_compilers_run(self):
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT, signal.SIGKILL):
            for args in (("-p4",), (f"--build={TMP}/binary",), ("--disable-cache",)):
                with self.subTest(signal=number.name, args=args):
                    process = self.start(*args, "-e", 'probe kernel.trace("sched_switch") { next }', PATH=self.slow_tools())
                    self.end_and_look(process, number, "sleep")
        self.assertFalse((TMP / "binary").exists())

    def test_killed_while_clang_runs(self):
        (TMP / "large.stp").write_text(LARGE)
        for number in (signal.SIGKILL, signal.SIGTERM):
            process = self.start("-p4", str(TMP / "large.stp"))
            self.end_and_look(process, number, "clang", WORKING)

    def test_killed_while_cc1plus_runs(self):
        """g++ is more than one process, and what it has started does not end with it."""
        text = "".join(f"global b{n} probe end {{ foreach (k in b{n}) println(k, b{n}[k]) b{n}[{n}] = {n} }}\n"
                       for n in range(400))
        (TMP / "many.stp").write_text(text)
        process = self.start("-p4", str(TMP / "many.stp"))
        self.end_and_look(process, signal.SIGKILL, "cc1plus", WORKING)

    def test_interrupt_from_the_keyboard(self):
        """Ctrl-C goes to the process group of the terminal, which is not the compilers'."""
        process = self.start("-p4", "-e", 'probe kernel.trace("sched_switch") { next }', PATH=self.slow_tools())
        self.assertTrue(wait_until(lambda: "sleep" in members(process.pid).values()))
        os.killpg(process.pid, signal.SIGINT)
        self.assertEqual(process.wait(PATIENCE), -signal.SIGINT)
        self.assertTrue(wait_until(lambda: not members(process.pid)), members(process.pid))
        self.assertEqual(self.work_folders(), [])

    def test_nothing_is_left_of_runs_that_end_by_themselves(self):
        for script, status in ((safety.HELLO, 0), ("probe begin { x }}", 1), ("probe kernel.function { }", 1)):
            process = self.start("-e", script)
            out, err = process.communicate(timeout=PATIENCE)
            self.assertEqual(process.returncode, status, err)
            self.assertEqual(members(process.pid), {})
            self.assertEqual(self.work_folders(), [])

    def test_no_guard_stays_while_the_script_runs(self):
        process = self.start("-e", 'probe begin { println("begun") } probe timer.s(1000) { exit() }')
        self.assertEqual(process.stdout.read(6), b"begun\n")
        self.assertEqual(list(members(process.pid)), [process.pid])
        process.terminate()
        process.wait(PATIENCE)

    def test_reader_of_the_output_sees_the_end(self):
        """What is left for a moment after SIGKILL holds no end of coretap's pipes."""
        process = self.start("-p4", "-e", 'probe kernel.trace("sched_switch") { next }', PATH=self.slow_tools())
        self.assertTrue(wait_until(lambda: "sleep" in members(process.pid).values()))
        os.kill(process.pid, signal.SIGKILL)
        self.assertEqual(process.communicate(timeout=PATIENCE), (b"", b""))


if __name__ == "__main__":
    safety.main()
