#!/usr/bin/env python3
"""clang-tidy over sources, side by side: tidy.py BUILD_DIR FILE...

A source takes clang-tidy some 15 seconds, and nearly all of them are as they were the last time.
So a source that was clean is remembered, in BUILD_DIR/lint/clean, by all that decides what clang-tidy says:
the text after preprocessing with its comments (NOLINT is one), the compile command, the checks, and clang-tidy's version.
Exits with 1 if a source has a finding or cannot be read.
"""

import concurrent.futures
import hashlib
import json
import os
import pathlib
import shlex
import shutil
import subprocess
import sys

TOP = pathlib.Path(__file__).resolve().parents[2]
# clang-tidy cannot read g++'s precompiled headers; without them it sees, too, whether a source includes what it uses.
PRECOMPILED = {"-Winvalid-pch": 0, "-include": 1}  # the option, and how many words follow that belong to it
# It does not know g++'s own warnings, which some compile commands switch off.
UNKNOWN_WARNINGS = "-Wno-unknown-warning-option"


def without_precompiled(command: str) -> list[str]:
    words, kept = iter(shlex.split(command)), []
    for word in words:
        if word not in PRECOMPILED:
            kept.append(word)
            continue
        for _ in range(PRECOMPILED[word]):
            next(words)
    return kept


def clang() -> str:
    """The compiler beside clang-tidy: another version of it would have other built-in headers."""
    return str(pathlib.Path(shutil.which("clang-tidy")).resolve().with_name("clang++"))


class Lint:
    def __init__(self, build: pathlib.Path) -> None:
        self.folder = build / "lint"
        self.clean = self.folder / "clean"
        self.clean.mkdir(parents=True, exist_ok=True)
        entries = json.loads((build / "compile_commands.json").read_text())
        self.commands = {entry["file"]: {"directory": entry["directory"], "file": entry["file"],
                                         "arguments": without_precompiled(entry["command"])} for entry in entries}
        (self.folder / "compile_commands.json").write_text(json.dumps(list(self.commands.values()), indent=1))
        self.clang = clang()
        version = subprocess.run(["clang-tidy", "--version"], capture_output=True, check=True).stdout
        self.rules = version + (TOP / ".clang-tidy").read_bytes()

    def key(self, command: dict) -> str | None:
        """None if the source does not even preprocess: clang-tidy says why."""
        words = command["arguments"]
        words = [word for at, word in enumerate(words) if word not in ("-c", "-o") and words[at - 1] != "-o"]
        text = subprocess.run([self.clang, UNKNOWN_WARNINGS, *words[1:], "-E", "-C"], cwd=command["directory"], capture_output=True)
        if text.returncode:
            return None
        return hashlib.sha256(b"\0".join((self.rules, json.dumps(command).encode(), text.stdout))).hexdigest()

    def is_clean(self, file: str) -> bool:
        command = self.commands.get(file)  # clang-tidy guesses for the few that only the fuzzers' build compiles
        key = self.key(command) if command else None
        if key and (self.clean / key).exists():
            return True
        tidy = subprocess.run(["clang-tidy", "--quiet", f"--extra-arg={UNKNOWN_WARNINGS}", "-p", str(self.folder), file],
                              capture_output=True, text=True)
        if tidy.returncode == 0 and not tidy.stdout.strip():
            if key:
                (self.clean / key).touch()
            return True
        print(tidy.stdout + tidy.stderr, flush=True)
        return False


def main() -> int:
    lint = Lint(pathlib.Path(sys.argv[1]).resolve())
    files = [str((TOP / name).resolve()) for name in sys.argv[2:]]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        clean = sum(pool.map(lint.is_clean, files))
    print(f"lint: {clean} of {len(files)} sources are clean", flush=True)
    return 0 if clean == len(files) else 1


if __name__ == "__main__":
    sys.exit(main())
