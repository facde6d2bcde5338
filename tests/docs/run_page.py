#!/usr/bin/env python3
"""Runs the commands of a page, README.md or one under docs/, and compares what they print with what the page shows.

    run_page.py CORETAP PAGE [--update] [HEADING...]

A block ```console has commands, "$ COMMAND", each with its output behind it; a line "…" stands for any lines.
A command goes on in the next line while a quote or a here-document is open in it, or behind a backslash.
Words behind "console" say what is expected of the block:
- varies: another run prints other numbers. A number or build-id stands for any, and white space for any.
- fails: its commands exit with another status than 0.
- elsewhere: it builds, tests or installs coretap itself, and is not run here; tests/chroot/prove.sh and tests/install/ do so.
The blocks of a page run in one folder, top to bottom. The folder is shown as /home/me, and holds the files that PAGES names.
/tmp is a folder in it. There `coretap`, and `./dev run`, is the one that is tested.
--update writes the page anew with what was printed now.
A HEADING is a part of a heading "### …": only the blocks under such headings are run, and those that stand under none.
Exit 77: no BPF rights here.
"""
import dataclasses
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "live"))
import live  # noqa: E402


@dataclasses.dataclass
class Page:
    files: list  # what the folder holds
    shown: int  # how many lines of an output --update shows
    varies: bool = False  # all of its blocks do
    is_checkout: bool = False  # the files have their places, and ./dev is there


POST = ["examples/tutorial/post.c", "examples/tutorial/takings.stp"]
PAGES = {
    "README.md": Page(["tests/live/workloads/loop.c", "examples/malloc-sizes.stp"], 4, is_checkout=True),
    "cookbook.md": Page(["docs/demo.c"], 8, varies=True),
    "tutorial.md": Page(POST, 30),
    "language-guide.md": Page(POST, 30),
}
BLOCK = re.compile(r"^```console( varies)?( fails)?\n(.*?)^```$", re.M | re.S)


def commands(block):
    """(command, lines shown) of each."""
    found = []
    for line in block.splitlines():
        if found and is_open(found[-1][0]):
            found[-1] = (found[-1][0] + "\n" + line, [])
        elif line.startswith("$ "):
            found.append((line[2:], []))
        else:
            found[-1][1].append(line)
    return found


def is_open(command):
    """Does the command go on in the next line?"""
    if here := re.search(r"<<'(\w+)'", command):
        return not command.endswith("\n" + here[1])
    try:
        shlex.split(command)
    except ValueError:
        return True
    return False


def heading(text, position):
    """The heading "### …" that the block at `position` stands under; "" if there is none."""
    level, title = (re.findall(r"^(##+) (.*)$", text[:position], re.M) or [("", "")])[-1]
    return title if level == "###" else ""


def environment(folder, coretap):
    """In which the commands run: `coretap` is this one, and prints without colours."""
    tools = folder / ".bin"
    tools.mkdir(exist_ok=True)
    link = tools / "coretap"
    if not link.exists():
        link.symlink_to(coretap)
    return dict(os.environ, PATH=f"{tools}:{os.environ['PATH']}", LC_ALL="C", NO_COLOR="1")


def run(command, folder, coretap):
    """What it prints, errors among it, and its exit status."""
    command = command.replace("/tmp/", f"{folder}/tmp/")
    try:
        done = live.run("bash", "-c", f"exec 2>&1\n{command}", cwd=folder, env=environment(folder, coretap))
    except subprocess.TimeoutExpired:
        return ["(it does not end)"], None
    shown = done.stdout.replace(f"{folder}/tmp/", "/tmp/").replace(str(folder), "/home/me")
    return [line.rstrip() for line in shown.splitlines()], done.returncode


def make_folder(page):
    """The folder in which the commands of the page run."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="coretap-page-"))
    (folder / "tmp").mkdir()
    for file in page.files:
        place = folder / (file if page.is_checkout else pathlib.Path(file).name)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / file, place)
    if page.is_checkout:
        (folder / "dev").write_text('#!/bin/bash\n[ "$1" = run ] && shift && exec coretap "$@"\n')
        (folder / "dev").chmod(0o755)
    return folder


def shape(line):
    """The line with its numbers, and what is drawn to scale, left open."""
    line = re.sub(r"\b(0x[0-9a-f]+|[0-9a-f]{40})\b", "0", line)
    return re.sub(r"[\s@]+", " ", re.sub(r"-?\d+(\.\d+)?", "0", line)).strip()


def agrees(shown, printed, varies):
    """Does the output look as the page shows it?"""
    form = shape if varies else str.rstrip
    forms = [form(line) for line in printed]
    at, has_gap = 0, False
    for line in shown:
        if line == "…":
            has_gap = True
            continue
        found = next((place for place in range(at, len(forms)) if forms[place] == form(line)), None)
        if found is None or (not has_gap and found != at):
            return False
        at, has_gap = found + 1, False
    return has_gap or at == len(forms)


def main():
    arguments = [word for word in sys.argv[1:] if word != "--update"]
    coretap, name, headings, update = pathlib.Path(arguments[0]).resolve(), arguments[1], arguments[2:], "--update" in sys.argv
    missing = live.bpf_missing()
    if missing:
        print(f"*** SKIPPED: {missing} ***", file=sys.stderr)
        sys.exit(77)
    page = PAGES[name]
    path = ROOT / name if page.is_checkout else ROOT / "docs" / name
    text, faults, count = path.read_text(), 0, 0
    folder = make_folder(page)
    unread = len(re.findall(r"^```console", text, re.M)) - len(BLOCK.findall(text)) - len(re.findall(r"^```console elsewhere$", text, re.M))
    assert unread == 0, f"{unread} blocks are written in another way"

    def one(match):
        nonlocal faults, count
        title = heading(text, match.start())
        if headings and title and not any(part in title for part in headings):
            return match[0]
        varies, fails = page.varies or bool(match[1]), bool(match[2])
        lines = []
        for command, shown in commands(match[3]):
            printed, code = run(command, folder, coretap)
            count += 1
            is_shown, ends_well = agrees(shown, printed, varies), code is not None and (code != 0) == fails
            if not ends_well or not (is_shown or update):
                faults += 1
                print(f"{title}: exit {code}\n$ {command}\nshown:", *shown, "printed:", *printed[:60], sep="\n", flush=True)
            if update and ends_well and not is_shown:
                shown = printed if len(printed) <= page.shown else printed[:page.shown - 1] + ["…"]
            lines += ["$ " + command, *shown]
        return match[0][:match.start(3) - match.start()] + "".join(line + "\n" for line in lines) + "```"

    renewed = BLOCK.sub(one, text)
    shutil.rmtree(folder)
    if update:
        path.write_text(renewed)
    print(f"{count} commands, {faults} faults")
    sys.exit(faults != 0 or count == 0)


if __name__ == "__main__":
    main()
