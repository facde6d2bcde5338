"""coretap is installed, the installed tree is moved, and it works there by itself: install_test.py CMAKE BUILD_TREE."""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
CMAKE, BUILD = sys.argv[1:3]
MARKER = 'function where_am_i:string() { return "%s" }\n'
SCRIPT = 'probe begin { printf("in the %s tree\\n", where_am_i()) exit() }'
KERNEL_SCRIPT = 'global n probe syscall.getpid { n++ } probe end { println(n) }'


def run(*command, **changes):
    return subprocess.run([str(word) for word in command], env={**os.environ, **changes}, capture_output=True, text=True, timeout=120,
                          stdin=subprocess.DEVNULL)


class Installed(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory(prefix="coretap-install-")))
        stage = cls.folder / "stage"
        done = run(CMAKE, "--install", BUILD, DESTDIR=str(stage))
        assert done.returncode == 0, done.stderr
        (program,) = stage.rglob("bin/coretap")
        cls.whole = cls.folder / "moved"
        program.parent.parent.rename(cls.whole)
        left = [path for path in stage.rglob("*") if not path.is_dir()]
        assert not left, f"installed elsewhere: {left}"
        (cls.whole / "share/coretap/tapsets/marker.stp").write_text(MARKER % "moved")
        (cls.compiled,) = {path.parent for path in cls.whole.rglob("libcoretap_user.a")}
        # What the precompiled header is used for, the header itself is not read.
        assert (cls.compiled / "harness_prefix.h.gch").exists()
        (cls.compiled / "harness_prefix.h").write_text('#error "the precompiled header is not used"\n')

    def tree(self):
        """A copy of the tree that a test may damage."""
        copy = pathlib.Path(tempfile.mkdtemp(dir=self.folder)) / "tree"
        shutil.copytree(self.whole, copy)
        return copy, copy / self.compiled.relative_to(self.whole)

    def coretap(self, tree, *args, **changes):
        cache = tempfile.mkdtemp(dir=self.folder)
        return run(tree / "bin/coretap", *args, **{"CORETAP_CACHE_DIR": cache, **changes})

    def refused(self, done, *words):
        self.assertEqual((done.returncode, done.stdout), (1, ""), done.stderr)
        for word in words:
            self.assertIn(str(word), done.stderr)

    def test_everything_of_the_tapsets_is_there(self):
        here, there = ROOT / "tapsets", self.whole / "share/coretap/tapsets"
        wanted = {path.relative_to(here) for path in here.rglob("*") if path.is_file() and path.relative_to(here).parts[0] != "tools"}
        self.assertEqual({path.relative_to(there) for path in there.rglob("*") if path.is_file()}, wanted | {pathlib.Path("marker.stp")})

    def test_lessons(self):
        here = {path.name for path in (ROOT / "docs/lessons").iterdir()}
        self.assertEqual({path.name for path in (self.whole / "share/coretap/lessons").iterdir()}, here)
        self.assertEqual(list((self.whole / "share/coretap/lessons").rglob("answers")), [])
        done = self.coretap(self.whole, "--lesson", "1", "-e", 'probe begin { println("hello") exit() }')
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "Right. Lesson 1 is done.\n", ""))
        tree, _ = self.tree()
        shutil.rmtree(tree / "share/coretap/lessons")
        self.refused(self.coretap(tree, "--lesson"), "[own-file]: cannot read the lessons", tree)

    @unittest.skipUnless(shutil.which("man") and shutil.which("lowdown"), "man or lowdown is not installed")
    def test_the_manual_is_found(self):
        for page in ("coretap", "coretap-probes", "coretap-language", "coretap-functions", "error::pass1", "error::pass5"):
            found = run("man", "-M", self.whole / "share/man", "-w", page)
            self.assertTrue(found.stdout.startswith(f"{self.whole}/share/man/"), found.stderr)

    def test_completion_is_where_the_shells_look(self):
        script = self.whole / "share/bash-completion/completions/coretap"
        self.assertIn("-F _coretap coretap", run("bash", "-c", f"source {script}; complete -p coretap").stdout)
        self.assertTrue((self.whole / "share/zsh/vendor-completions/_coretap").is_file())
        self.assertTrue((self.whole / "share/fish/vendor_completions.d/coretap.fish").is_file())

    def test_examples_are_found(self):
        done = self.coretap(self.whole, "--example", "syscount", "-p1")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn("probe syscall", done.stdout)

    def test_a_script_runs_of_the_tree_alone(self):
        cache = self.folder / "cache"
        done = self.coretap(self.whole, "-e", SCRIPT, CORETAP_CACHE_DIR=str(cache))
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "in the moved tree\n", ""))
        # The cache records what the result was made of.
        made_of = b"".join(path.read_bytes() for path in cache.rglob("*") if path.is_file())
        self.assertIn(f"{self.whole}/share/coretap/runtime/".encode(), made_of)
        for tree in (ROOT, BUILD):
            self.assertNotIn(f"{tree}/".encode(), made_of)

    def test_kernel_code_is_compiled(self):
        done = self.coretap(self.whole, "-p4", "-e", KERNEL_SCRIPT)
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_a_built_binary_outlives_the_tree(self):
        tree, _ = self.tree()
        binary = self.folder / "built"
        done = self.coretap(tree, f"--build={binary}", "-e", SCRIPT)
        self.assertEqual(done.returncode, 0, done.stderr)
        shutil.rmtree(tree)
        self.assertEqual(run(binary).stdout, "in the moved tree\n")

    def test_other_tapsets_and_headers(self):
        tapsets = self.folder / "tapsets"
        shutil.copytree(self.whole / "share/coretap/tapsets", tapsets)
        (tapsets / "marker.stp").write_text(MARKER % "other")
        done = self.coretap(self.whole, "-e", SCRIPT, CORETAP_TAPSETS=str(tapsets))
        self.assertEqual(done.stdout, "in the other tree\n", done.stderr)
        tree, _ = self.tree()
        headers = self.folder / "headers"
        (tree / "share/coretap/runtime").rename(headers)
        self.refused(self.coretap(tree, "-e", SCRIPT), "[own-file]", tree / "share/coretap/runtime")
        done = self.coretap(tree, "-R", headers, "-e", SCRIPT)
        self.assertEqual(done.stdout, "in the moved tree\n", done.stderr)

    def test_what_is_missing_is_named(self):
        tree, compiled = self.tree()
        (compiled / "libcoretap_user.a").unlink()
        self.refused(self.coretap(tree, f"--build={self.folder}/none", "-e", SCRIPT), "[own-file]", compiled / "libcoretap_user.a")
        shutil.rmtree(tree / "share/coretap/tapsets")
        self.refused(self.coretap(tree, "-e", SCRIPT), "[tapset-dir]", tree / "share/coretap/tapsets")
        program = self.folder / "alone"
        shutil.copy(self.whole / "bin/coretap", program)
        self.refused(run(program, "-e", SCRIPT), "[tapset-dir]", "share/coretap/tapsets'")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
