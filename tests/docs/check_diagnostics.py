"""docs/diagnostics.md and the sources name the same diagnostics, and a test expects each.

A test expects it if its files hold the id in brackets, as it is printed, or before the position that a unit test compares ("id@2:1").

An id is the first argument that is a string literal of kebab-case words in a call that reports
(semantic_error, semantic_problem, parse_error, error, warning, fail), or stands in brackets after ERROR. Literals in a `?:` count each.
Ids are literals where they are reported, or in a constant table of ids, whose name ends in Ids (`kWarningIds = {…};`), by rule of the house; this test relies on it.

--list prints what the sources have.
"""
import collections
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PAGE = ROOT / "docs" / "diagnostics.md"

REPORT = re.compile(r"\b(?:parse_error|semantic_error|semantic_problem|error|warning|fail)\s*\(")
TABLE = re.compile(r"\bk\w*Ids\b(?:\[\])? = \{(.*?)\};", re.S)
ID = re.compile(r'"([a-z]+(?:-[a-z]+)*)"')
WRITTEN = re.compile(r"\bERROR \[([a-z-]+)\]")
TOKEN = re.compile(r'''"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])+'|//[^\n]*|/\*.*?\*/|[(\[{)\]},]''', re.S)


def arguments(text, start, most):
    """The first `most` arguments of the bracket that was opened just before `start`."""
    found, depth, begin = [], 0, start
    for token in TOKEN.finditer(text, start):
        word = token.group()
        if word in "([{":
            depth += 1
        elif word in ")]}":
            if depth == 0:
                return found + [text[begin:token.start()]]
            depth -= 1
        elif word == "," and depth == 0:
            found.append(text[begin:token.start()])
            begin = token.end()
            if len(found) == most:
                return found
    return found


def ids_in_sources():
    """id -> the places that report it."""
    ids = collections.defaultdict(list)
    for box in ("translator", "dwarf"):
        for path in sorted((ROOT / box).rglob("*")):
            if path.suffix not in (".cpp", ".h"):
                continue
            text = path.read_text()
            for name in WRITTEN.findall(text):
                ids[name].append(str(path.relative_to(ROOT)))
            for table in TABLE.finditer(text):
                line = text.count("\n", 0, table.start()) + 1
                for name in ID.findall(table[1]):
                    ids[name].append(f"{path.relative_to(ROOT)}:{line}")
            for match in REPORT.finditer(text):
                for argument in arguments(text, match.end(), 2):
                    names = ID.findall(argument)
                    if names:
                        line = text.count("\n", 0, match.start()) + 1
                        for name in names:
                            ids[name].append(f"{path.relative_to(ROOT)}:{line}")
                        break
    return ids


def ids_in_page():
    return re.findall(r"^\| `([a-z-]+)` \|", PAGE.read_text(), re.M)


# What no script brings about, and why.
UNTESTED = {
    "delete-operand": "the parser refuses every operand that is none",
    "foreach-not-array": "infer_types refuses a variable that is not an array first",
    "harness-load": "g++ has made what cannot be loaded",
    "histogram-use": "the parser refuses a histogram as a value",
    "internal-ir": "a bug of ours",
    "no-entry": "a probe point at a return without an entry is refused first",
}


def ids_in_tests():
    """Every id that a test expects."""
    texts = [path.read_text(errors="replace") for path in sorted((ROOT / "tests").rglob("*"))
             if path.suffix in (".cpp", ".inc", ".out", ".py", ".txt", ".h") and path != pathlib.Path(__file__).resolve()]
    return {name for text in texts for name in re.findall(r"\[([a-z]+(?:-[a-z]+)*)\\?\]|\b([a-z]+(?:-[a-z]+)*)@\d|\"([a-z]+(?:-[a-z]+)+)\"", text)
            for name in name}


def complaints_of_troubleshooting(sources):
    """What docs/troubleshooting.md quotes and nobody says."""
    text = (ROOT / "docs" / "troubleshooting.md").read_text()
    complaints = [f"docs/troubleshooting.md: there is no diagnostic '{name}'" for name in re.findall(r"`\[([a-z-]+)\]`", text) if name not in sources]
    code = "".join(path.read_text() for path in sorted((ROOT / "runtime" / "user").rglob("*.[ch]*")))
    joined = re.sub(r'"\s*"', "", code)  # string literals side by side
    for message in re.findall(r"^\| `([^`\[]+)`", text, re.M):
        for words in re.split(r"\s*(?:\b[NM]\b|…|\(.*?\)|\b3\b)\s*", message):
            if len(words) > 8 and words.strip(" ,:") not in joined:
                complaints.append(f"docs/troubleshooting.md: no run-time message has the words '{words}'")
    return complaints


def main():
    sources = ids_in_sources()
    if "--list" in sys.argv:
        for name in sorted(sources):
            print(f"{name:28} {sources[name][0]}")
        return 0
    page = ids_in_page()
    complaints = [f"{where[0]}: '{name}' has no row in docs/diagnostics.md"
                  for name, where in sorted(sources.items()) if name not in page]
    complaints += [f"docs/diagnostics.md: '{name}' is reported by no source"
                   for name in sorted(set(page)) if name not in sources]
    complaints += [f"docs/diagnostics.md: '{name}' has {count} rows"
                   for name, count in sorted(collections.Counter(page).items()) if count > 1]
    complaints += complaints_of_troubleshooting(sources)
    tested = ids_in_tests()
    complaints += [f"{sources[name][0]}: no test expects '{name}'" for name in sorted(set(sources) - tested - set(UNTESTED))]
    complaints += [f"check_diagnostics.py: '{name}' of UNTESTED is tested, or not reported"
                   for name in sorted(UNTESTED) if name in tested or name not in sources]
    # Were the patterns above to go blind, both sides would still agree on nothing.
    if len(sources) < 80:
        complaints.append(f"only {len(sources)} ids were found in the sources")
    print("\n".join(complaints) or f"{len(page)} diagnostics: sources and page agree")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
