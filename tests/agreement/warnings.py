"""What is warned of and what is left out: our warnings and -p2 listing against those of SystemTap's own translator.

    warnings.py CORETAP [--verify] [--update]

warnings.txt has cases of this form (-Ilibrary is tests/golden/library):

    -u global x probe begin { y = 1 }       options, then the script
    > 1 assignment y, expression            exit status, and the set of warnings
    > probes begin; globals x; functions    what is left, of the script's own names
    differs: why                            only where coretap's is another
    < 0 assignment y                        coretap's, then

stap's results are recorded, so the test needs no stap; --verify asks it again. --update writes the
results of both (asks stap): read the diff.
"""
import concurrent.futures
import dataclasses
import os
import pathlib
import re
import subprocess
import sys
import tempfile

import agreement

CASES = pathlib.Path(__file__).resolve().parent / "warnings.txt"
KINDS = {  # the words of both, as regular expressions, and what a case calls them
    r"never-assigned local variable '(.*?)'": "unassigned-local",
    r"never-assigned global variable '(.*?)'": "unassigned-global",
    r"Eliding assignment to '(.*?)'": "assignment",
    r"Eliding side-effect-free expression": "expression",
    r"Eliding unused variable '(.*?)'": "variable",
    r"Eliding unused function '(.*?)'": "unused-function",
    r"side-effect-free function '(.*?)'": "function",
    r"Probe '(.*?)' has been elided": "probe",
    r"cross-file global variable reference.*?'(\w+)'": "cross-file",
}
LEAST_CASES = 40
GOLDEN = agreement.HERE.parent / "golden"  # its folder `library` is a library of scripts


@dataclasses.dataclass
class Case:
    options: list
    script: str
    stap: list = dataclasses.field(default_factory=list)  # the lines of its result
    ours: list = dataclasses.field(default_factory=list)  # coretap's, where it differs
    reason: str = ""

    def line(self):
        return " ".join([*self.options, self.script])


def read():
    """Comments and empty lines as strings, cases as Cases, in the order of the file."""
    items = []
    for line in CASES.read_text().splitlines():
        if not line or line.startswith("#"):
            items.append(line)
        elif line.startswith("> "):
            items[-1].stap.append(line[2:])
        elif line.startswith("< "):
            items[-1].ours.append(line[2:])
        elif line.startswith("differs: "):
            items[-1].reason = line[len("differs: "):]
        else:
            options, script = re.fullmatch(r"((?:-\S+ )*)(.*)", line).groups()
            items.append(Case(options.split(), script))
    return items


def write(items):
    lines = []
    for item in items:
        if isinstance(item, str):
            lines.append(item)
            continue
        lines.append(item.line())
        lines += ["> " + line for line in item.stap]
        if item.ours != item.stap:
            lines.append("differs: " + item.reason)
            lines += ["< " + line for line in item.ours]
    CASES.write_text("\n".join(lines) + "\n")


def warnings_of(stderr):
    found = set()
    for text in re.findall(r"^WARNING(?: \[[a-z-]+\])?: (.*)$", stderr, re.M):
        for words, kind in KINDS.items():
            if match := re.match(words, text):
                found.add(" ".join([kind, *match.groups()]))
                break
        else:
            found.add(text)
    return ", ".join(sorted(found))


def listing(script, stdout):
    """What is left of the names that the script declares, and the probe points."""
    own = {"functions": set(re.findall(r"function (\w+)", script)),
           "globals": {name for names in re.findall(r"global ((?:\w+[^,;{]*?, *)*\w+)", script)
                       for name in re.findall(r"\w+", re.sub(r"= *\S+|\[.*?\]", "", names))}}
    left, section = {"probes": set(), "globals": set(), "functions": set()}, None
    with_bodies = " /* <- " in stdout  # stap's with -v: a probe is what has such a comment
    for line in stdout.splitlines():
        if line.startswith("# "):
            section = line[2:]
        elif section == "probes" and with_bodies and " /* <- " not in line:
            continue
        elif section in left and line and line[0] not in " {}%":
            name = re.split(r" /\*| if ", line)[0] if section == "probes" else line.split(":")[0]
            if section == "probes" or name in own[section]:
                left[section].add(name)
    return "; ".join(" ".join([what, *sorted(names)]) for what, names in left.items())


def result(command, case):
    done = subprocess.run([*command, "-p2", *case.options, "-e", case.script], capture_output=True,
                          text=True, errors="replace", timeout=60, cwd=GOLDEN)
    if done.returncode not in (0, 1):
        raise SystemExit(f"{command[0]} ended with {done.returncode} on: {case.line()}")
    lines = [f"{done.returncode} {warnings_of(done.stderr)}".rstrip()]
    return lines + ([] if done.returncode else [listing(case.script, done.stdout)])


def main():
    tool, options = os.path.realpath(sys.argv[1]), sys.argv[2:]
    items = read()
    cases = [item for item in items if isinstance(item, Case)]
    ask_stap = "--verify" in options or "--update" in options
    wrong = []
    with tempfile.TemporaryDirectory() as name, concurrent.futures.ThreadPoolExecutor(2) as pool:
        stap = ["stap", "--no-global-var-display", "-r", str(agreement.fake_kernel(pathlib.Path(name)))]

        def one(case):
            return result([tool], case), result(stap, case) if ask_stap else case.stap
        for case, (ours, stap_now) in zip(cases, pool.map(one, cases)):
            if "--update" in options:
                case.stap, case.ours = stap_now, ours
            if stap_now != case.stap:
                wrong.append(f"{case.line()}\n    recorded {case.stap}\n    stap     {stap_now}")
            if ours != (case.ours or case.stap):
                wrong.append(f"{case.line()}\n    expected {case.ours or case.stap}\n    coretap  {ours}")
            if ours != case.stap and not case.reason:
                wrong.append(f"{case.line()}\n    no 'differs:' line says why:\n    stap    {case.stap}\n    coretap {ours}")
    if "--update" in options:
        write(items)
    print("\n".join(wrong))
    differ = sum(bool(case.reason) for case in cases)
    print(f"{len(cases)} cases: {len(cases) - differ} agree with stap, {differ} differ on purpose, {len(wrong)} wrong"
          + ("" if ask_stap else " (stap's recorded results)"))
    return 1 if wrong or len(cases) < LEAST_CASES else 0


if __name__ == "__main__":
    sys.exit(main())
