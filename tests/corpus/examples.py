"""How many of SystemTap's own example scripts compile: Debian's systemtap packages install them.

    examples.py CORETAP [--update]

Each script is compiled to a loadable object (-p4) with dummy arguments. Those that compile are kept
in compiled.txt, one name a line: a script that is in the list and no longer compiles is a failure.
docs/testing.md and docs/language.md say how many parse, elaborate and compile: what they say must be
true. --update writes the list and the numbers.
"""
import collections
import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys
import tempfile

ROOTS = [pathlib.Path("/usr/share/systemtap/examples")]
HERE = pathlib.Path(__file__).resolve().parent
LIST = HERE / "compiled.txt"
PAGES = [HERE.parent.parent / "docs" / name for name in ("testing.md", "language.md")]
TOLD = re.compile(r"of \d+ example scripts \d+ parse, \d+ elaborate and \d+ compile to a loadable object")


def run(coretap, number, script, env):
    return subprocess.run([coretap, "-g", f"-p{number}", "-w", str(script), "1", "2", "3", "4"],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          env=env, stdin=subprocess.DEVNULL, timeout=300)


def main():
    coretap = sys.argv[1]
    scripts = sorted(p for root in ROOTS for p in root.rglob("*.stp") if "tapset" not in p.parts)
    if not scripts:
        print("*** SKIPPED: the example scripts are not installed (Debian: systemtap-doc) ***",
              file=sys.stderr)
        sys.exit(77)
    expected = set(LIST.read_text().split()) if LIST.exists() else set()
    compiled, reasons, stopped = set(), collections.Counter(), collections.Counter()
    with tempfile.TemporaryDirectory() as cache:
        env = dict(os.environ, CORETAP_CACHE_DIR=cache)
        def one(script):
            """The diagnostic that stops a script, or None, and the passes that it does not get through."""
            name = str(script.relative_to(ROOTS[0]))
            result = run(coretap, 4, script, env)
            assert result.returncode in (0, 1), f"{name}: exit {result.returncode}"
            if result.returncode == 0:
                return name, None, []
            found = re.search(r"\[([a-z0-9-]+)\]", result.stderr)
            assert found, f"{name} failed without a diagnostic: {result.stderr}"
            return name, found.group(1), [n for n in (1, 2) if run(coretap, n, script, env).returncode != 0]

        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            for name, reason, failed in pool.map(one, scripts):
                stopped.update(failed)
                if reason:
                    reasons[reason] += 1
                else:
                    compiled.add(name)
    told = (f"of {len(scripts)} example scripts {len(scripts) - stopped[1]} parse, {len(scripts) - stopped[2]} elaborate "
            f"and {len(compiled)} compile to a loadable object")
    print(told)
    for reason, count in reasons.most_common():
        print(f"{count:5d}  {reason}")
    if "--update" in sys.argv:
        LIST.write_text("".join(name + "\n" for name in sorted(compiled)))
        for page in PAGES:
            page.write_text(TOLD.sub(told, page.read_text()))
        return
    wrong = [page.name for page in PAGES if TOLD.findall(page.read_text()) != [told]]
    for name in wrong:
        print(f"docs/{name} tells other numbers (run with --update)")
    for name in sorted(compiled - expected):
        print(f"newly compiles: {name} (run with --update)")
    lost = sorted(expected - compiled)
    for name in lost:
        print(f"no longer compiles: {name}")
    sys.exit(1 if lost or wrong or stopped[1] else 0)


main()
