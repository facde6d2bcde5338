"""Code of the kernel by its debug information, as far as no kernel has to run for it; vm.kernel_code runs one.

The vmlinux is a small file that looks like one. Where its code is, nm and readelf know.
"""
import os
import pathlib
import re
import subprocess

import live
from live import LiveTest, coretap, line_of, script

RELEASE = "9.9.9-small"


def compile_kernel(name, *flags, linker=("-Wl,--build-id",)):
    """A vmlinux, TMP/NAME/vmlinux."""
    folder = live.TMP / name
    path = folder / "vmlinux"
    if path.exists():
        return path
    folder.mkdir()
    source = str(live.HERE / "workloads" / "small_kernel.c")
    second = folder / "small_second.c"
    second.write_text(pathlib.Path(source).read_text())
    common = ["gcc", "-g", "-O2", "-ffreestanding", "-fno-pie", "-fcf-protection=none", *flags]
    for number, (text, more) in enumerate([(source, []), (str(second), ["-DSECOND"])]):
        subprocess.run([*common, *more, "-c", "-o", str(folder / f"{number}.o"), text], check=True)
    subprocess.run(["gcc", "-nostdlib", "-static", "-no-pie", "-Wl,--unique=.data..percpu", *linker, "-Wl,-e,work", "-o", str(path),
                    str(folder / "0.o"), str(folder / "1.o")], check=True)
    (folder / "include" / "config").mkdir(parents=True)
    (folder / "include" / "config" / "kernel.release").write_text(RELEASE + "\n")
    return path


def symbols(path, name):
    """Addresses of a symbol, in order."""
    listed = subprocess.run(["nm", str(path)], capture_output=True, text=True, check=True).stdout.splitlines()
    return sorted(int(line.split()[0], 16) for line in listed if line.split()[-1] == name)


class KernelCode(LiveTest):
    def setUp(self):
        self.vmlinux = compile_kernel("small")

    def with_kernel(self, *arguments, **kwargs):
        return coretap("--vmlinux", self.vmlinux, *arguments, **kwargs)

    def list(self, point, option="-l"):
        return self.lines(self.with_kernel(option, point))

    def refused(self, point, words, *options, body=""):
        done = coretap(*(options or ("--vmlinux", self.vmlinux)), "-p3", "-e", f"probe {point} {{ {body} }}")
        self.assertEqual((done.returncode, done.stdout), (1, ""), point)
        self.assertRegex(done.stderr, words)

    def test_functions_of_a_file(self):
        found = self.list('kernel.function("*@small_kernel.c").call')
        names = [re.search(r'"(\w+)@.*small_kernel\.c:(\d+)"\)\.call$', line).groups() for line in found]
        marks = {"same": "static __attribute__((noinline)) int same", "work": "int work(int size)"}
        self.assertEqual(sorted(names), [(name, str(line_of("small_kernel", mark))) for name, mark in sorted(marks.items())])
        (inlined,) = self.list('kernel.function("twice@small_kernel.c").inline', "-L")
        self.assertRegex(inlined, r'"twice@.*small_kernel\.c:\d+"\)\.inline \$n:int$')
        # BTF has no inlined functions: a name alone is found in the vmlinux, too.
        done = self.with_kernel("--btf", "/sys/kernel/btf/vmlinux", "-l", 'kernel.function("twice")')
        self.assertEqual(len(self.lines(done)), 1)
        self.assertEqual(len(self.list('kernel.function("work@*").exported')), 1)
        self.refused('kernel.function("same@*small_kernel.c").exported', "is exported")

    def test_lines(self):
        turn = line_of("small_kernel", "// a turn")
        (found,) = self.list(f'kernel.statement("work@small_kernel.c:{turn}")', "-L")
        for variable in "$size:int", "$sum:int", "$i:int":
            self.assertIn(variable, found)
        declared = line_of("small_kernel", "int work(int size)")
        self.assertIn(found, self.list(f'kernel.statement("work@small_kernel.c+{turn - declared}")', "-L"))
        self.assertIn(found.split(" ")[0], self.list('kernel.statement("work@small_kernel.c:*")'))
        self.refused(f'kernel.statement("work@small_kernel.c:{declared - 1}")', "has no code(.|\n)*nearest lines with code")
        nearest = self.list(f'kernel.statement("*@small_kernel.c:{declared - 1}").nearest')
        self.assertEqual(len(nearest), 1)
        self.refused('kernel.statement("work@nothing.c:1")', "no source file of .* matches 'nothing.c'")

    def test_addresses(self):
        (work,) = symbols(self.vmlinux, "work")
        self.assertEqual(self.list(f"kernel.statement({work})"), [f"kernel.statement({work:#x})"])
        self.assertEqual(self.list(f"kernel.function({work + 1})"), [f"kernel.function({work + 1:#x})"])
        self.refused("kernel.statement(12345)", "not in executable code")

    def test_where_it_is_attached(self):
        """A symbol and an offset; _stext, where several functions have the name."""
        def places(point):
            done = self.with_kernel("--explain-needs", "-e", f"probe {point} {{ println($n) }}")
            self.assertIn(f"bound to build-id {live.build_id(self.vmlinux)}", done.stdout, done.stderr)
            return re.findall(r"kprobe (\S+):", done.stdout)
        (text,) = symbols(self.vmlinux, "_stext")
        first, other = symbols(self.vmlinux, "same")
        owner = self.list('kernel.function("same@small_second.c")')
        self.assertEqual(len(owner), 1)
        self.assertEqual(sorted(places('kernel.function("same@*")')), ["_stext" if first == text else f"_stext+{first - text:#x}", f"_stext+{other - text:#x}"])
        self.assertEqual(places('kernel.function("second@*")'), ["second"])

    def test_variables(self):
        at = 'kernel.function("work@small_kernel.c")'
        self.assertEqual(self.with_kernel("-p2", "-e", f'probe {at} {{ println($size + $shared + $ticks + @var("shared@small_kernel.c")) }}').returncode, 0)
        self.refused(at, r"'\$counter' cannot be read here: each CPU has one of its own", body="println($counter)")
        self.refused(at, r"there is no variable '\$sizes'(.|\n)*similar: \$size", body="println($sizes)")
        self.refused(at, "there is no global variable 'nothing' of file 'small_kernel.c'", body='println(@var("nothing@small_kernel.c"))')

    def test_code_that_takes_no_probes(self):
        self.refused('kernel.function("at_start@small_kernel.c")', r"\[kernel-refuses-probe\]: 'at_start' cannot be probed: .*\.init\.text")
        line = line_of("small_kernel", "return n + shared;")
        self.refused(f'kernel.statement("at_start@small_kernel.c:{line}")', r"kernel-refuses-probe")
        self.assertFalse([line for line in self.list('kernel.function("*@*")') if "at_start" in line])

    def test_bound_to_its_kernel(self):
        """This machine's kernel is another one: refused by name when it is run, or left out."""
        point = 'kernel.function("second@*")'
        done = self.with_kernel("-e", f'probe begin {{ println("began") }} probe {point} {{ println($n) }}')
        self.assertEqual((done.returncode, done.stdout), (1, ""), done.stderr)
        self.assertIn("this kernel is another build than the one this was compiled for", done.stderr)
        self.assertIn(f"expected {live.build_id(self.vmlinux)}", done.stderr)
        done = self.with_kernel("-e", f'probe {point} ? {{ println($n) }} probe begin {{ println("began"); exit() }}')
        self.assertEqual((done.returncode, done.stdout), (0, "began\n"), done.stderr)
        done = self.with_kernel("--portable", "-p2", "-e", f"probe {point} {{ println($n) }}")
        self.assertEqual(done.returncode, 1)
        self.assertIn(f"is bound to one build of the kernel, build-id {live.build_id(self.vmlinux)}", done.stderr)

    def test_a_build_tree(self):
        tree = self.vmlinux.parent
        self.assertEqual(len(self.lines(coretap("-r", tree, "-l", 'kernel.function("second@*")'))), 1)
        other = live.TMP / "other-tree"
        (other / "include" / "config").mkdir(parents=True)
        (other / "include" / "config" / "kernel.release").write_text("8.8.8\n")
        point = 'kernel.function("second@*")'
        self.refused(point, r"\[no-kernel-debuginfo\].*kernel '8.8.8'(.|\n)*tried: " + re.escape(str(other / "vmlinux")), "-r", other)
        (other / "vmlinux").symlink_to(self.vmlinux)
        self.refused(point, r"\[bad-vmlinux\].*it is of kernel '9.9.9-small', not of '8.8.8'", "-r", other)
        self.refused(point, r"it is of kernel '9.9.9-small', not of '8.8.8'", "-r", "8.8.8", "--vmlinux", self.vmlinux)
        self.refused(point, r"tried: /usr/lib/debug/boot/vmlinux-7.7.7, ", "-r", "7.7.7")

    def test_bad_files(self):
        folder = live.TMP / "bad"
        folder.mkdir()
        whole = self.vmlinux.read_bytes()
        (folder / "short").write_bytes(whole[:len(whole) // 2])
        (folder / "text").write_text("no kernel\n")
        subprocess.run(["strip", "-g", "-o", str(folder / "stripped"), str(self.vmlinux)], check=True)
        nameless = compile_kernel("nameless", linker=("-Wl,--build-id=none",))
        for path, words in ((folder / "short", "the file is cut off"), (folder / "text", "it is not an ELF file"),
                            (folder / "stripped", r"it has no debug information \(.debug_info\)"),
                            ("/bin/true", "it is not a kernel with symbols"), (nameless, "it has no build-id"),
                            (folder / "nothing", "No such file or directory"), (folder, "is not a regular file")):
            self.refused('kernel.function("second@*")', r"\[bad-vmlinux\]: cannot use the kernel's file '.*': .*" + words, "--vmlinux", path)

    def test_what_has_no_lines(self):
        self.refused('kernel.function("second@*").return.maxactive(3)', "kernel-source-line")
        self.refused('kprobe.module("*").function("second@*")', "kernel-source-line")
        self.refused('module("*").function("second")', "only the kernel itself is known")

    def compile_module(self, name, *flags, linker=("--build-id",)):
        """A kernel module of one source, in the kernel's tree."""
        folder = self.vmlinux.parent
        source = str(live.HERE / "workloads" / "small_kernel.c")
        subprocess.run(["gcc", "-g", "-O2", "-ffreestanding", "-fno-pie", "-fcf-protection=none", "-DSECOND", *flags, "-c",
                        "-o", str(folder / f"{name}.o"), source], check=True)
        subprocess.run(["objcopy", "--strip-symbol=_stext", str(folder / f"{name}.o")], check=True)  # only a kernel has it
        subprocess.run(["ld", "-r", *linker, "-o", str(folder / f"{name}.ko"), str(folder / f"{name}.o")], check=True)
        return folder

    def test_code_of_a_module(self):
        tree = self.compile_module("small-mod")
        for point, count in (('function("second@*")', 1), ('function("same@small_kernel.c").call', 1), ('statement("second@*:*")', 2)):
            found = self.lines(coretap("-r", tree, "-L", f'module("small_mod").{point}'))
            self.assertGreaterEqual(len(found), count, point)
            self.assertTrue(all(line.startswith('module("small_mod").') for line in found), found)
        done = coretap("-r", tree, "--explain-needs", "-e", 'probe module("small*").function("second@*") { println($n) }')
        self.assertIn(f"bound to build-id {live.build_id(tree / 'small-mod.ko')}", done.stdout, done.stderr)
        self.assertIn("kprobe second: NO (module 'small_mod' is not loaded)", done.stdout)
        done = coretap("-r", tree, "-e", 'probe module("small_mod").function("second@*") { println($n) }')
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn("module 'small_mod' is not loaded", done.stderr)
        subprocess.run(["objcopy", "--strip-symbol=_stext", str(tree / "0.o"), str(tree / "first.o")], check=True)
        subprocess.run(["ld", "-r", "--build-id", "-o", str(tree / "twice.ko"), str(tree / "first.o"), str(tree / "1.o")], check=True)
        self.refused('module("twice").function("same@*")', r"\[ambiguous-in-module\]", "-r", tree, body="println($n)")
        self.compile_module("with_data", "-USECOND")
        self.refused('module("with_data").function("work@*")', "a variable of a module", "-r", tree, body="println($shared)")

    def test_modules_that_cannot_be_used(self):
        tree = self.compile_module("no_debug", "-g0")
        self.compile_module("no_id", linker=("--build-id=none",))
        subprocess.run(["objcopy", "--only-keep-debug", str(self.compile_module("whole") / "whole.ko"), str(tree / "no_code.ko")], check=True)
        (tree / "text.ko").write_text("no module\n")
        for module, words in (("no_debug", r"\[bad-module\]: .*has no debug information"), ("no_id", "it has no build-id"),
                              ("no_code", "it has no code"), ("text", "it is not an ELF file"),
                              ("nothing", r"\[no-module-debuginfo\](.|\n)*below " + re.escape(str(tree)))):
            self.refused(f'module("{module}").function("second@*")', words, "-r", tree)


if __name__ == "__main__":
    live.main()
