"""Lines count as often as they run, at each level of optimisation, and functions once per call, inlined or not.

The workloads say with //@N how often a line runs."""
import collections
import re
import subprocess
import unittest

import live
from live import LiveTest, coretap, script


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


class LineCounts(LiveTest):
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

    def test_heads_of_loops(self):
        self.check("heads.c", ("g++",), ("-O0", "-O1", "-O2"))
        self.check("heads.c", ("gcc",), ("-O1", "-O2"))
        # clang leaves no trace of `i = 0`: then the test stands first on the line.
        self.check("heads.c", ("clang++",), ("-O1", "-O2"), leave_out="for (i = 0;")

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
    def test_function_is_not_the_lambda_in_it(self):
        for compiler in ("g++", "clang++"):
            with self.subTest(compiler=compiler):
                _, path = compile_workload("lines.cpp", compiler, "-O0")
                out = self.ok(script(
                    f'probe process("{path}").function("outer") {{ printf("outer %d\\n", $k) }} '
                    f'probe process("{path}").function("operator()") {{ printf("lambda %d\\n", $v) }} '
                    f'probe process("{path}").function("apply*") {{ printf("apply %d\\n", $k) }}', "-c", str(path)))
                self.assertEqual(out.splitlines(), ["outer 4", "apply 4", "lambda 4"])

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
