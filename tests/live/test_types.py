"""Types that compilers describe in different ways, and results that the ABI puts elsewhere. What is right follows from the workloads."""
import os
import re
import shutil
import subprocess
import unittest

import live
from live import LiveTest, build, script

RESULTS = {"destroyed": "{.a=7}", "defaulted": "{.a=8}", "copied": "{.a=9}", "member": "{.d={.a=10}}", "base": r"{<Copied>={.a=11}}",
           "with_table": r"{._vptr.Virtual=0x[0-9a-f]+, .a=12}", "plain": "{.a=13, .b=14}", "moved": "{.a=14}", "unique": "15",
           "shared": "16", "optional": "17", "packed": "{.c='A', .l=-65}", "seven": "{.c='A', .s=66, .i=67}",
           "bits": "{.a=1, .b=77, .c=3, .d=4}"}


class Types(LiveTest):
    def test_results(self):
        """g++ does not say which classes are returned in memory (DW_AT_calling_convention), clang does."""
        for compiler in "g++", "clang++":
            for flags in ("-O0",), ("-O2",), ("-O1", "-gdwarf-4"):
                with self.subTest(compiler=compiler, flags=flags):
                    path = live.TMP / ("results" + compiler + "".join(flags))
                    subprocess.run([compiler, "-std=c++20", "-g", *flags, "-o", str(path), str(live.HERE / "workloads" / "results.cpp")],
                                   check=True)
                    probes = "".join(f'probe process("{path}").function("{name}").return {{ printf("{name} %s\\n", $return$$) }}\n'
                                     for name in RESULTS)
                    out = self.lines(script(probes, "-c", f"{path} >/dev/null"))
                    told = dict(line.split(" ", 1) for line in out)
                    self.assertEqual(set(told), set(RESULTS))
                    for name, expected in RESULTS.items():
                        self.assertRegex(told[name].replace("$", "."), "^" + expected.replace("{", r"\{") + "$")

    def test_thunks_of_virtual_functions(self):
        """A call by way of a second base is one call."""
        source, path = live.TMP / "thunk.cpp", live.TMP / "thunk"
        source.write_text("struct A { virtual int draw(int x) { return x; } int a = 1; };\n"
                          "struct B { virtual int paint(int y) { return y; } int b = 2; };\n"
                          "struct C : A, B { int paint(int y) override { return y * b; } };\n"
                          "int main() { C c; B *p = &c; int t = 0; for (int i = 0; i < 5; i++) { asm volatile(\"\" : \"+r\"(p)); t += p->paint(i); } "
                          "return t != 20; }\n")
        for level in "-O0", "-O2":
            subprocess.run(["g++", "-g", level, "-o", str(path), str(source)], check=True)
            out = self.lines(script(f'global n probe process("{path}").function("paint") {{ n++ }} probe end {{ println(n) }}', "-c", str(path)))
            self.assertEqual(out, ["5"], level)

    def test_arrays_of_arrays(self):
        for compiler in "gcc", "clang":
            for flags in ("-O0",), ("-O0", "-gdwarf-4"), ("-O2",):
                with self.subTest(compiler=compiler, flags=flags):
                    path = build("arrays", *flags, "-lm", compiler=compiler)
                    body = ('println($t->rows[1][2], " ", $t->rows[$i][$j], " ", $t->rows[0][1], " ", user_string(&$t->names[1])); println($t$$); '
                            'println(@var("pairs")[1][1]->x, " ", @var("pairs")$$, " ", @var("cube")[1][0][1], " ", @var("cube")$$)')
                    out = self.lines(script(f'probe process("{path}").function("find") {{ {body} }}', "-c", path))
                    self.assertEqual(out, ["6 6 2 def", '{.rows=[[1, 2, 3], [4, 5, 6]], .names=["abc", "def"]}',
                                           "4 [[{.x=1}, {.x=2}], [{.x=3}, {.x=4}]] 6 [[[1, 2], [3, 4]], [[5, 6], [7, 8]]]"])

    def test_numbers_that_are_not_read(self):
        path = build("arrays", "-O0", "-lm")
        shown = self.lines(script(f'probe process("{path}").function("find") {{ printf("%s %s %s %s %s\\n", @var("both")$, @var("halves")$, '
                                  '@var("quad")$, @var("wide")$, @var("foreign")$) }', "-c", path))
        self.assertEqual(shown, ["? [?, ?] ? 3.5 {.x=?}"])
        for point, value, words in (('function("find")', '@var("foreign")->x', "its bytes are in big-endian order"),
                                    ('function("find")', '@var("halves")[0]', "it is a complex, decimal or 128-bit floating-point number"),
                                    ('function("turned").return', "$return", "it is returned in a floating-point register")):
            refused = script(f'probe process("{path}").{point} {{ println({value}) }}')
            self.assertEqual((refused.returncode, refused.stdout), (1, ""))
            self.assertIn(words, refused.stderr)

    @unittest.skipUnless(shutil.which("go"), "*** SKIPPED: no Go compiler (package golang-go) ***")
    def test_go(self):
        """Go writes locations as blocks, which DWARF 4 no longer has."""
        source = live.TMP / "places.go"
        source.write_text('package main\n\nimport "fmt"\n\nvar Total = 77\n\ntype pair struct {\n\ta [3]int\n\tb string\n}\n\n'
                          '//go:noinline\nfunc sum(p pair, n int) int {\n\tlocal := n * 2\n\tlocal += Total\n\treturn local + p.a[1]\n}\n\n'
                          'func main() {\n\tfor n := 5; n < 7; n++ {\n\t\tfmt.Println(sum(pair{[3]int{1, n * 10, 3}, "hey"}, n))\n\t\tTotal++\n\t}\n}\n')
        for flags in [], ["-gcflags=-N -l"]:
            path = live.TMP / ("places" + "N" * len(flags))
            subprocess.run(["go", "build", *flags, "-o", str(path), str(source)], check=True,
                           env=dict(os.environ, GOCACHE=str(live.TMP / "go"), GO111MODULE="off"))
            probes = (f'probe process("{path}").function("main.sum") {{ printf("%d %d %d\\n", $n, $p->a[1], @var("main.Total")) }}'
                      f'probe process("{path}").statement("main.sum@places.go:16") {{ if (@defined($local)) println($local) }}')
            found = self.lines(script(probes, "-c", f"{path} >/dev/null"))
            entries, locals_ = [line for line in found if " " in line], [line for line in found if " " not in line]
            self.assertEqual(entries, ["5 50 77", "6 60 78"])
            if flags:
                self.assertEqual(locals_, ["87", "90"])

    def test_relative_lines(self):
        """They count from the function that is named, not from what is inlined into it."""
        source = live.TMP / "relative.c"
        source.write_text("static inline __attribute__((always_inline)) int inner(int x)\n{\n\tint y = x * 3;\n\ty ^= 5;\n\treturn y + 1;\n}\n"
                          "__attribute__((noinline)) int outer(int n)\n{\n\tint s = 0;\n\tfor (int i = 0; i < n; i++)\n\t\ts += inner(i);\n"
                          "\treturn s;\n}\nint main(int argc, char **argv) { return outer(argc + 4) == 0; }\n")
        for level in "-O0", "-O2":
            path = live.TMP / f"relative{level}"
            subprocess.run(["gcc", "-g", level, "-o", str(path), str(source)], check=True)
            for line, function, expected in ((3, "outer@relative.c+2", 9), (5, "outer@relative.c+5", 12), (3, "inner@relative.c+3", 4)):
                found = self.lines(live.coretap("-l", f'process("{path}").statement("{function}")'))
                self.assertEqual({int(re.search(r":(\d+)\"\)$", site)[1]) for site in found}, {expected}, (level, function))


if __name__ == "__main__":
    live.main()
