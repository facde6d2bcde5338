"""Names from debug information that somebody else wrote: whatever is in them, a terminal gets none of it raw, and one probe is
one line.

The programs' names are patched in place in their ELF and DWARF strings: XX of each name becomes an escape character and a
newline, or other bytes that a terminal obeys.
"""
import os
import pathlib
import re
import subprocess
import sys

import safety
from safety import TMP, coretap, environment, run

sys.path.insert(0, str(safety.ROOT / "tests" / "live"))
import live  # noqa: E402

PROGRAM = """
struct recordXX { int memberXX; char textXX[4]; };
enum colourXX { redXX = 1, greenXX = 2 };
volatile int sum;
int globalXX = 3;
__attribute__((noinline)) int functionXX(struct recordXX* argumentXX, enum colourXX shade) {
  int localXX = argumentXX->memberXX + (int)shade;
  sum += localXX;
  return localXX;
}
int main(void) {
  struct recordXX r = {5, "abc"};
  return functionXX(&r, greenXX) != 7;
}
"""
# What XX becomes, and how it is shown.
BYTES = {b"\x1b\n": r"\033\n", b"\x9b\x07": r"\233\007", b"\xc2\x9b": r"\302\233", b"\r\x7f": r"\r\177"}
OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\udc80-\udcff]")


class Names(safety.SafetyTest):
    @classmethod
    def setUpClass(cls):
        cls.programs = {}
        for number, (code, shown) in enumerate(BYTES.items()):
            folder = TMP / f"p{number}"
            folder.mkdir()
            # Fresh for each: the file name of the source is a name as well.
            source = folder / "sourceXX.c"
            source.write_text(PROGRAM)
            path = folder / "prog"
            subprocess.run(["gcc", "-g", "-O0", "-o", str(path), "sourceXX.c"], check=True, cwd=folder)
            data = path.read_bytes()
            assert data.count(b"XX\0") > 6 and b"sourceXX.c" in data
            path.write_bytes(data.replace(b"XX", code))
            cls.programs[path] = shown

    def harmless(self, result, lines=None):
        """Neither stream holds a byte that a terminal obeys; LINES lines of output."""
        for text in (result.stdout, result.stderr):
            self.assertIsNone(OBEYED.search(text), repr(text))
        if lines is not None:
            self.assertEqual(len(result.stdout.splitlines()), lines, result.stdout + result.stderr)
        return result.stdout

    def test_listings(self):
        for path, shown in self.programs.items():
            out = self.harmless(coretap("-l", f'process("{path}").function("*@*source*")'), 2)
            self.assertIn(f"function{shown}@", out)
            self.assertIn(f"source{shown}.c:", out)
            out = self.harmless(coretap("-L", f'process("{path}").function("function*")'), 1)
            self.assertIn(f"$argument{shown}:struct record{shown}*", out)
            self.assertIn(f"$shade:enum colour{shown}", out)
            self.harmless(coretap("-L", f'process("{path}").statement("function*@*:*")'))
            out = self.harmless(coretap("-p2", "-e", f'probe process("{path}").function("function*") {{ next }}'))
            self.assertIn(f"function{shown}@", out)

    def test_messages(self):
        for path, shown in self.programs.items():
            for script, words in (
                    (f'probe process("{path}").function("functoin") {{ }}', "no function"),
                    (f'probe process("{path}").function("function*") {{ println($argumentx) }}', f"argument{shown}"),
                    (f'probe process("{path}").function("function*") {{ println($shade->x) }}', f"colour{shown}"),
                    (f'probe process("{path}").function("function*") {{ println(@var("globa")) }}', "globa"),
                    (f'probe process("{path}").function("function*") {{ println(@cast($shade, "recordx")->a) }}', "recordx"),
                    (f'probe process("{path}").statement("function*@*:9999") {{ }}', "9999")):
                with self.subTest(script=script):
                    result = coretap("-p4", "-e", script)
                    self.assertNotEqual(result.returncode, 0)
                    self.harmless(result, 0)
                    self.assertIn(words, result.stderr)

    def test_text_of_the_script(self):
        """The line that a message shows, and the file's name."""
        for code in ("\x1b[31m", "\x9b2J", "\r", "\u202e"):
            script = TMP / f"a{code}b.stp"
            script.write_text(f"probe begin {{\t/* {code} */ x() }}\n", newline="")
            result = coretap(script)
            self.harmless(result, 0)
            # The caret is below x, for all that is longer now.
            source, caret = result.stderr.splitlines()[1:3]
            self.assertEqual(source.expandtabs().index("x()"), caret.expandtabs().index("^"), result.stderr)

    def test_while_it_runs(self):
        """pp() and its siblings, pretty-printed names, and what -v says."""
        if missing := live.bpf_missing():
            self.skipTest(missing)
        for path, shown in self.programs.items():
            script = (f'probe process("{path}").function("function*") {{ println(pp()) println(ppfunc()) '
                      'println($$parms) println($$parms$) println($$vars) }')
            out = self.harmless(coretap("-vv", "-e", script, "-c", path, cache=TMP / "cache"), 5).splitlines()
            self.assertIn(f"function{shown}@", out[0])
            self.assertEqual(out[1], f"function{shown}")
            self.assertIn(f"argument{shown}=0x", out[2])
            self.assertIn(f".member{shown}=5", out[3])
            # An error of a handler of several sites names the probe, and -t does.
            script = f'probe process("{path}").function("*@*source*") {{ if (ppfunc() != "main") println(1 / (tid() - tid())) }}'
            result = coretap("-t", "-e", script, "-c", path, cache=TMP / "cache")
            self.harmless(result)
            for told in (result.stdout, result.stderr):
                self.assertIn(f"function{shown}@", told)

    def test_run_time_errors_name_the_file(self):
        """Of the script, whose name anybody may have chosen: from the session's handlers and from the kernel's."""
        if missing := live.bpf_missing():
            self.skipTest(missing)
        script = TMP / "a\x1b[2Jb.stp"
        for text in ("global few[1] probe begin { few[1] = 1 few[2] = 2 }", "probe process.begin { println(5 % (tid() - tid())) }"):
            script.write_text(text)
            result = coretap(script, "-c", "true")
            self.harmless(result)
            self.assertRegex(result.stderr, r"ERROR: .* near .* at \S*/a\\033\[2Jb\.stp:1:\d+\n")

    def test_names_of_files(self):
        """A program whose path says something to a terminal, found by a wildcard; also in a built binary's messages."""
        folder = TMP / "files"
        folder.mkdir()
        path = folder / "a\x1b[2Jb\nc"
        (prog, *_), (shown, *_) = zip(*self.programs.items())
        os.link(prog, path)
        out = self.harmless(coretap("-l", f'process("{folder}/a*").function("main")'), 1)
        self.assertIn(r"a\033[2Jb\nc", out)
        script = f'probe process("{folder}/a*").function("main") {{ println(pp()) }}'
        if not live.bpf_missing():
            result = run(safety.CORETAP, "-vv", "-e", script, "-c", f"sh -c '{folder}/a*'", env=environment(TMP / "cache"))
            self.assertIn(r"a\033[2Jb\nc", self.harmless(result, 1))
        binary = TMP / "binary"
        result = coretap("-v", f"--build={binary}", "-e", script)
        self.harmless(result)
        for change in (lambda: path.unlink(), lambda: path.write_bytes(b"no ELF"), lambda: (path.unlink(), path.mkdir())):
            change()
            result = run(binary)
            self.assertEqual(result.returncode, 1)
            self.assertIn(r"a\033[2Jb\nc", result.stderr)
            self.harmless(result, 0)
            self.harmless(run(binary, "--explain-needs"))
        del shown

    def test_good_names_stay(self):
        """UTF-8 in names is shown as it is."""
        source = pathlib.Path(TMP / "utf8.c")
        source.write_text("int größe(int länge) { return länge; }\nint main(void) { return größe(0); }\n")
        subprocess.run(["gcc", "-g", "-O0", "-o", str(TMP / "utf8"), str(source)], check=True)
        out = coretap("-L", f'process("{TMP}/utf8").function("gr*")').stdout
        self.assertIn("größe@", out)
        self.assertIn("$länge:int", out)


if __name__ == "__main__":
    safety.main()
