"""A cached result is used only if all that it was made from is as it was: each case runs twice with a warm cache.

The truth is the workload's own count: `prog N` calls foo() N times.
"""
import os
import shutil
import subprocess
import sys
import time

import safety
from safety import TMP, coretap, environment

sys.path.insert(0, str(safety.ROOT / "tests" / "live"))
import live  # noqa: E402

PROGRAM = """
#include <stdlib.h>
volatile int sum;
%s
__attribute__((noinline)) void foo(int n) { sum += n + %d; }
int main(int argc, char** argv) {
  for (int i = 0, n = atoi(argv[1]); i < n; i++) foo(i);
  return 0;
}
"""
COUNT = 'global n probe %s { n++ } probe end { println(n) }'


def program(path, padding="", number=1, *flags):
    """A program with foo(); what precedes foo, and a number of the same size, tell programs apart."""
    return safety.compile_c(PROGRAM % (padding, number), path, "-g", "-O1", *flags)


PADDING = 'void before(void) { asm volatile(".skip 64, 0x90"); }'


class Stale(safety.SafetyTest):
    @classmethod
    def setUpClass(cls):
        cls.cache = TMP / "cache"

    def setUp(self):
        self.folder = TMP / self._testMethodName
        self.folder.mkdir()

    def script(self, text, *args, cwd=None, **env):
        """Output of a script, and whether it came from the cache."""
        result = coretap("-v", "-e", text, *args, env=environment(self.cache, **env), cwd=cwd or self.folder)
        self.assertEqual(result.returncode, 0, result.stderr)
        return result.stdout.strip(), "using cached" in result.stderr

    def fresh(self, expected, text, *args, **kwargs):
        self.assertEqual(self.script(text, *args, **kwargs), (expected, False))

    def cached(self, expected, text, *args, **kwargs):
        self.assertEqual(self.script(text, *args, **kwargs), (expected, True))

    def path(self, name):
        return f"{self.folder}/{name}"

    # ------------------------------------------------------------------ which coretap

    def test_another_coretap(self):
        """What one build has made of a script is nothing to another one: told apart by their build-ids."""
        text = "probe begin { println(42) exit() }"
        self.fresh("42", text)
        self.cached("42", text)
        # In the same folder, so that it has the same tapsets and headers.
        other, note = f"{safety.CORETAP}-{os.getpid()}", self.path("note")
        self.addCleanup(os.unlink, other)
        subprocess.run(["objcopy", "--dump-section", f".note.gnu.build-id={note}", safety.CORETAP, "/dev/null"], check=True)
        with open(note, "r+b") as file:
            file.seek(-1, os.SEEK_END)
            last = file.read()[0]
            file.seek(-1, os.SEEK_END)
            file.write(bytes([last ^ 1]))
        subprocess.run(["objcopy", "--update-section", f".note.gnu.build-id={note}", safety.CORETAP, other], check=True)
        for expected in (False, True):
            result = subprocess.run([other, "-v", "-e", text], capture_output=True, text=True, env=environment(self.cache), cwd=self.folder)
            self.assertEqual((result.stdout, "using cached" in result.stderr), ("42\n", expected), result.stderr)
        self.cached("42", text)

    # ------------------------------------------------------------------ which file a name means

    def test_path(self):
        for name, padding in (("a", ""), ("b", PADDING)):
            program(f"{self.folder}/{name}/prog", padding)
        text = COUNT % 'process("prog").function("foo")'
        paths = {name: f"{self.folder}/{name}:{os.environ['PATH']}" for name in "ab"}
        self.fresh("10", text, "-c", self.path("a/prog 10"), PATH=paths["a"])
        self.cached("10", text, "-c", self.path("a/prog 10"), PATH=paths["a"])
        self.fresh("10", text, "-c", self.path("b/prog 10"), PATH=paths["b"])
        # Another $PATH that finds the same is no reason to compile anew.
        self.cached("0", text, "-c", self.path("a/prog 10"), PATH=paths["b"] + ":/no/such/folder")
        # A program that comes earlier in the same $PATH.
        early = f"{self.folder}/early:{paths['a']}"
        self.fresh("10", text, "-c", self.path("a/prog 10"), PATH=early)
        program(f"{self.folder}/early/prog", PADDING + PADDING.replace("before", "before2"))
        self.fresh("10", text, "-c", self.path("early/prog 10"), PATH=early)

    def test_link(self):
        for name, padding in (("a", ""), ("b", PADDING)):
            program(f"{self.folder}/{name}/prog", padding)
        (self.folder / "cur").symlink_to("a")
        (self.folder / "prog").symlink_to("a/prog")
        for text, command in ((COUNT % f'process("{self.folder}/cur/prog").function("foo")', "cur/prog 10"),
                              (COUNT % f'process("{self.folder}/prog").function("foo")', "prog 10")):
            self.fresh("10", text, "-c", self.path(command))
            self.cached("10", text, "-c", self.path(command))
        for link, target in (("cur", "b"), ("prog", "b/prog")):
            (self.folder / link).unlink()
            (self.folder / link).symlink_to(target)
        self.fresh("10", COUNT % f'process("{self.folder}/cur/prog").function("foo")', "-c", self.path("cur/prog 10"))
        self.fresh("10", COUNT % f'process("{self.folder}/prog").function("foo")', "-c", self.path("prog 10"))

    def test_wildcard(self):
        text = COUNT % f'process("{self.folder}/dir/*/prog").function("foo")'
        both = "sh -c '%s/dir/1/prog 5; test ! -x %s/dir/2/prog || %s/dir/2/prog 10'" % ((self.folder,) * 3)
        program(f"{self.folder}/dir/1/prog")
        self.fresh("5", text, "-c", both)
        self.cached("5", text, "-c", both)
        program(f"{self.folder}/dir/2/prog", PADDING)
        self.fresh("15", text, "-c", both)
        self.cached("15", text, "-c", both)
        shutil.rmtree(self.folder / "dir" / "2")
        self.fresh("5", text, "-c", both)

    def test_wildcard_match_that_becomes_a_program(self):
        text = COUNT % f'process("{self.folder}/dir/*").function("foo")'
        program(f"{self.folder}/dir/one")
        (self.folder / "dir" / "two").write_text("not yet\n")
        both = f"sh -c '{self.folder}/dir/one 5; {self.folder}/dir/two 10 2>/dev/null; true'"
        self.fresh("5", text, "-c", both)
        (self.folder / "dir" / "two").unlink()
        program(f"{self.folder}/dir/two", PADDING)
        self.fresh("15", text, "-c", both)

    def test_working_folder(self):
        for name, padding in (("a", ""), ("b", PADDING)):
            program(f"{self.folder}/{name}/prog", padding)
        text = COUNT % 'process("./prog").function("foo")'
        for name in "ab":
            self.fresh("10", text, "-c", self.path(f"{name}/prog 10"), cwd=self.folder / name)
            self.cached("10", text, "-c", self.path(f"{name}/prog 10"), cwd=self.folder / name)

    def test_interpreter(self):
        for name, padding in (("a", ""), ("b", PADDING)):
            program(f"{self.folder}/{name}", padding)
        script = self.folder / "run"
        text = COUNT % f'process("{script}").function("foo")'
        for name in "ab":
            script.write_text(f"#!{self.folder}/{name}\n")
            script.chmod(0o755)
            self.fresh("10", text, "-c", self.path(f"{name} 10"))
        self.cached("10", text, "-c", self.path("b 10"))

    # ------------------------------------------------------------------ which process is meant

    def running(self, name, padding):
        """A program that calls foo() ten times on each SIGUSR1."""
        source = """
#include <signal.h>
#include <unistd.h>
volatile int sum;
%s
__attribute__((noinline)) void foo(int n) { sum += n; }
int main(void) {
  sigset_t set; int got;
  sigemptyset(&set); sigaddset(&set, SIGUSR1); sigprocmask(SIG_BLOCK, &set, 0);
  if (write(1, "x", 1) != 1) return 1;
  for (;;) { sigwait(&set, &got); for (int i = 0; i < 10; i++) foo(i); }
}
""" % padding
        process = subprocess.Popen([str(safety.compile_c(source, f"{self.folder}/{name}", "-g", "-O1"))],
                                   stdout=subprocess.PIPE)
        self.addCleanup(lambda: (process.kill(), process.wait(), process.stdout.close()))
        process.stdout.read(1)
        return process

    def test_process_of_x(self):
        """`process.function` with -x: the text is the same, the program is another."""
        # Not in begin: the command would run before the probes are live.
        text = ('global n, sent probe process.function("foo") { n++ } '
                'probe timer.ms(10) { if (!sent++) system(sprintf("kill -USR1 %d", target())) } '
                "probe timer.ms(20) { if (n == 10) { println(n) exit() } }")
        for name, padding in (("a", ""), ("b", PADDING)):
            process = self.running(name, padding)
            self.fresh("10", text, "-x", str(process.pid), "-T", "20")
            self.cached("10", text, "-x", str(process.pid), "-T", "20")

    def test_x_does_not_matter_where_nobody_asks(self):
        text = "probe begin { println(target()) exit() }"
        mine, parent = os.getpid(), os.getppid()
        self.fresh(str(mine), text, "-x", str(mine))
        self.cached(str(parent), text, "-x", str(parent))

    def test_program_of_c(self):
        for name, padding in (("a", ""), ("b", PADDING)):
            program(f"{self.folder}/{name}", padding)
        text = COUNT % 'process.function("foo")'
        for name in "ab":
            self.fresh("10", text, "-c", self.path(f"{name} 10"))
            self.cached("3", text, "-c", self.path(f"{name} 3"))

    def test_process_by_number_that_runs_another_program(self):
        """The same process id, and after exec another program."""
        source = """
#include <stdlib.h>
#include <stdio.h>
#include <unistd.h>
int main(int argc, char** argv) {
  char line[10];
  puts("x"); fflush(stdout);
  if (!fgets(line, sizeof line, stdin)) return 1;
  execv(argv[1], argv + 1);
}
"""
        stay = safety.compile_c(source.replace("int main", "void foo(int n) { } int main"), f"{self.folder}/stay", "-g")
        process = subprocess.Popen([str(stay), str(stay), str(stay)], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.addCleanup(lambda: (process.kill(), process.wait(), process.stdout.close(), process.stdin.close()))
        process.stdout.readline()
        text = 'probe process(%d).function("foo") { next } probe begin { println(1) exit() }' % process.pid
        self.fresh("1", text)
        self.cached("1", text)
        # The program's file is replaced by another of the same name, and the process runs it from then on.
        other = safety.compile_c(source.replace("int main", PADDING + "void foo(int n) { } int main"),
                                 f"{self.folder}/other", "-g")
        os.rename(other, stay)
        process.stdin.write(b"\n")
        process.stdin.flush()
        process.stdout.readline()
        self.fresh("1", text)

    # ------------------------------------------------------------------ what the files hold

    def test_program_rewritten_in_place_with_its_old_time(self):
        path = program(f"{self.folder}/prog", "", 1)
        text = COUNT % f'process("{path}").function("foo")'
        self.fresh("7", text, "-c", f"{path} 7")
        self.cached("7", text, "-c", f"{path} 7")
        status, size = path.stat(), path.stat().st_size
        other = program(f"{self.folder}/other", "", 2)
        self.assertEqual(other.stat().st_size, size, "the two programs must have the same size")
        path.write_bytes(other.read_bytes())
        os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
        self.assertEqual(path.stat().st_mtime_ns, status.st_mtime_ns)
        self.fresh("7", text, "-c", f"{path} 7")

    def test_debug_information_that_comes_and_goes(self):
        full = program(f"{self.folder}/full")
        path, debug = self.folder / "prog", self.folder / "prog.debug"
        subprocess.run(["objcopy", "--only-keep-debug", str(full), str(debug)], check=True)
        subprocess.run(["objcopy", "--strip-debug", f"--add-gnu-debuglink={debug}", str(full), str(path)], check=True)
        debug.rename(self.folder / "away")
        text = f'probe process("{path}").function("foo") {{ println(@defined($n)) exit() }}'
        self.fresh("0", text, "-c", f"{path} 1")
        self.cached("0", text, "-c", f"{path} 1")
        (self.folder / "away").rename(debug)
        self.fresh("1", text, "-c", f"{path} 1")
        self.cached("1", text, "-c", f"{path} 1")
        debug.unlink()
        self.fresh("0", text, "-c", f"{path} 1")

    def test_tapset_folder(self):
        folder = self.folder / "tapset"
        (folder / "deep").mkdir(parents=True)
        (folder / "one.stp").write_text("function answer() { return 1 }\n")
        text = "probe begin { println(answer()) exit() }"
        self.fresh("1", text, "-I", str(folder))
        self.cached("1", text, "-I", str(folder))
        (folder / "one.stp").write_text("function answer() { return 2 }\n")
        self.fresh("2", text, "-I", str(folder))
        # A new file, in the folder and below it, changes what a name means.
        text = "probe begin { println(%( CONFIG_NONE == \"y\" %? 0 %: @what %)) exit() }"
        for place, value in (("a.stpm", 3), ("deep/b.stpm", 4)):
            for old in folder.rglob("*.stpm"):
                old.unlink()
            (folder / place).write_text(f"@define what %( {value} %)\n")
            self.fresh(str(value), text, "-I", str(folder))
            self.cached(str(value), text, "-I", str(folder))

    def test_tapset_folder_gets_a_file_that_hides_nothing(self):
        folder = self.folder / "tapset"
        folder.mkdir()
        text = "probe begin { println(1) exit() }"
        self.fresh("1", text, "-I", str(folder))
        (folder / "new.stp").write_text("probe begin { println(2) }\n")
        self.fresh("1", text, "-I", str(folder))

    def test_header_of_embedded_c(self):
        header = self.folder / "answer.h"
        text = ('%{ /* harness */\n#include "answer.h"\n%} '
                "function answer:long() %{ /* harness */ /* pure */ STAP_RETVALUE = ANSWER; %} probe begin { println(answer()) exit() }")
        for value in (7, 8):
            header.write_text(f"#define ANSWER {value}\n")
            self.settle(header)
            self.fresh(str(value), text, "-g")
            self.cached(str(value), text, "-g")

    def test_compiler(self):
        """Another g++ in the same $PATH."""
        text = 'probe begin { println("compiled") exit() }'
        tools = self.folder / "bin"
        tools.mkdir()
        path = f"{tools}:{os.environ['PATH']}"
        self.fresh("compiled", text, PATH=path)
        self.cached("compiled", text, PATH=path)
        (tools / "g++").write_text(f"#!/bin/sh\necho ran >> {self.folder}/ran\nexec {shutil.which('g++')} \"$@\"\n")
        (tools / "g++").chmod(0o755)
        self.fresh("compiled", text, PATH=path)
        self.assertEqual((self.folder / "ran").read_text(), "ran\n")
        self.cached("compiled", text, PATH=path)
        with open(tools / "g++", "a") as tool:
            tool.write("# changed\n")
        self.fresh("compiled", text, PATH=path)

    def test_environment_and_options(self):
        """What is not a file but decides the result all the same."""
        text = "global unread = 3 probe begin { println(%( systemtap_v >= \"4\" %? 1 %: 0 %)) exit() }"
        seen = set()
        for arguments in ((), ("--compatible=3.0",), ("-u",), ("-DMAXACTION=77",), ("--no-global-var-display",)):
            out, was_cached = self.script(text, *arguments)
            self.assertFalse(was_cached, arguments)
            self.assertEqual(self.script(text, *arguments), (out, True), arguments)
            seen.add((arguments, out))
        self.assertEqual({out.splitlines()[0] for arguments, out in seen if arguments == ("--compatible=3.0",)}, {"0"})

    def test_member_that_the_key_forgets_does_not_compile(self):
        header = (safety.ROOT / "translator/support/compile_input.h").read_text()
        for member in ("", "int forgotten = 0;", "std::string forgotten;", "std::vector<std::string> forgotten;"):
            text = header.replace("  /// All fields:", f"  {member}\n  /// All fields:", 1).replace("#pragma once", "")
            result = subprocess.run(["g++", "-std=c++20", "-fsyntax-only", "-x", "c++", "-"], input=text, text=True,
                                    capture_output=True)
            self.assertEqual("is missing in fields()" in result.stderr, member != "", result.stderr)
            self.assertEqual(result.returncode != 0, member != "")

    def settle(self, path):
        """A file that changes while it is compiled is not cached: let the clock's tick pass."""
        while time.time_ns() - path.stat().st_ctime_ns < 20_000_000:
            time.sleep(0.005)

    def test_file_that_changes_while_it_is_compiled(self):
        """Nobody knows which of the two was read: the result is not kept."""
        header = self.folder / "busy.h"
        header.write_text("#define ANSWER 1\n")
        self.settle(header)
        text = ('%{ /* harness */\n#include "busy.h"\n%} '
                "function answer:long() %{ /* harness */ /* pure */ STAP_RETVALUE = ANSWER; %} probe begin { println(answer()) exit() }")
        tools = self.folder / "bin"
        tools.mkdir()
        (tools / "g++").write_text(f"#!/bin/sh\n{shutil.which('g++')} \"$@\" || exit\n"
                                   f"echo '#define ANSWER 2' > {header}\n")
        (tools / "g++").chmod(0o755)
        self.fresh("1", text, "-g", PATH=f"{tools}:{os.environ['PATH']}")
        self.fresh("2", text, "-g", PATH=f"{tools}:{os.environ['PATH']}")


if __name__ == "__main__":
    if missing := live.bpf_missing():
        print(f"*** SKIPPED: these tests need BPF: {missing} ***", file=sys.stderr)
        sys.exit(77)
    safety.main()
