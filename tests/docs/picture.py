#!/usr/bin/env python3
"""The picture of README.md: docs/first-screen.svg, made of docs/first-screen.ansi, which is what a terminal showed.

    picture.py                        the picture is what the record makes
    picture.py CORETAP                and the commands show what is recorded: the words and colours; numbers may be others
    picture.py CORETAP --update       records the commands anew, and makes the picture

The commands run on a terminal of their own (pty(7)), so that they colour what they show as they do for a person.
The picture names no font of its own, and every piece says how wide it is, so it looks the same with any monospaced font.
Its blanks are no-break spaces: viewers do not agree on what keeps others.
Exit 77: no BPF rights here.
"""
import dataclasses
import html
import os
import pathlib
import pty
import re
import shutil
import subprocess
import sys
import tempfile
import xml.dom.minidom

import run_page

RECORD = run_page.ROOT / "docs/first-screen.ansi"
PICTURE = run_page.ROOT / "docs/first-screen.svg"
COMMANDS = [
    """coretap -L 'process("./post").statement("price@post.c:*")'""",
    """coretap -e 'probe process("./post").statement("price@post.c+3") {
    if ($grams > 80) printf("%d grams, so far %d cents\\n", $grams, $cents) }' -c ./post""",
    """coretap -e 'global grams
    probe process("./post").function("deliver") { grams <<< $letter->grams }
    probe end { print(@hist_linear(grams, 0, 100, 20)) }' -c ./post""",
    """coretap -e 'probe process("./post").function("deliver") { println($letter->gram) }' -c ./post""",
]
COLUMNS, CELL, LINE, SIZE, MARGIN = 112, 8.4, 19, 14, 16
GROUND, TEXT, PROMPT = "#1b1f27", "#d5dae3", "#8ccf7e"
# The sixteen colours of a terminal, by the last digit of their codes.
COLOURS = ["#5c6370", "#ef6b73", "#8ccf7e", "#e5c76b", "#67b0e8", "#c47fd5", "#6cbfbf", "#d5dae3"]
STEP = re.compile(r"\x1b\[([\d;]*)m")


@dataclasses.dataclass(frozen=True)
class Style:
    colour: str = TEXT
    bold: bool = False

    def after(self, codes):
        """What SGR codes make of it; one that means something else is an error, for the picture would not show it."""
        style = self
        for code in (int(code or 0) for code in codes.split(";")):
            if code == 0:
                style = Style()
            elif code == 1:
                style = dataclasses.replace(style, bold=True)
            elif code == 39:
                style = dataclasses.replace(style, colour=TEXT)
            elif code // 10 in (3, 9) and code % 10 < 8:
                style = dataclasses.replace(style, colour=COLOURS[code % 10])
            else:
                raise ValueError(f"the picture cannot show SGR {code}")
        return style


def on_terminal(command, folder, coretap):
    """What a terminal is sent by the command, as lines."""
    main, other = pty.openpty()
    environment = run_page.environment(folder, coretap)
    del environment["NO_COLOR"]
    process = subprocess.Popen(["bash", "-c", command], cwd=folder, env=dict(environment, TERM="xterm-256color"),
                               stdin=subprocess.DEVNULL, stdout=other, stderr=other)
    os.close(other)
    sent = b""
    try:
        while piece := os.read(main, 65536):
            sent += piece
    except OSError:
        pass  # EIO: the last one has closed the terminal
    process.wait(timeout=60)
    os.close(main)
    text = sent.decode().replace(str(folder), "/home/me").replace("\r\n", "\n")
    # What stands on a line and is erased (progress) is not seen; erasing behind the last letter changes nothing.
    return [re.sub(r"\x1b\[K", "", line.rsplit("\r\x1b[K", 1)[-1]) for line in text.rstrip("\n").split("\n")]


def screen(coretap):
    """The lines of the whole screen. The first run of a command compiles it and may show how far it is; the second is taken."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="coretap-picture-"))
    shutil.copy(run_page.ROOT / "examples/tutorial/post.c", folder)
    subprocess.run(["cc", "-g", "-O1", "-o", "post", "post.c"], cwd=folder, check=True)
    lines = []
    for command in COMMANDS:
        on_terminal(command, folder, coretap)
        first, *more = command.split("\n")
        lines += [f"\x1b[32m$\x1b[0m \x1b[1m{first}\x1b[0m", *(f"\x1b[1m{line}\x1b[0m" for line in more)]
        lines += on_terminal(command, folder, coretap)
    shutil.rmtree(folder)
    return lines


def looks(line):
    """The colours of a line, and its words with numbers left open."""
    return STEP.findall(line), run_page.shape(STEP.sub("", line))


def svg(lines):
    """The picture of these lines."""
    assert max(len(STEP.sub("", line)) for line in lines) <= COLUMNS, "a line is too long for the picture"
    width, height = round(2 * MARGIN + COLUMNS * CELL), 2 * MARGIN + LINE * len(lines)
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" role="img">',
           "<title>coretap on a terminal: lines and variables, values at a line, a histogram, a mistake and its hint</title>",
           f'<rect width="{width}" height="{height}" rx="8" fill="{GROUND}"/>',
           f'<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, monospace" font-size="{SIZE}" fill="{TEXT}">']
    style = Style()
    for number, line in enumerate(lines):
        spans, at = [], 0
        for place, piece in enumerate(STEP.split(line)):
            if place % 2:
                style = style.after(piece)
            elif piece:
                look = (f' fill="{style.colour}"' if style.colour != TEXT else "") + (' font-weight="bold"' if style.bold else "")
                spans.append(f'<text x="{MARGIN + at * CELL:.1f}" y="{MARGIN + LINE * number + SIZE}" textLength="{len(piece) * CELL:.1f}"'
                             f'{look}>{html.escape(piece, quote=False).replace(" ", chr(0xA0))}</text>')
                at += len(piece)
        out += spans
    return "\n".join([*out, "</g>", "</svg>", ""])


def main():
    arguments = [word for word in sys.argv[1:] if word != "--update"]
    faults = []
    if arguments:
        missing = run_page.live.bpf_missing()
        if missing:
            print(f"*** SKIPPED: {missing} ***", file=sys.stderr)
            sys.exit(77)
        now = screen(pathlib.Path(arguments[0]).resolve())
        if "--update" in sys.argv:
            RECORD.write_text("\n".join(now) + "\n")
            PICTURE.write_text(svg(now))
        recorded = RECORD.read_text().splitlines()
        if [looks(line) for line in now] != [looks(line) for line in recorded]:
            faults.append("the terminal shows something else than was recorded:\n" + "\n".join(now))
    drawn = svg(RECORD.read_text().splitlines())
    if drawn != PICTURE.read_text():
        faults.append(f"{PICTURE.name} is not what {RECORD.name} makes: picture.py CORETAP --update")
    xml.dom.minidom.parseString(drawn)
    if re.search(r"<(script|image|style|foreignObject)|href", drawn):
        faults.append("the picture asks for something outside of it")
    print("\n".join(faults) or f"{drawn.count('<text')} pieces of text")
    sys.exit(1 if faults else 0)


main()
