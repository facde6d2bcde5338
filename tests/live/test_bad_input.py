"""What is missing or wrong around a script: one clear message, exit 1, nothing left behind."""
import os
import pathlib
import re
import sys

import live
from live import CORETAP, LiveTest, TMP, build, coretap, run, script

HELLO = 'probe begin { println("x") exit() }'


class BadInput(LiveTest):
    def refused(self, result, ident, *words):
        self.assertEqual(result.returncode, 1, result.stdout + result.stderr)
        self.assertEqual(result.stdout, "")
        self.assertEqual(result.stderr.count("["+ident+"]"), 1, result.stderr)
        for word in words:
            self.assertIn(word, result.stderr)

    def test_missing_script(self):
        self.refused(coretap("/no/such.stp"), "script-read", "/no/such.stp", "No such file")

    def test_directory_as_script(self):
        self.refused(coretap("/tmp"), "script-read", "Is a directory")

    def test_binary_file_as_script(self):
        path = TMP / "utf16.stp"
        path.write_text("probe begin { exit() }", encoding="utf-16-le")
        for file in (path, pathlib.Path("/bin/true")):
            nul = file.read_bytes().index(0)
            for options in (("-p1",), ("--format",)):
                self.refused(coretap(*options, file), "not-text", f"'{file}' is not a text file: byte {nul} is NUL")
            self.refused(coretap("-p4", "-I", TMP, file), "not-text")
        self.refused(run("sh", "-c", f"{CORETAP} -p1 - < {path}"), "not-text", "'<input>'")

    def test_many_errors(self):
        """Twenty are shown, with the number of the others; -v shows all."""
        text = "probe begin { exit() " + "\n\x01" * 33 + " }"
        result = script(text, "-p1")
        self.assertEqual((result.returncode, result.stderr.count("[bad-character]")), (1, 20))
        self.assertIn("\nNumber of further errors that are not shown: 13.\nRerun with -v to see them.\n", result.stderr)
        self.assertEqual(script(text, "-p1", "-v").stderr.count("[bad-character]"), 33)
        result = script("probe begin { exit() " + "\n\x01" * 20 + " }", "-p1")
        self.assertEqual(result.stderr.count("[bad-character]"), 20)
        self.assertNotIn("Number of", result.stderr)

    def test_long_lines(self):
        """Only what is around the caret is shown, which stands below its token."""
        for before, token, behind in (("", "nobody", "9" * 5000), ("ä" * 5000, "nobody", ""), ("ab" * 4000, "nobody", "cd" * 4000),
                                      ("x" * 10, "nobody", "y" * 10), ("ä" * 300, "n" + "o" * 3000 + "body", "")):
            result = script(f'probe begin {{ println("{before}") println({token}()) println("{behind}") }}', "-p2")
            source, caret = re.search(r"^        source: (.*)\n                (.*)$", result.stderr, re.M).groups()
            self.assertLessEqual(len(source), 245)
            width = len(caret) - len(caret.lstrip())
            # Below what is not ASCII, each byte has a blank.
            at = len(source.encode()[:width + 2 * source.startswith("…")].decode(errors="replace"))
            self.assertTrue(source[at:].startswith(token[:5]), (source, caret))

    def test_no_arguments(self):
        self.refused(coretap(), "usage", "script")

    def test_clang_absent(self):
        env = dict(os.environ, PATH=str(TMP / "no-such-folder"), CORETAP_CACHE_DIR=str(TMP / "noclang"))
        self.refused(script(HELLO, env=env), "no-clang", "apt-get install")
        self.assertEqual(os.listdir(TMP / "noclang"), [])

    def test_kernel_without_btf(self):
        self.refused(coretap("--btf", "/no/such/btf", "-e", 'probe kernel.trace("sched_switch") { exit() }'),
                     "no-kernel-btf", "'/no/such/btf': No such file or directory")
        self.refused(coretap("--btf", sys.executable, "-e", 'probe kernel.trace("sched_switch") { exit() }'),
                     "no-kernel-btf", f"'{sys.executable}': the file has no section .BTF")
        self.refused(coretap("--btf", __file__, "-e", 'probe kernel.trace("sched_switch") { exit() }'),
                     "no-kernel-btf", f"'{__file__}': ")

    def test_without_root_kernel_probes_are_refused_and_user_probes_run(self):
        prog = build("threads", "-O1")
        folder = TMP / "nobody"
        folder.mkdir(exist_ok=True)
        os.chown(folder, 65534, 65534)
        TMP.chmod(0o755)
        env = dict(os.environ, CORETAP_CACHE_DIR=str(folder), HOME=str(folder))
        nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", CORETAP]
        result = run(*nobody, "-e", HELLO, env=env)
        self.assertEqual(self.ok(result), "x\n")
        result = run(*nobody, "-e", f'probe process("{prog}").function("called") {{ next }}', env=env)
        self.assertEqual(result.returncode, 1)
        self.assertRegex(result.stderr, "root|CAP_BPF")
        self.assertNotIn("libbpf", result.stderr)

    def test_target_command_that_does_not_exist(self):
        result = script("probe end { next }", "-c", "/no/such/command")
        self.assertEqual(result.returncode, 1, result.stderr)
        self.assertIn("/no/such/command", result.stderr)

    def test_target_process_that_does_not_exist(self):
        result = script("probe end { next }", "-x", "4194000")
        self.assertEqual(result.returncode, 1, result.stderr)
        self.assertIn("4194000", result.stderr)

    def test_output_file_that_cannot_be_written(self):
        result = script(HELLO, "-o", "/no/such/dir/out")
        self.assertEqual(result.returncode, 1)
        self.assertIn("/no/such/dir/out", result.stderr)

    def test_output_on_a_full_device(self):
        result = script(HELLO, "-o", "/dev/full")
        self.assertEqual(result.returncode, 1)
        self.assertIn("No space left", result.stderr)


if __name__ == "__main__":
    live.main()
