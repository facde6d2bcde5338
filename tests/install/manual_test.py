"""The manual pages: manual_test.py CORETAP FOLDER. man(1) shows each without a warning, and what the compiler has is on them."""

import gzip
import pathlib
import re
import shutil
import subprocess
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
CORETAP, MANUAL = sys.argv[1], pathlib.Path(sys.argv[2])
TOOL = ROOT / "docs/man/make_pages.py"


def run(*command, **environment):
    return subprocess.run([str(word) for word in command], env={"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", **environment},
                          capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL)


def shown(path):
    """The page as on a terminal so wide that nothing is broken in the middle of a word."""
    done = run("man", "-l", path, MANWIDTH="1000", LC_ALL="C.UTF-8", MAN_KEEP_FORMATTING="")
    assert done.returncode == 0, done.stderr
    return re.sub(r".\x08", "", done.stdout)


def code(text):
    return set(re.findall(r"`([^`\n]+)`", text))


class Manual(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.names = run("python3", TOOL, "--list").stdout.split()
        cls.paths = {name: MANUAL / f"{name}.gz" for name in cls.names}
        cls.text = {name: shown(path) for name, path in cls.paths.items()}

    def test_each_page_renders_without_a_warning(self):
        self.assertEqual(len(self.names), 9)
        for name, path in self.paths.items():
            # As lintian(1) does.
            done = run("man", "--warnings", "-E", "UTF-8", "-l", "-Tutf8", "-Z", path, LC_ALL="C.UTF-8", MANROFFSEQ="", MANWIDTH="80")
            self.assertEqual((done.returncode, done.stderr), (0, ""), name)
            # Where the locale is C, as in a rescue system, nothing else can be shown.
            self.assertTrue(gzip.decompress(path.read_bytes()).isascii(), name)

    def test_each_page_is_found_by_its_name(self):
        for name, path in self.paths.items():
            found = run("lexgrog", path)
            self.assertIn(f'"{pathlib.Path(name).stem} - ', found.stdout, name)

    def test_no_markup_is_shown(self):
        for name, page in self.text.items():
            self.assertEqual(re.findall(r".*(?:`|\*[\w-]+\*|\*\*\w|\]\(|<!--).*", page), [], name)
        self.assertIn("--explain[=FILE]", self.text["man1/coretap.1"])

    def test_every_option_has_an_entry(self):
        page = self.text["man1/coretap.1"]
        offered = re.findall(r"^  (?:(-\w)(?:, )?)?(--[a-z-]+)?(?=[ =\[])", run(CORETAP, "--help").stdout, re.M)
        offered = [spelling for row in offered for spelling in row if spelling]
        self.assertGreater(len(offered), 45)
        for spelling in offered:
            self.assertRegex(page, rf"(?m)^ +(-\w, )?{re.escape(spelling)}(?![\w-])", spelling)

    def test_every_variable_of_the_environment_is_told_of(self):
        page = self.text["man1/coretap.1"]
        sources = "".join(path.read_text() for box in ("translator", "dwarf") for path in (ROOT / box).rglob("*.cpp"))
        asked = set(re.findall(r'getenv\("(\w+)"\)', sources))
        self.assertGreater(len(asked), 7)
        for name in asked:
            self.assertRegex(page, rf"(?m)^ +(\w+, )?{name}\b")

    def test_every_function_is_on_its_page(self):
        page = self.text["man5/coretap-functions.5"]
        functions = set(re.findall(r"^(?:\w+ )*?([a-zA-Z]\w*)(?=:| ?\()", run(CORETAP, "--dump-functions").stdout, re.M))
        self.assertGreater(len(functions), 400)
        entries = set(re.findall(r"^ +(.*\(.*\).*)$", page, re.M))
        on_page = {name for entry in entries for name in re.findall(r"(\w+)(?:: ?\w+)? \(", entry)}
        self.assertEqual(functions - on_page, set())

    def test_nothing_of_the_tables_is_lost(self):
        pages = {"man5/coretap-language.5": ("docs/language.md", "## Lexical", "## Options of a session"),
                 "man5/coretap-probes.5": ("docs/probes.md", "# Probe points", "## Files")}
        for name, (source, first, last) in pages.items():
            text = (ROOT / source).read_text()
            text = text[text.index(first):text.index(last)].replace("\\|", "\0")
            rows = [line.split("|")[1].replace("\0", "|") for line in text.split("\n") if line.startswith("| ")]
            self.assertGreater(len(rows), 15)
            for word in sorted({word for row in rows for word in code(row)}):
                self.assertIn(word.replace("…", "..."), self.text[name], source)

    def test_every_diagnostic_is_explained(self):
        pages = "".join(text for name, text in self.text.items() if "error::" in name)
        ids = re.findall(r"^\| `([a-z-]+)` \|", (ROOT / "docs/diagnostics.md").read_text(), re.M)
        self.assertGreater(len(ids), 150)
        for each in ids:
            self.assertRegex(pages, rf"(?m)^ +{each}$")

    def test_the_hint_of_a_failure_is_true(self):
        for script in ("probe begin {", "probe begin { no_such_function() }"):
            page = re.search(r"\[man (\S+)\]", run(CORETAP, "-e", script).stderr)[1]
            self.assertIn(f"man7/{page}.7", self.names)

    def test_pages_do_not_speak_of_tests(self):
        tests = {path.stem for path in (ROOT / "tests/live").glob("test_*.py")}
        for name, text in self.text.items():
            self.assertFalse([word for word in re.findall(r"test_\w+", text) if word in tests], name)
            self.assertNotIn("tests/", text, name)


if __name__ == "__main__":
    if not shutil.which("man") or not MANUAL.is_dir():
        print("SKIPPED: man or lowdown is not installed")
        sys.exit(77)
    unittest.main(argv=sys.argv[:1])
