"""A probe is bound to the code that it was compiled for: another build is refused by name, before anything is attached."""
import os
import pathlib
import re
import shutil
import subprocess
import time

import live
from live import LiveTest, TMP, coretap, run

WITHOUT_ID = ("-O1", "-Wl,--build-id=none")
SUM = "40 7\n"  # what every build prints: 0+2+4+6+8, 0+1+2+3+4 twice, and the counter

DIFFERS = "is not the one this was compiled for (its code differs)"


def build(path, *flags):
    path = pathlib.Path(path)
    path.unlink(missing_ok=True)  # never into the inode that somebody probes
    subprocess.run(["gcc", "-g", *flags, "-o", str(path), str(live.HERE / "workloads" / "bound.c")], check=True)
    return str(path)


def counter(*points):
    """A script that prints how often each of the points fired."""
    text = "global n "
    for number, point in enumerate(points):
        text += f"probe {point} {{ n[{number}]++ }} "
    return text + 'probe end { ' + " ".join(f'printf("%d ", n[{i}])' for i in range(len(points))) + ' println("") }'


def patch(path, function):
    """Changes one byte in a function of a file, in a copy that takes the file's place: the build-id stays.
    The program is not to be run any more."""
    listing = subprocess.run(["objdump", "-d", "--no-show-raw-insn", f"--disassemble={function}", path],
                             capture_output=True, text=True, check=True).stdout
    address = int(re.search(r"^\s*([0-9a-f]+):\t", listing, re.M)[1], 16)
    segments = subprocess.run(["readelf", "-lW", path], capture_output=True, text=True, check=True).stdout
    for offset, start, size in re.findall(r"LOAD +0x([0-9a-f]+) 0x([0-9a-f]+) 0x[0-9a-f]+ 0x([0-9a-f]+) .*R E", segments):
        if int(start, 16) <= address < int(start, 16) + int(size, 16):
            at = address - int(start, 16) + int(offset, 16)
    content = bytearray(pathlib.Path(path).read_bytes())
    content[at] ^= 0x01
    pathlib.Path(path).unlink()
    pathlib.Path(path).write_bytes(content)
    os.chmod(path, 0o755)


class Binding(LiveTest):
    def make(self, script, name, *args):
        path = TMP / name
        result = coretap(f"--build={path}", *args, "-e", script)
        self.assertEqual((result.returncode, result.stderr), (0, ""), result.stdout)
        return path

    def refused(self, result, *words):
        self.assertEqual((result.returncode, result.stdout), (1, ""), result.stderr)
        for word in words:
            self.assertIn(word, result.stderr)

    def test_without_build_id(self):
        """Rebuilt with one instruction more, or with another function in front: today's SIGILL, and a wrong count."""
        prog = build(TMP / "without", *WITHOUT_ID)
        tracer = self.make(counter(f'process("{prog}").function("foo")'), "without.tracer")
        self.assertEqual(self.ok(run(tracer, "-c", prog)), SUM + "5 \n")
        for flag in ("-DSHIFT", "-DBEFORE"):
            build(prog, *WITHOUT_ID, flag)
            self.refused(run(tracer, "-c", prog), prog, "'foo'", DIFFERS)
            self.assertEqual(run(prog).stdout, SUM)  # what was refused has harmed nobody

    def test_data_that_moved(self):
        """No byte of the function differs, but where its program keeps a variable does."""
        prog = build(TMP / "moved", *WITHOUT_ID)
        script = f'global c probe process("{prog}").function("foo") {{ c = @var("counter") }} probe end {{ println(c) }}'
        tracer = self.make(script, "moved.tracer")
        self.assertEqual(self.ok(run(tracer, "-c", prog)), SUM + "7\n")
        build(prog, *WITHOUT_ID, "-DDATA")
        self.refused(run(tracer, "-c", prog), prog, "it has no build-id, and its segments differ")

    def test_stripped_copies_are_the_same_build(self):
        prog = build(TMP / "stripped", *WITHOUT_ID)
        full = shutil.copy(prog, TMP / "stripped.full")
        tracer = self.make(counter(f'process("{prog}").function("foo")', f'process("{prog}").function("by_hand")',
                                   f'process("{prog}").function("inlined").inline'), "stripped.tracer")
        for tool in (["strip"], ["strip", "--strip-debug"], ["eu-strip", "-f", str(TMP / "split.debug")],
                     ["objcopy", "--only-keep-debug", str(full), str(TMP / "kept.debug")]):
            shutil.copy(full, prog)
            subprocess.run(tool if tool[0] == "objcopy" else [*tool, prog], check=True)
            self.assertEqual(self.ok(run(tracer, "-c", prog)), SUM + "5 5 10 \n", tool)

    def test_patched_file_keeps_its_build_id(self):
        """Each kind of probe point is bound to the bytes around it, and to no others."""
        prog = build(TMP / "patched", "-O1")
        full = shutil.copy(prog, TMP / "patched.full")
        line = live.line_of("bound", "line of foo")
        entry = re.search(r"^([0-9a-f]+) T foo$", run("nm", prog).stdout, re.M)[1]
        points = {
            "function": ('function("foo")', "foo"),
            "return": ('function("foo").return', "foo"),
            "line": (f'statement("foo@bound.c:{line}")', "foo"),
            "address": (f"statement(0x{entry})", "foo"),
            "inline": ('function("inlined").inline', "later"),
            "symbol": ('function("by_hand")', "by_hand"),
        }
        for kind, (point, function) in points.items():
            with self.subTest(kind):
                shutil.copy(full, prog)
                tracer = self.make(counter(f'process("{prog}").{point}'), f"patched.{kind}")
                self.assertIn(self.ok(run(tracer, "-c", prog)), (SUM + "5 \n", SUM + "10 \n"))
                patch(prog, "main")
                other = run(tracer, "-T", "1")
                self.assertEqual((other.returncode, other.stderr), (0, ""))
                shutil.copy(full, prog + ".new")
                os.rename(prog + ".new", prog)
                patch(prog, function)
                self.refused(run(tracer, "-c", "/bin/true"), prog, f"'{function}'", DIFFERS)

    def test_compiled_while_somebody_probes_it(self):
        """The breakpoints of another session, which are in every private mapping of the file, are no part of the code."""
        prog = build(TMP / "probed", "-O1")
        mine, others = (counter(f'process("{prog}").function("foo")', f'process("{prog}").function("by_hand")',
                                f'process("{prog}").{point}') for point in ('function("foo").return', 'function("main")'))
        with live.tracing(others) as other:
            out = self.ok(coretap("-e", mine, "-c", prog))
            counted = live.finish(other)
        self.assertEqual((out, counted), (SUM + "5 5 5 \n", "5 5 1 \n"))

    def test_library(self):
        library, prog = TMP / "libbound.so", TMP / "uses_library"
        source = TMP / "library.c"
        source.write_text("#ifdef SHIFT\nlong first(long n) { return n + 1; }\n#endif\n"
                          "long in_library(long n) { return n * 5; }\n")
        (TMP / "uses.c").write_text("long in_library(long); int main(void) { return in_library(1) != 5; }\n")
        for flags in ((), ("-DSHIFT",)):
            library.unlink(missing_ok=True)
            subprocess.run(["gcc", "-O1", "-s", "-shared", "-fPIC", "-Wl,--build-id=none", *flags, "-o", str(library),
                            str(source)], check=True)
            if not flags:
                subprocess.run(["gcc", "-o", str(prog), str(TMP / "uses.c"), str(library), f"-Wl,-rpath,{TMP}"], check=True)
                tracer = self.make(counter(f'process("{library}").function("in_library")'), "library.tracer")
                self.assertEqual(self.ok(run(tracer, "-c", prog)), "1 \n")
        self.refused(run(tracer, "-c", prog), str(library), "'in_library'", DIFFERS)

    def test_optional_probe_is_left_out(self):
        prog = build(TMP / "optional", *WITHOUT_ID)
        other = build(TMP / "optional.other", *WITHOUT_ID)
        tracer = self.make(counter(f'process("{prog}").function("foo")?', f'process("{other}").function("later")'),
                           "optional.tracer")
        build(prog, *WITHOUT_ID, "-DSHIFT")
        self.assertEqual(self.ok(run(tracer, "-c", prog)), SUM + "0 0 \n")
        self.assertEqual(self.ok(run(tracer, "-c", other)), SUM + "0 5 \n")
        self.assertIn(DIFFERS, run(tracer, "-vv", "-c", prog).stderr)

    def test_replaced_while_the_script_is_compiled(self):
        """The file changes when its addresses are known already: between pass 2 and the attaching."""
        prog = build(TMP / "raced", *WITHOUT_ID)
        build(TMP / "raced.new", *WITHOUT_ID, "-DSHIFT")
        tools = TMP / "tools"
        tools.mkdir()
        # The compiler is started before the passes. Only the text on its standard input says that pass 2 is over.
        (tools / "clang").write_text(f"#!/bin/sh\ncat >{tools}/text\n[ -s {tools}/text ] && mv -f {TMP}/raced.new {prog}\n"
                                     f"exec {shutil.which('clang')} \"$@\" <{tools}/text\n")
        (tools / "clang").chmod(0o755)
        environment = dict(os.environ, PATH=f"{tools}:{os.environ['PATH']}")
        result = coretap("-e", counter(f'process("{prog}").function("foo")'), "-c", prog, env=environment)
        self.refused(result, prog, "'foo'", DIFFERS)

    def test_process_that_runs_a_replaced_file(self):
        prog = build(TMP / "replaced", "-O1")
        process = subprocess.Popen([prog, "stay"], stdout=subprocess.PIPE, text=True)
        try:
            process.stdout.readline()
            script = f'probe process({process.pid}).function("foo") {{ println("seen") exit() }}'
            tracer = self.make(script, "replaced.tracer")
            self.assertEqual(self.ok(run(tracer)), "seen\n")
            shutil.copy(prog, prog + ".new")
            os.rename(prog + ".new", prog)
            self.refused(run(tracer), str(process.pid), prog, "the file was replaced")
        finally:
            process.kill()
            process.wait()
            process.stdout.close()
        self.refused(run(tracer), f"there is no process {process.pid}")


if __name__ == "__main__":
    live.main()
