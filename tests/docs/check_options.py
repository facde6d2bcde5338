"""Every option of stap is one here, or says why it is not: check_options.py CORETAP. Skipped where stap is not installed."""
import re
import shutil
import subprocess
import sys


def output(*command):
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    return done.stdout + done.stderr


def main():
    if not shutil.which("stap"):
        print("SKIPPED: stap is not installed")
        sys.exit(77)
    lines = re.findall(r"^ {2,4}(-.*)$", output("stap", "--help"), re.M)
    theirs = {name for line in lines for name in re.findall(r"(?:^|, )(--?[a-zA-Z][\w-]*)", line)}
    rows = [line.split("\t") for line in output(sys.argv[1], "--dump-options").splitlines()]
    ours = {name for row in rows for name in row[1:3] if name}
    assert len(theirs) > 50 and len(ours) > 60, "the options are read wrongly"
    # getopt_long(3) takes the beginning of a name.
    faults = [f"coretap does not know stap's option {name}" for name in sorted(theirs - ours)
              if not any(known.startswith(name) for known in ours if name.startswith("--"))]
    for group, letter, name, value, *_, text in rows:
        if group != "Refused":
            continue
        option = letter or name
        said = output(sys.argv[1], *([option, "x"] if value != "-" and not value.startswith("[") else [option]), "-e", "probe begin {}")
        if f"ERROR [usage]: {option}: {text}\n" not in said:
            faults.append(f"{option} is not refused with its reason: {said}")
    print("\n".join(faults) or f"{len(theirs)} options of stap's are known")
    sys.exit(1 if faults else 0)


main()
