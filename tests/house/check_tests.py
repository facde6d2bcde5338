"""Every test is run: check_tests.py.

Each program and script under tests/ that is called a test is named by the CMakeLists.txt of its folder: itself, without its ending or `_test`
(in a list that a loop goes over), or by a pattern.
"""
import fnmatch
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
TEST = re.compile(r"(?:test_\w+|\w+_test|check_\w+)\.(?:py|cpp)")


def is_named(file, text):
    stem = file.stem.removesuffix("_test")
    return re.search(rf"(?<![\w.])(?:{re.escape(file.name)}|{file.stem}|{stem})(?!\w)", text) or any(
        fnmatch.fnmatch(file.name, pathlib.PurePosixPath(pattern).name)
        for call in re.findall(r"file\(GLOB ([^)]*)\)", text) for pattern in call.split() if "*" in pattern)


def main():
    # A module that has a test of its own is run by it.
    files = [file for file in sorted((ROOT / "tests").rglob("*"))
             if TEST.fullmatch(file.name) and not (file.parent / f"test_{file.name}").exists()]
    assert len(files) > 80, "the tests are not found"
    faults = []
    for file in files:
        lists = next(folder / "CMakeLists.txt" for folder in file.parents if (folder / "CMakeLists.txt").exists())
        if not is_named(file, re.sub(r"#[^\n]*", "", lists.read_text())):
            faults.append(f"{file.relative_to(ROOT)}: {lists.relative_to(ROOT)} does not name it, so it is not run")
    print("\n".join(faults) or f"{len(files)} tests are run")
    sys.exit(1 if faults else 0)


main()
