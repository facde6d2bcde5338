"""What is a script and what is not: our verdicts against those of SystemTap's own translator.

    agreement.py CORETAP [--verify] [--update] [SECTION…]

cases/SECTION.txt has one script a line behind a mark: the pass that judges it (1 parses, 2 also
finds names and types), stap's verdict (+ accepts, - refuses), and `g` if it is run in guru mode.
Further options, and behind `--` arguments of the script, stand in braces directly behind the mark:
`1-{--compatible=2.5 -- 'x $1'} probe …`. A `\n` outside of a string is a line break.
A `!` in front says that coretap's verdict is the other one; the nearest comment above that begins
with "# differs:" says why. stap's verdicts are recorded, so the test needs no stap; --verify asks
it again, also about the example scripts that Debian installs. --update writes the marks: read the
diff.
"""
import concurrent.futures
import dataclasses
import os
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
CASES = HERE / "cases"
EXAMPLES = pathlib.Path("/usr/share/systemtap/examples")
RELEASE = "6.1.0-56-cloud-amd64"
LINE = re.compile(r"(!?)([12])([+-])(g?)(?:\{(.*?)\})? (.*)")
CONFIG = """CONFIG_64BIT=y
CONFIG_UPROBES=y
CONFIG_NR_CPUS=64
CONFIG_HEX=0x10
CONFIG_STR="a b"
"""


@dataclasses.dataclass
class Case:
    section: str
    differs: bool  # our verdict is meant to be the other one
    number: int    # the pass
    accepted: bool  # by stap
    guru: bool
    more: str      # options and arguments, as written
    text: str
    reason: str    # why they differ
    ours: bool = None
    stap: bool = None

    def line(self):
        mark = f"{'!' if self.differs else ''}{self.number}{'+' if self.accepted else '-'}"
        more = "{" + self.more + "}" if self.more else ""
        return f"{mark}{'g' if self.guru else ''}{more} {self.text}"

    def options(self):
        words = shlex.split(self.more)
        more = words[:words.index("--")] if "--" in words else words
        return [f"-p{self.number}", *(["-g"] if self.guru else []), *more]

    def arguments(self):
        words = shlex.split(self.more)
        return words[words.index("--") + 1:] if "--" in words else []

    def script(self):
        return re.sub(r'"(?:[^"\\]|\\.)*"|(\\n)', lambda m: "\n" if m[1] else m[0], self.text)


def read(path):
    """The case of each line of a section; None for a comment or an empty line."""
    cases, reason = [], ""
    for line in path.read_text().splitlines():
        if line.startswith("# differs:"):
            reason = line
        match = None if line.startswith("# ") else LINE.fullmatch(line)
        if match is None and line and not line.startswith("# "):
            raise SystemExit(f"{path}: not a case: {line}")
        if match is None:
            cases.append(None)
            continue
        differs, number, verdict, guru, more, text = match.groups()
        cases.append(Case(path.stem, bool(differs), int(number), verdict == "+", bool(guru), more or "", text, reason))
        if not differs:
            reason = ""
    return cases


def fake_kernel(top):
    """The least of a kernel build tree that lets stap translate on a machine without one."""
    for folder in ("include/config", "include/generated"):
        (top / folder).mkdir(parents=True)
    (top / "include/config/kernel.release").write_text(RELEASE + "\n")
    (top / "include/generated/utsrelease.h").write_text(f'#define UTS_RELEASE "{RELEASE}"\n')
    (top / ".config").write_text(CONFIG)
    (top / "System.map").write_text("ffffffff81000000 T _text\nffffffff82000000 T _etext\n")
    for name in ("Makefile", "Module.symvers"):
        (top / name).touch()
    return top


def stap_accepts(kernel, *words):
    command = ["stap", "-w", "-r", str(kernel), *words]
    try:
        done = subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=15)
    except subprocess.TimeoutExpired:
        return False  # stap 4.8 does not end on a macro that uses itself
    return done.returncode == 0


def coretap_accepts(tool, kernel, path, case):
    command = [tool, "-w", "-r", str(kernel), *case.options(), str(path), *case.arguments()]
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=60)
    if done.returncode not in (0, 1):
        raise SystemExit(f"coretap ended with {done.returncode} on: {case.text}")
    if done.returncode and not re.search(r" \[[a-z-]+\]: ", done.stderr):
        raise SystemExit(f"refused without a diagnostic: {case.text}\n{done.stderr}")
    return done.returncode == 0


def judge(cases, tool, verify):
    with tempfile.TemporaryDirectory() as name, concurrent.futures.ThreadPoolExecutor(2) as pool:
        folder = pathlib.Path(name)
        paths = []
        for number, case in enumerate(cases):
            paths.append(folder / f"{number}.stp")
            paths[-1].write_text(case.script())
        kernel = fake_kernel(folder / "kernel")

        def one(case, path):
            case.ours = coretap_accepts(tool, kernel, path, case)
            if verify:
                case.stap = stap_accepts(kernel, *case.options(), "-e", case.script(), *case.arguments())
        list(pool.map(one, cases, paths))


def update(sections):
    """Records stap's verdicts where it was asked, and where ours is another."""
    for section, lines in sections.items():
        path = CASES / f"{section}.txt"
        old = path.read_text().splitlines()
        for i, case in enumerate(lines):
            if case:
                if case.stap is not None:
                    case.accepted = case.stap
                case.differs = case.ours != case.accepted
                old[i] = case.line()
        path.write_text("\n".join(old) + "\n")


def problems_of(case):
    if case.stap is not None and case.stap != case.accepted:
        yield "stap " + ("accepts" if case.stap else "refuses") + " it"
    if case.ours == (case.accepted == case.differs):
        yield "coretap " + ("accepts" if case.ours else "refuses") + " it"
    if case.differs and not case.reason:
        yield "no '# differs:' comment says why"


def examples(tool):
    """Example scripts that only one of the two parses."""
    scripts = sorted(EXAMPLES.rglob("*.stp"))
    wrong = 0
    with tempfile.TemporaryDirectory() as name, concurrent.futures.ThreadPoolExecutor(2) as pool:
        kernel = fake_kernel(pathlib.Path(name) / "kernel")
        arguments = ["1", "2", "3", "4"]

        def one(path):
            ours = subprocess.run([tool, "-g", "-w", "-p1", path, *arguments], capture_output=True,
                                  timeout=60).returncode == 0
            return path, ours, stap_accepts(kernel, "-p1", "-g", str(path), *arguments)
        for path, ours, stap in pool.map(one, scripts):
            if ours != stap:
                wrong += 1
                print(f"{path}: coretap {'accepts' if ours else 'refuses'}, stap does not agree")
    print(f"{'examples':14} {len(scripts):5} cases {len(scripts) - wrong:5} as stap")
    return wrong


def main():
    tool = os.path.realpath(sys.argv[1])
    options = [word for word in sys.argv[2:] if word.startswith("--")]
    wanted = [word for word in sys.argv[2:] if not word.startswith("--")]
    paths = [path for path in sorted(CASES.glob("*.txt")) if not wanted or path.stem in wanted]
    sections = {path.stem: read(path) for path in paths}
    cases = [case for lines in sections.values() for case in lines if case]
    verify = "--verify" in options
    judge(cases, tool, verify)
    if "--update" in options:
        update(sections)
    wrong = 0
    for case in cases:
        if problems := list(problems_of(case)):
            wrong += 1
            print(f"{case.section}: {case.line()}\n    " + "; ".join(problems))
    for section in sections:
        of_it = [case for case in cases if case.section == section]
        differ = sum(case.differs for case in of_it)
        print(f"{section:14} {len(of_it):5} cases {len(of_it) - differ:5} as stap {differ:5} differ")
    if verify and EXAMPLES.is_dir() and not wanted:
        wrong += examples(tool)
    differ = sum(case.differs for case in cases)
    print(f"{len(cases)} cases: {len(cases) - differ} agree with stap, {differ} differ on purpose, "
          f"{wrong} wrong" + ("" if verify else " (stap's recorded verdicts)"))
    return 1 if wrong or len(cases) < 300 and not wanted else 0


if __name__ == "__main__":
    sys.exit(main())
