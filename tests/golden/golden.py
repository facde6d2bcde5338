"""Golden tests: one .stp file per case, the folder chooses what is printed of it.

    python3 golden.py [--update] [FOLDER/NAME…]

A case's first line may be `# args: …`, further options and script arguments for coretap.
`./prog` is the program compiled from program.c, `./stripped` one without debug information. NAME.out beside it holds standard output, standard error and exit
status, whole. --update rewrites them: read the diff.
"""
import difflib
import os
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
CORETAP = os.environ.get("CORETAP", str(ROOT / "build" / "coretap"))
STAGES = {
    "errors": ["-p4"],
    "elaborate": ["-p2"],
    "ir": ["-d", "ir"],
}
TMP = pathlib.Path(tempfile.mkdtemp(prefix="coretap-golden-"))


def compile_program():
    """./prog and ./stripped, with build-ids that do not change."""
    build_id = "-Wl,--build-id=0x00112233445566778899aabbccddeeff0011223%d"
    subprocess.run(["gcc", "-g", "-O0", f"-fdebug-prefix-map={HERE}=/src", build_id % 1,
                    "-o", str(TMP / "prog"), "program.c"], check=True, cwd=HERE)
    subprocess.run(["gcc", "-s", "-O1", build_id % 2, "-o", str(TMP / "stripped"), "program.c"],
                   check=True, cwd=HERE)


def run_case(path):
    text = path.read_text()
    first = text.splitlines()[0] if text else ""
    args = shlex.split(first[len("# args:"):]) if first.startswith("# args:") else []
    (TMP / path.name).write_text(text)
    options = [a for a in args if a.startswith("-")]
    arguments = [a for a in args if not a.startswith("-")]
    env = dict(os.environ, CORETAP_CACHE_DIR=str(TMP / "cache"), LC_ALL="C")
    result = subprocess.run([CORETAP, *STAGES[path.parent.name], *options, path.name, *arguments],
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=TMP,
                            env=env, stdin=subprocess.DEVNULL, timeout=60)
    out = f"--- stdout\n{result.stdout}--- stderr\n{result.stderr}--- exit {result.returncode}\n"
    for real, shown in ((str(TMP), "TMP"), (str(ROOT), "ROOT")):
        out = out.replace(real, shown)
    return re.sub(r"\b[0-9a-f]{32}\b", "HASH", out)  # a cache entry


def main():
    update = "--update" in sys.argv
    wanted = [a for a in sys.argv[1:] if not a.startswith("-")]
    compile_program()
    passed = failed = 0
    for stage in STAGES:
        for path in sorted((HERE / stage).glob("*.stp")):
            name = f"{stage}/{path.stem}"
            if wanted and name not in wanted:
                continue
            got = run_case(path)
            golden = path.with_suffix(".out")
            if update:
                golden.write_text(got)
                continue
            expected = golden.read_text() if golden.exists() else ""
            if got == expected:
                passed += 1
                continue
            failed += 1
            sys.stdout.writelines(difflib.unified_diff(
                expected.splitlines(True), got.splitlines(True), name + ".out", "now"))
    if not update:
        print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed or (not update and not passed) else 0)


main()
