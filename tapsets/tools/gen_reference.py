#!/usr/bin/env python3
"""Writes docs/functions.md from the doc comments in tapsets/*.stp.

usage: gen_reference.py [--check]     --check only compares, and fails if the page is out of date

A doc comment stands right above what it describes:

    /**
     * sfunction NAME - SUMMARY            or: probe NAME - SUMMARY
     * @PARAMETER: what it is              (for a probe: its variables)
     *
     * Description: sentences
     */

Everything must have one, except what scripts do not use by name: `private` functions, names that
begin with '_', further bodies and overloads of a function already documented in the same file, and
tapsets/syscalls/, which is made from a table. Either way this fails if one is missing, is for
another name, or names other parameters than the function has.
"""
import dataclasses
import pathlib
import re
import sys
import textwrap

TAPSETS = pathlib.Path(__file__).resolve().parent.parent
PAGE = TAPSETS.parent / "docs" / "functions.md"

DECLARATION = re.compile(
    r"^(?P<private>private\s+)?function\s+(?P<function>\w+)\s*(?::\s*(?P<type>\w+))?\s*\((?P<parameters>[^)]*)\)"
    r"|^probe\s+(?P<alias>[\w.]+)\s*\+?=\s*(?P<target>[^{\n]*)", re.M)
DOC = re.compile(r"/\*\*(?P<text>(?:(?!\*/).)*)\*/\s*\Z", re.S)
ASSIGNED = re.compile(r"^  (\w+) = ", re.M)

INTRODUCTION = """\
# Tapset functions and probe aliases

<!-- Made by tapsets/tools/gen_reference.py from the comments in tapsets/. Do not edit. -->

Names are SystemTap's wherever it has the function. A function that says "kernel" runs in the kernel; a begin, end, error, timer or
procfs probe calls it there, unless it asks about an event or reads the memory of a program. One that says "user" makes the part of a
kernel handler that calls it continue in user space. All others work on both sides. `coretap --dump-functions` and
`--dump-probe-aliases` print the declarations.
"""


@dataclasses.dataclass
class Entry:
    """A documented function or alias."""
    kind: str  # "sfunction" or "probe"
    name: str
    summary: str
    details: dict  # parameter or variable -> what it is
    description: str
    signatures: list = dataclasses.field(default_factory=list)
    sides: set = dataclasses.field(default_factory=set)


class Reader:
    """One tapset file: its entries, and what is wrong with them."""

    def __init__(self, path):
        self.path, self.text = path, path.read_text()
        self.entries, self.complaints = {}, []
        for match in DECLARATION.finditer(self.text):
            self.declaration(match)

    def complain(self, match, what):
        line = self.text.count("\n", 0, match.start()) + 1
        self.complaints.append(f"tapsets/{self.path.name}:{line}: {what}")

    def declaration(self, match):
        name = match["function"] or match["alias"]
        if match["private"] or name.startswith("_"):
            return
        kind = "sfunction" if match["function"] else "probe"
        doc = DOC.search(self.text[:match.start()])
        if doc:
            self.document(match, kind, name, doc["text"])
        entry = self.entries.get((kind, name))
        if not entry:
            if not doc:
                self.complain(match, f"{name} has no doc comment")
            return
        if kind == "probe":
            entry.signatures.append(name)
            return
        parameters = " ".join(match["parameters"].split())
        result = f":{match['type']}" if match["type"] else ""
        signature = f"{name}{result} ({parameters})"
        if signature not in entry.signatures:
            entry.signatures.append(signature)
        entry.sides |= self.sides(self.text[match.end():])
        known = {p.split(":")[0].strip() for p in parameters.split(",")} - {""}
        if doc and known != set(entry.details):
            self.complain(match, f"{name}: the comment describes {sorted(entry.details)}, "
                                 f"the parameters are {sorted(known)}")

    @staticmethod
    def sides(body):
        """For which sides this body serves; {"kernel", "user"} for one in the script language."""
        code = re.match(r"\s*%\{(.*?)%\}", body, re.S)
        if not code:
            return {"kernel", "user"}
        return {side for word, side in (("bpf", "kernel"), ("harness", "user"))
                if f"/* {word} */" in code[1]}

    def document(self, match, kind, name, text):
        lines = [re.sub(r"^\s*\* ?", "", line) for line in text.strip().splitlines()]
        head = re.match(r"(sfunction|probe) ([\w.]+) - (.+)", lines[0])
        if not head or head[1] != kind or head[2] != name:
            self.complain(match, f"the comment above {name} opens with '{lines[0]}'")
            return
        summary, details, description = head[3], {}, ""
        last = None  # which of them a line without a keyword continues
        for line in lines[1:]:
            if detail := re.match(r"@(\w+):\s*(.*)", line):
                last = detail[1]
                details[last] = detail[2]
            elif line.startswith("Description:"):
                last, description = "Description", line[len("Description:"):]
            elif last == "Description":
                description += " " + line
            elif last:
                details[last] += " " + line
            else:
                summary += " " + line
        self.entries[kind, name] = Entry(kind, name, *(clean(summary), details), clean(description))

    def title(self):
        """The first sentence at the top of the file: what follows it is for those who edit the file."""
        found = re.match(r"(?://[^\n]*\n)+", self.text)
        words = clean(re.sub(r"^//", "", found[0], flags=re.M)) if found else ""
        return re.split(r"(?<=\.) ", words)[0]


def clean(text):
    return " ".join(text.split())


def sentence(text):
    text = text[:1].upper() + text[1:]
    return text if text.endswith((".", "!", "?")) else text + "."


def render(entry):
    head = ", ".join(f"`{s}`" for s in entry.signatures)
    if entry.kind == "probe":
        head = f"`probe {entry.name}`"
    side = f" ({next(iter(entry.sides))})" if len(entry.sides) == 1 else ""
    words = [sentence(entry.summary)]
    if entry.description:
        words.append(sentence(entry.description))
    # "@name" is how a comment refers to a parameter.
    prose = re.sub(r"(?<![\w`])@(\w+)",
                   lambda m: f"*{m[1]}*" if m[1] in entry.details else m[0], " ".join(words))
    if entry.details:
        prose += " " + "; ".join(f"*{name}*: {clean(what)}" for name, what in entry.details.items())
        prose = sentence(prose)
    return textwrap.fill(f"- {head}{side}: {prose}", 140, subsequent_indent="  ",
                         break_long_words=False, break_on_hyphens=False)


def render_syscalls():
    """Names and variables of the generated aliases."""
    lines = ["## System calls", "",
             "`syscall.NAME` fires when a call is entered, `syscall.NAME.return` when it is done.",
             "All have `name` and `argstr`, the arguments as text; `.return` has `name`, `retval` and `retstr`.",
             "Some calls are not in every kernel.", "Besides:", "", "| Call | Variables |", "|---|---|"]
    calls = {}
    for path in sorted((TAPSETS / "syscalls").glob("*.stp")):
        text = path.read_text()
        for match in re.finditer(r"^probe (?:nd_)?syscall\.(\w+) = .*?^\}", text, re.M | re.S):
            names = [n for n in ASSIGNED.findall(match[0]) if n not in ("name", "argstr")]
            calls.setdefault(match[1], names)
    lines += [f"| {call} | {' '.join(calls[call])} |" for call in sorted(calls)]
    return "\n".join(lines) + "\n"


def main():
    complaints, parts = [], [INTRODUCTION]
    for path in sorted(TAPSETS.glob("*.stp")):
        reader = Reader(path)
        complaints += reader.complaints
        if reader.entries:
            # In the file's order, which is by subject.
            entries = "\n".join(render(entry) for entry in reader.entries.values())
            parts.append(f"## {path.name}\n\n{textwrap.fill(reader.title(), 140)}\n\n{entries}\n")
    parts.append(render_syscalls())
    page = "\n".join(parts)
    if complaints:
        sys.exit("\n".join(complaints))
    if "--check" in sys.argv:
        if not PAGE.exists() or PAGE.read_text() != page:
            sys.exit("docs/functions.md is out of date: run tapsets/tools/gen_reference.py")
        print("docs/functions.md is up to date")
        return
    PAGE.write_text(page)


if __name__ == "__main__":
    main()
