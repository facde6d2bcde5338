"""Return probes: exact whichever way the function is left, and nothing that they do harms the program.

Each workload counts its own returns, results and arguments: what it prints probed must be what it prints unprobed, and
what the probes saw.
"""
import os
import pathlib
import shutil
import subprocess

import live
from live import LiveTest, TMP, coretap, run

COMPILERS = {".c": ("gcc", "clang"), ".cpp": ("g++", "clang++")}


def build(source, level="-O2", compiler=None, flag=None):
    """The program of workloads/SOURCE."""
    path = pathlib.Path(source)
    compiler = compiler or COMPILERS[path.suffix][0]
    out = TMP / f"{path.stem}{path.suffix[1:]}{level}{compiler}{flag or ''}"
    if not out.exists():
        standard = ["-std=c++20"] if path.suffix == ".cpp" else []
        subprocess.run([compiler, *standard, "-g", level, *([flag] if flag else []), "-o", str(out), str(live.HERE / "workloads" / source)], check=True)
    return str(out)


def builds(source, flag=None):
    return [build(source, level, compiler, flag) for compiler in COMPILERS[pathlib.Path(source).suffix] for level in ("-O0", "-O2")]


def summing(prog, *functions, more=""):
    """A script that prints the number of returns, the sum of the results, and that of the arguments at entry."""
    points = ", ".join(f'process("{prog}").function("{f}").return' for f in functions)
    return ("global n, results, arguments "
            f"probe {points} {{ n++ results += $return arguments += @entry($n) {more} }} "
            'probe end { printf("%d %d %d\\n", n, results, arguments) }')


class Returns(LiveTest):
    def same(self, script, prog, *words, columns=3):
        """The program does what it does without probes, and the script tells the same."""
        alone = self.ok(run(prog, *words))
        out = self.ok(coretap("-e", script, "-c", " ".join([prog, *map(str, words)])))
        own = " ".join(alone.split()[:columns]) + "\n"
        self.assertEqual(out, alone + own, (prog, words))
        return out

    def placement(self, prog, function):
        """What -vv says of the place of the function's return probe."""
        point = f'process("{prog}").function("{function}").return'
        result = coretap("-vv", "-e", f"probe {point} {{ println(pp()) }}", "-c", "/bin/true")
        self.assertEqual(result.returncode, 0, result.stderr)
        return result.stderr

    # ------------------------------------------------------------------ C

    def test_of_one_process(self):
        """Nothing was saved for the calls of others, and nothing is lost: their returns are not told of."""
        prog = TMP / "two"
        (TMP / "two.c").write_text("#include <stdlib.h>\n#include <unistd.h>\n"
                                   "__attribute__((noinline)) int tick(int id, int n) { __asm__ volatile(\"\"); return id * 1000 + n; }\n"
                                   "int main(int c, char **v) { for (int i = 0; i < 500; i++) { tick(atoi(v[1]), i); usleep(10000); } }\n")
        subprocess.run(["gcc", "-g", "-O1", "-o", str(prog), str(TMP / "two.c")], check=True)
        others = [subprocess.Popen([str(prog), number]) for number in ("1", "2")]
        try:
            text = ("global n probe process(PID).function(\"tick\").return { n[@entry($id), $return / 1000]++ } "
                    "probe end { foreach ([id, result] in n) println(id, \" \", result) } probe timer.ms(300) { exit() }")
            done = coretap("-e", text.replace("PID", str(others[1].pid)))
        finally:
            for other in others:
                other.kill()
                other.wait()
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "2 2\n", ""))

    def test_command_in_quotes(self):
        """The program of `process` without a path is the command's, as a shell reads it."""
        source, prog = TMP / "quoted.c", TMP / "a quoted program"
        source.write_text("__attribute__((noinline)) int arg(int n) { __asm__ volatile(\"\"); return n; }\n"
                          "int main(int c, char **v) { return arg(c) != 2; }\n")
        subprocess.run(["gcc", "-g", "-O1", "-o", str(prog), str(source)], check=True)
        for command in (f'"{prog}" x', f"'{prog}' x", str(prog).replace(" ", "\\ ") + " x"):
            done = coretap("-e", 'probe process.function("arg").return { println($return) }', "-c", command)
            self.assertEqual((done.returncode, done.stdout), (0, "2\n"), done.stderr)

    def test_longjmp(self):
        """Calls that longjmp() left leave nothing behind that another call would find."""
        for prog in builds("returns.c"):
            with self.subTest(prog):
                self.same(summing(prog, "jumping", "jumped_over"), prog, "longjmp", 200)
                self.same(summing(prog, "recursive_jump"), prog, "recursive_jump", 40)

    def test_recursion(self):
        """Deeper than the 64 calls of a uretprobe, with values of the entry and of the exit."""
        for prog in builds("returns.c"):
            with self.subTest(prog):
                script = (f'global n, results, arguments, locals, wrong probe process("{prog}").function("recursive").return {{ '
                          'n++ results += $return arguments += @entry($n) locals += $mine '
                          'if ($mine != @entry($n) * 7 + 1) wrong++ } '
                          'probe end { printf("%d %d %d %d\\n", n, results, arguments, locals) if (wrong) println(wrong) }')
                self.same(script, prog, "recursive", 500, columns=4)

    def test_tail_calls(self):
        for prog in builds("returns.c"):
            with self.subTest(prog):
                self.same(summing(prog, "tail"), prog, "tail", 100)
        prog = build("returns.c")
        self.assertIn("is placed as a uretprobe, because it leaves by a tail call of 'tail_end'", self.placement(prog, "tail"))

    def test_tail_calls_to_each_other(self):
        """Many calls share one frame, and return by one instruction: each is a return, with its own argument."""
        prog = build("returns.c")
        count = 50
        counts = [0, 0]
        for top in range(count):
            for n in range(top, -1, -1):  # ping, pong, ping…
                counts[0] += 1
                counts[1] += n
        points = ", ".join(f'process("{prog}").function("{f}").return' for f in ("ping", "pong"))
        out = self.ok(coretap("-e", f"global n, arguments probe {points} {{ n++ arguments += @entry($n) }} "
                              'probe end { printf("%d %d\\n", n, arguments) }', "-c", f"{prog} ping {count}"))
        self.assertEqual(out.splitlines()[1], "{} {}".format(*counts))

    def test_fork(self):
        """The child returns from the calls that it was born in."""
        for prog in builds("returns.c"):
            with self.subTest(prog):
                self.same(summing(prog, "forking"), prog, "forking", 15)

    def test_fork_deep(self):
        """A child inherits the values of 16 calls. The other returns are not handled, and each is told."""
        prog = build("returns.c")
        depth, inherited = 100, 16
        result = coretap("-e", summing(prog, "forking"), "-c", f"{prog} forking {depth}")
        own = sum(range(depth + 1))
        handled = depth + 1 + inherited
        self.assertEqual(result.returncode, 0, result.stderr)
        n, _, arguments = map(int, result.stdout.splitlines()[1].split())
        self.assertEqual((n, arguments), (handled, own + sum(range(inherited))))
        self.assertIn(f"WARNING: {2 * (depth + 1) - handled} returns were not handled", result.stderr)
        # Without values from the entry there is nothing to inherit.
        script = f'global n probe process("{prog}").function("forking").return {{ n++ }} probe end {{ println(n) }}'
        out = self.ok(coretap("-e", script, "-c", f"{prog} forking {depth}"))
        self.assertEqual(out.splitlines()[1], str(2 * (depth + 1)))

    def test_cold_part(self):
        prog = build("returns.c", compiler="gcc")
        self.assertIn("with_cold.cold", run("nm", prog).stdout)
        self.same(summing(prog, "with_cold"), prog, "cold", 103)

    def test_inlined_copies(self):
        """A function around inlined copies returns as often as it did; a copy has no return."""
        for prog in builds("returns.c"):
            with self.subTest(prog):
                self.same(summing(prog, "user_of_copies"), prog, "copies", 50)
        result = coretap("-p2", "-e", f'probe process("{prog}").function("copied").return {{ }}')
        self.assertEqual(result.returncode, 1)
        self.assertIn("an inlined copy does not return", result.stderr)

    def test_many_returns(self):
        for prog in builds("returns.c"):
            with self.subTest(prog):
                self.same(summing(prog, "many"), prog, "many", 77)

    def test_switched_stacks(self):
        for prog in builds("returns.c", "-DCOROUTINES"):
            with self.subTest(prog):
                self.same(summing(prog, "yielding"), prog, "coroutines")
                self.assertIn(", because the program switches stacks", self.placement(prog, "yielding"))
        # By a tail call, there is no return instruction.
        prog = build("returns.c", flag="-DCOROUTINES")
        self.assertIn("WARNING [return-in-coroutine]: the return probe of 'tail'", self.placement(prog, "tail"))

    def test_setjmp_is_refused(self):
        """glibc's setjmp keeps its return address: another one would be jumped to."""
        result = coretap("-p2", "-e", 'probe process("/lib/x86_64-linux-gnu/libc.so.6").function("_setjmp").return {}')
        self.assertEqual(result.returncode, 1)
        self.assertIn("[return-address-read]", result.stderr)

    # ------------------------------------------------------------------ C++

    def test_exceptions(self):
        """Thrown by the function, through it, caught in it, thrown anew: also deeper than 64 calls."""
        for prog in builds("returns.cpp"):
            with self.subTest(prog):
                self.same(summing(prog, "thrower"), prog, "throw", 100)
                self.same(summing(prog, "passed"), prog, "pass", 90)
                self.same(summing(prog, "thrower", "rethrower"), prog, "rethrow", 100)
                script = (f'global n probe process("{prog}").function("catcher").return {{ n[$return]++ }} '
                          'probe end { printf("%d %d\\n", n[2], n[1] + n[2]) }')
                out = self.ok(coretap("-e", script, "-c", f"{prog} pass 90")).splitlines()
                self.assertEqual(out[1], f"{out[0].split()[3]} 90")
                self.assertIn("because exceptions may be thrown through it", self.placement(prog, "passed"))

    def test_tail_call_where_exceptions_are(self):
        """There is no return instruction: a uretprobe is the only way, and that is told, by name."""
        prog = build("returns.cpp")
        alone = self.ok(run(prog, "tail", 10))
        result = coretap("-e", summing(prog, "tail"), "-c", f"{prog} tail 10")
        self.assertEqual((result.returncode, result.stdout), (0, alone + " ".join(alone.split()[:3]) + "\n"), result.stderr)
        self.assertIn(f"WARNING [return-and-exceptions]: the return probe of 'tail' in {prog}", result.stderr)
        self.assertIn("because it leaves by a tail call of 'tail_end'", result.stderr)

    def test_coroutines(self):
        """What a C++ coroutine calls returns as always, also by an exception that ends the coroutine."""
        for prog in builds("returns.cpp"):
            with self.subTest(prog):
                self.same(summing(prog, "given"), prog, "coroutine", 20)

    # ------------------------------------------------------------------ Go, Rust

    def test_go(self):
        """Stacks grow from 8 KiB to many hundred, eight at a time, and are scanned; panics are recovered."""
        if not shutil.which("go"):
            self.skipTest("*** SKIPPED: no Go compiler (package golang-go) ***")
        prog = str(TMP / "returns.go.prog")
        subprocess.run(["go", "build", "-o", prog, str(live.HERE / "workloads" / "returns.go")], check=True,
                       env=dict(os.environ, GOCACHE=str(TMP / "go"), GO111MODULE="off"))
        for function, words in (("main.grow", ["grow", 400]), ("main.risky", ["guard", 100])):
            script = ("global n, arguments "
                      f'probe process("{prog}").function("{function}").return {{ n++ arguments += @entry($n) }} '
                      'probe end { printf("%d %d\\n", n, arguments) }')
            self.same(script, prog, *words, columns=2)
        script = f'global n probe process("{prog}").function("main.guard").return {{ n++ }} probe end {{ println(n) }}'
        out = self.ok(coretap("-e", script, "-c", f"{prog} guard 100")).splitlines()
        self.assertEqual(out[1], out[0].split()[3])
        self.assertIn("because it is in a Go program", self.placement(prog, "main.grow"))

    def test_rust(self):
        """Panics pass through, and are caught."""
        if not shutil.which("rustc"):
            self.skipTest("*** SKIPPED: no Rust compiler (rustc) ***")
        for level in ("0", "2"):
            with self.subTest(level):
                prog = str(TMP / f"returns.rs.prog{level}")
                subprocess.run(["rustc", "-g", f"-Copt-level={level}", "-o", prog, str(live.HERE / "workloads" / "returns.rs")], check=True)
                script = ("global n, results "
                          f'probe process("{prog}").function("risky").return, process("{prog}").function("passed").return '
                          '{ n++ results += $return } probe end { printf("%d %d\\n", n, results) }')
                self.same(script, prog, 100, columns=2)


if __name__ == "__main__":
    live.main()
