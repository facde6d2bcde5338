"""Golden tests: one .stp file per case, the folder chooses what is printed of it.

    python3 golden.py [--update] [FOLDER/NAME…]

A case may begin with comments: `# args: …`, further options, `# words: …`, arguments of the script, and
`# shows: …`, a regular expression of the construct that a row of docs/language.md has this case for
(tests/docs/check_language.py reads it). `./prog` is the program compiled from program.c, `./stripped`
one without debug information, `./split` one whose file of split debug information is missing, `./marks` that of marks.c, `./data` that of data.c,
`./go`, `./cpp` and `./coroutines` those of leaving.c, `library` the folder of that name. NAME.out beside it holds standard
output, standard error and exit status, whole. --update rewrites them: read the diff.
"""
import atexit
import difflib
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
CORETAP = os.environ.get("CORETAP", str(ROOT / "build" / "coretap"))
# Of each folder, the runs whose output is held.
STAGES = {
    "errors": [["-p4"]],
    "elaborate": [["-p2"]],
    "ir": [["-d", "ir"]],
    "language": [["-p1"], ["-p2"]],
}
HEADER = re.compile(r"# (\w+): (.*)\n")
TMP = pathlib.Path(tempfile.mkdtemp(prefix="coretap-golden-"))
atexit.register(shutil.rmtree, TMP, ignore_errors=True)


def compile_program():
    """./prog, ./stripped, ./split, ./marks, ./data, and ./go, ./cpp and ./coroutines, with build-ids that do not change."""
    build_id = "-Wl,--build-id=0x00112233445566778899aabbccddeeff0011223%d"
    subprocess.run(["gcc", "-g", "-O0", f"-fdebug-prefix-map={HERE}=/src", build_id % 1,
                    "-o", str(TMP / "prog"), "program.c"], check=True, cwd=HERE)
    subprocess.run(["gcc", "-Wl,-S", "-O1", build_id % 2, "-o", str(TMP / "stripped"), "program.c"],
                   check=True, cwd=HERE)
    subprocess.run(["gcc", "-g", "-gsplit-dwarf", "-O1", build_id % 7, "-o", str(TMP / "split"), "program.c"], check=True, cwd=HERE)
    (TMP / "split-program.dwo").unlink()
    subprocess.run(["gcc", "-s", "-O2", build_id % 6, "-o", str(TMP / "marks"), "marks.c"], check=True, cwd=HERE)
    for part in ("-DMAIN", "-UMAIN"):
        subprocess.run(["gcc", "-g", "-O1", "-c", part, f"-fdebug-prefix-map={HERE}=/src", "-o", str(TMP / f"data{part}.o"), "data.c"],
                       check=True, cwd=HERE)
    subprocess.run(["gcc", build_id % 8, "-o", str(TMP / "data"), *(str(TMP / f"data{part}.o") for part in ("-DMAIN", "-UMAIN"))], check=True)
    for number, kind in enumerate(("go", "cpp", "coroutines"), 3):
        subprocess.run(["gcc", "-g", "-O2", f"-DLIKE_{kind.upper()}", f"-fdebug-prefix-map={HERE}=/src", build_id % number,
                        "-o", str(TMP / kind), "leaving.c"], check=True, cwd=HERE)


def headers(text):
    """The comments at the top of a case: what they are called, and what they say."""
    found, position = {}, 0
    while match := HEADER.match(text, position):
        found[match[1]] = match[2]
        position = match.end()
    return found


def run_case(path):
    text = path.read_text()
    options, words = (shlex.split(headers(text).get(key, "")) for key in ("args", "words"))
    (TMP / path.name).write_text(text)
    out = ""
    for stage in STAGES[path.parent.name]:
        out += run_stage(stage, path.name, options, words)
    for real, shown in ((str(TMP), "TMP"), (str(ROOT), "ROOT")):
        out = out.replace(real, shown)
    return re.sub(r"\b[0-9a-f]{32}\b", "HASH", out)  # a cache entry


def run_stage(stage, name, options, words):
    env = dict(os.environ, CORETAP_CACHE_DIR=str(TMP / "cache"), LC_ALL="C")
    result = subprocess.run([CORETAP, *stage, *options, name, *words],
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=TMP,
                            env=env, stdin=subprocess.DEVNULL, timeout=60)
    stderr = re.sub(r"^Pass \d: .* ms\.\n", "", result.stderr, flags=re.M)  # -v: times differ
    return f"--- stdout\n{result.stdout}--- stderr\n{stderr}--- exit {result.returncode}\n"


def main():
    update = "--update" in sys.argv
    wanted = [a for a in sys.argv[1:] if not a.startswith("-")]
    compile_program()
    shutil.copytree(HERE / "library", TMP / "library")
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


if __name__ == "__main__":
    main()
