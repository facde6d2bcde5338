"""Listings in the cache: a kept answer is what would be found today, damage heals, and the options are respected."""
import os
import pathlib
import shutil
import subprocess
import unittest

import safety
from cache_test import cut, empty, flip, remove, zeros
from safety import NOBODY, TMP, coretap, entries, environment

COUNT = 2000  # functions: listing them takes long enough to be kept
MORE = "struct shared { int first; char second[20]; struct shared *next; };\n"


def program(name, extra=""):
    text = MORE + "".join(f"int f{n}(int a{n}) {{ return a{n} + {n}; }}\n" for n in range(COUNT))
    return safety.compile_c(f"{text}{extra}\nint main(struct shared *s) {{ return f1(1); }}\n", name, "-g", "-Wl,--build-id", "-w")


class Listing(safety.SafetyTest):
    @classmethod
    def setUpClass(cls):
        cls.program = program("many")
        cls.point = f'process("{cls.program}").function("f[0-9_]*")'

    def listed(self, *options, point=None, cache, cached, env=None):
        """Lists with -vv, and asserts that the answer is, or is not, from the cache."""
        *others, kind = options
        result = coretap("-vv", *others, kind, point or self.point, cache=cache, env=env)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual("using cached" in result.stderr, cached, result.stderr)
        return result.stdout

    def test_each_kind_has_an_answer_of_its_own(self):
        cache = TMP / "kinds"
        process = f'process("{self.program}")'
        kinds = {("-l",): self.point, ("-L",): self.point, ("--lines",): process, ("--json", "--lines"): process}
        first = {kind: self.listed(*kind, point=point, cache=cache, cached=False) for kind, point in kinds.items()}
        self.assertEqual(len(entries(cache)), len(kinds))
        self.assertEqual(len(set(first.values())), len(kinds))
        for kind, point in kinds.items():
            self.assertEqual(self.listed(*kind, point=point, cache=cache, cached=True), first[kind])
        places = first["-l",].splitlines()
        self.assertEqual(len(places), COUNT)
        self.assertEqual(places, sorted(places))
        source = "<stdin>"
        self.assertIn(f'{process}.function("f77@{os.getcwd()}/{source}:{77 + 2}") $a77:int\n', first["-L",])

    def test_what_the_answer_depends_on(self):
        cache = TMP / "options"
        self.listed("-L", cache=cache, cached=False)
        self.listed("-r", os.uname().release, "-L", cache=cache, cached=False)  # a kernel that is named is another input
        self.listed("-L", point=self.point.replace("f[", "f?["), cache=cache, cached=False)
        self.listed("-L", cache=cache, cached=True)

    def test_another_build_of_the_program(self):
        cache, path = TMP / "rebuilt", program("rebuilt-program")
        point = f'process("{path}").function("*_new")'
        every = f'process("{path}").function("f[0-9_]*")'
        self.assertEqual(len(self.listed("-l", point=every, cache=cache, cached=False).splitlines()), COUNT)
        self.listed("-l", point=every, cache=cache, cached=True)
        program("rebuilt-program", "int f_new(int b) { return b; }")
        self.assertEqual(len(self.listed("-l", point=every, cache=cache, cached=False).splitlines()), COUNT + 1)
        self.assertIn("f_new", self.listed("-l", point=point, cache=cache, cached=False))

    def test_debug_file_that_goes_and_comes(self):
        cache, path = TMP / "separate", program("separate-program")
        debug = path.with_suffix(".debug")
        subprocess.run(["eu-strip", "-f", debug, path], check=True)
        point = f'process("{path}").function("*")'
        full = coretap("-L", point, cache=cache).stdout
        self.assertIn("$a77:int", full)
        self.assertEqual(self.listed("-L", point=point, cache=cache, cached=True), full)
        debug.rename(TMP / "away")
        gone = coretap("-L", point, cache=cache)
        self.assertNotIn("$a77:int", gone.stdout)
        (TMP / "away").rename(debug)
        self.assertEqual(coretap("-L", point, cache=cache).stdout, full)

    def test_part_that_dwz_moved_goes_and_comes(self):
        cache, path, other = TMP / "dwz", program("dwz-program"), program("dwz-other")
        shared = TMP / "common.debug"
        subprocess.run(["dwz", "-m", shared, path, other], check=True, cwd=TMP, stderr=subprocess.DEVNULL)
        self.assertTrue(shared.exists())
        point = f'process("{path}").function("*")'
        full = coretap("-L", point, cache=cache)
        self.assertEqual(full.stderr, "")
        shared.rename(TMP / "away")
        for cached in False, True:  # the warning is repeated
            gone = coretap("-vL", point, cache=cache)
            self.assertIn("WARNING [debug-files]: a part of the debug information", gone.stderr)
            self.assertEqual("using cached" in gone.stderr, cached, gone.stderr)
        (TMP / "away").rename(shared)
        back = coretap("-L", point, cache=cache)
        self.assertEqual((back.stdout, back.stderr), (full.stdout, ""))

    def test_damage(self):
        cache = TMP / "damage"
        answer = self.listed("-L", cache=cache, cached=False)
        (entry,) = entries(cache)
        for name in "listing", "manifest":
            for damage in cut, flip, empty, remove, zeros:
                with self.subTest(file=name, damage=damage.__name__):
                    damage(entry / name)
                    self.assertEqual(self.listed("-L", cache=cache, cached=False), answer)
                    self.assertEqual(self.listed("-L", cache=cache, cached=True), answer)

    def test_files_of_another_user(self):
        cache = TMP / "foreign"
        answer = self.listed("-L", cache=cache, cached=False)
        (entry,) = entries(cache)
        os.chown(entry / "listing", NOBODY, NOBODY)
        self.assertEqual(self.listed("-L", cache=cache, cached=False), answer)
        os.chown(entry, NOBODY, NOBODY)
        result = coretap("-L", self.point, cache=cache)
        self.assertEqual((result.returncode, result.stdout), (0, answer))
        self.assertIn("WARNING [cache-untrusted]", result.stderr)

    def test_many_at_a_time(self):
        cache = TMP / "race"
        answer = self.listed("-L", cache=cache, cached=False)
        (entry,) = entries(cache)
        empty(entry / "manifest")
        runs = [subprocess.Popen([safety.CORETAP, "-L", self.point], env=environment(cache), stdout=subprocess.PIPE,
                                 stderr=subprocess.PIPE, text=True) for _ in range(4)]
        for process in runs:
            self.assertEqual(process.communicate() + (process.returncode,), (answer, "", 0))
        self.assertEqual([p.name for p in cache.iterdir() if p.name.startswith("new-")], [])
        self.assertEqual(self.listed("-L", cache=cache, cached=True), answer)

    def test_errors_are_not_kept(self):
        cache = TMP / "errors"
        for _ in range(2):
            result = coretap("-l", f'process("{self.program}").function("absent")', cache=cache)
            self.assertEqual(result.returncode, 1)
            self.assertIn("[no-such-function]", result.stderr)
        self.assertFalse(cache.exists() and entries(cache))

    def test_without_a_cache(self):
        """--disable-cache neither reads nor writes; where there can be no cache, nothing is said of it."""
        cache = TMP / "disabled"
        answer = self.listed("--disable-cache", "-L", cache=cache, cached=False)
        self.assertFalse(cache.exists())
        for env in environment("/dev/null/no"), environment(None, HOME="/dev/null", XDG_CACHE_HOME=None):
            result = coretap("-L", self.point, env=env)
            self.assertEqual((result.returncode, result.stdout, result.stderr), (0, answer, ""))

    def test_poison_cache(self):
        """It writes and does not read."""
        cache = TMP / "poisoned"
        answer = self.listed("--poison-cache", "-L", cache=cache, cached=False)
        self.assertEqual(self.listed("--poison-cache", "-L", cache=cache, cached=False), answer)
        self.assertEqual(self.listed("-L", cache=cache, cached=True), answer)

    def test_limit(self):
        cache = TMP / "limit"
        cache.mkdir(mode=0o700)
        (cache / "cache_clean_interval_s").write_text("0\n")
        env = environment(cache, CORETAP_CACHE_MB_LIMIT=0)
        self.listed("-l", cache=cache, cached=False, env=env)
        self.listed("-L", cache=cache, cached=False, env=env)
        self.assertEqual(len(entries(cache)), 1)  # the newest stays

    def test_reader_that_goes(self):
        """What is printed first is what a whole listing begins with, and the reader's end is no error."""
        cache = TMP / "reader"
        whole = self.listed("-L", cache=cache, cached=False)
        shutil.rmtree(cache)
        for _ in range(2):  # found, and from the cache if it is there
            process = subprocess.Popen([safety.CORETAP, "-L", self.point], env=environment(cache), stdout=subprocess.PIPE,
                                       stderr=subprocess.PIPE, text=True)
            self.assertEqual(process.stdout.readline(), whole[:whole.index("\n") + 1])
            process.stdout.close()
            self.assertEqual(process.stderr.read(), "")
            process.stderr.close()
            process.wait()


if __name__ == "__main__":
    unittest.main()
