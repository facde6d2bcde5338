"""docs/from-bpftrace.md has all of bpftrace's words, and says of each what is true: check_bpftrace.py CORETAP [--update] [--program].

- Its tables are those of translator/support/bpftrace.def; --update writes them.
- The words of the table are those of bpftrace's manual, where bpftrace is installed.
- With --program: those that bpftrace itself takes for a variable or a function, of all words in its file. Exit 77: it is not installed.
- A function that the table names is one of coretap.
- The script that stands beside one of bpftrace's is one that coretap takes.
"""
import pathlib
import re
import shutil
import subprocess
import sys

import spellings

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs/from-bpftrace.md"
ROW = re.compile(r'^BPFTRACE\((\w+), "((?:[^"\\]|\\.)*)", "((?:[^"\\]|\\.)*)", "((?:[^"\\]|\\.)*)"\)$', re.M)
TABLE = re.compile(r"(<!-- table (\w+) -->\n).*?(<!-- end of table -->)", re.S)
# Not in the manual of 0.17, but in its language or in that of later versions.
BEYOND = {"Probe": {"fentry", "fexit", "rawtracepoint"}, "Variable": {"args", "ctx", "username"},
          "Function": {"debugf", "kstack", "ustack", "offsetof", "print", "printf"}, "Map": {"zero"}}
# Words that are neither variables nor functions.
KEYWORDS = {"break", "continue", "else", "enum", "for", "if", "return", "struct", "union", "unroll", "while"}


def rows():
    text = (ROOT / "translator/support/bpftrace.def").read_text()
    found = [tuple(re.sub(r"\\(.)", r"\1", field) for field in row) for row in ROW.findall(text)]
    assert len(found) == text.count("\nBPFTRACE("), "a row of bpftrace.def is written in another way"
    return found


def page(table):
    def written(match):
        lines = ["| bpftrace | Here | |", "|---|---|---|"]
        lines += [f"| `{name}` | {'`' + here + '`' if here else 'none'} | {remark} |".replace("  |", " |")
                  for kind, name, here, remark in table if kind == match[2]]
        return match[1] + "\n".join(lines) + "\n" + match[3]
    return TABLE.sub(written, PAGE.read_text())


def manual():
    """The words of bpftrace's manual by kind; None where it is not installed."""
    if not shutil.which("man") or not shutil.which("bpftrace"):
        return None
    shown = subprocess.run(["man", "bpftrace"], capture_output=True, text=True, env={"PATH": "/usr/bin:/bin", "MANWIDTH": "200", "LC_ALL": "C.UTF-8"})
    text = re.sub(r".\x08", "", shown.stdout)
    if "BUILTINS" not in text:
        return None  # a machine that leaves manual pages out
    parts = dict(zip(*[iter(re.split(r"^([A-Z][A-Z /]+)$", text, flags=re.M)[1:])] * 2))

    def headings(title):
        names = re.findall(r"^   (\S.*)$", parts[title], re.M)
        return {word for name in names for word in re.split(r",? and |, ", name)}
    variables = re.findall(r"^\s*│\s*([a-z$][\w$#]*)", parts["BUILTINS"], re.M)
    return {"Probe": headings("PROBES"), "Variable": set(variables), "Function": headings("FUNCTIONS"), "Map": headings("MAP FUNCTIONS")}


def asked(words):
    """What bpftrace takes `words` for: (functions, variables). It stops at a function that stands as a value, so that one is left out then."""
    words, functions = list(words), set()
    while True:
        program, columns = "BEGIN { ", []
        for number, word in enumerate(words):
            program += f"$v{number} = "
            columns.append((len(program) + 1, word))
            program += word + "; "
        shown = subprocess.run(["bpftrace", "-d", "-e", program + "}"], capture_output=True, text=True, timeout=120)
        stopped = re.search(r"stdin:1:(\d+)-\d+: ERROR: syntax error", shown.stderr)
        if not stopped:
            return functions, set(re.findall(r"builtin: (\w+)", shown.stdout + shown.stderr))
        word = [word for column, word in columns if column <= int(stopped[1])][-1]
        functions.add(word)
        words.remove(word)


def program_words(ours):
    """The functions and the variables of the installed bpftrace, among `ours` and the words in its file."""
    data = pathlib.Path(shutil.which("bpftrace")).read_bytes()
    texts = [text.decode() for text in re.findall(rb"[\x20-\x7e]{2,}", data)]
    words = sorted({word for text in texts for word in re.findall(r"(?<!\w)[a-z][a-z_0-9]{1,19}(?!\w)", text)} | ours)
    functions, variables = set(), set()
    for start in range(0, len(words), 100):
        more_functions, more_variables = asked(words[start:start + 100])
        functions |= more_functions
        variables |= more_variables
    assert len(variables) > 12 and KEYWORDS < functions, "bpftrace is asked wrongly"
    return functions - KEYWORDS, variables


def check_program(table):
    """What is wrong with the table, as the installed bpftrace sees it."""
    if not shutil.which("bpftrace"):
        print("SKIPPED: bpftrace is not installed")
        sys.exit(77)
    variables = {name for kind, name, _, _ in table if kind == "Variable" and name.isalnum()}
    functions = {name for kind, name, _, _ in table if kind in ("Function", "Map")}
    their_functions, their_variables = program_words(variables | functions)
    # These two are both: without brackets they are variables. offsetof is of later versions.
    their_functions |= {"kstack", "ustack", "offsetof"}
    return ([f"bpftrace.def lacks '{name}'" for name in sorted((their_functions - functions) | (their_variables - variables))] +
            [f"bpftrace does not know '{name}'" for name in sorted((functions - their_functions) | (variables - their_variables))])


def main():
    table, faults = rows(), []
    if "--program" in sys.argv:
        faults = check_program(table)
        print("\n".join(faults) or f"{len(table)} words of bpftrace's")
        sys.exit(1 if faults else 0)
    if "--update" in sys.argv:
        PAGE.write_text(page(table))
    if page(table) != PAGE.read_text():
        faults.append(f"docs/from-bpftrace.md is not what bpftrace.def says: {sys.argv[0]} {sys.argv[1]} --update")

    theirs = manual()
    for kind in BEYOND if theirs else ():
        ours = {name for row_kind, name, _, _ in table if row_kind == kind}
        assert len(theirs[kind]) > 8, f"bpftrace's manual is read wrongly: {theirs[kind]}"
        faults += [f"bpftrace.def lacks the {kind.lower()} '{name}'" for name in sorted(theirs[kind] - ours)]
        faults += [f"bpftrace's manual has no {kind.lower()} '{name}'" for name in sorted(ours - theirs[kind] - BEYOND[kind])]

    functions = spellings.functions(sys.argv[1])
    for _, name, here, remark in table:
        code = here + " " + " ".join(re.findall(r"`([^`]*)`", remark))
        faults += [f"{name}: there is no function '{called}'" for called in spellings.unknown(code, functions)]
    script = re.findall(r"^```\n(.*?)^```$", PAGE.read_text(), re.M | re.S)[1]
    taken = subprocess.run([sys.argv[1], "-p2", "-e", script], capture_output=True, text=True, timeout=60)
    if taken.returncode or taken.stderr:
        faults.append(f"coretap says of the page's script: {taken.stderr}")
    print("\n".join(faults) or f"{len(table)} words of bpftrace's" + ("" if theirs else ", not compared with its manual"))
    sys.exit(1 if faults else 0)


main()
