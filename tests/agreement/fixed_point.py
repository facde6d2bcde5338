"""What -p1 prints is a script: it prints the same again, and -p2 accepts it as it did the original.

    fixed_point.py CORETAP

For every script of cases/ and of the goldens that coretap parses, and every example script that Debian installs.
"""
import concurrent.futures
import os
import pathlib
import shlex
import shutil
import subprocess
import sys
import tempfile

import agreement

GOLDENS = agreement.HERE.parent / "golden"
sys.path.insert(0, str(GOLDENS))
import golden  # noqa: E402

ARGUMENTS = ["1", "2", "3", "4"]


def run(tool, number, path, options=(), words=()):
    """Standard output of pass `number`, or None if the script is refused."""
    done = subprocess.run([tool, "-g", "-w", *options, f"-p{number}", str(path), *words], capture_output=True,
                          timeout=120, cwd=golden.TMP)
    if done.returncode not in (0, 1):
        raise SystemExit(f"{path}: exit {done.returncode}: {done.stderr.decode(errors='replace')}")
    return done.stdout if done.returncode == 0 else None


def problem(tool, path, options, words, folder):
    """What is wrong with a script's print, "" if nothing is, None if the script does not parse."""
    printed = run(tool, 1, path, options, words)
    if printed is None:
        return None
    copy = folder / (path.stem + ".printed.stp")
    copy.write_bytes(printed)
    again = run(tool, 1, copy, options)
    if again is None:
        return "its print does not parse"
    if again != printed:
        return "printed again it is another"
    if run(tool, 2, path, options, words) is not None and run(tool, 2, copy, options) is None:
        return "-p2 accepts it, but not its print"
    return ""


def of_goldens():
    """Each golden's script with its options, those that stop a pass left out, and its arguments."""
    golden.compile_program()
    shutil.copytree(GOLDENS / "library", golden.TMP / "library")
    for path in sorted(GOLDENS.glob("*/*.stp")):
        heads = golden.headers(path.read_text())
        options = [each for each in shlex.split(heads.get("args", "")) if not each.startswith("-p")]
        yield path, str(path), options, shlex.split(heads.get("words", ""))


def main():
    tool = os.path.realpath(sys.argv[1])
    with tempfile.TemporaryDirectory() as name, concurrent.futures.ThreadPoolExecutor(2) as pool:
        folder = pathlib.Path(name)
        scripts = []
        for path in sorted(agreement.CASES.glob("*.txt")):
            for number, case in enumerate(agreement.read(path)):
                if case:
                    scripts.append((folder / f"{path.stem}.{number}.stp", case.text, (), ()))
                    scripts[-1][0].write_text(case.text)
        for path in sorted(agreement.EXAMPLES.rglob("*.stp")):
            scripts.append((path, str(path), (), ARGUMENTS))
        scripts += of_goldens()
        found = list(pool.map(lambda s: problem(tool, s[0], s[2], s[3], folder), scripts))
    wrong = [(text, what) for (_, text, _, _), what in zip(scripts, found) if what]
    for text, what in wrong:
        print(f"{text}\n    {what}")
    parsed = sum(what is not None for what in found)
    print(f"{parsed} of {len(scripts)} scripts parse; the print of {len(wrong)} is wrong")
    return 1 if wrong or parsed < 300 else 0


if __name__ == "__main__":
    sys.exit(main())
