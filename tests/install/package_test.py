"""The Debian package: package_test.py CPACK BUILD_TREE. Lintian looks at it, where it is installed."""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

CPACK, BUILD = sys.argv[1:3]


def run(*command, **changes):
    return subprocess.run([str(word) for word in command], env={**os.environ, **changes}, capture_output=True, text=True, timeout=200,
                          stdin=subprocess.DEVNULL)


class Package(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        os.umask(0o022)
        cls.folder = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory(prefix="coretap-package-")))
        done = run(CPACK, "--config", f"{BUILD}/CPackConfig.cmake", "-B", cls.folder)
        assert done.returncode == 0, done.stdout + done.stderr
        (cls.package,) = cls.folder.glob("*.deb")

    def test_what_is_in_it_works_by_itself(self):
        tree = self.folder / "unpacked"
        subprocess.run(["dpkg-deb", "-x", str(self.package), str(tree)], check=True)
        done = run(tree / "usr/bin/coretap", "-e", 'probe begin { printf("%s\\n", execname()) exit() }',
                   CORETAP_CACHE_DIR=str(self.folder / "cache"))
        self.assertEqual((done.returncode, done.stdout), (0, "coretap\n"), done.stderr)

    def test_it_asks_for_what_it_needs(self):
        needed = run("dpkg-deb", "-f", self.package, "Depends").stdout
        # Libraries of the program by its own list, and the compilers that no-clang and no-linker name.
        for name in ("libdw1", "libelf1", "libbpf1", "libstdc++6", "g++", "clang", "lld", "binutils", "libbpf-dev", "libdw-dev"):
            self.assertRegex(needed, rf"(^|, ){name.replace('+', '[+]')}( |,|$)")

    @unittest.skipUnless(shutil.which("lintian"), "lintian is not installed")
    def test_lintian_finds_no_error(self):
        found = run("lintian", "--allow-root", self.package)
        self.assertEqual([line for line in found.stdout.splitlines() if line.startswith("E:")], [], found.stderr)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
