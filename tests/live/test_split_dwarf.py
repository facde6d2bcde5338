#!/usr/bin/env python3
"""Programs made with -gsplit-dwarf: all is as in the same program with its debug information inside, which gdb's test bed compares.

The code of the two is one, byte by byte, so every place, variable and value must be equal. A .dwo file that cannot be used is named.
"""
import os
import pathlib
import shutil
import subprocess
import tempfile

import live
from live import coretap, run, script

PROGRAMS = live.HERE.parent / "gdb" / "programs"
# Compiler, DWARF version, level, source, and a function whose variables are all there when it is entered.
BUILDS = (("gcc", 4, "-O2", "inlined.c", "both"), ("g++", 5, "-O0", "classes.cpp", "measure"),
          ("clang", 4, "-O1", "structs.c", "decode"), ("clang++", 5, "-O2", "references.cpp", "refs"), ("gcc", 5, "-O1", "calls.c", "many"))


def compile_in(folder, compiler, flags, source):
    """Compiles in two steps, as makefiles do, so that the .dwo file has the object's name; the program's path."""
    subprocess.run([compiler, "-g", "-w", *flags, "-c", str(source), "-o", "prog.o"], cwd=folder, check=True)
    subprocess.run([compiler, "prog.o", "-Wl,--build-id=0x00112233445566778899aabbccddeeff00112233", "-o", "prog"], cwd=folder, check=True)
    return folder / "prog"


def code_of(prog):
    copy = prog.with_suffix(".text")
    subprocess.run(["objcopy", "-O", "binary", "-j", ".text", str(prog), str(copy)], check=True)
    return copy.read_bytes()


class SplitDwarf(live.LiveTest):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(dir=live.TMP))

    def pair(self, compiler, version, level, source):
        """The program with its debug information inside, and with it in prog.dwo; each the file `prog` of its folder."""
        programs = []
        for name, more in (("whole", ()), ("split", ("-gsplit-dwarf",))):
            folder = self.folder / name
            folder.mkdir()
            programs.append(compile_in(folder, compiler, (f"-gdwarf-{version}", level, *more), source))
        whole, split = programs
        self.assertEqual(code_of(whole), code_of(split))
        self.assertTrue((split.parent / "prog.dwo").exists())
        self.assertIn("dwo_name", run("readelf", "--debug-dump=info", split).stdout)
        return whole, split

    def told(self, prog, source, function):
        """Places with their variables and types; how all variables of all lines are read; and what they are in a function."""
        lines = f'process("{prog}").statement("*@{source.name}:*")'
        told = [self.ok(coretap("-L", point)) for point in (f'process("{prog}").function("*@{source.name}")', lines)]
        told.append(self.ok(coretap("-d", "ir", "-e", f"probe {lines} {{ println($$vars$$) }}")))
        told.append(coretap("-DMAXSTRINGLEN=1000", "-e", f'probe process("{prog}").function("{function}") {{ printf("%x %s\\n", uaddr(), $$vars$$) }}',
                            "-c", f"setarch -R env -i {prog}").stdout)
        for text in told:
            self.assertGreater(text.count("\n"), 0)
        return [text.replace(str(prog.parent), "FOLDER") for text in told]

    def test_all_is_as_in_the_whole_program(self):
        for compiler, version, level, name, function in BUILDS:
            source = PROGRAMS / name
            with self.subTest(compiler=compiler, version=version, program=name):
                shutil.rmtree(self.folder)
                self.folder.mkdir()
                whole, split = self.pair(compiler, version, level, source)
                for one, other in zip(self.told(whole, source, function), self.told(split, source, function)):
                    self.assertEqual(one, other)

    def test_files_that_moved_with_the_program(self):
        """A .dwo file is found beside the program, too."""
        whole, split = self.pair("gcc", 5, "-O1", PROGRAMS / "calls.c")
        there = self.folder / "elsewhere"
        (self.folder / "split").rename(there)
        point = 'process("%s").statement("*@calls.c:*")'
        moved = self.ok(coretap("-L", point % (there / "prog")))
        self.assertEqual(moved.replace(str(there), str(whole.parent)), self.ok(coretap("-L", point % whole)))

    def refusal(self, prog):
        result = coretap("-p2", "-e", f'probe process("{prog}").function("main") {{ println($nothing) }}')
        self.assertEqual(result.returncode, 1)
        return result.stderr

    def test_files_that_cannot_be_used_are_named(self):
        _, split = self.pair("gcc", 5, "-O1", PROGRAMS / "inlined.c")
        dwo = split.parent / "prog.dwo"
        self.assertNotIn("prog.dwo", self.refusal(split))
        kept = dwo.read_bytes()
        other = self.folder / "other"
        other.mkdir()
        compile_in(other, "gcc", ("-gdwarf-5", "-O0", "-gsplit-dwarf"), PROGRAMS / "inlined.c")
        shutil.copy(other / "prog.dwo", dwo)
        self.assertIn(f"its debug information is in '{dwo}', which is of another build, or damaged", self.refusal(split))
        dwo.write_bytes(kept[:len(kept) // 2])
        self.assertIn(f"its debug information is in '{dwo}', which is of another build, or damaged", self.refusal(split))
        dwo.unlink()
        os.mkfifo(dwo)  # whose opening would wait for a writer
        self.assertIn(f"its debug information is in '{dwo}', which is not a regular file", self.refusal(split))
        dwo.unlink()
        self.assertIn(f"its debug information is in '{dwo}', which is not there", self.refusal(split))
        dwo.write_bytes(kept)
        self.assertNotIn("prog.dwo", self.refusal(split))  # the answer from the cache is not the old one

    def test_what_libdw_does_not_read_is_named(self):
        """A package of .dwo files, and .dwo sections in an object file."""
        _, split = self.pair("gcc", 4, "-O1", PROGRAMS / "inlined.c")
        dwo, package = split.parent / "prog.dwo", split.parent / "prog.dwp"
        subprocess.run(["dwp", "prog.dwo", "-o", str(package)], cwd=split.parent, check=True)
        dwo.unlink()
        self.assertIn(f"its debug information is in '{dwo}', which is not there (the package '{package}' is, but is not read)", self.refusal(split))
        for name, command in (("prog.o", ("clang", ("-gdwarf-5", "-gsplit-dwarf=single"), PROGRAMS / "inlined.c")),
                              ("prog.dwo", ("g++", ("-gdwarf-5", "-gsplit-dwarf", "-fdebug-types-section"), PROGRAMS / "classes.cpp"))):
            folder = self.folder / name
            folder.mkdir()
            words = {"prog.o": "an object file, in which it is not read (-gsplit-dwarf=single)",
                     "prog.dwo": "which is not read, for it has sections of its own for types (-fdebug-types-section)"}[name]
            self.assertIn(f"its debug information is in '{folder}/{name}', {words}", self.refusal(compile_in(folder, *command)))

    def test_stacks_have_their_inlined_functions(self):
        source = live.HERE / "workloads" / "callers.cpp"
        stacks = []
        for prog in self.pair("g++", 5, "-O2", source):
            out = self.ok(script(f'probe process("{prog}").function("*weigh*") {{ print_ubacktrace_fileline() exit() }}', "-c", str(prog)))
            stacks.append([line.split(" : ")[1].split(" [")[0] for line in out.splitlines() if "callers.cpp" in line])
        self.assertTrue(stacks[0][1].endswith("(inlined)"), stacks)
        self.assertEqual(stacks[0], stacks[1])


if __name__ == "__main__":
    live.main()
