"""Golden tests of the front end: one .stp file per case, the folder says what is shown of it.

    golden.py SYNTAX_TOOL [--update] [FOLDER/NAME…]

print and dump hold the AST as script text and as structure; layout the script in canonical
layout; errors hold whole messages. A first
line `# args: …` holds options for syntax_tool. NAME.out beside the case is its output and exit
status; --update rewrites it: read the diff.
"""
import difflib
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent / "golden"
MODES = {"layout": "layout", "print": "print", "dump": "dump", "errors": "print"}


def run(tool, case):
    first = case.read_text(errors="surrogateescape").split("\n", 1)[0]
    options = first[len("# args:"):].split() if first.startswith("# args:") else []
    done = subprocess.run([tool, MODES[case.parent.name], *options, case.name], cwd=case.parent,
                          capture_output=True, text=True, errors="surrogateescape", timeout=20)
    return f"{done.stdout}{done.stderr}exit status {done.returncode}\n"


def main():
    tool = str(pathlib.Path(sys.argv[1]).resolve())
    update = "--update" in sys.argv
    wanted = [name for name in sys.argv[2:] if not name.startswith("--")]
    cases = sorted(HERE.glob("*/*.stp"))
    failed = 0
    for case in cases:
        name = f"{case.parent.name}/{case.stem}"
        if wanted and name not in wanted:
            continue
        out = case.with_suffix(".out")
        got = run(tool, case)
        if update:
            out.write_text(got, errors="surrogateescape")
        elif not out.exists() or out.read_text(errors="surrogateescape") != got:
            failed += 1
            expected = out.read_text(errors="surrogateescape") if out.exists() else ""
            sys.stdout.writelines(difflib.unified_diff(
                expected.splitlines(True), got.splitlines(True), f"{name}.out", "now"))
    print(f"{len(cases)} cases, {failed} failed")
    return 1 if failed or not cases else 0


if __name__ == "__main__":
    sys.exit(main())
