"""Every tapset file and example script that Debian's systemtap packages install, and every one of
coretap's own: each parses, SLL and LL give the same tree, and its print parses to the same AST and
prints the same again; so does its canonical layout, in which only white space is another.

    corpus.py SYNTAX_TOOL

The only files that may fail are listed here with the reason; a listed file that passes fails the
test, so the list can only shrink.
"""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path("/usr/share/systemtap")
SOURCES = pathlib.Path(__file__).resolve().parents[2]
# Script arguments that a file needs to be a script at all; all others get numbers.
ARGUMENTS = {"measureinterval.stp": ["begin", "end", "@count", "begin"],
             "eventcount.stp": ["begin", "end", "begin", "end"]}
PROBES = ["begin", "end", "5", "1"]  # for scripts whose arguments are probe points
TAKE_PROBES = {"callgraph.stp", "func_time_stats.stp", "para-callgraph-verbose.stp",
               "para-callgraph.stp", "pyexample.stp", "varwatch.stp", "watchdog.stp", "whythefail.stp",
               "fntimes.stp", "linetimes.stp"}
NUMBERS = ["10", "20", "30", "40"]
NOT_SCRIPTS = {"security-bandaid-template.stp": "a template: its handler is '{...}'"}


def macro_options():
    """Macro files of other runtimes define the same names: left out."""
    options = []
    for path in sorted(ROOT.glob("tapset/**/*.stpm")):
        if not {"dyninst", "bpf"} & set(path.parts):
            options += ["-m", str(path)]
    return options


def own_macros():
    return [word for path in sorted((SOURCES / "tapsets").glob("*.stpm")) for word in ("-m", str(path))]


def own_scripts():
    """Those that are meant to be right."""
    folders = ("examples", "tapsets", "docs/lessons")
    return sorted(path for folder in folders for path in (SOURCES / folder).rglob("*.stp"))


def examples():
    found = set()
    for top in (ROOT / "examples", *pathlib.Path("/usr/share/doc").glob("systemtap*/examples")):
        found |= {path.resolve() for path in top.rglob("*.stp")}
    return sorted(found)


def check(tool, options, files):
    """Names of the files that fail, after printing why."""
    done = subprocess.run([tool, "check", *options, *map(str, files)], capture_output=True,
                          text=True, errors="replace", timeout=600)
    if done.returncode not in (0, 1):
        print(done.stdout, done.stderr)
        raise SystemExit(f"syntax_tool ended with {done.returncode}")
    failed = set(re.findall(r"^(/\S+\.stp): ", done.stdout, re.M))
    if failed - {str(path) for path in files if path.name in NOT_SCRIPTS}:
        print(done.stdout)
    return failed


def main():
    tool = sys.argv[1]
    if not ROOT.is_dir():
        print("SKIPPED: systemtap-common is not installed, the corpus was NOT checked")
        return 77
    macros = macro_options()
    tapsets = sorted(ROOT.glob("tapset/**/*.stp"))
    failed = check(tool, ["-t", "-g", *macros], tapsets)
    scripts = examples()
    groups = [(NUMBERS, [path for path in scripts if path.name not in {*ARGUMENTS, *TAKE_PROBES}]),
              (PROBES, [path for path in scripts if path.name in TAKE_PROBES])]
    groups += [(ARGUMENTS[path.name], [path]) for path in scripts if path.name in ARGUMENTS]
    for arguments, group in groups:
        options = [word for argument in arguments for word in ("-a", argument)]
        failed |= check(tool, ["-g", *options, *macros], group)
    failed |= check(tool, ["-t", "-g", "-a", "1", "-a", "2", "-a", "3", *own_macros()], own_scripts())
    unexpected = {path for path in failed if pathlib.Path(path).name not in NOT_SCRIPTS}
    stale = set(NOT_SCRIPTS) - {pathlib.Path(path).name for path in failed}
    print(f"{len(tapsets)} tapset files, {len(scripts)} examples: "
          f"{len(unexpected)} failed, {len(failed) - len(unexpected)} are no scripts")
    if stale:
        print("these now parse, take them off the list:", *sorted(stale))
    few = len(tapsets) < 100 or len(scripts) < 100
    return 1 if unexpected or stale or few else 0


if __name__ == "__main__":
    sys.exit(main())
