"""`coretap --format`: test_format.py CORETAP.

That a layout keeps tokens, comments and the tree is shown by tests/syntax (syntax.corpus, syntax.golden); here is what the command does.
"""
import os
import pathlib
import stat
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
CORETAP = pathlib.Path(sys.argv[1]).resolve()
UGLY = "global a\nprobe   begin{\n a=1 # one\n   exit() }\n"
NEAT = "global a\n\nprobe begin\n{\n  a = 1   # one\n  exit()\n}\n"
WRONG = "probe begin { if ( }\n"


def coretap(*arguments, text="", cwd=None):
    return subprocess.run([CORETAP, *arguments], input=text, capture_output=True, text=True, timeout=120, cwd=cwd)


class Format(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def file(self, name, text):
        path = self.folder / name
        path.write_text(text)
        return path

    def test_a_script_is_printed_from_wherever_it_comes(self):
        path = self.file("a.stp", UGLY)
        for done in (coretap("--format", path), coretap("--format", text=UGLY), coretap("--format", "-", text=UGLY),
                     coretap("--format", "-e", UGLY)):
            self.assertEqual((done.stdout, done.stderr, done.returncode), (NEAT.replace("global a\n\n", "global a\n"), "", 0))
        self.assertEqual(path.read_text(), UGLY)

    def test_several_scripts_are_printed_in_their_order(self):
        paths = [self.file(f"{n}.stp", f"probe begin{{println({n})}}\n") for n in (1, 2, 3)]
        done = coretap("--format", *paths)
        self.assertEqual(done.stdout, "".join(f"probe begin {{ println({n}) }}\n" for n in (1, 2, 3)))

    def test_in_place_writes_what_is_laid_out_otherwise_and_keeps_its_rights(self):
        ugly = self.file("ugly.stp", UGLY)
        ugly.chmod(0o754)
        link = self.folder / "link.stp"
        link.symlink_to("ugly.stp")
        neat = self.file("neat.stp", coretap("--format", "-e", UGLY).stdout)
        before = neat.stat()
        done = coretap("--format", "--in-place", link, neat)
        self.assertEqual((done.stdout, done.stderr, done.returncode), ("", "", 0))
        self.assertEqual(ugly.read_text(), neat.read_text())
        self.assertEqual(stat.S_IMODE(ugly.stat().st_mode), 0o754)
        self.assertTrue(link.is_symlink())
        self.assertEqual((neat.stat().st_ino, neat.stat().st_mtime_ns), (before.st_ino, before.st_mtime_ns))
        self.assertEqual(sorted(os.listdir(self.folder)), ["link.stp", "neat.stp", "ugly.stp"])

    def test_a_script_with_errors_is_left_as_it_is_and_the_others_are_done(self):
        wrong, ugly = self.file("wrong.stp", WRONG), self.file("ugly.stp", UGLY)
        done = coretap("--format", "--in-place", wrong, ugly)
        self.assertEqual(done.returncode, 1)
        self.assertEqual(wrong.read_text(), WRONG)
        self.assertNotEqual(ugly.read_text(), UGLY)
        # The compiler's own words, but for what it says at the end of the pass.
        compiled = coretap("-p1", wrong)
        self.assertTrue(done.stderr and compiled.stderr.startswith(done.stderr), (done.stderr, compiled.stderr))
        self.assertEqual(coretap("--format", text=WRONG).stdout, "")

    def test_what_cannot_be_read_or_written_is_said(self):
        done = coretap("--format", self.folder / "none.stp")
        self.assertEqual(done.returncode, 1)
        self.assertIn("ERROR [script-read]: cannot read script", done.stderr)
        done = coretap("--format", self.folder)
        self.assertEqual(done.returncode, 1)
        self.assertIn("Is a directory", done.stderr)
        fifo = self.folder / "fifo"
        os.mkfifo(fifo)
        with subprocess.Popen([CORETAP, "--format", "--in-place", fifo], stderr=subprocess.PIPE, text=True) as run:
            fifo.write_text(UGLY)
            self.assertIn("ERROR [format-write]: cannot write script", run.stderr.read())
            self.assertEqual(run.wait(), 1)

    def test_wrong_command_lines_are_refused(self):
        for arguments, message in ((("--in-place", "x.stp"), "--in-place needs --format"),
                                   (("--format", "--in-place"), "--in-place writes files: name one"),
                                   (("--format", "--in-place", "-e", "probe begin {}"), "--in-place writes files: name one")):
            done = coretap(*arguments)
            self.assertEqual(done.returncode, 1)
            self.assertIn(message, done.stderr)

    def test_arguments_and_macros_of_the_library_need_not_be_there(self):
        text = "probe process(@1).function(@2)\n{\n  println(@choose_defined($x, $3))\n}\n"
        self.assertEqual(coretap("--format", text=text).stdout, text)

    def test_the_examples_are_in_canonical_layout(self):
        paths = [path for folder in ("tools", "sixty-seconds", "first-programs") for path in sorted((ROOT / "examples" / folder).glob("*.stp"))]
        self.assertGreater(len(paths), 50)
        for path in paths:
            self.assertEqual(coretap("--format", path).stdout, path.read_text(), path)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
