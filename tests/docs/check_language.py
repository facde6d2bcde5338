"""docs/language.md: every test it names exists, and every node of the syntax tree has a row."""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/live"))
import language  # noqa: E402


def exists(test):
    folder, _, name = test.partition("/")
    if folder == "agreement":
        return (ROOT / f"tests/agreement/cases/{name}.txt").exists()
    if name:
        return (ROOT / f"tests/golden/{test}.out").exists()
    area, _, case = test.partition(".")
    if area.startswith("test_"):
        return f"    def test_{case}(self" in (ROOT / f"tests/live/{area}.py").read_text()
    return area in language.AREAS and any(c.name == case for c in language.cases_of(area))


def main():
    rows = [[cell.strip() for cell in line.strip("|").split("|")]
            for line in (ROOT / "docs/language.md").read_text().splitlines() if line.startswith("| ")][1:]
    problems = [f"{row[0]}: no test {test}" for row in rows for test in row[4].split() if not exists(test)]
    problems += [f"{row[0]}: names no test" for row in rows if not row[4]]
    named = {node for row in rows for node in row[1].split()}
    for kinds in re.findall(r"enum class (?:Expr|Stmt)Kind : uint8_t \{(.*?)\}", (ROOT / "translator/ast/ast.h").read_text(), re.S):
        problems += [f"no row for the node {node}" for node in re.findall(r"\w+", kinds) if node not in named]
    print("\n".join(problems) or f"{len(rows)} rows")
    return 1 if problems or len(rows) < 15 else 0


if __name__ == "__main__":
    sys.exit(main())
