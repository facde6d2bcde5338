#!/usr/bin/env python3
"""What -l and -L say of real programs is what Debian's stap says, but for the differences that lists.txt explains.

A difference is a rule: lists.txt has its words. list_places.py tests with nm, readelf, objdump or c++filt that the rule
is what a place is about that only one of the two lists has; list_variables.py asks gdb about variables. A line that no
rule explains fails, and so does a rule that explains nothing any more where all lists are compared.

    lists.py CORETAP [--all] [FILTER]     # without --all a sample; FILTER: part of a probe point
"""
import collections
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import list_places as why
import list_variables
from list_tools import debug_file, debug_python, output, stap_list

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

# (program, option, rest of the point, what explains its differences, in the sample?)
LISTS = [
    ("libc", "-L", 'function("*@malloc.c")', why.functions, True),
    ("libc", "-L", 'function("*")', why.functions, False),
    ("libc", "-l", 'function("*").call', why.functions, False),
    ("libc", "-l", 'function("*@malloc.c").inline', None, False),
    ("libc", "-l", 'function("*@malloc.c").exported', why.exported, True),
    ("libc", "-L", 'statement("*@malloc.c:*")', why.statements, False),
    ("libc", "-L", 'statement("*@qsort.c:*")', why.statements, True),
    ("libc", "-l", 'function("*@malloc.c").label("*")', None, True),
    ("libc", "-l", 'function("*@malloc.c").callee("*")', why.callees, False),
    ("libc", "-l", 'plt("*")', why.calls_of_plt, True),
    ("python-dbg", "-L", 'function("*@gcmodule.c")', why.functions, False),
    ("python-dbg", "-L", 'statement("*@gcmodule.c:*")', why.statements, False),
    ("python-dbg", "-L", 'statement("*@ceval.c:*")', why.statements, False),
    ("python-dbg", "-L", 'function("*@ceval.c").label("*")', None, False),
    ("python-dbg", "-l", 'function("*@gcmodule.c").callee("*")', why.callees, False),
    ("python-dbg", "-l", 'function("*@gcmodule.c").callees(2)', why.callees, False),
    ("python-dbg", "-L", 'mark("*")', None, False),
    ("python-dbg", "-l", 'plt("*")', why.calls_of_plt, False),
    ("python", "-l", 'plt("*")', why.calls_of_plt, False),
    ("python", "-L", 'mark("*")', None, True),
    ("bash", "-L", 'function("*")', why.functions, True),
    ("bash", "-l", 'plt("*")', why.calls_of_plt, True),
    ("libstdc++", "-l", 'function("*")', None, True),
    ("libstdc++", "-L", 'mark("*")', None, True),
    ("libstdc++", "-l", 'plt("*")', why.calls_of_plt, False),
    ("postgres", "-L", 'function("*")', why.functions, False),
    ("postgres", "-L", 'mark("*")', None, True),
    ("postgres", "-l", 'plt("*")', why.calls_of_plt, True),
    ("rust", "-L", 'function("*@job.rs")', why.rust, True),
    ("rust", "-L", 'statement("*@job.rs:*")', why.rust_statements, True),
    ("rust", "-l", 'plt("*")', why.calls_of_plt, True),
]


def rust_program(folder):
    program = folder / "job"
    program.with_suffix(".rs").write_text(RUST)
    if shutil.which("rustc"):
        subprocess.run(["rustc", "-g", "-O", "-o", program, program.with_suffix(".rs")], stderr=subprocess.DEVNULL, check=False)
    return program


def programs(folder, is_all):
    """{name: path} of the programs that are here."""
    paths = {"libc": LIBRARIES / "libc.so.6", "libstdc++": LIBRARIES / "libstdc++.so.6", "bash": pathlib.Path("/usr/bin/bash"),
             "python": pathlib.Path("/usr/bin/python3.11"), "postgres": pathlib.Path("/usr/lib/postgresql/15/bin/postgres"),
             "python-dbg": debug_python() if is_all else None, "rust": rust_program(folder)}
    if debug_file(paths["libc"]) == paths["libc"]:
        del paths["libc"]
    return {name: path.resolve() for name, path in paths.items() if path and path.exists()}


class Comparison:
    """One point listed by both: what is explained by which rule, and what is not."""

    def __init__(self, coretap, name, option, path, rest, why_places):
        self.point, self.explained, self.problem = f'process("{path}").{rest}', {}, None
        their_name, our_name, naming = why.NAMES.get(name, (why.as_written, why.as_written, None))
        stap_lines, our_lines = stap_list(self.point, option), output(coretap, "-w", option, self.point).splitlines()
        theirs, ours = list_variables.parsed(stap_lines, their_name), list_variables.parsed(our_lines, our_name)
        renamed = set(list_variables.parsed(stap_lines, why.as_written)) ^ set(list_variables.parsed(our_lines, why.as_written))
        for place in renamed if naming else ():
            if (their_name(place) in ours) or (our_name(place) in theirs):
                self.explain(("named", place), naming)

        def scopes_at(places, reach=0):
            return list_variables.scopes_of_places(coretap, path, self.point, our_name, places, reach)

        only_stap, only_coretap = sorted(set(theirs) - set(ours)), sorted(set(ours) - set(theirs))
        if why_places:
            self.problem = why_places(path, only_stap, only_coretap, self.explain, sorted(ours), scopes_at)
        self.left = [f"only {who}: {line}" for who, lines in (("stap", only_stap), ("coretap", only_coretap))
                     for line in lines if line not in self.explained]
        self.words = f"stap {len(theirs)}, coretap {len(ours)}, both {len(set(theirs) & set(ours))}"
        if option == "-L":
            left, equal = list_variables.compare(path, theirs, ours, self.explain, scopes_at)
            self.left += left
            self.words += f", {equal} with the same variables"
        if not theirs:
            self.problem = "stap lists nothing"

    def explain(self, what, rule):
        self.explained.setdefault(what, rule)

    def show(self, option):
        print(f"{option} {self.point}: {self.words}; {dict(collections.Counter(self.explained.values()))}", flush=True)
        if self.problem:
            print("  " + self.problem)
        for line in self.left[:40]:
            print("  not explained: " + line)
        return not self.problem and not self.left


def rules():
    return dict(re.findall(r"^([a-z-]+): (.+)$", (HERE / "lists.txt").read_text(), re.M))


def main():
    words = [word for word in sys.argv[1:] if word != "--all"]
    coretap, wanted, is_all = words[0], words[1] if len(words) > 1 else "", "--all" in sys.argv
    if not shutil.which("stap"):
        print("*** SKIPPED: there is no stap ***")
        sys.exit(SKIPPED)
    folder = pathlib.Path(tempfile.mkdtemp(prefix="coretap-lists-"))
    known, used, good, compared = rules(), collections.Counter(), True, 0
    paths = programs(folder, is_all)
    absent = sorted({name for name, *_, in_sample in LISTS if (is_all or in_sample) and name not in paths})
    if absent:
        print("*** not here, and not compared: " + ", ".join(absent) + " ***")
    for name, option, rest, why_places, in_sample in LISTS:
        if name not in paths or not (is_all or in_sample) or wanted not in f'{option} {name} {rest}':
            continue
        comparison = Comparison(coretap, name, option, paths[name], rest, why_places)
        good &= comparison.show(option)
        used.update(comparison.explained.values())
        compared += 1
    if set(used) - set(known):
        print("rules without words in lists.txt:", ", ".join(sorted(set(used) - set(known))))
        good = False
    unused = set(known) - set(used)
    if unused and is_all and not wanted and not absent:
        print("rules that explain nothing:", ", ".join(sorted(unused)))
        good = False
    print(f"{compared} lists compared")
    shutil.rmtree(folder)
    sys.exit(not good or compared == 0)


if __name__ == "__main__":
    main()
