"""USDT marks: which there are, what they are passed, and their semaphores.

The sources of marks.c and guarded.c say which values and counts are right; readelf says which marks there are.
"""
import pathlib
import re
import shutil
import struct
import subprocess
import sys

import live
from live import LiveTest, build, run, script

sys.path.insert(0, str(live.ROOT / "tests/agreement"))
import agreement  # noqa: E402

BUILDS = (("gcc", "-O0"), ("gcc", "-O2"), ("gcc", "-O2", "-no-pie"), ("clang", "-O1"), ("clang", "-O0", "-no-pie"))
NOTE = b"stapsdt\0"


def marks_of(path):
    """(provider, name) of every mark in the file."""
    return re.findall(r"Provider: (\S+)\s+Name: (\S+)", run("readelf", "-n", path).stdout)


def edit_notes(path, into, change):
    """A copy of a program in which CHANGE has replaced what each note of a mark says by as many bytes."""
    shutil.copy(path, into)
    data = bytearray(pathlib.Path(path).read_bytes())
    sections = run("readelf", "-SW", path).stdout
    at, size = (int(value, 16) for value in re.search(r"\.note\.stapsdt +NOTE +\w+ (\w+) (\w+)", sections).groups())
    end, count = at + size, 0
    while at < end:
        _, length, _ = struct.unpack_from("<3I", data, at)
        at += 12 + len(NOTE)
        changed = change(bytes(data[at:at + length]))
        assert len(changed) == length
        data[at:at + length] = changed
        at, count = at + (length + 3) // 4 * 4, count + 1
    assert count == len(marks_of(path))
    pathlib.Path(into).write_bytes(data)


def printing(mark, count):
    """A probe that prints the mark's name and its first COUNT arguments in decimal."""
    arguments = "".join(f", $arg{i + 1}" for i in range(count))
    return f'probe process("PROG").mark("{mark}") {{ printf("%s{" %d" * count}\\n", $$name{arguments}) }}\n'


class Marks(LiveTest):
    def lines_of(self, prog, text, command=None):
        return self.lines(script(text.replace("PROG", prog), "-c", command or f"{prog} >/dev/null"))

    def test_every_form_of_argument(self):
        counts = {"constants": 3, "copied": 1, "indexed": 3, "scaled": 1, "parts": 4, "symbols": 2, "sums": 1, "numbers": 4}
        text = "".join(printing(*item) for item in counts.items())
        text += ('probe process("PROG").mark("widths") { printf("%s %d %d %d %d %d %d %d %s\\n", $$name, $arg1, $arg2,'
                 ' $arg3, $arg4, $arg5, $arg6, $arg7, user_string($arg8)) }\n'
                 'probe process("PROG").mark("unreadable") { println($$name, " ", user_long($arg6)) }')
        for compiler, *flags in BUILDS:
            with self.subTest((compiler, *flags)):
                prog = build("marks", *flags, compiler=compiler)
                self.assertEqual(self.lines_of(prog, text), [
                    "widths -1 255 -2 65535 -3 4294967295 -4 Some text", "constants 5 -6 200", "copied 1", "copied 2",
                    "copied 100", "indexed 20 30 10", "scaled 40", "parts -61 229 -15387 4293968869", "symbols -7 30",
                    "sums 30", "numbers 255 -1 4294967295 16", "unreadable 10"])

    def test_all_arguments_and_names(self):
        prog = build("marks", "-O2")
        out = self.lines_of(prog, '''
            probe process("PROG").provider("ma*").mark("c*") { println($$provider, ":", $$name, " ", $$vars) }
            probe process("PROG").provider("forms").mark("sums") { println(pp(), " ", $$parms) }
            probe process("PROG").mark("none") { println("[", $$parms, "]") }
            probe process("PROG").mark("unreadable") { println($$parms) }''')
        self.assertRegex(out.pop(), r"^\$arg1=\? \$arg2=\? \$arg3=\? \$arg4=\? \$arg5=\? \$arg6=0x[0-9a-f]+$")
        self.assertEqual(out, [
            "[]", "marks:constants $arg1=0x5 $arg2=0xfffffffffffffffa $arg3=0xc8", "marks:copied $arg1=0x1",
            "marks:copied $arg1=0x2", "marks:copied $arg1=0x64",
            f'process("{prog}").provider("forms").mark("sums") $arg1=0x1e'])

    def test_variables_of_the_program_are_there_too(self):
        prog = build("marks", "-O0")
        out = self.lines_of(prog, 'probe process("PROG").mark("widths") { println($l, " ", @var("counter"), " ", $arg7) }')
        self.assertEqual(out, ["-4 -7 -4"])

    def test_unreadable_arguments_say_why(self):
        prog = build("marks", "-O2")
        for number, why in ((1, "floating-point register 'xmm0'"), (2, "floating-point register 'xmm1'"),
                            (3, "not a number of 1, 2, 4 or 8 bytes"), (4, "segment register 'fs'"),
                            (5, "symbol 'nowhere' is not in the symbol table")):
            done = script(f'probe process("{prog}").mark("unreadable") {{ println($arg{number}) }}')
            self.assertEqual((done.returncode, done.stdout), (1, ""))
            self.assertIn("variable-unavailable", done.stderr)
            self.assertIn(why, done.stderr)
        out = self.lines_of(prog, 'probe process("PROG").mark("unreadable") '
                                  '{ println(@defined($arg1), @defined($arg5), @defined($arg6), @defined($arg7), @defined($$vars)) }')
        self.assertEqual(out, ["00101"])

    def test_refusals(self):
        prog, plain = build("marks", "-O2"), build("once")
        for point, use, words in (
                (f'process("{prog}").mark("conztants")', "1", "similar: constants"),
                (f'process("{prog}").provider("nobody").mark("none")', "1", "no mark matches 'none' of provider 'nobody'"),
                (f'process("{plain}").mark("*")', "1", "it has no USDT marks"),
                (f'process("{prog}").mark("constants")', "$arg4", "its arguments are $arg1 to $arg3"),
                (f'process("{prog}").mark("none")', "$arg1", "it has no arguments"),
                (f'process("{prog}").mark("sums")', "$arg1->x", '@cast($arg1, "TYPE")')):
            done = script(f"probe {point} {{ println({use}) }}")
            self.assertEqual((done.returncode, done.stdout), (1, ""))
            self.assertIn(words, done.stderr)

    def test_listing(self):
        prog = build("marks", "-O2")
        listed = self.lines(live.coretap("-l", f'process("{prog}").provider("*").mark("*")'))
        self.assertEqual(sorted(listed), sorted({f'process("{prog}").provider("{p}").mark("{m}")' for p, m in marks_of(prog)}))
        self.assertEqual(self.lines(live.coretap("-L", f'process("{prog}").mark("indexed")')),
                         [f'process("{prog}").mark("indexed") $arg1:long $arg2:long $arg3:long'])

    def test_the_same_list_as_stap(self):
        tree = agreement.fake_kernel(live.TMP / "kernel")
        with open(tree / ".config", "a") as config:
            config.write("CONFIG_TRACEPOINTS=y\nCONFIG_ARCH_SUPPORTS_UPROBES=y\nCONFIG_UPROBES=y\n")
        for path in ("/usr/bin/python3.11", "/usr/lib/postgresql/15/bin/postgres", "/usr/lib/x86_64-linux-gnu/libstdc++.so.6",
                     build("marks", "-O0"), build("guarded", "-O2", compiler="clang")):
            if not pathlib.Path(path).exists():
                print(f"SKIPPED: {path} is not installed", file=sys.stderr)
                continue
            point = f'process("{path}").provider("*").mark("*")'
            self.assertGreater(len(marks_of(path)), 0)
            self.assertEqual(self.ok(live.coretap("-L", point)), run("stap", "-r", tree, "-L", point).stdout)

    def test_semaphores(self):
        prog = build("guarded", "-O2")
        self.assertEqual(run(prog).stdout, "0 0\n")
        self.assertEqual(self.lines_of(prog, 'global n probe process("PROG").mark("first") { n++ } probe end { println(n) }',
                                       prog), ["10 0", "10"])
        self.assertEqual(self.lines_of(prog, '''
            global a, b
            probe process("PROG").mark("first") { a += $arg1 }
            probe process("PROG").mark("second") { b += $arg1 }
            probe end { println(a, " ", b) }''', prog), ["10 10", "45 45"])
        self.assertEqual(run(prog).stdout, "0 0\n", "the semaphores are down again")

    def test_semaphore_of_a_program_that_runs_already(self):
        prog = build("guarded", "-O2")
        with live.running(prog, "waits") as program:
            program.stdin.write("\n")  # five turns that nobody watches
            program.stdin.flush()
            with live.tracing(f'''global n
                    probe process("{prog}").mark("first") {{ n++ }}
                    probe end {{ println(n) }}''', "-x", program.pid) as tracer:
                out, _ = program.communicate("\n", timeout=60)
                counted = live.finish(tracer)
        self.assertEqual((out, counted), ("5 0\n", "5\n"))

    def test_a_moved_file(self):
        """prelink moves the addresses of a file and leaves the notes: .stapsdt.base says how far."""
        prog = build("marks", "-O2", "-no-pie")
        moved = live.TMP / "moved"
        edit_notes(prog, moved, lambda note: struct.pack("<3Q", *(value - 0x10000 if value else 0 for value in
                                                                  struct.unpack_from("<3Q", note))) + note[24:])
        self.assertEqual(self.lines_of(str(moved), printing("constants", 3) + printing("copied", 1)),
                         ["constants 5 -6 200", "copied 1", "copied 2", "copied 100"])

    def test_operands_differ_between_the_places(self):
        prog = build("shared_marks", "-O2", "-DCONSTANT=1000")
        total, passed = run(prog).stdout.split()
        self.assertEqual(self.lines_of(prog, 'global s, n probe process("PROG").mark("both") { s += $arg1; n++ } '
                                             'probe end { println(s, " ", n) }'), [f"{total} {passed}"])

    def test_several_points_at_one_place(self):
        """The kernel allows one semaphore for a place: a statement there has the mark's."""
        prog = build("guarded", "-O2")
        address = re.search(r"Name: first\s+Location: (0x[0-9a-f]+)", run("readelf", "-n", prog).stdout)[1]
        text = '''global a, b, c
            probe process("PROG").statement(ADDRESS) { a++ }
            probe process("PROG").mark("first") { b++ }
            probe process("PROG").mark("*") { c++ }
            probe end { println(a, " ", b, " ", c) }'''.replace("ADDRESS", address)
        self.assertEqual(self.lines_of(prog, text, prog), ["10 10", "10 10 20"])
        self.assertEqual(run(prog).stdout, "0 0\n")

    def test_a_process(self):
        """process(PID): the mark is counted in that process."""
        prog = build("guarded", "-O2")
        with live.running(prog, "waits") as program:
            with live.tracing(f'''global n
                    probe process({program.pid}).provider("guarded").mark("first") {{ n++ }}
                    probe end {{ println(n) }}''') as tracer:
                self.assertEqual(run(prog).stdout, "10 0\n", "a semaphore belongs to the file: other processes pass the mark, too")
                out, _ = program.communicate("\n\n", timeout=60)
                counted = live.finish(tracer)
        self.assertEqual((out, counted), ("10 0\n", "10\n"))

    def test_bound_to_the_notes(self):
        """A built binary carries marks. It is refused where the notes say something else, though no code differs."""
        for flags in (("-O2",), ("-O2", "-Wl,--build-id=none")):
            prog = build("shared_marks", *flags, "-DCONSTANT=1000", out="bound_marks")
            full = shutil.copy(prog, live.TMP / "bound_marks.full")
            tracer = live.TMP / "marks.tracer"
            text = f'''global s probe process("{prog}").mark("both") {{ s += $arg1 }} probe end {{ println(s) }}'''
            self.ok(live.coretap(f"--build={tracer}", "-e", text))
            total, passed = run(prog).stdout.split()
            subprocess.run(["strip", prog], check=True)
            self.assertEqual(self.lines(run(tracer, "-c", prog)), [f"{total} {passed}", total])
            pathlib.Path(prog).unlink()
            edit_notes(full, prog, lambda note: note.replace(b"$1000", b"$2000"))
            refused = run(tracer, "-c", prog)
            self.assertEqual((refused.returncode, refused.stdout), (1, ""))
            self.assertIn("what it says of its USDT marks differs", refused.stderr)
            pathlib.Path(prog).unlink()
            plain = build("once", "-O2")
            shutil.copy(plain, prog)
            refused = run(tracer, "-c", prog)
            self.assertEqual((refused.returncode, refused.stdout), (1, ""))
            self.assertIn(prog, refused.stderr)
            pathlib.Path(prog).unlink()

    def test_damaged_notes(self):
        prog, damaged = build("marks", "-O2"), live.TMP / "damaged"
        edit_notes(prog, damaged, lambda note: note[:24] + note[24:].replace(b"\0", b"x") if b"widths" in note else note)
        shown = live.coretap("-l", f'process("{damaged}").mark("*")')
        self.assertEqual(shown.returncode, 0)
        self.assertIn("damaged-notes", shown.stderr)
        self.assertIn(f"1 of the notes that describe USDT marks in {damaged} is damaged", shown.stderr)
        self.assertEqual(sorted(shown.stdout.splitlines()),
                         sorted({f'process("{damaged}").mark("{m}")' for _, m in marks_of(prog) if m != "widths"}))
        far = live.TMP / "far"
        edit_notes(build("guarded", "-O2"), far, lambda note: note[:16] + struct.pack("<Q", 1 << 40) + note[24:])
        refused = script(f'probe process("{far}").mark("first") {{ }}')
        self.assertEqual((refused.returncode, refused.stdout), (1, ""))
        self.assertIn("the semaphore of mark 'first' is not in the data of", refused.stderr)

    def test_optional_and_absent(self):
        prog = build("marks", "-O2")
        self.assertEqual(self.lines_of(prog, '''probe process("PROG").mark("absent")? { println("?") }
            probe process("PROG").mark("absent")!, process("PROG").mark("sums") { println($$name) }'''), ["sums"])

    def test_marks_of_libraries_and_wildcards(self):
        """libstdc++'s marks, counted against what the program throws."""
        source = live.TMP / "throws.cpp"
        source.write_text("#include <stdexcept>\n#include <cstdio>\n"
                          "int main() { int n = 0; for (int i = 0; i < 5; i++) try { try { if (i > 1) throw std::runtime_error(\"x\"); }\n"
                          "catch (std::exception&) { if (i == 4) throw; n++; } } catch (...) { n += 100; } std::printf(\"%d\\n\", n); }\n")
        prog = live.TMP / "throws"
        subprocess.run(["g++", "-g", "-O1", "-o", prog, source], check=True)
        out = self.lines(script(f'''global c
            probe process("{prog}").library("libstdc++.so.6").provider("lib*").mark("*") {{ c[$$name]++ }}
            probe end {{ foreach (k+ in c) println(k, " ", c[k]) }}''', "-c", str(prog)))
        # Three are thrown; each is caught once, the one that is thrown again twice.
        self.assertEqual(out, ["102", "catch 4", "rethrow 1", "throw 3"])


if __name__ == "__main__":
    live.main()
