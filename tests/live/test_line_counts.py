"""Lines count as often as they run, at each level of optimisation, and functions once per call, inlined or not.

The workloads say with //@N how often a line runs."""
import collections
import re
import subprocess
import unittest

import live
from live import LiveTest, coretap, script


def lines_of_functions(source):
    """Of a workload that says with //@N F how often a line runs in all copies of the function F: {"F:line": N}."""
    return {f"{mark[2]}:{number}": int(mark[1]) for number, line in enumerate(source.read_text().splitlines(), 1)
            if (mark := re.search(r"//@(\d+) (\w+)$", line))}


def compile_workload(name, compiler, level):
    source = live.HERE / "workloads" / name
    path = live.TMP / (name + compiler + level)
    if compiler == "rustc":
        command = ["rustc", "-g", "-C", "opt-level=" + level[2], "-C", "codegen-units=1"]
    else:
        command = [compiler, "-g", level, "-w"]
    subprocess.run([*command, str(source), "-o", str(path)], check=True)
    return source, path


def marked_lines(source, is_optimised):
    found = {}
    for number, line in enumerate(source.read_text().splitlines(), 1):
        if (mark := re.search(r"//@(\d+)(!?)$", line)) and not (mark[2] and is_optimised):
            found[number] = int(mark[1])
    return found

# A copy of walk() is inlined into main: clang describes no variable of its loop there.
HEAD_IN_A_COPY = """
int sink;
static inline __attribute__((always_inline)) void walk(int (&values)[5]) {
  for (int v : values)
    sink += v;
}
int main() { int values[5] = {1, 2, 3, 4, 5}; walk(values); return sink != 15; }
"""
# Several parts of a line with equal instructions: at -O0 they are no copies.
UNOPTIMISED = """
#include <cstdarg>
int sink;
int sum(int n, ...) {
  va_list all;
  va_start(all, n);
  for (int i = 0; i < n; i++) {
    int v = va_arg(all, int);
    sink += v;
  }
  va_end(all);
  return sink;
}
int main() {
  int values[3] = {1, 2, 3};
  for (int v : values)
    sink += v;
  return sum(4, 1, 2, 3, 4) != 16;
}
"""
# clang has a row for the entry of sum_of(), and none where its loop begins.
LOOP_AT_THE_ENTRY = """
int sink;
__attribute__((noinline)) int sum_of(const int *values, int scale) {
  int copy[5];
  int most = 0;
  for (int i = 0; i < 5; i++) {
    copy[i] = values[i] * scale;
    if (copy[i] > most)
      most = copy[i];
  }
  return most + copy[4];
}
int main() { int values[5] = {3, 1, 4, 1, 5}; sink = sum_of(values, 2) + sum_of(values, 3); return sink != 50; }
"""
# Virtual functions that are reached through thunks: at -O0 these jump to the function, from -O1 on g++ may copy it into them.
THUNKS = """
#define NOIPA __attribute__((noinline))
struct Named { int id = 1; virtual int size() = 0; virtual ~Named() {} };
struct Plain { int width = 2; virtual int area() = 0; };
struct Both : virtual Named, Plain {
  int own = 3;
  int size() override {
    return own + id;
  }
  int area() override {
    return own * width;
  }
};
NOIPA int size_of(Named& n) { asm volatile(""); return n.size(); }
NOIPA int area_of(Plain& p) { asm volatile(""); return p.area(); }
NOIPA int all_of(Both& b) { asm volatile(""); return b.size() + b.area(); }
int main() {
  Both b;
  int sum = 0;
  for (int i = 0; i < 3; i++) sum += size_of(b);
  for (int i = 0; i < 5; i++) sum += area_of(b);
  return sum + all_of(b) != 3 * 4 + 5 * 6 + 10;
}
"""


class LineCounts(LiveTest):
    def compile_text(self, name, text, compiler, level):
        source, path = live.TMP / name, live.TMP / (name + compiler + level)
        source.write_text(text)
        subprocess.run([compiler, "-g", level, "-w", str(source), "-o", str(path)], check=True)
        return source, path

    def listed_lines(self, source, path):
        """{line: is it marked as inexact} of the lines that have code."""
        listed = collections.defaultdict(bool)
        text = self.ok(coretap("-L", f'process("{path}").statement("*@{source.name}:*")'))
        for line, rest in re.findall(r':(\d+)"\)(.*)', text):
            listed[int(line)] |= "/* inexact: may count less than it runs */" in rest
        return listed

    def counts(self, source, path, lines):
        probes = " ".join(f'probe process("{path}").statement("*@{source.name}:{line}") {{ n[{line}]++ }}' for line in lines)
        out = self.ok(script("global n " + probes + " probe end { foreach (line+ in n) "
                             'printf("#%d %d\\n", line, n[line]) }', "-c", str(path)))
        return {int(line): int(count) for line, count in re.findall(r"#(\d+) (\d+)", out)}

    def check(self, name, compilers, levels, leave_out=None):
        """A line of which the compiler left no code, or that is marked, may be missed; at -O0 there is none. Lines with the
        text `leave_out` are not compared."""
        for compiler in compilers:
            for level in levels:
                with self.subTest(compiler=compiler, level=level):
                    source, path = compile_workload(name, compiler, level)
                    wanted = marked_lines(source, level != "-O0")
                    if leave_out:
                        text = source.read_text().splitlines()
                        wanted = {line: count for line, count in wanted.items() if leave_out not in text[line - 1]}
                    listed = self.listed_lines(source, path)
                    if level != "-O0":
                        wanted = {line: count for line, count in wanted.items() if line in listed and not listed[line]}
                    self.assertGreater(len(wanted), 0)
                    self.assertEqual(self.counts(source, path, wanted), wanted)

    def test_cplusplus(self):
        self.check("lines.cpp", ("g++", "clang++"), ("-O0", "-O1", "-O2"))

    def test_unrolled_copies_of_inlined_code(self):
        self.check("unrolled.c", ("gcc",), ("-O0", "-O1", "-O2", "-O3"))

    def test_unrolled_loop_around_calls(self):
        """gcc leaves copies of the calls out of the ranges of the inlined functions; their markers stand behind that of the call."""
        for level in ("-O0", "-O1", "-O2", "-O3"):
            with self.subTest(level=level):
                source, path = compile_workload("unrolled_calls.c", "gcc", level)
                wanted = lines_of_functions(source)
                self.assertEqual(len(wanted), 7)
                probes = "".join('probe process("%s").statement("%s@unrolled_calls.c:%s") { n["%s"]++ } ' % (path, *point.split(":"), point)
                                 for point in wanted)
                wanted |= {"add": 5, "doubled": 10}
                probes += "".join(f'probe process("{path}").function("{name}") {{ n["{name}"]++ }} ' for name in ("add", "doubled"))
                out = self.lines(script("global n " + probes + 'probe end { foreach (k in n) println(k, " ", n[k]) }', "-c", str(path)))
                self.assertEqual({line.split()[0]: int(line.split()[1]) for line in out}, wanted)

    def test_tests_that_a_compiler_wrote(self):
        self.check("sort.c", ("gcc", "clang"), ("-O0", "-O1", "-O2", "-O3"))

    def test_completely_unrolled_copies_are_marked(self):
        """clang -O2 leaves one inlined copy of add() for four turns: its lines may count less than they run. Of the sum it folds some
        executions away without a trace."""
        source, path = compile_workload("unrolled_calls.c", "clang", "-O2")
        listed = self.listed_lines(source, path)
        found = self.counts(source, path, listed)
        text = source.read_text().splitlines()
        marked = {line: count for point, count in lines_of_functions(source).items()
                  if "int t =" not in text[(line := int(point.split(":")[1])) - 1]}
        self.assertEqual({line for line, count in marked.items() if line in listed and found[line] != count and not listed[line]}, set())
        self.assertTrue(any(listed[line] and found[line] < marked[line] for line in marked if line in listed))

    def test_heads_of_loops(self):
        self.check("heads.c", ("g++",), ("-O0", "-O1", "-O2"))
        self.check("heads.c", ("gcc",), ("-O1", "-O2"))
        # clang leaves no trace of `i = 0`: then the test stands first on the line.
        self.check("heads.c", ("clang++",), ("-O1", "-O2"), leave_out="for (i = 0;")

    def test_head_of_a_loop_in_an_inlined_copy(self):
        for compiler in ("g++", "clang++"):
            with self.subTest(compiler=compiler):
                source, path = self.compile_text("copy.cpp", HEAD_IN_A_COPY, compiler, "-O1")
                self.assertEqual(self.counts(source, path, [4]), {4: 1})

    def test_function_that_begins_with_a_loop(self):
        for compiler in ("gcc", "clang"):
            for level in ("-O0", "-O1"):
                with self.subTest(compiler=compiler, level=level):
                    source, path = self.compile_text("entry.c", LOOP_AT_THE_ENTRY, compiler, level)
                    self.assertEqual(self.counts(source, path, [3]), {3: 2})

    def test_thunks_of_virtual_functions(self):
        """The line that opens a function counts its calls, however they come to it. clang leaves no row of it in a thunk's copy."""
        for compiler, level in (("g++", "-O0"), ("g++", "-O1"), ("g++", "-O2"), ("clang++", "-O0")):
            with self.subTest(compiler=compiler, level=level):
                source, path = self.compile_text("thunks.cpp", THUNKS, compiler, level)
                self.assertEqual(self.counts(source, path, [7, 10]), {7: 4, 10: 6})

    def test_unrolled_calls_are_marked(self):
        """clang gives the copies no rows of their own."""
        source, path = compile_workload("heads.c", "clang", "-O2")
        line = next(n for n, text in enumerate(source.read_text().splitlines(), 1) if "g(i * 3);  //@10" in text)
        self.assertTrue(self.listed_lines(source, path)[line])

    @unittest.skipIf(live.rust_missing(), f"*** SKIPPED: {live.rust_missing()} ***")
    def test_rust(self):
        self.check("overflow.rs", ("rustc",), ("-O0", "-O2", "-O3"))

    def test_unoptimised_lines_are_exact(self):
        for compiler in ("g++", "clang++"):
            listed = self.listed_lines(*compile_workload("lines.cpp", compiler, "-O0"))
            self.assertEqual([line for line, is_inexact in listed.items() if is_inexact], [])
            self.assertGreater(len(listed), 20)
        for compiler in ("g++", "clang++"):
            source, path = self.compile_text("plain.cpp", UNOPTIMISED, compiler, "-O0")
            self.assertEqual([line for line, is_inexact in self.listed_lines(source, path).items() if is_inexact], [])
            self.assertEqual(self.counts(source, path, [7, 8, 9, 16, 17]), {7: 1, 8: 4, 9: 4, 16: 1, 17: 3})

    def test_vectorised_line_is_marked(self):
        source = live.TMP / "vector.c"
        source.write_text("void f(int *p, int *q) {\n  for (int i = 0; i < 64; i++)\n    p[i] += q[i];\n}\n"
                          "int a[64], b[64];\nint main(void) { f(a, b); return a[3]; }\n")
        path = live.TMP / "vector"
        for compiler, level in (("gcc", "-O3"), ("clang", "-O2")):
            subprocess.run([compiler, "-g", level, str(source), "-o", str(path)], check=True)
            listed = self.ok(coretap("-L", f'process("{path}").statement("f@vector.c:3")'))
            self.assertIn("/* inexact: may count less than it runs */", listed)


class InlinedAndNested(LiveTest):
    def test_inlined_calls(self):
        """Each call of an inlined function, and each of its lines by the function's name, by the numbers in the workload."""
        for compiler, level in (("gcc", "-O0"), ("gcc", "-O1"), ("gcc", "-O2"), ("gcc", "-O3"), ("clang", "-O1")):
            with self.subTest(compiler=compiler, level=level):
                source, path = compile_workload("inlined.c", compiler, level)
                calls = {"same": 3, "leaf": 3, "middle": 1, "top": 1, "turn": 3, "whole": 1}
                lines = lines_of_functions(source)
                self.assertEqual(len(lines), 18)
                if compiler == "clang":  # it merges calls, and what is left of their lines
                    calls, lines = {"turn": 3, "whole": 1}, {}
                probes = "".join(f'probe process("{path}").function("{name}") {{ n["{name}"]++ }} ' for name in calls)
                probes += "".join('probe process("%s").statement("%s@inlined.c:%s") { n["%s"]++ } ' % (path, *point.split(":"), point)
                                  for point in lines)
                out = self.lines(script("global n " + probes + 'probe end { foreach (k in n) println(k, " ", n[k]) }', "-c", str(path)))
                found = {line.split()[0]: int(line.split()[1]) for line in out}
                self.assertEqual(found, calls | lines)

    def test_values_of_inlined_calls(self):
        """Of calls that begin at one address, too, each has its own arguments."""
        for level in ("-O1", "-O2", "-O3"):
            with self.subTest(level=level):
                _, path = compile_workload("inlined.c", "gcc", level)
                probes = "".join(f'probe process("{path}").function("{name}") {{ printf("{name} %d %d\\n", $x, $y) }} '
                                 for name in ("leaf", "turn"))
                out = self.lines(script(probes, "-c", str(path)))
                self.assertEqual(sorted(out), sorted(["leaf 3 1", "leaf 3 2", "leaf 3 3", "turn 7 0", "turn 3 1", "turn 9 2"]))

    def test_function_is_not_the_lambda_in_it(self):
        for compiler in ("g++", "clang++"):
            with self.subTest(compiler=compiler):
                _, path = compile_workload("lines.cpp", compiler, "-O0")
                out = self.ok(script(
                    f'probe process("{path}").function("outer") {{ printf("outer %d\\n", $k) }} '
                    f'probe process("{path}").function("operator()") {{ printf("lambda %d\\n", $v) }} '
                    f'probe process("{path}").function("apply*") {{ printf("apply %d\\n", $k) }}', "-c", str(path)))
                self.assertEqual(out.splitlines(), ["outer 4", "apply 4", "lambda 4"])
                source = live.HERE / "workloads" / "lines.cpp"
                line = next(n for n, text in enumerate(source.read_text().splitlines(), 1) if "auto twice = [](int v)" in text)
                self.assertIn(f'function("operator()@{source}:{line}")', self.ok(coretap("-l", f'process("{path}").function("*@lines.cpp")')))

    def test_constructors_inlined_or_not(self):
        points = {"Box::Box": ("$x", [3, 4]), "Base::Base": ("$i", [3, 4]), "Base::~Base": ("0", [0, 0])}
        for compiler in ("g++", "clang++"):
            for level in ("-O0", "-O2"):
                with self.subTest(compiler=compiler, level=level):
                    _, path = compile_workload("lines.cpp", compiler, level)
                    # clang -O2 says of $x only where it is in the object.
                    shown = {name: value if (compiler, level) != ("clang++", "-O2") else "0" for name, (value, _) in points.items()}
                    probes = " ".join(f'probe process("{path}").function("{name}") {{ printf("{name} %d\\n", {value}) }}'
                                      for name, value in shown.items())
                    found = collections.defaultdict(list)
                    for line in self.lines(script(probes, "-c", str(path))):
                        name, value = line.split()
                        found[name].append(int(value))
                    wanted = {name: values if shown[name] != "0" else [0, 0] for name, (_, values) in points.items()}
                    self.assertEqual({name: sorted(values) for name, values in found.items()}, wanted)


if __name__ == "__main__":
    live.main()
