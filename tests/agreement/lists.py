#!/usr/bin/env python3
"""What -l and -L say of real programs is what Debian's stap says, but for the differences that lists.txt explains.

A difference is a rule: lists.txt has its words, and a function of this file tests with nm, readelf or objdump that it is
what a line which only one of the two lists is about. A line that no rule explains fails, and so does a rule that
explains nothing any more where all the programs are installed.

    lists.py CORETAP [FILTER]     # FILTER: part of a probe point
"""
import collections
import functools
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import agreement

HERE = pathlib.Path(__file__).resolve().parent
LIBRARIES = pathlib.Path("/usr/lib/x86_64-linux-gnu")
SKIPPED = 77

RUST = """use std::hint::black_box;
struct Job { size: u32, name: String }
impl Job { #[inline(never)] fn run(&self, more: u32) -> u32 { black_box(self.size + more + self.name.len() as u32) } }
#[inline(never)] fn apply<T: Fn(u32) -> u32>(f: T, n: u32) -> u32 { f(n) }
fn main() {
    let job = Job { size: 3, name: String::from("x") };
    let mut t = 0;
    for i in 0..5 { t += job.run(i); t += apply(|x| black_box(x + 1), i); }
    println!("{}", t);
}
"""


def output(*command):
    done = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                          errors="replace", stdin=subprocess.DEVNULL, timeout=300, check=False)
    return done.stdout


def debug_file(path):
    """The file with PATH's symbols and lines: that of Debian's -dbg package, or PATH itself."""
    found = re.search(r"Build ID: (..)(\w+)", output("readelf", "-n", path))
    separate = pathlib.Path(f"/usr/lib/debug/.build-id/{found[1]}/{found[2]}.debug") if found else None
    return separate if separate and separate.exists() else pathlib.Path(path)


class Symbols:
    """The function symbols of a file by nm."""

    def __init__(self, path):
        self.addresses = collections.defaultdict(set)
        for table in (), ("-D",):
            for line in output("nm", *table, debug_file(path)).splitlines():
                words = line.split()
                if len(words) == 3 and words[1] in "tTwWiI":
                    self.addresses[words[2].split("@")[0]].add(words[0])


@functools.cache
def symbols(path):
    return Symbols(path)


def part(line, functor):
    """What is in the brackets of .function("…") and the like: the name, and the rest behind an @."""
    name, _, place = re.search(rf'\.{functor}\("([^"]*)"\)', line)[1].partition("@")
    return name, place


def functions(path, only_stap, only_coretap, explain):
    """Explains the functions that only one of the two lists."""
    named = symbols(path).addresses

    def places(lines):
        return {(part(line, "function")[0], os.path.normpath(part(line, "function")[1])) for line in lines}

    def addresses(lines):
        return set().union(*(named[part(line, "function")[0]] for line in lines), set())

    for own, other, is_stap in (only_stap, only_coretap, True), (only_coretap, only_stap, False):
        others, others_at = places(other), addresses(other)
        for line in own:
            name, place = part(line, "function")
            if (name, os.path.normpath(place)) in others:
                explain(line, "normal-path")
            elif is_stap and ".cold" in name and name in named:
                explain(line, "cold-part")
            elif not is_stap and ".part." in name and name in named:
                explain(line, "part-by-symbol")
            elif named[name] & others_at:
                explain(line, "alias")
            elif not is_stap and not place and name in named:
                explain(line, "symbol-alone")


def statements(path, only_stap, only_coretap, explain, listed, file):
    """The lines of a source file are those of the is_stmt rows of readelf's line table, all of them and no others."""
    marked, unmarked = set(), set()
    for row in output("readelf", "--debug-dump=decodedline", debug_file(path)).splitlines():
        found = re.match(r"(\S+)\s+(\d+)\s+0x[0-9a-f]+\s*(?:\d+)?\s*(x?)", row)
        if found and found[1] == file and found[2] != "0":
            (marked if found[3] else unmarked).add(int(found[2]))

    def number(line):
        return int(re.search(r':(\d+)"', line)[1])

    if {number(line) for line in listed} != marked:
        return f"the lines are not those that readelf shows with is_stmt: {sorted({number(line) for line in listed} ^ marked)}"
    theirs = {number(line) for line in only_stap}
    for line in only_stap:
        if number(line) not in marked and number(line) in unmarked:
            explain(line, "no-statement")
        elif number(line) in marked:
            explain(line, "innermost-function")
    for line in only_coretap:
        if number(line) in theirs:
            explain(line, "innermost-function")
        elif number(line) in marked:
            explain(line, "every-line")
    return None


def calls_of_plt(path, only_stap, only_coretap, explain):
    got = set(re.findall(r"<([^>@]+)@plt>:", output("objdump", "-d", "-j", ".plt.got", path)))
    for line in only_stap:
        if part(line, "plt")[0] == "":
            explain(line, "plt-without-name")
    for line in only_coretap:
        if part(line, "plt")[0] in got:
            explain(line, "plt-got")


def rust_functions(path, only_stap, only_coretap, explain):
    short = {re.sub(r'function\("(?:[\w]+::)*', 'function("', line): line for line in only_coretap}
    for line in only_stap:
        if line in short:
            explain(line, "rust-path")
            explain(short[line], "rust-path")
    for line in only_coretap:
        if "{closure#" in part(line, "function")[0]:
            explain(line, "rust-closure")


def cases(folder):
    """(option, path, rest of the point, what explains its differences)"""
    libc, python, bash = LIBRARIES / "libc.so.6", pathlib.Path("/usr/bin/python3.11"), pathlib.Path("/usr/bin/bash")
    debug_python, postgres = pathlib.Path("/usr/bin/python3.11d"), pathlib.Path("/usr/lib/postgresql/15/bin/postgres")
    has_lines = debug_file(libc) != libc
    if has_lines:
        for variant in "", ".call":
            yield "-l", libc, f'function("*"){variant}', functions
        yield "-l", libc, 'statement("*@malloc.c:*")', functools.partial(statements, file="malloc.c")
    if debug_python.exists():
        yield "-l", debug_python, 'function("*@gcmodule.c")', functions
        yield "-l", debug_python, 'statement("*@gcmodule.c:*")', functools.partial(statements, file="gcmodule.c")
    yield "-l", bash, 'function("*")', functions
    for path in libc, python, bash, postgres:
        if path.exists():
            yield "-l", path, 'plt("*")', calls_of_plt
    for path in python, LIBRARIES / "libstdc++.so.6", postgres:
        if path.exists():
            yield "-L", path, 'mark("*")', None
    rust = folder / "job"
    if shutil.which("rustc"):
        rust.with_suffix(".rs").write_text(RUST)
        if subprocess.run(["rustc", "-g", "-O", "-o", rust, rust.with_suffix(".rs")], stderr=subprocess.DEVNULL, check=False).returncode == 0:
            yield "-l", rust, 'function("*@job.rs")', rust_functions


def rules():
    return dict(re.findall(r"^([a-z-]+): (.+)$", (HERE / "lists.txt").read_text(), re.M))


def main():
    coretap, wanted = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else ""
    if not shutil.which("stap"):
        print("*** SKIPPED: there is no stap ***")
        sys.exit(SKIPPED)
    folder = pathlib.Path(tempfile.mkdtemp(prefix="coretap-lists-"))
    tree = agreement.fake_kernel(folder / "kernel")
    with open(tree / ".config", "a") as config:
        config.write("CONFIG_TRACEPOINTS=y\nCONFIG_ARCH_SUPPORTS_UPROBES=y\nCONFIG_UPROBES=y\n")
    known, used, failed, compared = rules(), collections.Counter(), False, 0
    for option, path, rest, explanation in cases(folder):
        point = f'process("{path}").{rest}'
        if wanted not in point:
            continue
        # stap shows paths as DWARF has them.
        theirs = {line.replace("@./", "@") for line in output("stap", "-r", tree, option, point).splitlines()}
        ours = set(output(coretap, option, point).splitlines())
        only_stap, only_coretap = sorted(theirs - ours), sorted(ours - theirs)
        explained = {}

        def explain(line, rule):
            assert rule in known, rule
            explained.setdefault(line, rule)

        more = {"listed": ours} if isinstance(explanation, functools.partial) else {}
        problem = explanation(path, only_stap, only_coretap, explain, **more) if explanation else None
        used.update(explained.values())
        compared += 1
        left = [line for line in only_stap + only_coretap if line not in explained]
        print(f"{option} {point}: stap {len(theirs)}, coretap {len(ours)}, both {len(theirs & ours)}; "
              f"{dict(collections.Counter(explained.values()))}")
        if not theirs or problem or left:
            failed = True
            print("  " + (problem or ("not explained:" if theirs else "stap lists nothing")))
            for line in left[:20]:
                print("    only " + ("stap: " if line in theirs else "coretap: ") + line)
    unused = set(known) - set(used)
    if unused and not wanted:
        print("rules that explain nothing here:", ", ".join(sorted(unused)))
        failed = failed or debug_file(LIBRARIES / "libc.so.6").name.endswith(".debug") and bool(shutil.which("rustc"))
    print(f"{compared} lists compared")
    shutil.rmtree(folder)
    sys.exit(failed or compared == 0)


if __name__ == "__main__":
    main()
