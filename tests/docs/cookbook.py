#!/usr/bin/env python3
"""Runs the commands of docs/cookbook.md and compares what they print with what the page shows.

    cookbook.py CORETAP [--update] [QUESTION...]

A block ```console has commands, "$ COMMAND", each with its output behind it. A number of the output stands for any number, so
that the page shows a real run; a line "…" stands for any lines.
The blocks are run in one folder, with docs/demo.c in it, top to bottom. --update writes the page anew with what was printed now.
A QUESTION is a part of a heading: only the blocks under such headings are run, and those of whole
chapters. Exit 77: no BPF rights here.
"""
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "cookbook.md"
SHOWN = 8  # lines of output
sys.path.insert(0, str(ROOT / "tests" / "live"))
import live  # noqa: E402

BLOCK = re.compile(r"^```console\n(.*?)^```$", re.M | re.S)


def commands(block):
    """(command, lines shown) of each."""
    found = []
    for line in block.splitlines():
        if line.startswith("$ "):
            found.append((line[2:], []))
        elif is_open(found[-1][0]):
            found[-1] = (found[-1][0] + "\n" + line, [])
        else:
            found[-1][1].append(line)
    return found


def is_open(command):
    """Does the command go on in the next line?"""
    try:
        shlex.split(command)
    except ValueError:
        return True
    return False


def question(text, position):
    """The question that the block at `position` answers; "" of one under a chapter's heading."""
    level, title = re.findall(r"^(##+) (.*)$", text[:position], re.M)[-1]
    return title if level == "###" else ""


def run(command, folder, coretap):
    """What it prints, errors among it, and its exit status."""
    tools = folder / ".bin"
    tools.mkdir(exist_ok=True)
    link = tools / "coretap"
    if not link.exists():
        link.symlink_to(coretap)
    environment = dict(os.environ, PATH=f"{tools}:{os.environ['PATH']}", LC_ALL="C", NO_COLOR="1")
    try:
        done = live.run("bash", "-c", f"exec 2>&1\n{command}", cwd=folder, env=environment)
    except subprocess.TimeoutExpired:
        return ["(it does not end)"], 1
    return done.stdout.replace(str(folder), "/home/me").splitlines(), done.returncode


def shape(line):
    """The line with its numbers, and what is drawn to scale, left open."""
    line = re.sub(r"\b0x[0-9a-f]+\b", "0", line)
    return re.sub(r"[\s@]+", " ", re.sub(r"-?\d+(\.\d+)?", "0", line)).strip()


def agrees(shown, printed):
    """Does the output look as the page shows it?"""
    shapes = [shape(line) for line in printed]
    at, has_gap = 0, False
    for line in shown:
        if line == "…":
            has_gap = True
            continue
        found = next((place for place in range(at, len(shapes)) if shapes[place] == shape(line)), None)
        if found is None or (not has_gap and found != at):
            return False
        at, has_gap = found + 1, False
    return has_gap or at == len(shapes)


def main():
    arguments = [word for word in sys.argv[1:] if word != "--update"]
    coretap, questions, update = pathlib.Path(arguments[0]).resolve(), arguments[1:], "--update" in sys.argv
    missing = live.bpf_missing()
    if missing:
        print(f"*** SKIPPED: {missing} ***", file=sys.stderr)
        sys.exit(77)
    text, faults, count = PAGE.read_text(), 0, 0
    folder = pathlib.Path(tempfile.mkdtemp(prefix="coretap-cookbook-"))
    shutil.copy(ROOT / "docs" / "demo.c", folder)

    def one(match):
        nonlocal faults, count
        title = question(text, match.start())
        if questions and title and not any(part in title for part in questions):
            return match[0]
        lines = []
        for command, shown in commands(match[1]):
            printed, code = run(command, folder, coretap)
            count += 1
            is_shown = agrees(shown, printed)
            if code != 0 or not (is_shown or update):
                faults += 1
                print(f"{title}: exit {code}\n$ {command}\nshown:", *shown, "printed:", *printed[:60], sep="\n", flush=True)
            if update and code == 0 and not is_shown:
                shown = printed if len(printed) <= SHOWN else printed[:SHOWN - 1] + ["…"]
            lines += ["$ " + command, *shown]
        return "```console\n" + "".join(line + "\n" for line in lines) + "```"

    renewed = BLOCK.sub(one, text)
    shutil.rmtree(folder)
    if update:
        PAGE.write_text(renewed)
    print(f"{count} commands, {faults} faults")
    sys.exit(faults != 0 or count == 0)


main()
