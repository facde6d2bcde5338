"""docs/from-bcc-and-libbpf.md has all that bcc and libbpf have, and says of each what is true: check_bcc.py CORETAP [--compile].

- Its tools are those of Debian's package bpfcc-tools, which is fetched to be listed, and not installed.
- Its sections, types of maps and helpers are those of the installed libbpf and its headers.
- A function that it names is one of coretap, and a tool that it names is there.
- coretap takes its scripts; with --compile, clang and g++ do, too. A script may name what this machine lacks: a module, a tracepoint.

Exit 77: everything else is right, but the package cannot be had.
"""
import concurrent.futures
import pathlib
import re
import subprocess
import sys
import tempfile

import spellings

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs/from-bcc-and-libbpf.md"
LIBRARY = pathlib.Path("/usr/lib/x86_64-linux-gnu/libbpf.so.1")
# What libbpf has for itself, or for all.
NO_MAPS = {"UNSPEC"}
# Diagnostics that tell of the machine, not of the script, by what they name.
ABSENT = {"no-such-object": r"'/PATH/", "no-such-module": r"type information matches '(\w+)'", "no-such-tracepoint": r"tracepoint matches '(\w+)'"}


def debian_tools():
    """The tools of the package, without "-bpfcc"; None, and why, if it cannot be had."""
    with tempfile.TemporaryDirectory() as folder:
        fetched = subprocess.run(["apt-get", "download", "bpfcc-tools"], cwd=folder, capture_output=True, text=True)
        package = next(pathlib.Path(folder).glob("*.deb"), None)
        if fetched.returncode or not package:
            return None, fetched.stderr.strip()
        listed = subprocess.run(["dpkg-deb", "--fsys-tarfile", package], capture_output=True, check=True)
        names = subprocess.run(["tar", "-t"], input=listed.stdout, capture_output=True, check=True).stdout.decode()
    return {name.removesuffix("-bpfcc") for name in re.findall(r"^\./usr/sbin/(\S+)$", names, re.M)}, ""


def library_sections(names):
    """The sections that libbpf knows: those that stand together in its strings, and those of `names` that stand elsewhere in them."""
    data = LIBRARY.read_bytes()
    start, end = data.index(b"sk_reuseport/migrate\0"), data.index(b"\0sk_lookup\0") + len("\0sk_lookup")
    found = {name.rstrip("+") for name in data[start:end].decode().split("\0")}
    return found | {name for name in names if re.search(rb"%s\+?\0" % re.escape(name.encode()), data)}


def is_here(identity, name):
    """Does this machine have what the diagnostic says is missing?"""
    if identity == "no-such-module":
        return pathlib.Path("/sys/kernel/btf", name).exists()
    events = pathlib.Path("/sys/kernel/tracing/available_events")
    return identity == "no-such-tracepoint" and events.exists() and f":{name}\n" in events.read_text()


def try_script(coretap, script, last_pass):
    """(what is wrong with the script, what this machine lacks for it)"""
    done = subprocess.run([coretap, last_pass, "-e", script], capture_output=True, text=True, timeout=300)
    if not done.returncode and not done.stderr:
        return "", ""
    lacks = ""
    for identity, said in re.findall(r"error \[([\w-]+)\]: (.*)", done.stderr):
        named = re.search(ABSENT.get(identity, "$^"), said)
        if not named or (named.groups() and is_here(identity, named[1])):
            return f"{script}\n{done.stderr}", ""
        lacks = said
    return ("", lacks) if lacks else (f"{script}\n{done.stderr}", "")


def main():
    coretap, last_pass = sys.argv[1], "-p4" if "--compile" in sys.argv else "-p2"
    tables, faults = spellings.tables(PAGE.read_text()), []
    ours = {kind: re.findall(r'`"?([\w./-]+)"?`', " ".join(row[0] for row in rows)) for kind, rows in tables.items()}
    tools, why_not = debian_tools()
    headers = pathlib.Path("/usr/include/linux/bpf.h").read_text(), pathlib.Path("/usr/include/bpf/bpf_helper_defs.h").read_text()
    theirs = {
        "Tool": tools or set(ours["Tool"]),
        "Section": library_sections(ours["Section"]),
        "Map": set(re.findall(r"^\tBPF_MAP_TYPE_(\w+)", headers[0], re.M)) - NO_MAPS,
        "Helper": set(re.findall(r"\(\*(bpf_\w+)\)", headers[1])),
    }
    for kind, names in ours.items():
        assert len(theirs[kind]) > 25, f"{kind}: theirs are read wrongly"
        faults += [f"{kind} {name} is there twice" for name in sorted({name for name in names if names.count(name) > 1})]
        faults += [f"the page lacks the {kind.lower()} {name}" for name in sorted(theirs[kind] - set(names))]
        faults += [f"there is no {kind.lower()} {name}" for name in sorted(set(names) - theirs[kind])]

    known, scripts = spellings.functions(coretap), []
    for name, here, remark in (row for rows in tables.values() for row in rows):
        code = re.findall(r"`([^`]*)`", here)
        script = [text for text in code if text.startswith(("probe ", "global ")) and "{" in text]
        scripts += script
        if not script:
            faults += [f"{name}: there is no function '{word}'" for word in spellings.unknown(" ".join(code), known)]
        faults += [f"{name}: there is no function '{word}'" for word in spellings.unknown(" ".join(re.findall(r"`([^`]*)`", remark)), known)
                   if not word.startswith("bpf")]
        faults += [f"{name}: there is no {path}" for path in re.findall(r"\]\((\.\./[^)#]*)\)", here + remark) if not (PAGE.parent / path).exists()]
    scripts += [block for language, block in re.findall(r"^```(\w*)\n(.*?)^```$", PAGE.read_text(), re.M | re.S) if not language]
    assert len(scripts) > 40, "the scripts are read wrongly"
    with concurrent.futures.ThreadPoolExecutor(2) as workers:
        tried = list(workers.map(lambda script: try_script(coretap, script, last_pass), scripts))
    faults += [wrong for wrong, _ in tried if wrong]
    lacking = [lacks for _, lacks in tried if lacks]
    assert len(lacking) * 3 < len(scripts), "this machine has nothing of what the scripts need"
    told = f"{sum(map(len, ours.values()))} words, {len(scripts) - len(lacking)} scripts; for others this machine lacks something:"
    print(*(faults or [told, *lacking]), sep="\n")
    if not faults and why_not:
        print(f"*** SKIPPED: the tools are not compared with Debian's: {why_not} ***", file=sys.stderr)
        sys.exit(77)
    sys.exit(1 if faults else 0)


main()
