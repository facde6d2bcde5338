"""What coretap says to who has just installed it: without arguments, --example and --doctor. What --doctor finds is compared with the
machine's own files and with other tools."""
import glob
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import unittest

import live
from live import CORETAP, ROOT, TMP, LiveTest, coretap, run

EXAMPLES = ROOT / "examples"
STATES = ("ok", "limited", "MISSING")


def doctor(*before, **environment):
    """Findings by name: (state, what was found, what mends it). With the exit status."""
    done = subprocess.run([*before, CORETAP, "--doctor"], env={**os.environ, **environment}, capture_output=True, text=True, timeout=300,
                          stdin=subprocess.DEVNULL)
    assert not done.stderr, done.stderr
    findings, last = {}, None
    for line in done.stdout.splitlines():
        if match := re.match(r"  (ok|limited|MISSING) +(.{28})(.*)", line):
            last = match[2].strip()
            findings[last] = [match[1], match[3], ""]
        elif last and line.startswith(" " * 11):
            findings[last][2] += line.strip() + "\n"
    return findings, done


class Doctor(LiveTest):
    @classmethod
    def setUpClass(cls):
        cls.found, cls.done = doctor(CORETAP_CACHE_DIR=str(TMP / "doctor"))

    def state(self, what, is_good, otherwise="limited"):
        self.assertEqual(self.found[what][0], "ok" if is_good else otherwise, self.found[what])

    def test_the_status_is_that_of_the_findings(self):
        missing = [what for what, (state, _, _) in self.found.items() if state == "MISSING"]
        self.assertEqual(self.done.returncode, 1 if missing else 0, self.done.stdout)
        self.assertGreater(len(self.found), 18)

    def test_scripts_compile_and_run(self):
        # As this test's own scripts do.
        for what in ("compile a script", "build an executable", "run a script", "rights"):
            self.state(what, True)

    def test_tools_are_where_the_shell_finds_them(self):
        for name in ("clang", "g++", "ld", "clang++", "ld.lld"):
            self.assertEqual(self.found[name][:2], ["ok", shutil.which(name)])

    def test_functions_of_the_kernel_are_probed_where_bpftrace_probes_them(self):
        if not shutil.which("bpftrace"):
            self.skipTest("there is no bpftrace")
        asked = run("bpftrace", "-e", "kprobe:vfs_fsync_range { exit(); } interval:ms:1 { exit(); }", timeout=60)
        fentry = run("bpftrace", "-e", "kfunc:vfs_fsync_range { exit(); } interval:ms:1 { exit(); }", timeout=60)
        self.state("functions of the kernel", 0 in (asked.returncode, fentry.returncode))

    def test_what_the_kernel_has(self):
        self.state("types of the kernel", os.path.exists("/sys/kernel/btf/vmlinux"), "MISSING")
        self.state("programs and libraries", os.path.exists("/sys/bus/event_source/devices/uprobe"))
        self.state("procfs probes", os.path.exists("/dev/fuse"))
        with open("/proc/kallsyms", encoding="utf-8") as symbols:
            self.state("symbols of the kernel", int(next(symbols).split()[0], 16) != 0 or int(next(symbols).split()[0], 16) != 0)
        self.assertIn(os.uname().release, self.done.stdout.splitlines()[0])

    def test_debug_information(self):
        libc = next(line.split()[2] for line in run("ldd", "/bin/ls").stdout.splitlines() if "libc.so" in line)
        build_id = re.search(r"Build ID: (\w+)", run("readelf", "-n", libc).stdout)[1]
        self.state("debug information of libc", os.path.exists(f"/usr/lib/debug/.build-id/{build_id[:2]}/{build_id[2:]}.debug"))
        release = os.uname().release
        places = glob.glob(f"/usr/lib/debug/**/vmlinux-{release}*", recursive=True) + glob.glob(f"/lib/modules/{release}/**/vmlinux",
                                                                                               recursive=True)
        self.state("debug information, kernel", bool(places))

    def test_what_is_not_installed_is_missing(self):
        empty = TMP / "no-tools"
        empty.mkdir()
        found, done = doctor(PATH=str(empty))
        self.assertEqual(done.returncode, 1)
        for name, package, state in (("clang", "clang", "MISSING"), ("g++", "g++", "MISSING"), ("ld", "binutils", "MISSING"),
                                     ("ld.lld", "lld", "limited")):
            self.assertEqual((found[name][0], found[name][2]), (state, f"-> apt-get install {package}\n"))
        self.assertEqual(found["compile a script"][0], "MISSING")
        self.assertIn("| ERROR [no-clang]", found["compile a script"][2])

    def test_rights_that_are_not_there(self):
        if not shutil.which("setpriv"):
            self.skipTest("there is no setpriv")
        empty = TMP / "no-rights"
        empty.mkdir()
        found, done = doctor(shutil.which("setpriv"), "--bounding-set=-bpf,-perfmon,-sys_admin", PATH=str(empty))
        self.assertEqual(done.returncode, 1)
        state, words, mend = found["rights"]
        self.assertEqual(state, "MISSING")
        self.assertIn("lacks both", words)
        self.assertIn("as root", mend)
        self.assertNotIn("run a script", found)


class Colors(LiveTest):
    ERROR = "\033[01;31m\033[Ksemantic error\033[m\033[K [unknown-function]"
    SCRIPT = "probe begin { no_such(1) }"

    def message(self, *options, terminal=False, **environment):
        words = [CORETAP, "-p2", *options, "-e", self.SCRIPT]
        if terminal:
            words = ["script", "-qec", shlex.join(words), "/dev/null"]
        environment = {"PATH": os.environ["PATH"], "HOME": str(TMP), "TERM": "xterm", **environment}
        done = subprocess.run(words, env=environment, capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL)
        return done.stdout + done.stderr

    def test_where_nobody_asks_for_colours(self):
        self.assertNotIn("\033", self.message())
        self.assertIn(self.ERROR, self.message(terminal=True))
        self.assertNotIn("\033", self.message(terminal=True, NO_COLOR="1"))
        self.assertNotIn("\033", self.message(terminal=True, TERM="dumb"))

    def test_when(self):
        for option in ("--color", "--colour", "--color=always"):
            self.assertIn(self.ERROR, self.message(option, NO_COLOR="1"))
        for option in ("--color=never", "--color=auto"):
            self.assertNotIn("\033", self.message(option))
        self.assertNotIn("\033", self.message("--color=never", terminal=True))
        self.assertIn("ERROR [usage]: --color takes never, auto or always", self.message("--color=sometimes"))

    def test_which(self):
        self.assertIn("\033[07m\033[Ksemantic error\033[m\033[K [", self.message("--color", SYSTEMTAP_COLORS="error=07:caret=1;4"))
        for wrong in ("", "error", "error=red", "colour=01", "error=01;31:x"):
            self.assertNotIn("\033", self.message("--color", SYSTEMTAP_COLORS=wrong))

    def test_the_text_is_the_same(self):
        self.assertEqual(re.sub("\033\\[[0-9;]*[mK]", "", self.message("--color")), self.message())

    def test_of_the_cache_and_of_the_run(self):
        text = "probe begin { println(never_set + 1) println(1 / argc) exit() }"
        for colored in (True, False, True):  # the first fills the cache
            done = coretap("--color=always" if colored else "--color=never", "-e", text)
            self.assertEqual("\033[00;33m\033[KWARNING\033[m" in done.stderr, colored)
            self.assertEqual("\033[01;31m\033[KERROR:\033[m" in done.stderr, colored)
            self.assertEqual("\033" in done.stderr, colored)


class FirstSteps(LiveTest):
    def test_without_arguments(self):
        done = coretap()
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        commands = re.findall(r"^ {8}coretap (.*?)  +\S", done.stderr, re.M)
        self.assertEqual(len(commands), 4, done.stderr)
        outputs = [self.ok(coretap(*shlex.split(command))) for command in commands if "--doctor" not in command]
        self.assertEqual(outputs[0], "hello\n")
        self.assertTrue(all(outputs))

    def test_examples_are_listed(self):
        listed = dict(line.split(None, 1) for line in self.ok(coretap("--example")).splitlines())
        # Two have the same name: the one in a folder is listed with it.
        names = {path.stem for path in EXAMPLES.rglob("*.stp")}
        self.assertEqual(set(listed), names | {"tools/profile"})
        self.assertEqual(len(listed), len(list(EXAMPLES.rglob("*.stp"))))
        self.assertNotEqual(listed["profile"], listed["tools/profile"])
        self.assertEqual(listed["execsnoop"], "Programs that are executed, with their arguments and the result; also those that cannot be")

    def test_examples_are_found(self):
        whole = self.ok(coretap("-p1", EXAMPLES / "tools/syscount.stp"))
        for name in ("syscount", "syscount.stp", "tools/syscount.stp"):
            self.assertEqual(self.ok(coretap("-p1", "--example", name)), whole)
        for name, path in (("profile", "profile.stp"), ("tools/profile", "tools/profile.stp")):
            self.assertEqual(self.ok(coretap("-p1", "--example", name)), self.ok(coretap("-p1", EXAMPLES / path)))
        self.assertIn("write", self.ok(coretap("--example", "syscount", "-c", "echo hello")))

    def test_an_example_that_is_not_there(self):
        done = coretap("--example", "execsnop")
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn("ERROR [no-such-example]: there is no example 'execsnop'", done.stderr)
        self.assertIn("similar: execsnoop", done.stderr)
        self.assertEqual(coretap("--example", "../README.md").returncode, 1)
        self.assertIn("ERROR [usage]", coretap("--example", "-e", "probe begin {}").stderr)


if __name__ == "__main__":
    live.main()
