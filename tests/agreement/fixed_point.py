"""What -p1 prints is a script: it prints the same again, and -p2 accepts it as it did the original.

    fixed_point.py CORETAP

For every script of cases/ and of the goldens that coretap parses, and every example script that Debian installs.
"""
import concurrent.futures
import dataclasses
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

import agreement

GOLDENS = agreement.HERE.parent / "golden"
sys.path[:0] = [str(GOLDENS), str(agreement.HERE.parent / "corpus")]
import golden  # noqa: E402
import installed  # noqa: E402


@dataclasses.dataclass
class Script:
    path: pathlib.Path
    options: list = dataclasses.field(default_factory=list)
    words: list = dataclasses.field(default_factory=list)
    folder: pathlib.Path = golden.TMP
    shown: str = ""


def run(tool, number, script, path, words=()):
    """Standard output of pass `number` with a script's options, or None if what is in `path` is refused."""
    done = subprocess.run([tool, "-g", "-w", *script.options, f"-p{number}", str(path), *words], capture_output=True,
                          timeout=120, cwd=script.folder)
    if done.returncode not in (0, 1):
        raise SystemExit(f"{path}: exit {done.returncode}: {done.stderr.decode(errors='replace')}")
    return done.stdout if done.returncode == 0 else None


def problem(tool, script, copy):
    """What is wrong with a script's print, "" if nothing is, None if the script does not parse."""
    printed = run(tool, 1, script, script.path, script.words)
    if printed is None:
        return None
    copy.write_bytes(printed)
    again = run(tool, 1, script, copy)
    if again is None:
        return "its print does not parse"
    if again != printed:
        return "printed again it is another"
    if run(tool, 2, script, script.path, script.words) is not None and run(tool, 2, script, copy) is None:
        return "-p2 accepts it, but not its print"
    return ""


def of_agreement(folder):
    for path in sorted(agreement.CASES.glob("*.txt")):
        for number, case in enumerate(agreement.read(path)):
            if case:
                script = Script(folder / f"{path.stem}.{number}.stp", shown=case.text)
                script.path.write_text(case.text)
                yield script


def of_examples():
    for path in installed.scripts():
        yield Script(path, *installed.command(path), path.parent)


def of_goldens():
    """Each golden's script with its arguments and options, but for those that stop a pass or add a script to what is printed."""
    golden.compile_program()
    shutil.copytree(GOLDENS / "library", golden.TMP / "library")
    for path in sorted(GOLDENS.glob("*/*.stp")):
        heads = golden.headers(path.read_text())
        options = shlex.split(re.sub(r"-p\d|-E '.*?'", "", heads.get("args", "")))
        yield Script(path, options, shlex.split(heads.get("words", "")))


def main():
    tool = os.path.realpath(sys.argv[1])
    with tempfile.TemporaryDirectory() as name, concurrent.futures.ThreadPoolExecutor(2) as pool:
        folder = pathlib.Path(name)
        scripts = [*of_agreement(folder), *of_examples(), *of_goldens()]
        copies = [folder / f"printed-{number}.stp" for number in range(len(scripts))]
        found = list(pool.map(lambda script, copy: problem(tool, script, copy), scripts, copies))
    for script, what in zip(scripts, found):
        if what:
            print(f"{script.shown or script.path}\n    {what}")
    parsed, wrong = sum(what is not None for what in found), sum(bool(what) for what in found)
    print(f"{parsed} of {len(scripts)} scripts parse; the print of {wrong} is wrong")
    return 1 if wrong or parsed < 300 else 0


if __name__ == "__main__":
    sys.exit(main())
