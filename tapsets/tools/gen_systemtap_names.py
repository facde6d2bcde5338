#!/usr/bin/env python3
"""Writes docs/systemtap-names.md: each public name of SystemTap's tapsets, and what there is of it here; and
translator/support/systemtap_missing.def: those that are not here, and why, for the compiler's hints.

usage: gen_systemtap_names.py [--check]     --check only compares, and fails if the page is out of date

systemtap_names.txt has SystemTap's names, one a line. systemtap_differences.txt says of those that are not here why, and of those
that are here with a difference which: a line is

    here PATTERN: what differs          or: missing PATTERN: why it cannot be, or is not

with shell wildcards; the first line that fits counts. A name that neither the tapsets have nor a line explains is an error, and so is
a line that explains nothing.
"""
import fnmatch
import json
import pathlib
import re
import sys

TOOLS = pathlib.Path(__file__).resolve().parent
TAPSETS = TOOLS.parent
PAGE = TAPSETS.parent / "docs" / "systemtap-names.md"
TABLE = TAPSETS.parent / "translator" / "support" / "systemtap_missing.def"
HEAD = """\
// Made by tapsets/tools/gen_systemtap_names.py from tapsets/tools/systemtap_differences.txt. Do not edit.
// SYSTEMTAP_MISSING(name, why): a function or alias of SystemTap's tapsets that is not here. Sorted by name.
"""

INTRODUCTION = """\
# SystemTap's names, and what there is of them

<!-- Made by tapsets/tools/gen_systemtap_names.py from tapsets/tools/systemtap_differences.txt. Do not edit. -->

Every public function and alias of SystemTap's tapsets is in one of the tables: {counts}.
What functions and aliases do is in [functions.md](functions.md).
"""


def names():
    """(kind, name) of SystemTap's."""
    for line in (TOOLS / "systemtap_names.txt").read_text().splitlines():
        if not line.startswith("#"):
            yield tuple(line.split(" ", 1))


def ours():
    """(kind, name) of the tapsets here."""
    found = set()
    for path in TAPSETS.rglob("*.stp"):
        text = path.read_text()
        found |= {("function", name) for name in re.findall(r"^function\s+(\w+)", text, re.M)}
        found |= {("alias", name) for name in re.findall(r"^probe\s+([\w.]+)\s*\+?=", text, re.M)}
    return found


def differences():
    """[state, pattern, words] of each line."""
    rows = []
    for line in (TOOLS / "systemtap_differences.txt").read_text().splitlines():
        if line and not line.startswith("#"):
            match = re.fullmatch(r"(here|missing) (\S+): (.+)", line)
            if not match:
                sys.exit(f"systemtap_differences.txt: '{line}' is neither 'here PATTERN: …' nor 'missing PATTERN: …'")
            rows.append(list(match.groups()))
    return rows


def table(head, rows):
    return f"| {head[0]} | {head[1]} |\n|---|---|\n" + "".join(f"| `{name}` | {words} |\n" for name, words in rows)


def compressed(rows):
    """Names with the same words share a row."""
    by_words = {}
    for name, words in rows:
        by_words.setdefault(words, []).append(name)
    return [("`, `".join(found), words) for words, found in by_words.items()]


def main():
    rows, here = differences(), ours()
    used, complaints = set(), []
    plain = {"function": [], "alias": []}
    different, missing = [], []
    for kind, name in names():
        match = next((i for i, (_, pattern, _) in enumerate(rows) if fnmatch.fnmatchcase(name, pattern)), None)
        is_here = (kind, name) in here
        state = rows[match][0] if match is not None else "here"
        if is_here != (state == "here"):
            complaints.append(f"{kind} {name}: " + ("is here, but a line says that it is not" if is_here else "is not here, and no line says why"))
            continue
        if match is None:
            plain[kind].append(name)
            continue
        used.add(match)
        (different if is_here else missing).append((name, rows[match][2]))
    complaints += [f"no name fits '{rows[i][1]}'" for i in range(len(rows)) if i not in used]
    if complaints:
        sys.exit("\n".join(complaints))
    counts = (f"{sum(map(len, plain.values()))} are here, {len(different)} are here with a difference, {len(missing)} are not")
    page = INTRODUCTION.format(counts=counts)
    page += "\n## Not here\n\n" + table(("Name", "Why"), compressed(missing))
    page += "\n## Here with a difference\n\n" + table(("Name", "Difference"), compressed(different))
    for kind, title in (("function", "Functions"), ("alias", "Aliases")):
        page += f"\n## {title} that are here\n\n| {title} |\n|---|\n"
        groups = {}
        for name in plain[kind]:
            groups.setdefault(name.split(".")[0] if kind == "alias" else name[0].lower(), []).append(name)
        page += "".join("| " + " ".join(f"`{name}`" for name in found) + " |\n" for found in groups.values())
    table_of_missing = HEAD + "".join(f"SYSTEMTAP_MISSING({json.dumps(name)}, {json.dumps(why)})\n" for name, why in sorted(missing))
    for path, text in (PAGE, page), (TABLE, table_of_missing):
        if "--check" not in sys.argv:
            path.write_text(text)
        elif not path.exists() or path.read_text() != text:
            sys.exit(f"{path.relative_to(TAPSETS.parent)} is out of date: run tapsets/tools/gen_systemtap_names.py")
    print(counts)


if __name__ == "__main__":
    main()
