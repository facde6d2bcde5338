"""What pages share that say how the words of another tool are spelled here."""
import re
import subprocess

TABLE = re.compile(r"<!-- table (\w+) -->\n[^\n]*\n\|---[^\n]*\n(.*?)<!-- end of table -->", re.S)
LANGUAGE = {"print", "println", "printf", "sprintf", "if", "for", "while", "foreach", "probe", "twice"}
PARTS = {"kernel", "process", "module", "procfs", "timer", "perf", "syscall"}


def tables(text):
    """The rows of each table: {name: [[cell, cell, cell]]}."""
    return {name: [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in rows.splitlines()]
            for name, rows in TABLE.findall(text)}


def functions(coretap):
    """The names of all tapset functions."""
    listed = subprocess.run([coretap, "--dump-functions"], capture_output=True, text=True, check=True).stdout
    return set(re.findall(r"^(?:\w+ )*?(\w+)(?=:| ?\()", listed, re.M))


def unknown(code, known):
    """The functions that `code` calls and that are not among `known`."""
    # Parts of probe points have a dot before them, operators an '@'.
    return [name for name in re.findall(r"(?<![\w.@$])([a-z]\w*)\(", code) if name not in known | LANGUAGE | PARTS]
