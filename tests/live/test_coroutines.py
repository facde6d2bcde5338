"""C++20 coroutines: a coroutine is several functions, whose variables are in a frame on the heap.

What the program prints, and how often gdb's breakpoints on the functions' entries are hit, is what the probes must tell.
"""
import re
import shutil
import subprocess

import live
from live import LiveTest, TMP, coretap, run

SOURCE = live.HERE / "workloads" / "coroutine.cpp"


def build(level):
    out = TMP / f"coroutine{level}"
    subprocess.run(["g++", "-std=c++20", "-g", level, "-no-pie", "-o", str(out), str(SOURCE)], check=True)
    return str(out)


def gdb_entries(prog):
    """How often the functions that make up squares() are entered."""
    symbols = [row.split() for row in run("nm", prog).stdout.splitlines() if re.search(r"squares", row)]
    addresses = [symbol[0] for symbol in symbols if symbol[1] in "tT" and ".cold" not in symbol[2]]
    commands = ["-ex", "set confirm off"]
    for number, address in enumerate(addresses, 1):
        commands += ["-ex", f"break *0x{address}", "-ex", f"ignore {number} 1000"]
    out = run("gdb", "-nx", "-batch", *commands, "-ex", "run", "-ex", "info breakpoints", prog, timeout=120).stdout
    return sum(int(count) for count in re.findall(r"already hit (\d+) time", out))


class Coroutines(LiveTest):
    def test_variables(self):
        """Variables of a block, which gcc describes beside the block of the coroutine's whole code."""
        prog = build("-O0")
        line = next(n for n, text in enumerate(SOURCE.read_text().splitlines(), 1) if "// HERE" in text)
        told = self.ok(run(prog))
        self.assertEqual(told.split()[:3], ["3", "3", "9"])
        script = (f'probe process("{prog}").statement("squares@coroutine.cpp:{line}") '
                  '{ printf("%d %d %d\\n", $from, $i, $square) }')
        self.assertEqual(self.ok(coretap("-e", script, "-c", prog, "-o", str(TMP / "seen"))), told)
        self.assertEqual((TMP / "seen").read_text(), told)

    def test_lines(self):
        """A line that is suspended in its middle, and the head of a loop around it, are not counted when that goes on."""
        prog = build("-O0")
        lines = SOURCE.read_text().splitlines()
        told = self.ok(run(prog))
        turns = told.count("\n")
        wanted = {"for (int i": 2, "if (square % 2": turns, "tell(from, i, square);": turns, "co_yield square;": turns,
                  "int half = ": sum(int(row.split()[1]) % 2 == 0 for row in told.splitlines())}
        numbers = {text: next(n for n, line in enumerate(lines, 1) if text in line) for text in wanted}
        probes = "".join(f'probe process("{prog}").statement("squares@coroutine.cpp:{n}") {{ count[{n}]++ }} ' for n in numbers.values())
        script = "global count " + probes + 'probe end { foreach (n+ in count) printf("%d %d\\n", n, count[n]) }'
        rows = sorted((numbers[text], count) for text, count in wanted.items())
        self.assertEqual(self.ok(coretap("-e", script, "-c", prog)), told + "".join(f"{n} {count}\n" for n, count in rows))

    def test_lines_that_count_again_are_marked(self):
        """All that count more than they run; of g++ without optimisation, which counts right, none is marked."""
        told = self.ok(run(build("-O0")))
        turns = told.count("\n")
        wanted = {"for (int i": 2, "tell(from, i, square);": turns, "co_yield square;": turns}
        lines = SOURCE.read_text().splitlines()
        mark = "/* inexact: may count again when the coroutine is resumed */"
        for level in ("-O0", "-O1", "-O2"):
            with self.subTest(level):
                prog = build(level)
                listed = self.ok(coretap("-L", f'process("{prog}").statement("squares@coroutine.cpp:*")'))
                more = 0
                for text, count in wanted.items():
                    number = next(n for n, line in enumerate(lines, 1) if text in line)
                    rows = [row for row in listed.splitlines() if f'("squares@{SOURCE}:{number}")' in row]
                    self.assertNotEqual(rows, [], number)
                    script = f'global n probe process("{prog}").statement("squares@coroutine.cpp:{number}") {{ n++ }} probe end {{ println(n) }}'
                    got = int(self.ok(coretap("-e", script, "-c", prog)).splitlines()[-1])
                    more += got > count
                    self.assertTrue(got == count or all(mark in row for row in rows), (number, got, count))
                self.assertEqual(mark in listed, level != "-O0")
                self.assertEqual(more > 0, level != "-O0")  # else the mark says too much

    def test_returns(self):
        """Every part returns as often as it is entered, the program is not harmed, and what was inlined is not missed."""
        if not shutil.which("gdb"):
            self.skipTest("*** SKIPPED: no gdb ***")
        for level in ("-O0", "-O2"):
            with self.subTest(level):
                prog = build(level)
                told = self.ok(run(prog))
                points = f'process("{prog}").function("squares")'
                script = (f'global calls, returns probe {points}.call {{ calls++ }} probe {points}.return {{ returns++ }} '
                          'probe end { printf("%d %d\\n", calls, returns) }')
                entered = gdb_entries(prog)
                self.assertGreater(entered, 6)
                result = coretap("-e", script, "-c", prog)
                self.assertEqual((result.returncode, result.stdout), (0, told + f"{entered} {entered}\n"), result.stderr)
                # Optimised, the part that destroys goes on in the body by a jump, which is no return.
                self.assertEqual("[return-and-exceptions]" in result.stderr, level == "-O2", result.stderr)

    def test_a_frame_that_may_be_freed_is_not_read(self):
        """At a return the values from the entry are there, those in the frame on the heap are not."""
        prog = build("-O0")
        told = self.ok(run(prog))
        script = (f'global n, bad, entry probe process("{prog}").function("squares").return {{ n++; bad += @defined($_Coro_resume_index) + @defined($_Coro_promise) '
                  'if (@defined($frame_ptr) && @defined(@entry($from))) entry[@entry($from)]++ } '
                  'probe end { println(n, " ", bad) foreach (v+ in entry) println(v) }')
        out = self.ok(coretap("--no-global-var-display", "-e", script, "-c", prog))
        self.assertEqual(out, told + f"{gdb_entries(prog)} 0\n3\n20\n")


live.main()
