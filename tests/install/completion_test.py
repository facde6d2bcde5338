"""Completion in the real shells, on a terminal: completion_test.py CORETAP.

In each shell a command line is typed with a tab in it and sent. The `coretap` that the shell finds hands `--complete` on to the real one,
and writes down the arguments of any other call: so what is compared is what the shell made of the line.
"""

import os
import pathlib
import pty
import select
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
SCRIPTS = ROOT / "translator/completion"
CORETAP = pathlib.Path(sys.argv[1]).resolve()
SHELLS = {
    "bash": (["bash", "--norc", "--noprofile", "-i"], f"source {SCRIPTS}/coretap.bash"),
    "zsh": (["zsh", "-f", "-i"], f"fpath=({SCRIPTS} $fpath); autoload -Uz compinit; compinit -D -u; unsetopt beep"),
    "fish": (["fish", "--no-config", "-i"], f"source {SCRIPTS}/coretap.fish"),
}
PROGRAM = """
struct point { int x, y; };
int sum_of_all(int a, int b) { return a + b; }
int square(int a) { return a * a; }
int main(int argc, char** argv) { return sum_of_all(argc, square(argc)); }
"""
# What is typed before the tab and behind it, and the arguments that the shell then has. Each shell has its own way to quote a bracket
# where no quote is open.
LINES = (
    ("coretap --port", " x.stp", ["--portable", "x.stp"]),
    ("coretap my-s", "", ["my-script.stp"]),
    ("coretap --color=nev", " my-script.stp", ["--color=never", "my-script.stp"]),
    ("coretap --example execs", "", ["--example", "execsnoop"]),
    ("coretap -l 'process(\"./pro", "'", ["-l", 'process("./prog")']),
    ("coretap -l 'process(\"./prog\").function(\"sum", "'", ["-l", 'process("./prog").function("sum_of_all")']),
    ("coretap -e 'probe process(\"./prog\").function(\"squ", " { }'", ["-e", 'probe process("./prog").function("square") { }']),
)
PATIENCE = 60  # seconds, on a machine that does other things as well


class Terminal:
    """A shell on a pseudoterminal."""

    def __init__(self, command, folder, environment):
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.chdir(folder)
            os.execvpe(command[0], command, environment)
        self.shown = b""

    def send(self, text):
        os.write(self.fd, text.encode())

    def until(self, is_there, seconds=PATIENCE):
        """Reads what the shell shows until `is_there()`. False if that did not come."""
        end = time.monotonic() + seconds
        while not is_there():
            if time.monotonic() > end:
                return False
            if select.select([self.fd], [], [], 0.05)[0]:
                try:
                    self.shown += os.read(self.fd, 65536)
                except OSError:
                    return False
        return True

    def be_quiet(self):
        """Reads until nothing was shown for a while."""
        length = -1
        while length < len(self.shown):
            length = len(self.shown)
            self.until(lambda: False, 0.4)

    def close(self):
        os.close(self.fd)  # the shell is hung up
        end = time.monotonic() + 5
        while os.waitpid(self.pid, os.WNOHANG) == (0, 0):
            if time.monotonic() > end:
                os.kill(self.pid, 9)
            time.sleep(0.02)


class Completion(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory(prefix="coretap-complete-")))
        (cls.folder / "prog.c").write_text(PROGRAM)
        subprocess.run(["gcc", "-g", "-O0", "-o", cls.folder / "prog", cls.folder / "prog.c"], check=True)
        (cls.folder / "my-script.stp").write_text("probe begin { exit() }\n")
        binaries = cls.folder / "bin"
        binaries.mkdir()
        cls.seen = cls.folder / "seen"
        cls.answered = cls.folder / "answered"
        stub = binaries / "coretap"
        stub.write_text(f'#!/bin/sh\nif [ "$1" = --complete ]; then {CORETAP} "$@"; : >{cls.answered}; exit; fi\n'
                        f'printf "%s\\n" "$@" >{cls.seen}.new && mv {cls.seen}.new {cls.seen}\n')
        stub.chmod(0o755)
        cls.environment = {"PATH": f"{binaries}:/usr/bin:/bin", "HOME": str(cls.folder), "TERM": "vt100", "PS1": "> ", "LC_ALL": "C.UTF-8",
                           "CORETAP_CACHE_DIR": str(cls.folder / "cache"), "COLUMNS": "500", "LINES": "50"}

    def complete(self, *words):
        done = subprocess.run([CORETAP, "--complete", *words], env=self.environment, cwd=self.folder, capture_output=True, text=True,
                              timeout=60)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        how, *candidates = done.stdout.splitlines()
        return how, [candidate.split("\t")[0] for candidate in candidates]

    def check_in(self, shell, lines=LINES):
        if not shutil.which(shell):
            self.skipTest(f"there is no {shell}")
        command, setup = SHELLS[shell]
        terminal = Terminal(command, self.folder, self.environment)
        try:
            terminal.send(setup + "\n" + "echo rea''dy\n")
            self.assertTrue(terminal.until(lambda: terminal.shown.count(b"ready") >= 1), terminal.shown.decode(errors="replace"))
            for typed, rest, arguments in lines:
                self.seen.unlink(missing_ok=True)
                self.answered.unlink(missing_ok=True)
                before = len(terminal.shown)
                terminal.send(typed + "\t")
                # The line goes on when the shell has its answer and shows no more.
                self.assertTrue(terminal.until(self.answered.exists, PATIENCE), typed)
                terminal.be_quiet()
                terminal.send(rest + "\n")
                self.assertTrue(terminal.until(self.seen.exists, 15), (typed, terminal.shown[before:].decode(errors="replace")))
                self.assertEqual(self.seen.read_text().splitlines(), arguments, terminal.shown[before:].decode(errors="replace"))
        finally:
            terminal.close()

    def test_bash(self):
        self.check_in("bash")

    def test_bash_opens_a_quote_where_one_is_needed(self):
        self.check_in("bash", (("coretap -l kernel.tracep", "x\")'", ["-l", 'kernel.tracepoint("x")']),))

    def test_zsh(self):
        self.check_in("zsh")

    def test_fish(self):
        self.check_in("fish")

    def test_options(self):
        how, options = self.complete("--b")
        self.assertEqual((how, options), ("parts", ["--build=", "--btf=", "--bpf"]))
        offered = set(self.complete("-")[1])
        self.assertLessEqual({"-e", "-c", "--doctor", "--help", "--explain-needs"}, offered)
        self.assertFalse([option for option in offered if "complete" in option])

    def test_values(self):
        self.assertEqual(self.complete("-c", "ls"), ("commands", []))
        self.assertEqual(self.complete("-gvo", ""), ("files", []))
        self.assertEqual(self.complete("-I", ""), ("folders", []))
        self.assertEqual(self.complete("-p", ""), ("words", ["1", "2", "3", "4", "5"]))
        self.assertIn(str(os.getpid()), self.complete("-x", "")[1])

    def test_names_of_probe_points(self):
        self.assertIn('kernel.function("', self.complete("-l", "kernel.f")[1])
        self.assertEqual(self.complete("-l", "timer.ji")[1], ["timer.jiffies("])
        self.assertEqual(self.complete("-l", "begin, erro")[1], ["begin, error", "begin, error("])
        self.assertIn('syscall.openat', self.complete("-l", "syscall.open")[1])
        self.assertEqual(self.complete("-l", 'process("./prog").function("main").re')[1], ['process("./prog").function("main").return'])

    def test_tracepoints_without_their_group(self):
        events = sorted(path.name for path in pathlib.Path("/sys/kernel/tracing/events").glob("*/sched_sw*"))
        if not events:
            self.skipTest("no tracefs is mounted")
        self.assertEqual(self.complete("-l", 'kernel.trace("sched_sw')[1], [f'kernel.trace("{name}")' for name in events])
        self.assertEqual(self.complete("-l", 'kernel.trace("sched:sched_sw')[1], [f'kernel.trace("sched:{name}")' for name in events])

    def test_names_within_a_program_are_those_that_nm_has(self):
        symbols = subprocess.run(["nm", self.folder / "prog"], capture_output=True, text=True, check=True).stdout
        functions = {line.split()[2] for line in symbols.splitlines() if line.split()[-2] == "T" and line.split()[2].startswith(("s", "m"))}
        offered = self.complete("-l", 'process("./prog").function("s')[1] + self.complete("-l", 'process("./prog").function("m')[1]
        self.assertEqual(set(offered), {f'process("./prog").function("{name}")' for name in functions})

    def test_lines_of_a_function(self):
        point = 'process("./prog").statement("'
        self.assertEqual(self.complete("-L", point + "squ")[1], [point + "square@"])
        self.assertEqual(self.complete("-L", point + "square@")[1], [point + 'square@prog.c:4")'])

    def test_the_process_of_c(self):
        self.assertEqual(self.complete("-c", "./prog", "-e", 'probe process.function("squ')[1], ['probe process.function("square")'])

    def test_scripts(self):
        self.assertEqual(self.complete("-e", "probe begin { x")[1], [])
        self.assertEqual(self.complete("-e", "global n probe timer.ji")[1], ["global n probe timer.jiffies("])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
