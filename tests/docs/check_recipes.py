"""The recipes of docs/adding.md name every file that an addition must touch: check_recipes.py CORETAP.

What the compiler and the other tests do not notice is compared here:
- the files with a part for each machine (EM_…, __aarch64__, __TARGET_ARCH_…, Debian's names of it) are those that "An architecture" names;
- the files with a case for each way into the kernel (`case Mechanism::…`) are those that "A way into the kernel" names;
- every part of a probe point, with the kind of its argument, is in a test that runs scripts or compares what is refused;
- every tapset function whose name does not begin with '_' is named by a test that runs scripts;
- the operations that arithmetic_text() or a silent switch of the emitters knows are in files that "An operation of the IR" names.
"""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
MACHINE = re.compile(r"\bEM_(?:X86_64|AARCH64)\b|__(?:x86_64|aarch64)__|__TARGET_ARCH_(?:x86|arm64)\b|(?:x86_64|aarch64)-linux-gnu")
# Where scripts are run, listed or refused.
TESTS = ("live", "probes", "golden/elaborate", "golden/errors", "golden/language", "vm")
# Where the value of a tapset function may be compared. test_every_function.py only translates.
VALUES = ("tapsets", "live", "vm", "examples", "safety")
FUNCTION = re.compile(r"^function\s+([a-zA-Z]\w*)", re.M)
# Each file of one machine stands for those of all.
OF_ONE_MACHINE = re.compile(r"_(?:x86_64|aarch64)(?=\.)")


def recipe(title):
    """The files that a recipe names; ARCH stands for a machine, and a name without a folder for one in the folder of that before it."""
    page = (ROOT / "docs/adding.md").read_text()
    text = page[page.index(f"## {title}\n"):]
    text = text[:text.index("\n## ", 1)] if "\n## " in text[1:] else text
    names, folder = set(), ""
    for name in re.findall(r"`([\w./*]+\.(?:cpp|h|py|def|txt))`", text):
        folder = name.rpartition("/")[0] or folder
        names.add(name if "/" in name else f"{folder}/{name}")
    return names


def sources(*tops):
    for top in tops:
        for path in sorted((ROOT / top).rglob("*")):
            if path.suffix in (".cpp", ".h", ".py", ".def", ".txt"):
                yield OF_ONE_MACHINE.sub("_ARCH", str(path.relative_to(ROOT))), path.read_text()


def without_comments(text):
    return re.sub(r"//[^\n]*|/\*.*?\*/", "", text, flags=re.S)


def as_written(part, begins):
    """The part of a probe point with an argument of its kind, which a test may put together: timer.ms({n}). `begins`: a point may begin with it."""
    name, _, kind = part.partition("(")
    argument = {"": r"\b(?!\()", "number)": r"\((?=[-\d{%$@])", "string)": r"\((?=\\?[\"'{%@])"}[kind]
    before = r"(?:\.|probe |, ?|\"|'|^)" if begins else r"\."
    return re.compile(before + name + argument, re.M)


def differences(title, found):
    named = recipe(title)
    yield from (f"docs/adding.md, {title}: does not name {name}" for name in sorted(found - named))


def main():
    faults = []
    for title, pattern, least in (
            ("An architecture", MACHINE, 8),
            ("A way into the kernel", re.compile(r"\bcase (?:ir::)?Mechanism::"), 5),
            ("An operation of the IR", re.compile(r"\bcase (?:ir::)?Op::Xor\b"), 4)):
        found = {name for name, text in sources("dwarf", "translator", "runtime", "tapsets/tools") if pattern.search(without_comments(text))}
        assert len(found) >= least, f"{title}: only {found}: the sources are read wrongly"
        faults += differences(title, found)

    points = subprocess.run([sys.argv[1], "--dump-probe-types"], capture_output=True, text=True, timeout=120, check=True).stdout.split()
    parts = {part for point in points for part in point.split(".")}
    assert len(parts) > 40, "the compiler's list of probe points is read wrongly"
    tests = "\n".join(path.read_text(errors="replace") for folder in TESTS for path in sorted((ROOT / "tests" / folder).rglob("*"))
                      if path.suffix in (".py", ".cpp", ".inc", ".stp"))
    first = {point.split(".")[0] for point in points}
    faults += [f"no test has '{part}' in a probe point" for part in sorted(parts) if not as_written(part, part in first).search(tests)]

    functions = {name for path in (ROOT / "tapsets").rglob("*.stp") for name in FUNCTION.findall(path.read_text())}
    assert len(functions) > 350, "the tapsets are read wrongly"
    words = {word for folder in VALUES for path in sorted((ROOT / "tests" / folder).rglob("*"))
             if path.suffix in (".py", ".stp", ".cpp") and path.name != "test_every_function.py"
             for word in re.findall(r"\w+", path.read_text(errors="replace"))}
    faults += [f"no test has the tapset function '{name}'" for name in sorted(functions - words)]
    print("\n".join(faults) or f"the recipes name what they must, {len(parts)} parts of probe points and {len(functions)} tapset functions are tested")
    sys.exit(1 if faults else 0)


main()
