"""--lines: source text with the lines that can be probed, beside what .statement lists and what the probes then count."""
import json
import pathlib
import re

import live
from live import LiveTest, build, coretap, line_of, run, script

SOURCE = live.HERE / "workloads" / "loop.c"
MARKED = re.compile(r"^ *(\d+) ([*~]) +(\d+)(?:  (.*))?$")
PLAIN = re.compile(r"^ {7} *(\d+)(?:  (.*))?$")
BUILDS = [("gcc", "-O0"), ("gcc", "-O2"), ("clang", "-O2"), ("gcc", "-O2", "-no-pie")]


def listed(prog, *arguments):
    result = coretap("--lines", f'process("{prog}")', *arguments)
    assert result.returncode == 0, result.stderr
    return result.stdout.splitlines()


def statements(prog, file="loop.c"):
    """Of the .statement listing: by line, is each of its sites exact?"""
    found = {}
    for point in coretap("-L", f'process("{prog}").statement("*@{file}:*")').stdout.splitlines():
        line = int(re.search(r':(\d+)"\)', point)[1])
        found[line] = found.get(line, True) and "/* inexact" not in point
    return found


class LineListing(LiveTest):
    def test_agrees_with_statement_and_source(self):
        text = SOURCE.read_text().splitlines()
        for compiler, *flags in BUILDS:
            with self.subTest(compiler=compiler, flags=flags):
                prog = build("loop", *flags, compiler=compiler)
                head, *lines = listed(prog, "loop.c")
                self.assertEqual(head, str(SOURCE))
                marks = {}
                for line in lines:
                    marked, plain = MARKED.match(line), PLAIN.match(line)
                    number, shown = (marked[3], marked[4]) if marked else (plain[1], plain[2])
                    self.assertEqual(shown or "", text[int(number) - 1])
                    if marked:
                        marks[int(number)] = marked[2] == "*"
                self.assertGreater(len(marks), 5)
                self.assertEqual(marks, statements(prog))

    def test_number_of_sites(self):
        """As many as places where the line then runs: a copy in first_user(), two in second_user()."""
        prog = build("loop", "-O2")
        document = json.loads("\n".join(listed(prog, "loop.c", "--json")))
        line, = [line for line in document["files"][0]["lines"] if line["line"] == line_of("loop", "INLINED")]
        self.assertEqual((line["functions"], line["sites"]), (["twice"], 3))
        result = script(f'probe process("{prog}").statement("*@loop.c:{line["line"]}") {{ here[uaddr()]++ }} global here '
                        'probe end { n = 0 foreach (a in here) n++ println(n) }', "-c", f"{prog} >/dev/null")
        self.assertEqual(self.lines(result), [str(line["sites"])])

    def test_range(self):
        prog = build("loop", "-O0")
        everything = statements(prog)
        inner = sorted(everything)[2:5]
        lines = listed(prog, f"loop.c:{inner[0]}-{inner[-1]}")
        self.assertEqual([int(match[3]) for match in map(MARKED.match, lines) if match], inner)

    def test_json(self):
        for compiler, *flags in BUILDS:
            prog = build("loop", *flags, compiler=compiler)
            document = json.loads("\n".join(listed(prog, "loop.c", "--json")))
            self.assertEqual([file["file"] for file in document["files"]], [str(SOURCE)])
            lines = document["files"][0]["lines"]
            self.assertEqual({line["line"]: line["exact"] for line in lines}, statements(prog))
            text = SOURCE.read_text().splitlines()
            for line in lines:
                self.assertEqual(line["text"], text[line["line"] - 1])

    def test_variables(self):
        """gdb knows them, too; at -O0 they are in memory."""
        prog = build("loop", "-O0")
        number = line_of("loop", "LOOP */")
        document = json.loads("\n".join(listed(prog, f"loop.c:{number}", "--json")))
        line, = document["files"][0]["lines"]
        gdb = run("gdb", "-q", "-batch", "-ex", f"info scope loop.c:{number}", prog).stdout
        theirs = set(re.findall(r"^Symbol (\w+) is", gdb, re.M))
        self.assertTrue(theirs)
        self.assertEqual({variable["name"] for variable in line["variables"]}, {"$" + name for name in theirs})
        self.assertEqual({where for variable in line["variables"] for where in variable["where"]}, {"in memory"})
        shown = listed(prog, f"loop.c:{number}", "-v")
        for name in theirs:
            self.assertTrue(any(re.match(rf"^ +\${name}:.*  in memory$", line) for line in shown), name)
        self.assertFalse(any("in memory" in line for line in listed(prog, f"loop.c:{number}")))

    def test_registers(self):
        """With optimisation some are in registers, which readelf names by number: rdi is 5."""
        prog = build("loop", "-O2")
        document = json.loads("\n".join(listed(prog, "loop.c", "--json")))
        places = {where for line in document["files"][0]["lines"] for variable in line["variables"] for where in variable["where"]}
        self.assertTrue(any(place.startswith("in register r") for place in places), places)
        registers = set(re.findall(r"DW_OP_reg\d+ \((\w+)\)", run("readelf", "--debug-dump=info,loc", prog).stdout))
        self.assertLessEqual({place.split()[-1] for place in places if place.startswith("in register ")}, registers)

    def test_several_files_and_no_source(self):
        folder = live.TMP / "several"
        folder.mkdir()
        (folder / "part.h").write_text("static int twice(int n) {\n  return 2 * n;\n}\n")
        (folder / "main.c").write_text('#include "part.h"\nint main(int argc, char** argv) {\n  (void)argv;\n  return twice(argc) - 2;\n}\n')
        prog = folder / "prog"
        run("gcc", "-g", "-O0", "-o", prog, folder / "main.c")
        lines = listed(prog)
        self.assertEqual([line for line in lines if line.startswith("/")], [str(folder / "main.c"), str(folder / "part.h")])
        (folder / "part.h").unlink()
        result = coretap("--lines", f'process("{prog}")', "part.h")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn(f"[no-source]: cannot read source file '{folder / 'part.h'}'", result.stderr)
        self.assertEqual([MARKED.match(line)[3] for line in result.stdout.splitlines()[1:]], ["1", "2", "3"])

    def test_refused(self):
        prog = build("loop", "-O0")
        for arguments, words in (
                (("--lines", f'process("{prog}")', "lop.c"), "[no-such-line]: no source file of"),
                (("--lines", f'process("{prog}")', "loop.c:9999"), "[no-such-line]: line 9999 has no code"),
                (("--lines", 'process("/nonexistent")',), "[no-such-object]"),
                (("--lines", f'process("{prog}")', "loop.c", "other.c"), "--lines takes one FILE[:FROM-TO]"),
                (("--json", "-e", "probe begin {}"), "--json needs --lines")):
            done = coretap(*arguments)
            self.assertEqual((done.returncode, done.stdout), (1, ""))
            self.assertIn(words, done.stderr)


if __name__ == "__main__":
    live.main()
