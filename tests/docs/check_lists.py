"""Pages name what the compiler has: check_lists.py CORETAP.

- Every word of a probe point (`coretap --dump-probe-types`) stands in backticks in docs/probes.md, docs/language.md or README.md:
  behind a dot, if only that is possible. The units of timers have a table, where they stand alone.
- Every pass over the IR that `-d` can show is in the table of passes of docs/architecture.md.
"""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
CORETAP = sys.argv[1]


def words_of_code(*pages):
    """Every word within backticks, and those behind a dot as ".word"."""
    spans = re.findall(r"`([^`\n]+)`", "\n".join((ROOT / page).read_text() for page in pages))
    return set(re.findall(r"\w+", " ".join(spans))) | set(re.findall(r"\.[a-z]\w*", " ".join(spans)))


def output(*arguments):
    done = subprocess.run([CORETAP, *arguments], capture_output=True, text=True, timeout=120)
    return done.stdout + done.stderr


def main():
    points = output("--dump-probe-types").split()
    asked = set()
    for point in points:
        first, *others = re.sub(r"\(\w+\)", "", point).split(".")
        asked |= {first, *others} if first == "timer" else {first, *(f".{word}" for word in others)}
    named = words_of_code("docs/probes.md", "docs/language.md", "README.md")
    faults = [f"no page names '{word}' of probe points" for word in sorted(asked - named)]

    # An unknown stage is answered with the list of all.
    stages = re.search(r"stages: (.*)", output("-d", "no such stage", "-e", "probe begin { exit() }"))[1].split()
    page = (ROOT / "docs/architecture.md").read_text()
    table = page[page.index("## The passes"):page.index("## The boxes")]
    faults += [f"docs/architecture.md: no row has -d {stage}" for stage in stages if f"`-d {stage}`" not in table]

    assert len(points) > 60 and len(stages) > 10, "the compiler's lists are read wrongly"
    print("\n".join(faults) or f"{len(asked)} words of probe points and {len(stages)} stages are on the pages")
    sys.exit(1 if faults else 0)


main()
