"""Why a place is in only one of the two lists of lists.py: a function for each kind of probe point.

Each takes the file, the lines that only stap and only coretap have, and `explain(line, rule)`. It tests a rule with nm,
readelf, objdump, c++filt or gdb before it takes it: `at(lines)` is what gdb knows of the addresses of coretap's lines.
What it gives back, if anything, is what is wrong with coretap's list as a whole.
"""
import collections
import os
import re

from list_tools import calls, demangled, exported_addresses, function_symbols, lines_of, output


INSTRUCTION = 15  # bytes, at most


def part(line, functor):
    """What is in the brackets of .function("…") and the like: the name, and the rest behind an @."""
    name, _, place = re.search(rf'\.{functor}\("([^"]*)"\)', line)[1].partition("@")
    return name, place


def functions(path, only_stap, only_coretap, explain, listed, at):
    named = function_symbols(path)

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


def exported(path, only_stap, only_coretap, explain, listed, at):
    for line in only_coretap:
        if function_symbols(path)[part(line, "function")[0]] & exported_addresses(path):
            explain(line, "exported-as-other")


def statements(path, only_stap, only_coretap, explain, listed, at):
    """The lines of a source file are those of the is_stmt rows of readelf's line table, all of them and no others."""
    file = re.search(r"@(?:[^@]*/)?([^@/]+):\d+\"", listed[0])[1]
    marked, unmarked = lines_of(path, file)

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


def callees(path, only_stap, only_coretap, explain, listed, at):
    """stap lists some of what is inlined; coretap all of it and what the code calls or jumps to, and goes on from there."""
    named = collections.defaultdict(set)
    for name, places in function_symbols(path).items():
        named[name] |= places
        named[name.split(".")[0]] |= places
    inlined = []
    for line in only_coretap:
        caller, callee = part(line, "function")[0], part(line, "callee")[0]
        callers = set().union(*(calls(path)[address] for address in named.get(callee, ())), set())
        if callers & named.get(caller, set()):
            explain(line, "called")
        elif callers and caller not in named:
            explain(line, "called-from-inlined")
        else:
            inlined.append((line, caller, callee))
    scopes = at([line for line, *_ in inlined], reach=INSTRUCTION)
    for line, caller, callee in inlined:
        chains = [scope.functions for scope in scopes[line]]
        whole = caller.split(".")[0]  # gdb names a ".part.0" so
        if any(callee in chain and whole in chain[chain.index(callee) + 1:] for chain in chains):
            explain(line, "inlined-there")
        elif all(callee not in chain and whole in chain for chain in chains):
            explain(line, "inlined-without-block")


def calls_of_plt(path, only_stap, only_coretap, explain, listed, at):
    got = set(re.findall(r"<([^>@]+)@plt>:", output("objdump", "-d", "-j", ".plt.got", path)))
    for line in only_stap:
        if part(line, "plt")[0] == "":
            explain(line, "plt-without-name")
    for line in only_coretap:
        if part(line, "plt")[0] in got:
            explain(line, "plt-got")


def rust(path, only_stap, only_coretap, explain, listed, at):
    for line in only_coretap:
        if "{closure#" in line:
            explain(line, "rust-closure")


def rust_statements(path, only_stap, only_coretap, explain, listed, at):
    rust(path, only_stap, only_coretap, explain, listed, at)
    return statements(path, only_stap, only_coretap, explain, listed, at)


# --- one name where the two tools show two: (stap's place, coretap's place, the rule)

def as_written(place):
    return place


def demangled_place(place):
    name = re.search(r'\.function\("(_Z[^"@]*)', place)
    if not name:
        return place
    # c++filt leaves the parameters of what a thunk or a transaction clone is of.
    return place.replace(name[1], re.sub(r"^(.* (?:thunk to|clone for) .*?)\([^()]*(?:\([^()]*\))?[^()]*\)(?: const)?$", r"\1", demangled(name[1])))


def without_rust_path(place):
    return re.sub(r'(function|statement|callee)\("(?:[\w#{}]+::)+', r'\1("', place)


NAMES = {"libstdc++": (demangled_place, as_written, "demangled"), "rust": (as_written, without_rust_path, "rust-path")}
