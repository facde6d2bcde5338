"""How many of SystemTap's own example scripts compile: Debian's systemtap packages install them.

    examples.py CORETAP [--update]

Each script is compiled to a loadable object (-p4) with dummy arguments. The number that compiles is
kept in compiled.txt, one name a line: a script that is in the list and no longer compiles is a
failure, one that is new is reported, and --update writes the list.
"""
import collections
import os
import pathlib
import re
import subprocess
import sys
import tempfile

ROOTS = [pathlib.Path("/usr/share/systemtap/examples")]
LIST = pathlib.Path(__file__).resolve().parent / "compiled.txt"


def main():
    coretap = sys.argv[1]
    scripts = sorted(p for root in ROOTS for p in root.rglob("*.stp") if "tapset" not in p.parts)
    if not scripts:
        print("*** SKIPPED: the example scripts are not installed (Debian: systemtap-doc) ***",
              file=sys.stderr)
        sys.exit(77)
    expected = set(LIST.read_text().split()) if LIST.exists() else set()
    compiled, reasons = set(), collections.Counter()
    with tempfile.TemporaryDirectory() as cache:
        env = dict(os.environ, CORETAP_CACHE_DIR=cache)
        for script in scripts:
            result = subprocess.run([coretap, "-g", "-p4", "-w", str(script), "1", "2", "3", "4"],
                                    stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                    env=env, stdin=subprocess.DEVNULL, timeout=300)
            name = str(script.relative_to(ROOTS[0]))
            assert result.returncode in (0, 1), f"{name}: exit {result.returncode}"
            if result.returncode == 0:
                compiled.add(name)
            else:
                found = re.search(r"\[([a-z0-9-]+)\]", result.stderr)
                assert found, f"{name} failed without a diagnostic: {result.stderr}"
                reasons[found.group(1)] += 1
    print(f"{len(compiled)} of {len(scripts)} example scripts compile")
    for reason, count in reasons.most_common():
        print(f"{count:5d}  {reason}")
    if "--update" in sys.argv:
        LIST.write_text("".join(name + "\n" for name in sorted(compiled)))
        return
    for name in sorted(compiled - expected):
        print(f"newly compiles: {name} (run with --update)")
    lost = sorted(expected - compiled)
    for name in lost:
        print(f"no longer compiles: {name}")
    sys.exit(1 if lost else 0)


main()
