"""Small scripts, one per line of agreement.txt, that must parse ("+") or must not ("-").

    agreement.py SYNTAX_TOOL [--stap] [--update]

Without options, our verdicts are compared to the file's. With --stap, Debian's `stap -p1` judges
too and every line's mark is checked against it; --stap --update writes its verdicts. A line marked
"!+" or "!-" is one where ours is meant to differ from stap's ("!+": stap refuses, we accept).
"""
import concurrent.futures
import pathlib
import subprocess
import sys
import tempfile

CASES = pathlib.Path(__file__).resolve().parent / "agreement.txt"
RELEASE = "6.1.0-56-cloud-amd64"


def fake_kernel(top):
    """The least of a kernel build tree that lets stap -p1 run on a machine without one."""
    for folder in ("include/config", "include/generated"):
        (top / folder).mkdir(parents=True)
    (top / "include/config/kernel.release").write_text(RELEASE + "\n")
    (top / "include/generated/utsrelease.h").write_text(f'#define UTS_RELEASE "{RELEASE}"\n')
    (top / ".config").write_text("CONFIG_64BIT=y\nCONFIG_UPROBES=y\n")
    for name in ("Makefile", "System.map", "Module.symvers"):
        (top / name).touch()
    return top


def stap_accepts(kernel, text):
    try:
        done = subprocess.run(["stap", "-w", "-r", str(kernel), "-p1", "-e", text],
                              capture_output=True, text=True, timeout=15)
    except subprocess.TimeoutExpired:
        return False  # stap 4.8 does not end on a macro that uses itself
    return "parse error" not in done.stderr and done.returncode == 0


def ours(tool, texts, folder):
    """Which scripts syntax_tool parses without a parse error. Semantic errors are for stap's
    second pass, so they count as accepted here, as there."""
    verdicts = []
    for number, text in enumerate(texts):
        path = folder / f"{number}.stp"
        path.write_text(text)
        done = subprocess.run([tool, "print", str(path)], capture_output=True, text=True, timeout=20)
        if done.returncode not in (0, 1):
            raise SystemExit(f"syntax_tool ended with {done.returncode} on: {text}")
        verdicts.append("parse error" not in done.stdout)
    return verdicts


def main():
    tool = str(pathlib.Path(sys.argv[1]).resolve())
    lines = [line.split(" ", 1) for line in CASES.read_text().splitlines() if line.strip()]
    marks, texts = [mark for mark, _ in lines], [text for _, text in lines]
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        ours_say = ours(tool, texts, folder)
        stap_says = None
        if "--stap" in sys.argv:
            kernel = fake_kernel(folder / "kernel")
            with concurrent.futures.ThreadPoolExecutor(2) as pool:
                stap_says = list(pool.map(lambda text: stap_accepts(kernel, text), texts))
    if "--update" in sys.argv:
        marks = [("" if we == stap else "!") + ("+" if we else "-")
                 for we, stap in zip(ours_say, stap_says)]
        CASES.write_text("".join(f"{mark} {text}\n" for mark, text in zip(marks, texts)))
    wrong = 0
    for number, (mark, text) in enumerate(zip(marks, texts)):
        problems = []
        if ours_say[number] != mark.endswith("+"):
            problems.append("we " + ("accept" if ours_say[number] else "refuse"))
        if stap_says and (stap_says[number] == ours_say[number]) == mark.startswith("!"):
            problems.append("stap " + ("accepts" if stap_says[number] else "refuses"))
        if problems:
            wrong += 1
            print(f"{mark} {text}\n    " + ", ".join(problems))
    differ = sum(mark.startswith("!") for mark in marks)
    print(f"{len(texts)} cases, {len(texts) - differ} as stap, {differ} differ on purpose, "
          f"{wrong} wrong" + ("" if stap_says else " (stap not asked)"))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
