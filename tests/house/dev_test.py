#!/usr/bin/env python3
"""Tests of ./dev itself, on a small project of the same shape: dev_test.py TOP_OF_THIS_REPOSITORY."""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

TOP = pathlib.Path()  # set from the command line

CMAKE = """
cmake_minimum_required(VERSION 3.25)
project(small LANGUAGES CXX)
option(CORETAP_TESTS "" ON)
add_executable(coretap translator/main.cpp)
if(CORETAP_TESTS)
  enable_testing()
  add_test(NAME echo COMMAND coretap passed)
  add_test(NAME slow COMMAND coretap)
  set_tests_properties(slow PROPERTIES LABELS long)
endif()
"""
# Prints its arguments, then its standard input; exits with the number of arguments.
MAIN = r"""
#include <cstdio>
int main(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) puts(argv[i]);
  for (int c; (c = getchar()) != EOF;) putchar(c);
  return argc - 1;
}
"""


class Dev(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(prefix="coretap-dev-")))
        self.folder.chmod(0o755)
        self.repo = self.folder / "repo"
        for name in ("translator", "grammar", "runtime", "tapsets", "dwarf"):
            (self.repo / name).mkdir(parents=True)
        for name in ("dev", "CMakePresets.json"):
            shutil.copy(TOP / name, self.repo / name)
        (self.repo / "CMakeLists.txt").write_text(CMAKE)
        (self.repo / "translator/main.cpp").write_text(MAIN)
        self.tools = self.folder / "tools"  # stand-ins, first in PATH
        self.tools.mkdir()

    def dev(self, *args: str, stdin: str = "", **options) -> subprocess.CompletedProcess:
        env = dict(os.environ, PATH=f"{self.tools}:{os.environ['PATH']}")
        return subprocess.run([*options.pop("prefix", []), self.repo / "dev", *args], input=stdin, env=env, cwd="/",
                              capture_output=True, text=True, **options)

    def stand_in(self, name: str, script: str) -> None:
        path = self.tools / name
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)

    def break_set_up(self) -> None:
        """From now on any use of a set-up tool fails the command."""
        for name in ("cmake", "ninja", "dpkg-query", "apt-get"):
            self.stand_in(name, f"echo {name} was called >&2; exit 9")

    def test_run_builds_and_becomes_coretap(self) -> None:
        done = self.dev("run", "two words", "x", stdin="from the user\n")
        self.assertEqual(done.stdout, "two words\nx\nfrom the user\n", "only the script's output, all of its input")
        self.assertEqual(done.returncode, 2, done.stderr)

    def test_nothing_is_asked_when_all_is_built(self) -> None:
        self.dev("run")
        self.break_set_up()
        done = self.dev("run", "again")
        self.assertEqual((done.stdout, done.stderr, done.returncode), ("again\n", "", 1))

    def test_a_change_is_built(self) -> None:
        self.dev("run")
        time.sleep(0.01)  # file times have the kernel tick's resolution
        (self.repo / "translator/main.cpp").write_text('#include <cstdio>\nint main() { puts("new"); }\n')
        self.assertEqual(self.dev("run").stdout, "new\n")

    def test_a_broken_change_is_not_run(self) -> None:
        self.dev("run")
        time.sleep(0.01)
        (self.repo / "translator/main.cpp").write_text("int main() { oops }\n")
        for attempt in ("first", "second"):
            done = self.dev("run", "old")
            self.assertEqual((done.stdout, done.returncode), ("", 1), attempt)
            self.assertIn("dev: the build failed", done.stderr)

    def test_test_after_run_ends_with_ctests_line(self) -> None:
        self.dev("run")  # a tree without tests
        done = self.dev("test")
        self.assertNotEqual(done.returncode, 0, "the only test exits with 1")
        self.assertIn("0% tests passed, 1 tests failed out of 1", done.stdout)
        (self.repo / "translator/main.cpp").write_text("int main() {}\n")
        done = self.dev("test")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertRegex(done.stdout, r"100% tests passed, 0 tests failed out of 1\s+Total Test time.*\n$")

    def test_long_tests_run_only_when_asked_for(self) -> None:
        (self.repo / "translator/main.cpp").write_text("int main() {}\n")
        usual = self.dev("test")
        self.assertIn("100% tests passed, 0 tests failed out of 1\n", usual.stdout, usual.stderr)
        self.assertNotIn("slow", usual.stdout)
        every = self.dev("test", "--long")
        self.assertIn("100% tests passed, 0 tests failed out of 2\n", every.stdout, every.stderr)

    @unittest.skipUnless(os.geteuid() == 0, "becoming another user takes root")
    def test_without_root_it_says_what_is_missing(self) -> None:
        self.stand_in("dpkg-query", "printf 'ii  g++\\nrc  ninja-build\\n'")
        self.stand_in("sudo", "exit 1")
        nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
        done = self.dev("run", "x", prefix=nobody, start_new_session=True)
        self.assertEqual((done.stdout, done.returncode), ("", 1), done.stderr)
        self.assertIn("these packages are missing, and installing them takes root or sudo: clang lld", done.stderr)
        self.assertIn(" ninja-build ", done.stderr, "removed, with its configuration left, is missing too")
        self.assertNotIn(" g++ ", done.stderr)

    @unittest.skipUnless(os.geteuid() == 0, "the other case is above")
    def test_missing_packages_are_installed(self) -> None:
        self.stand_in("dpkg-query", "printf 'ii  g++\\n'")
        self.stand_in("apt-get", f'echo "$@" >>{self.folder}/apt; echo chatter')
        done = self.dev("deps", "run")
        self.assertEqual((done.stdout, done.returncode), ("", 0), done.stderr)
        update, install = (self.folder / "apt").read_text().splitlines()
        self.assertTrue(update.endswith(" update"), update)
        self.assertIn(" install ", install)
        self.assertIn(" clang lld ", install)
        self.break_set_up()
        self.assertEqual(self.dev("deps", "run").returncode, 0, "the stamp says that they are there")

    @unittest.skipUnless(os.geteuid() == 0, "installing takes root")
    def test_deps_takes_every_group_that_it_names(self) -> None:
        self.stand_in("dpkg-query", "printf 'ii  g++\\n'")
        self.stand_in("apt-get", f'echo "$@" >>{self.folder}/apt')
        usage = re.search(r"deps \[([a-z|]+)\]", self.dev("help").stdout)
        for group in usage[1].split("|"):
            with self.subTest(group):
                done = self.dev("deps", group)
                self.assertEqual((done.stdout, done.returncode), ("", 0), done.stderr)
        self.assertIn(" mkdocs ", (self.folder / "apt").read_text())
        done = self.dev("deps", "run", "tests")
        self.assertEqual((done.stdout, done.returncode), ("", 1), done.stderr)
        self.assertIn("dev: deps: 'tests' is not one of run test package tools site", done.stderr)

    def test_fuzz_refuses_what_it_does_not_know(self) -> None:
        for args, text in ((["elves"], "'elves' is not one of parser elf "), (["elf", "long"], "'long' is not a number of seconds"),
                           (["elf", "0"], "'0' is not a number of seconds")):
            done = self.dev("fuzz", *args)
            self.assertEqual((done.stdout, done.returncode), ("", 1), done.stderr)
            self.assertIn(f"dev: fuzz: {text}", done.stderr)

    def test_an_unknown_command(self) -> None:
        done = self.dev("rum")
        self.assertEqual((done.stdout, done.returncode), ("", 2))
        self.assertIn("dev: unknown command 'rum'", done.stderr)
        self.assertIn("run SCRIPT [ARGS]", done.stderr)


if __name__ == "__main__":
    TOP = pathlib.Path(sys.argv[1])
    unittest.main(argv=sys.argv[:1])
