"""The example scripts that Debian installs, and the options and arguments that each is made for."""
import pathlib
import re
import shlex

ROOT = pathlib.Path("/usr/share/systemtap/examples")
# Not a script: "{...}" stands in it for what a reader is to write. stap does not parse it either.
TEMPLATE = "security-band-aids/security-bandaid-template.stp"
LEFT_OUT = {"--all-modules", "--ldd"}  # stap's ways of taking symbols along


def scripts():
    """Not the tapset files among them, which have no probes."""
    return sorted(path for path in ROOT.rglob("*.stp")
                  if path.parent.name != "tapset" and str(path.relative_to(ROOT)) != TEMPLATE)


def command(script):
    """Options and arguments, from the `test_check: stap …` of a description beside the script; `-g` and four numbers without one.

    A process or an address that the shell would find is number 1. Paths are as seen from the script's folder.
    """
    for description in [script.with_suffix(".meta"), *sorted(script.parent.glob("*.meta"))]:
        text = description.read_text(errors="replace") if description.exists() else ""
        for line in re.findall(r"^test_check: stap (.*)$", text, re.M):
            words = shlex.split(re.sub(r"`.*?`|\$\$(?!\w)", "1", line))
            if script.name in words:
                return split(words, script.name)
    return ["-g"], ["1", "2", "3", "4"]


def split(words, name):
    """Words of a command line of stap: its options without the pass, and what the script gets."""
    options, arguments = [], []
    words = iter(words)
    for word in words:
        if word in ("-c", "-x"):
            options += [word, next(words)]
        elif word == "-d":
            next(words)  # a module whose symbols stap takes along
        elif re.fullmatch(r"-\w*p\d", word):
            options += [word[:-2]] if word[:-2] != "-" else []
        elif word.startswith("-"):
            options += [word] if word not in LEFT_OUT else []
        elif word != name:
            arguments.append(word)
    return options, arguments
