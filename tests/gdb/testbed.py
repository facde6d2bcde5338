#!/usr/bin/env python3
"""Compares coretap with gdb at the very addresses that it probes: testbed.py [--quick|--every] [--only WORD] [--jobs N] [-v] [CORETAP]

Each program of programs/ is compiled by each compiler of the table below at each -O level, with the DWARF versions in turn, so that
each compiler and each level occurs with each version; --every takes the full product, which is twice as many. coretap runs a
probe on every line that it can probe and prints, at each hit, the address and all variables. gdb runs the same program with
breakpoints at these addresses and reads every variable of the blocks around. Both run it without address space randomisation
and without an environment, so that pointers are equal, too.

Values: at every hit every variable must be equal in both. What coretap has not is listed with coretap's reason.

Counts: how often each line runs is known independently: from gcov of an -O0 build, for Rust from gdb's breakpoints in one, and
where neither counts what this project counts (the head of a loop, the end of main) from a comment `//@N` on the line (`//@-`:
not compared; `//@f=N,g=M`: N in the function f and M in g; the compiler may leave one of them no code, and gdb's count tells). coretap must count that. Two exceptions are shown in numbers: lines that -L marks as inexact, and lines of
optimised code whose copies left no trace, so that gdb counts as few or fewer. gdb's own count of the build is shown beside,
where it differs.

Exit status 77: no BPF rights here. Needs gdb, gcov, g++ and clang; Rust programs are skipped, loudly, without rustc 1.66 or newer.
"""
import argparse
import collections
import concurrent.futures
import functools
import itertools
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import threading

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "live"))
sys.path.insert(0, str(HERE))
import live  # noqa: E402
import pretty_text  # noqa: E402

PROGRAMS = sorted((HERE / "programs").iterdir())
MOST_HITS = 60  # of one address whose values are compared
COMPILERS = {".c": ("gcc", "clang"), ".cpp": ("g++", "clang++"), ".rs": ("rustc",)}
LEVELS = ("-O0", "-O1", "-O2", "-O3")
DWARF = (4, 5)
NARROW = "gcc -m32"  # of C programs; one DWARF version for each level, in "quick" one build of each of QUICK_NARROW
QUICK_NARROW = ("calls.c", "loops.c")
# structs.c has a bit field wider than that machine's long. In pointers.c gdb is no measure there: at -O0 `at` is shown before it has a
# value, and what it then points to differs from run to run; at -O1 gdb takes no notice of views and shows `s` of length() after `s++`.
NOT_NARROW = ("structs.c", "pointers.c")
MASK = (1 << 64) - 1

Build = collections.namedtuple("Build", "source compiler level dwarf")


def name_of(build):
    return f"{build.source.name} {build.compiler} {build.level} DWARF {build.dwarf}"


@functools.cache
def rustc_takes_dwarf_version():
    """Not before 1.88, such as Debian's: that makes DWARF 4."""
    return bool(shutil.which("rustc")) and "dwarf-version" in live.run("rustc", "-C", "help").stdout


def builds(extent, only):
    """The builds to compare. `extent`: "every" (the product), "pairs" (each two of program, compiler, level and DWARF version occur
    together), or "quick" (a build of each program, in which each compiler, level and version occurs)."""
    found = []
    for number, source in enumerate(PROGRAMS):
        every = [Build(source, compiler, level, dwarf) for compiler in COMPILERS[source.suffix] for level in LEVELS
                 for dwarf in DWARF]
        if source.suffix == ".rs":
            every = [build for build in every
                     if build.dwarf == 4 or (rustc_takes_dwarf_version() and build.level in ("-O0", "-O2"))]
        if extent == "quick":
            every = [every[(number * 5) % len(every)]]
        elif extent == "pairs" and {build.dwarf for build in every} == set(DWARF):
            every = [build for build in every if DWARF.index(build.dwarf) ==
                     (number + COMPILERS[source.suffix].index(build.compiler) + LEVELS.index(build.level)) % len(DWARF)]
        if source.suffix == ".c" and source.name not in NOT_NARROW and not live.narrow_missing():
            narrow = [Build(source, NARROW, level, DWARF[i % 2]) for i, level in enumerate(LEVELS)]
            every += narrow if extent != "quick" else narrow[:1] if source.name in QUICK_NARROW else []
        found += every
    return [build for build in found if only in name_of(build)]


def compile_to(build, path):
    if build.compiler == "rustc":
        version = ["-C", f"dwarf-version={build.dwarf}"] if rustc_takes_dwarf_version() else []
        command = ["rustc", "-g", "-C", "opt-level=" + build.level[2], *version, "-C", "codegen-units=1", str(build.source), "-o",
                   str(path)]
    else:
        command = [*build.compiler.split(), "-g", f"-gdwarf-{build.dwarf}", build.level, "-w", str(build.source), "-o", str(path)]
    subprocess.run(command, check=True, capture_output=True, text=True)
    return path


class Hit:
    """One hit of a probe."""
    __slots__ = ("address", "function", "line", "plain", "deep", "number", "of")

    def __init__(self, text):
        address, point, self.plain, self.deep = text.split("\x01")
        self.address = int(address, 16)
        found = re.fullmatch(r'.*\.statement\("(.*)@[^@]*:(\d+)"\).*', point)
        if not found:
            raise ValueError(f"not a point: {text!r}")
        self.function, self.line = found[1], int(found[2])
        self.number = self.of = 0  # which hit of its line in this function, and of how many; see number_hits()


def number_hits(hits):
    """In a run's order, whatever their addresses are."""
    seen = collections.Counter()
    for hit in hits:
        hit.number = seen[(hit.function, hit.line)]
        seen[(hit.function, hit.line)] += 1
    for hit in hits:
        hit.of = seen[(hit.function, hit.line)]
    return hits


def run_coretap(path, source):
    """Every hit, in order; and the lines that -L lists, with whether it marks them as inexact."""
    script = ('probe process("%s").statement("*@%s:*") { printf("%%x\\x01%%s\\x01%%s\\x01%%s\\n", uaddr(), pp(), $$vars, $$vars$$) }'
              % (path, source.name))
    command = [live.CORETAP, "-I", str(HERE / "members"), "-D", "MAXSTRINGLEN=1000", "-s", "64", "-e", script, "-c", f"setarch -R env -i {path}"]
    done = live.run(*command, timeout=1800)
    if done.returncode != 0 and "Child process exited" not in done.stderr:
        raise RuntimeError("coretap: " + done.stderr + done.stdout[-500:])
    hits = number_hits([Hit(line) for line in done.stdout.split("\n") if "\x01" in line])
    listing = live.coretap("-L", f'process("{path}").statement("*@{source.name}:*")', timeout=600).stdout
    listed = collections.defaultdict(bool)
    for point in re.finditer(r':(\d+)"\)(.*)', listing):
        listed[int(point[1])] |= "/* inexact" in point[2]
    return hits, listed


def run_gdb(path, addresses, lines, is_optimised):
    out = str(path) + ".gdb.json"
    job = str(path) + ".job.json"
    pathlib.Path(job).write_text(json.dumps({"addresses": addresses, "lines": lines, "most": MOST_HITS,
                                              "is_optimised": is_optimised, "out": out}))
    done = live.run("gdb", "-nx", "-batch", "-ex", f"python JOB = {job!r}", "-x", str(HERE / "in_gdb.py"), str(path), timeout=1800,
                    env={**os.environ, "DEBUGINFOD_URLS": ""})
    if not os.path.exists(out):
        raise RuntimeError("gdb: " + done.stderr + done.stdout[-500:])
    result = json.loads(pathlib.Path(out).read_text())
    result["places"] = {int(address): place for address, place in result["places"].items()}
    return result


# ---------------------------------------------------------------------------------------------------------- the truth

def annotations(source):
    """{line: executions, None where they are not compared, or {function: executions}}"""
    found = {}
    for number, line in enumerate(source.read_text().splitlines(), 1):
        if mark := re.search(r"//@(-|\d+)", line):
            found[number] = None if mark[1] == "-" else int(mark[1])
        elif "//@" in line:
            found[number] = {name: int(count) for name, count in re.findall(r"([\w()]+)=(\d+)", line.split("//@")[1])}
    return found


def gcov_counts(source, folder):
    """{line: executions} of an -O0 build."""
    folder.mkdir()
    compiler = "gcc" if source.suffix == ".c" else "g++"
    program = folder / "covered"
    subprocess.run([compiler, "--coverage", "-O0", "-w", str(source), "-o", str(program)], check=True, cwd=folder)
    subprocess.run([str(program)], cwd=folder, check=False)
    data = next(folder.glob("*.gcda"))
    subprocess.run(["gcov", "-t", data.name], check=True, cwd=folder, capture_output=True)
    text = subprocess.run(["gcov", "-t", data.name], check=True, cwd=folder, capture_output=True, text=True).stdout
    counts, current = {}, None
    for row in text.splitlines():
        if header := re.match(r"\s*-:\s*0:Source:(.*)", row):
            current = os.path.basename(header[1])
        elif current == source.name and (cells := re.match(r"\s*(#####|=====|\d+)\*?:\s*(\d+):", row)):
            counts.setdefault(int(cells[2]), 0 if cells[1][0] in "#=" else int(cells[1]))
    return counts


def rust_counts(source, folder):
    folder.mkdir()
    path = compile_to(Build(source, "rustc", "-O0", 4), folder / "plain")
    lines = [f"{source.name}:{n}" for n in range(1, len(source.read_text().splitlines()) + 1)]
    counts = run_gdb(path, [], lines, False)["lines"]
    return {int(where.rsplit(":", 1)[1]): count for where, count in counts.items()}


class Truth:
    """How often each line runs, and what gdb sees at each execution of a line in an -O0 build."""

    def __init__(self, source, folder):
        self.counts = rust_counts(source, folder) if source.suffix == ".rs" else gcov_counts(source, folder)
        self.counts.update(annotations(source))
        self.source, self.folder, self.at_line, self.lock = source, folder, None, threading.Lock()

    def of(self, line, gdb_count):
        """Of a line of several functions, of which the compiler may have left some no code: gdb's count, if it is that of some of them."""
        count = self.counts.get(line)
        if not isinstance(count, dict):
            return count
        some = {sum(each) for size in range(1, len(count) + 1) for each in itertools.combinations(count.values(), size)}
        return gdb_count if gdb_count in some else sum(count.values())

    def values(self, hit):
        """The executions of the line that the hit can be. Hits are in order, so that only as many can be left out before it as are
        left out of the line in all."""
        with self.lock:
            if self.at_line is None:
                self.at_line = self.unoptimised()
        own = self.at_line[(hit.function, hit.line)]
        return own[hit.number:hit.number + 1 + max(0, len(own) - hit.of)]

    def unoptimised(self):
        """{(function, line): the variables at each execution, as gdb sees them}"""
        path = compile_to(Build(self.source, COMPILERS[self.source.suffix][0], "-O0", 4), self.folder / "unoptimised")
        hits, _ = run_coretap(path, self.source)  # for the addresses of the lines
        places = run_gdb(path, sorted({hit.address for hit in hits}), [], False)["places"]
        found, seen = collections.defaultdict(list), collections.Counter()
        for hit in hits:
            place = places[hit.address]
            if seen[hit.address] < len(place["values"]):
                variables = scope_variables(place["values"][seen[hit.address]], hit.function)
                found[(hit.function, hit.line)].append(variables or {})
            seen[hit.address] += 1
        return found


# --------------------------------------------------------------------------------------------------------- comparing

def scope_variables(blocks, function):
    """The variables of the innermost function called `function`, as gdb saw them; shadowed ones left out."""
    base = re.sub(r"<.*", "", function).split("::")[-1]
    found, collected = {}, []
    for owner, values in blocks:
        collected.append(values)
        if owner is None:
            continue
        if re.sub(r"[<(].*", "", owner).split("::")[-1] in (base, function):
            for values in collected:
                for name, value in values.items():
                    found.setdefault(name, value)
            return found
        collected = []
    return None


def read_hit(hit, variables, comparison):
    plain = pretty_text.variables(hit.plain)
    deep = pretty_text.variables(hit.deep)
    for name, value in plain.items():
        if variables is None or name not in variables:
            comparison.more += 1
            continue
        comparison.compare(value, variables[name], name)
    for name, value in deep.items():
        if variables and name in variables and not (value[0] == "word" and value[1] == "?"):
            comparison.compare(value, variables[name], name, follow=True)


class Report:
    def __init__(self, build):
        self.build, self.errors, self.notes = build, [], []
        self.hits = self.equal = self.more = self.by_source = 0
        self.missing = collections.Counter()
        self.exact = self.inexact = self.traceless = 0


def is_portable(value):
    """Is it the same in every build, as addresses are not?"""
    if value[0] in ("struct", "array"):
        return all(is_portable(v[1] if value[0] == "struct" else v) for v in value[1])
    return value[0] in ("int", "enum", "float", "chars")


def compare_hit(report, hit, number, place, copies, truth):
    """One hit. gdb knows one state for each address; where several lines begin at one, theirs are what gdb saw in an -O0
    build, in the same execution of the line."""
    where = f"{hit.function}:{hit.line} at {hit.address:#x}, hit {number + 1}: "
    comparison = pretty_text.Comparison()
    read_hit(hit, scope_variables(place["values"][number // copies], hit.function), comparison)
    report.equal += comparison.equal
    report.more += comparison.more
    for path, is_fault in comparison.missing:
        report.missing[(hit.function, hit.line, path, is_fault)] += 1
    if comparison.wrong and place["rows"] > 1:
        candidates = [right_by_source(hit, comparison.wrong, of_source) for of_source in truth.values(hit)]
        comparison.wrong, right = min(candidates, key=lambda found: len(found[0]), default=(comparison.wrong, set()))
        report.by_source += len(right)
    report.errors += [where + wrong for wrong in comparison.wrong]


def right_by_source(hit, wrong, of_source):
    """What of `wrong` remains if the hit is the execution of its line in which an -O0 build has the values `of_source`; and the
    variables that are right then."""
    again = pretty_text.Comparison()
    read_hit(hit, {name: value for name, value in of_source.items() if is_portable(value)}, again)
    right = {name for name in of_source if not any(re.match(re.escape(name) + r"\b", w) for w in again.wrong)}
    return [w for w in wrong if re.split(r"[.\[:]", w)[0] not in right], right


def settled(one, other):
    """A value as two runs of gdb saw it: what is not the same in both is memory that is not initialised."""
    if one == other:
        return one
    if one[0] == other[0] and one[0] in ("struct", "array") and len(one[1]) == len(other[1]):
        pairs = zip(one[1], other[1])
        inner = [[a[0], settled(a[1], b[1])] for a, b in pairs] if one[0] == "struct" else [settled(a, b) for a, b in pairs]
        return [one[0], inner] + one[2:]
    return ["none", "not initialised"]


def settle(places, again):
    """Changes `places` to what two runs agree on."""
    for address, place in places.items():
        for number, blocks in enumerate(place["values"]):
            for (_, values), (_, others) in zip(blocks, again[address]["values"][number]):
                values.update({name: settled(value, others[name]) for name, value in values.items()})


def compare_values(report, hits, places, truth):
    at = collections.defaultdict(lambda: collections.defaultdict(list))
    for hit in hits:
        at[hit.address][(hit.function, hit.line)].append(hit)
    for address, by_point in at.items():
        place = places.get(address)
        if not place:
            report.errors.append(f"gdb has no breakpoint at {address:#x}")
            continue
        for (function, line), own in by_point.items():
            copies, rest = divmod(len(own), max(place["count"], 1))
            if rest or not copies:
                report.errors.append(f"{function}:{line} at {address:#x}: {len(own)} hits, gdb {place['count']}")
                continue
            for number, hit in enumerate(own):
                if number // copies < len(place["values"]):
                    compare_hit(report, hit, number, place, copies, truth)


def compare_counts(report, hits, listed, truth, gdb_lines):
    """Lines that the compiler left no code of are not listed, and cannot be probed."""
    level = report.build.level
    have = collections.Counter(hit.line for hit in hits)
    for line, is_inexact in sorted(listed.items()):
        gdb_count = gdb_lines.get(line)
        wanted = truth.of(line, gdb_count)
        if wanted is None:
            continue
        if have[line] == wanted:
            report.exact += 1
        elif is_inexact and have[line] < wanted:
            report.inexact += 1
        elif level != "-O0" and gdb_count is not None and gdb_count <= have[line] < wanted:
            report.traceless += 1
        else:
            beside = "" if gdb_count is None else f", gdb {gdb_count}"
            report.errors.append(f"line {line}: counted {have[line]}, right {wanted}{beside}")


def reason(path, source, function, line, variable, is_fault):
    """Why coretap has not got a value, in its own words."""
    if is_fault:
        return "its memory cannot be read at that moment"
    root = re.split(r"[.\[]", variable)[0]
    text = "$" + root
    for word in re.findall(r"\.([^.\[]*)|(\[\d+\])", variable[len(root):]):
        text += word[1] or ("->" + word[0] if word[0] and not word[0].startswith("<") else "")
    done = live.coretap("-p3", "-e", f'probe process("{path}").statement("{function}@{source.name}:{line}") {{ println({text}) }}',
                        timeout=600)
    found = re.search(r"(?:cannot be read here|cannot read '[^']*'): (.*?)(?:: at <input>|$)", done.stderr)
    return found[1] if found else (done.stderr.splitlines() or ["readable alone"])[0]


def examine(build, truth, folder, with_reasons):
    report = Report(build)
    path = compile_to(build, folder / re.sub(r"\W+", "_", name_of(build)))
    hits, listed = run_coretap(path, build.source)
    report.hits = len(hits)
    lines = [f"{build.source.name}:{line}" for line in truth.counts]
    job = (path, sorted({hit.address for hit in hits}), lines, build.level != "-O0")
    result = run_gdb(*job)
    gdb_lines = {int(where.rsplit(":", 1)[1]): count for where, count in result["lines"].items()}
    compare_values(report, hits, result["places"], truth)
    if report.errors:
        settle(result["places"], run_gdb(*job)["places"])
        report = Report(build)
        report.hits = len(hits)
        compare_values(report, hits, result["places"], truth)
    compare_counts(report, hits, listed, truth, gdb_lines)
    if with_reasons:
        report.reasons = {key: reason(path, build.source, *key) for key in report.missing}
    return report


def show(report, verbose):
    missing = sum(report.missing.values())
    print(f"{name_of(report.build)}: {report.hits} hits, {report.equal} values equal, {report.more} that gdb has not, "
          f"{report.by_source} by -O0, {missing} missing; {report.exact} lines exact, {report.inexact} marked, "
          f"{report.traceless} as few as gdb")
    for error in report.errors if verbose else report.errors[:8]:
        print("    WRONG " + error)
    if verbose:
        for (function, line, path, is_fault), count in report.missing.items():
            why = report.reasons[(function, line, path, is_fault)]
            print(f"    missing {count}x {function}:{line} {path}: {why}")
    sys.stdout.flush()


def main():
    parser = argparse.ArgumentParser()
    extents = parser.add_mutually_exclusive_group()
    for extent in ("quick", "every"):
        extents.add_argument("--" + extent, dest="extent", action="store_const", const=extent, default="pairs")
    parser.add_argument("--only", default="")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("-v", "--verbose", action="store_true")
    parser.add_argument("coretap", nargs="?", default=live.CORETAP)
    options = parser.parse_args()
    live.CORETAP = options.coretap
    if missing := live.bpf_missing():
        print(f"*** SKIPPED: the gdb test bed needs BPF: {missing} ***", file=sys.stderr)
        sys.exit(77)
    folder = pathlib.Path(tempfile.mkdtemp(prefix="coretap-gdb-"))
    todo = builds(options.extent, options.only)
    if why := live.rust_missing():
        print(f"*** SKIPPED: Rust programs, since {why} ***")
        todo = [build for build in todo if build.compiler != "rustc"]
    truths = {source: Truth(source, folder / ("truth_" + source.name)) for source in {build.source for build in todo}}
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for report in pool.map(lambda build: examine(build, truths[build.source], folder, options.verbose), todo):
            show(report, options.verbose)
            failed += bool(report.errors)
    shutil.rmtree(folder)
    print(f"{len(todo)} builds, {failed} with errors")
    sys.exit(failed != 0)


main()
