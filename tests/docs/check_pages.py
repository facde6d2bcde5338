"""What the pages name exists, and their lines are short enough to read and to compare.

    check_pages.py

Of README.md and every page under docs/, outside of blocks of code:
- a path in backticks is a file or folder of this repository (`probes/*_scope.cpp` and the like may leave out the folders in front). A word in
  capitals stands for a name (`runtime/bpf/TOPIC.bpf.h`), a path from the root is the machine's, and what a build makes is not here;
- an option in backticks is one of coretap, a built binary, ./dev or a program of the tests: their sources hold it;
- a line has at most 160 characters, unless it is a row of a table.
"""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
WIDTH = 160
BLOCK = re.compile(r"^```.*?^```", re.S | re.M)
MADE = ("build", "build-asan", "build-fuzz")
# A word that names a file: it has a folder, or ends as our sources do.
PATH = re.compile(r"(?=.*/|.+\.(?:cpp|h|c|py|md|g4|def|stp|stpm)$)[\w.*+-]+(?:/[\w.*+-]+)*/?")
OPTION = re.compile(r"(--[a-z][a-z0-9-]+)(?:[= ][A-Z\[].*)?")
HAVE_OPTIONS = ("translator", "runtime/user", "dev", "tests", "tapsets/tools")


def repository():
    """All files under version control, or about to be, and all folders of them."""
    listed = subprocess.run(["git", "-C", ROOT, "ls-files", "--cached", "--others", "--exclude-standard"], capture_output=True,
                            text=True, check=True).stdout.split("\n")
    files = [pathlib.PurePosixPath(name) for name in listed if name]
    return files, {folder for file in files for folder in file.parents}


def exists(word, files, folders):
    pattern = re.sub(r"(?<![A-Za-z])[A-Z]{3,}(?![A-Za-z])", "*", word.rstrip("/"))
    if pathlib.PurePosixPath(pattern).parts[0] in MADE:
        return True
    return any(file.match(pattern) for file in folders | set(files))


def main():
    files, folders = repository()
    sources = "".join((ROOT / file).read_text(errors="replace") for file in files
                      if str(file).startswith(HAVE_OPTIONS) and file.suffix in ("", ".cpp", ".h", ".py", ".def"))
    faults, paths, options = [], 0, 0
    for page in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]:
        text = BLOCK.sub(lambda block: "\n" * block.group().count("\n"), page.read_text())
        for number, line in enumerate(text.split("\n"), 1):
            where = f"{page.relative_to(ROOT)}:{number}"
            if len(line) > WIDTH and not line.lstrip().startswith("|"):
                faults.append(f"{where}: {len(line)} characters")
            for word in re.findall(r"`([^`]+)`", line):
                if PATH.fullmatch(word) and not word.startswith(("/", ".")):
                    paths += 1
                    if not exists(word, files, folders):
                        faults.append(f"{where}: no file '{word}'")
                if option := OPTION.fullmatch(word):
                    options += 1
                    # Tables of options may hold the name without its dashes.
                    if not re.search(rf'{option[1]}\b|"{option[1][2:]}"', sources):
                        faults.append(f"{where}: no program of ours has the option '{option[1]}'")
    assert paths > 100 and options > 20, f"only {paths} paths and {options} options: the pages are read wrongly"
    print("\n".join(faults) or f"{paths} paths and {options} options exist")
    sys.exit(1 if faults else 0)


main()
