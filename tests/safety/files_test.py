"""Files that are not files: FIFOs, sockets and devices, wherever a path may lead, never stop coretap.

A FIFO that nobody writes to would block whoever opens it; every run here has a time limit of its own.
"""
import os
import shutil
import socket
import subprocess
import threading

import safety
from safety import HELLO, TMP, coretap, environment, run

PROGRAM = "volatile int sum; __attribute__((noinline)) void foo(int n) { sum += n; } int main(void) { foo(1); return 0; }"


class Files(safety.SafetyTest):
    @classmethod
    def setUpClass(cls):
        cls.prog = safety.compile_c(PROGRAM, "prog", "-g", "-O1")
        cls.fifo = TMP / "fifo"
        os.mkfifo(cls.fifo)
        cls.socket = socket.socket(socket.AF_UNIX)
        cls.addClassCleanup(cls.socket.close)
        cls.socket.bind(str(TMP / "socket"))
        (TMP / "zero").symlink_to("/dev/zero")
        (TMP / "to-fifo").symlink_to(cls.fifo)

    def odd(self):
        return [self.fifo, TMP / "to-fifo", TMP / "socket", TMP / "zero", "/dev/zero", "/dev/null", "/dev/random", TMP]

    def test_in_the_folder_of_a_wildcard(self):
        folder = TMP / "dir"
        folder.mkdir()
        shutil.copy(self.prog, folder / "m")
        for number, path in enumerate(self.odd()):
            (folder / f"{number}a").symlink_to(path)
            (folder / f"z{number}").symlink_to(path)
        os.mkfifo(folder / "fifo")
        result = coretap("-l", f'process("{folder}/*").function("foo")', timeout=20)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        self.assertEqual(len(result.stdout.splitlines()), 1, result.stdout)
        self.assertIn(f'process("{folder}/m").function("foo@', result.stdout)

    def test_as_a_target(self):
        for path in self.odd():
            for point in (f'process("{path}").function("foo")', f'process("{self.prog}").library("{path}").function("foo")',
                          f'process("{path}").statement("*@*:1")', f'process("{path}").begin'):
                with self.subTest(point=point):
                    result = coretap("-l", point, timeout=20)
                    if "begin" not in point:
                        self.assertEqual(result.returncode, 1, result.stdout)
                        self.assertIn("is not a regular file", result.stderr)

    def test_as_an_interpreter(self):
        script = TMP / "script"
        script.write_text(f"#!{self.fifo}\n")
        script.chmod(0o755)
        self.refuses("-l", f'process("{script}").function("foo")')

    def refuses(self, *args):
        result = coretap(*args, timeout=20)
        self.assertEqual(result.returncode, 1, result.stdout)
        self.assertIn("is not a regular file", result.stderr)

    def test_as_separate_debug_information(self):
        """The link in a program names a file beside it; there is a FIFO."""
        folder = TMP / "debug"
        folder.mkdir()
        debug = folder / "prog.debug"
        subprocess.run(["objcopy", "--only-keep-debug", str(self.prog), str(debug)], check=True)
        subprocess.run(["objcopy", "--strip-debug", f"--add-gnu-debuglink={debug}", str(self.prog), str(folder / "prog")],
                       check=True)
        debug.unlink()
        os.mkfifo(debug)
        result = coretap("-l", f'process("{folder}/prog").function("foo")', timeout=20)
        self.assertEqual(result.returncode, 0, result.stderr)

    def test_as_the_module_of_a_type_or_variable(self):
        for text in (f'@cast(1, "int", "{self.fifo}")', f'@var("sum@prog.c", "{self.fifo}")'):
            result = coretap("-p4", "-e", f'probe process("{self.prog}").function("foo") {{ println({text}) }}', timeout=20)
            self.assertEqual(result.returncode, 1, result.stdout)

    def test_in_a_folder_of_tapsets(self):
        folder = TMP / "tapsets"
        folder.mkdir()
        for name in ("a.stp", "b.stpm"):
            os.mkfifo(folder / name)
        (folder / "c.stp").symlink_to("/dev/zero")
        self.ok(coretap("-I", folder, "-e", HELLO, timeout=20), "hi\n")

    def test_as_btf_and_as_a_kernel_tree(self):
        self.refuses("--btf", self.fifo, "-l", 'kernel.trace("sched_switch")')
        tree = TMP / "tree"
        (tree / "include" / "config").mkdir(parents=True)
        os.mkfifo(tree / "include" / "config" / "kernel.release")
        result = coretap("-r", tree, "-p1", "-e", HELLO, timeout=20)
        self.refused(result, "kernel-tree", str(tree))

    def test_script_from_a_fifo_is_read(self):
        """bash's <(…) is one."""
        def write():
            with open(self.fifo, "w") as out:
                out.write(HELLO)
        writer = threading.Thread(target=write)
        writer.start()
        self.ok(coretap(self.fifo, timeout=20), "hi\n")
        writer.join()

    def test_script_without_end(self):
        self.refused(coretap("/dev/zero", timeout=60), "script-read", "/dev/zero", "larger than")
        large = TMP / "large.stp"
        with open(large, "w") as out:
            out.truncate(1 << 32)
        self.refused(coretap(large, timeout=60), "script-read", "larger than")

    def test_target_of_a_built_binary_that_became_one(self):
        target, binary = TMP / "target", TMP / "binary"
        shutil.copy(self.prog, target)
        result = coretap(f"--build={binary}", "-e", f'probe process("{target}").function("foo") {{ next }}')
        self.assertEqual(result.returncode, 0, result.stderr)
        target.unlink()
        os.mkfifo(target)
        for args in ([], ["--explain-needs"]):
            result = run(binary, *args, timeout=20, env=environment(None))
            self.assertIn("is not a regular file", result.stdout + result.stderr)


if __name__ == "__main__":
    safety.main()
