"""The programs that lists.py asks: stap, nm, readelf, objdump, c++filt; and Debian's python3.11-dbg, which it asks them about."""
import atexit
import bisect
import collections
import functools
import os
import pathlib
import re
import shutil
import subprocess
import tempfile

import agreement


def output(*command):
    done = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                          errors="replace", timeout=600, check=False, stdin=subprocess.DEVNULL)
    return done.stdout


@functools.cache
def debug_file(path):
    """The file with PATH's symbols and lines: that of Debian's -dbg package, or PATH itself."""
    found = re.search(r"Build ID: (..)(\w+)", output("readelf", "-n", path))
    separate = pathlib.Path(f"/usr/lib/debug/.build-id/{found[1]}/{found[2]}.debug") if found else None
    return separate if separate and separate.exists() else pathlib.Path(path)


@functools.cache
def _symbols(path):
    return [line.split() for table in ((), ("-D",)) for line in output("nm", *table, debug_file(path)).splitlines()]


@functools.cache
def function_symbols(path):
    """{name: its addresses}"""
    addresses = collections.defaultdict(set)
    for words in _symbols(path):
        if len(words) == 3 and words[1] in "tTwWiI":
            addresses[words[2].split("@")[0]].add(int(words[0], 16))
    return addresses


@functools.cache
def data_symbols(path):
    return {words[-1].split("@")[0] for words in _symbols(path) if words[-2] in "bBdDrRuU"}


@functools.cache
def exported_addresses(path):
    return {int(words[0], 16) for words in map(str.split, output("nm", "-D", path).splitlines())
            if len(words) == 3 and words[1] in "TWi"}


@functools.cache
def calls(path):
    """{address of a function: addresses of the functions whose code has a call of it or a jump to it}"""
    callers = collections.defaultdict(set)
    starts = sorted(set().union(*function_symbols(path).values()))
    # The file itself, not its debug file, has the code.
    for line in output("objdump", "-d", "-w", "--no-show-raw-insn", path).splitlines():
        found = re.match(r"\s*([0-9a-f]+):\s+(?:call|j\w+)\s+([0-9a-f]+)", line)
        if found:
            at = bisect.bisect(starts, int(found[1], 16))
            callers[int(found[2], 16)].add(starts[at - 1] if at else 0)
    return callers


@functools.cache
def _line_rows(path):
    """(file, line, address, is it a statement?) of each row of the line table."""
    text = output("readelf", "--debug-dump=decodedline", debug_file(path))
    rows = re.findall(r"^(\S+)[ \t]+(\d+)[ \t]+0x([0-9a-f]+)[ \t]*(?:\d+)?[ \t]*(x?)", text, re.M)
    return [(file, int(line), int(address, 16), bool(mark)) for file, line, address, mark in rows if line != "0"]


@functools.cache
def statement_rows(path):
    """{(file, line): addresses where a statement of the line begins}"""
    rows = collections.defaultdict(set)
    for file, line, address, is_statement in _line_rows(path):
        if is_statement:
            rows[file, line].add(address)
    return rows


def lines_of(path, file):
    """The lines of a source file where statements begin, and those that have other rows only."""
    marked = {line for name, line, _, is_statement in _line_rows(path) if name == file and is_statement}
    return marked, {line for name, line, *_ in _line_rows(path) if name == file} - marked


@functools.cache
def _cxxfilt():
    """One for all names: it answers line by line."""
    filt = subprocess.Popen(["c++filt", "-i", "-p"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)
    atexit.register(filt.communicate)
    return filt


@functools.cache
def demangled(name):
    """A mangled name as people write it, the parameters left out."""
    filt = _cxxfilt()
    filt.stdin.write(name + "\n")
    return filt.stdout.readline().strip()


@functools.cache
def _fake_kernel():
    folder = tempfile.TemporaryDirectory(prefix="coretap-kernel-")
    tree = agreement.fake_kernel(pathlib.Path(folder.name) / "kernel")
    with open(tree / ".config", "a") as config:
        config.write("CONFIG_TRACEPOINTS=y\nCONFIG_ARCH_SUPPORTS_UPROBES=y\nCONFIG_UPROBES=y\n")
    return folder, tree


def stap_list(point, option="-l"):
    """The lines of stap's list; it shows paths as DWARF has them."""
    return [line.replace("@./", "@") for line in output("stap", "-r", _fake_kernel()[1], option, point).splitlines()]


def debug_python():
    """Debian's python3.11-dbg, fetched and unpacked but not installed; None where it cannot be had."""
    installed = pathlib.Path("/usr/bin/python3.11d")
    if installed.exists():
        return installed
    base = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    folder = pathlib.Path(base) / "coretap" / "python3.11-dbg"
    program = folder / "usr/bin/python3.11d"
    if not program.exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent) as work:
            # Without the sandbox user apt can write into a folder that only we may enter.
            subprocess.run(["apt-get", "-q", "-o", "APT::Sandbox::User=root", "download", "python3.11-dbg"], cwd=work,
                           stdin=subprocess.DEVNULL, check=False)
            for archive in pathlib.Path(work).glob("*.deb"):
                subprocess.run(["dpkg-deb", "-x", archive, f"{work}/tree"], check=True)
                shutil.move(f"{work}/tree", folder)
    return program if program.exists() else None
