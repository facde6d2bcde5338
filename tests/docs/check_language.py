"""docs/language.md: each row is proved by what it names.

    check_language.py SYNTAX_TOOL

Of every row: the golden exists, was accepted (one in errors/ was refused), and its script holds the
construct, which the golden's `# shows:` comment gives as a regular expression. Each test exists,
holds the construct too, and runs on the side of its column; a case of tests/live/language says
itself whether the kernel side does all of it or continues in user space, and the cell must say the
same. A cell that says "refused" needs a golden of errors/. Together the goldens hold every node of
the syntax tree.
"""
import ast
import functools
import pathlib
import re
import shlex
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
GOLDEN = ROOT / "tests/golden"
sys.path.insert(0, str(ROOT / "tests/live"))
sys.path.insert(0, str(GOLDEN))
import language  # noqa: E402
from golden import headers  # noqa: E402

SIDES = {  # what in a test's text shows that it runs there, unless it is a case of language/
    "kernel": r"both\(|texts\(|at_walk\(|at_show\(|kernel_side\(|process\(|\.function\(|kernel\.|syscall\.|timer\.profile|perf\.",
    "user": r"both\(|texts\(|user_side\(|\b(begin|beg\*|end|error)|timer\.(s|ms|us)\b|EXIT\b",
}
FIRST_WORDS = {"kernel": ("yes", "continued", "refused", "none"), "user": ("yes", "refused", "none")}


def rows():
    """Each row as a dictionary; the header of its table names the cells."""
    columns, found = None, []
    for line in (ROOT / "docs/language.md").read_text().splitlines():
        if not line.startswith("|"):
            columns = None
            continue
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        if columns is None:
            columns = cells
        elif not set(cells[0]) <= set("-: "):
            found.append(dict(zip(columns, cells, strict=True)))
    return found


def module_path(module):
    """A module of tests: of the live ones, or of those of editors."""
    live = ROOT / f"tests/live/{module}.py"
    return live if live.exists() else ROOT / f"tests/editors/{module}.py"


@functools.cache
def methods(module):
    """Texts of a test module's methods, written as the script has them."""
    source = module_path(module).read_text()
    return {node.name: ast.get_source_segment(source, node).replace("{{", "{").replace("}}", "}").replace("\\\\", "\\")
            for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef)}


@functools.cache
def cases(area):
    return {case.name: case for case in language.cases_of(area)} if area in language.AREAS else {}


def golden_path(name):
    return GOLDEN / (name if "/" in name else "language/" + name)


def problems_of_golden(name):
    script, output = (golden_path(name).with_suffix(suffix) for suffix in (".stp", ".out"))
    if name.startswith("agreement/"):
        return [] if (ROOT / f"tests/{name.replace('/', '/cases/')}.txt").exists() else [f"there is no {name}"]
    if not script.exists() or not output.exists():
        return [f"there is no golden {name}"]
    status = set(re.findall(r"^--- exit (\d+)$", output.read_text(), re.M))
    if name.startswith("errors/"):
        return []
    if status != {"0"}:
        return [f"the golden {name} was refused"]
    shows, text = shows_of(name), script.read_text()
    if not shows:
        return [f"the golden {name} does not say what it shows"]
    body = re.sub(r"\A(# \w+: .*\n)+", "", text)
    return [] if re.search(shows, body, re.S | re.M) else [f"the golden {name} does not hold {shows}"]


def shows_of(name):
    return headers(golden_path(name).with_suffix(".stp").read_text()).get("shows")


def problems_of_test(test, side, cell, shows):
    area, _, name = test.partition(".")
    if area.startswith("test_"):
        text = methods(area).get("test_" + name) if module_path(area).exists() else None
        if text is None:
            return [f"there is no test {test}"]
        if side and not cell.startswith("none") and not re.search(SIDES[side], text):
            return [f"{test} does not seem to run on the {side} side"]
    else:
        case = cases(area).get(name)
        if not case:
            return [f"there is no case {test}"]
        if side and side not in case.sides and not cell.startswith("refused"):
            return [f"{test} does not run on the {side} side"]
        continued = case.continued or case.out is not None
        if side == "kernel" and continued != cell.startswith("continued"):
            return [f"{test} {'is' if continued else 'is not'} continued in user space"]
        text = "\n".join((case.globals, case.functions, case.body))
    if shows and not cell.startswith(("refused", "none")) and not re.search(shows, text, re.S | re.M):
        return [f"{test} does not hold {shows}"]
    return []


def problems_of_row(row):
    goldens = row["Golden"].split()
    found = [problem for name in goldens for problem in problems_of_golden(name)]
    if found:
        return found
    shown = [shows_of(name) for name in goldens if not name.startswith(("errors/", "agreement/"))]
    shows = shown[0] if shown else None
    if "Test" in row:  # an option: no side of its own
        for test in row["Test"].split():
            found += problems_of_test(test, None, "", None)
        return found + ([] if row["Test"] else ["names no test"])
    if not goldens:
        found.append("names no golden")
    for side in ("kernel", "user"):
        cell, tests = row[f"{side.capitalize()} side"], row[f"{side.capitalize()} test"].split()
        if not cell.startswith(FIRST_WORDS[side]):
            found.append(f"the {side} side is '{cell}'")
        if cell.startswith("refused") and not any(name.startswith("errors/") for name in goldens):
            found.append(f"no golden of errors/ shows that the {side} side refuses it")
        if not tests:
            found.append(f"names no test of the {side} side")
        for test in tests:
            found += problems_of_test(test, side, cell, shows)
    return found


def missing_nodes(tool):
    """Nodes of the syntax tree that no golden holds."""
    dump = (ROOT / "translator/ast/dump.cpp").read_text()
    heads = dict(re.findall(r'Kind::(\w+):(?:(?!Kind::).)*?node\("([^"]+)"', dump, re.S))
    enums = re.findall(r"enum class (?:Expr|Stmt)Kind : uint8_t \{(.*?)\}", (ROOT / "translator/ast/ast.h").read_text(), re.S)
    kinds = [kind for enum in enums for kind in re.findall(r"\w+", enum)]
    macros = [path for folder in (ROOT / "tapsets", GOLDEN / "library") for path in sorted(folder.glob("*.stpm"))]
    text = ""
    for script in sorted([*(GOLDEN / "language").glob("*.stp"), GOLDEN / "errors/event-only.stp"]):
        words = shlex.split(headers(script.read_text()).get("words", ""))
        done = subprocess.run([tool, "dump", "-g", *[part for path in macros for part in ("-m", str(path))],
                               *[part for word in words for part in ("-a", word)], str(script)],
                              capture_output=True, text=True, timeout=30)
        if done.returncode:
            return [f"{script.name}: {done.stderr}"]
        text += done.stdout
    return [f"no golden holds the node {kind}" for kind in kinds if f"({heads.get(kind, kind.lower())} " not in text
            and f"({heads.get(kind, kind.lower())})" not in text]


def problems_of_operators(table):
    """Operators of the grammar without a row of operators.def, and rows of that without one of the page."""
    listed = re.findall(r'^CORETAP_OPERATOR\(\w+,\s*(\w+),\s*"([^"]+)"', (ROOT / "translator/ast/operators.def").read_text(), re.M)
    assert len(listed) > 30, "operators.def is read wrongly"
    constructs = " ".join(next(iter(row.values())) for row in table).replace("\\|", "|")
    found = [f"no row has the operator '{spelling}'" for _, spelling in listed
             if not re.search(rf"(?:^|[\w\s`\])]){re.escape(spelling)}(?=[\w\s`\[(\"])", constructs)]
    grammar = (ROOT / "grammar/StpParser.g4").read_text()
    rule = grammar[grammar.index("\nexpr\n"):grammar.index("\noperand:")]
    no_operators = {"IN", "QUESTION", "COLON"}
    return found + [f"operators.def has no row for {token} of the grammar's expr"
                    for token in sorted(set(re.findall(r"\b[A-Z_]{2,}\b", rule)) - no_operators - {token for token, _ in listed})]


def main():
    table = rows()
    problems = [f"{next(iter(row.values()))}: {problem}" for row in table for problem in problems_of_row(row)]
    problems += missing_nodes(sys.argv[1]) + problems_of_operators(table)
    named = {name for row in table for name in row["Golden"].split()}
    problems += [f"no row names the golden {path.stem}" for path in sorted((GOLDEN / "language").glob("*.stp"))
                 if path.stem not in named]
    print("\n".join(problems) or f"{len(table)} rows are proved")
    return 1 if problems or len(table) < 200 else 0


if __name__ == "__main__":
    sys.exit(main())
