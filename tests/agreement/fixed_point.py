"""What -p1 prints is a script: it prints the same again, and -p2 accepts it as it did the original.

    fixed_point.py CORETAP

For every script of cases/ that coretap parses, and every example script that Debian installs.
"""
import concurrent.futures
import os
import pathlib
import subprocess
import sys
import tempfile

import agreement

ARGUMENTS = ["1", "2", "3", "4"]


def run(tool, number, path, arguments=()):
    """Standard output of pass `number`, or None if the script is refused."""
    done = subprocess.run([tool, "-g", "-w", f"-p{number}", str(path), *arguments], capture_output=True,
                          timeout=120)
    if done.returncode not in (0, 1):
        raise SystemExit(f"{path}: exit {done.returncode}: {done.stderr.decode(errors='replace')}")
    return done.stdout if done.returncode == 0 else None


def problem(tool, path, arguments, folder):
    """What is wrong with a script's print, "" if nothing is, None if the script does not parse."""
    printed = run(tool, 1, path, arguments)
    if printed is None:
        return None
    copy = folder / (path.stem + ".printed.stp")
    copy.write_bytes(printed)
    again = run(tool, 1, copy)
    if again is None:
        return "its print does not parse"
    if again != printed:
        return "printed again it is another"
    if run(tool, 2, path, arguments) is not None and run(tool, 2, copy) is None:
        return "-p2 accepts it, but not its print"
    return ""


def main():
    tool = os.path.realpath(sys.argv[1])
    with tempfile.TemporaryDirectory() as name, concurrent.futures.ThreadPoolExecutor(2) as pool:
        folder = pathlib.Path(name)
        scripts = []
        for path in sorted(agreement.CASES.glob("*.txt")):
            for number, case in enumerate(agreement.read(path)):
                if case:
                    scripts.append((folder / f"{path.stem}.{number}.stp", case.text, ()))
                    scripts[-1][0].write_text(case.text)
        for number, path in enumerate(sorted(agreement.EXAMPLES.rglob("*.stp"))):
            scripts.append((path, str(path), ARGUMENTS))
        found = list(pool.map(lambda s: problem(tool, s[0], s[2], folder), scripts))
    wrong = [(text, what) for (_, text, _), what in zip(scripts, found) if what]
    for text, what in wrong:
        print(f"{text}\n    {what}")
    parsed = sum(what is not None for what in found)
    print(f"{parsed} of {len(scripts)} scripts parse; the print of {len(wrong)} is wrong")
    return 1 if wrong or parsed < 300 else 0


if __name__ == "__main__":
    sys.exit(main())
