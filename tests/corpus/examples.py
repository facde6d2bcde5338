"""How many of SystemTap's own example scripts compile: Debian's systemtap packages install them.

    examples.py CORETAP [--update | --translate]

Each script is compiled to a loadable object (-p4) with the options and arguments that it is made for, or with --translate, which
takes a fifth of the time, translated to C (-p3). Each must parse. Those that compile are kept in compiled.txt, one name a line: a
script that is in the list and no longer compiles is a failure.
docs/testing.md and docs/language.md say how many parse, elaborate and compile: not more than is true. --update writes the list
and the numbers.
"""
import collections
import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys
import tempfile

import installed

HERE = pathlib.Path(__file__).resolve().parent
LIST = HERE / "compiled.txt"
PAGES = [HERE.parent.parent / "docs" / name for name in ("testing.md", "language.md")]
# The pages' lines may break between any two words.
TOLD = re.compile(r"of (\d+) example scripts (\d+) parse, (\d+) elaborate and (\d+) compile to a loadable object".replace(" ", r"\s+"))


def compile_one(coretap, script, env, last_pass):
    """The name of a script, how many passes it went through, and the diagnostic that ended it, or None."""
    name = str(script.relative_to(installed.ROOT))
    options, arguments = installed.command(script)
    done = subprocess.run([coretap, "-v", "-w", f"-p{last_pass}", *options, script.name, *arguments], capture_output=True, text=True,
                          env=env, cwd=script.parent, stdin=subprocess.DEVNULL, timeout=1200)
    assert done.returncode in (0, 1), f"{name}: exit {done.returncode}"
    passes = len(re.findall(r"^Pass [1-4]: (?:parsed|analyzed|translated|compiled) ", done.stderr, re.M))
    if done.returncode == 0:
        assert passes == last_pass, f"{name}: {done.stderr}"
        return name, passes, None
    found = re.search(r"\[([a-z0-9-]+)\]", re.sub(r"^(WARNING|Pass).*", "", done.stderr, flags=re.M))
    assert found, f"{name} failed without a diagnostic: {done.stderr}"
    return name, passes, found.group(1)


def main():
    coretap = os.path.abspath(sys.argv[1])
    scripts = installed.scripts()
    if not scripts:
        print("*** SKIPPED: no example scripts here; the Debian packages are systemtap and systemtap-doc ***", file=sys.stderr)
        sys.exit(77)
    last_pass = 3 if "--translate" in sys.argv else 4
    expected = set(LIST.read_text().split()) if LIST.exists() else set()
    with tempfile.TemporaryDirectory() as cache, concurrent.futures.ThreadPoolExecutor(2) as pool:
        env = dict(os.environ, CORETAP_CACHE_DIR=cache)
        results = list(pool.map(lambda script: compile_one(coretap, script, env, last_pass), scripts))
    compiled = {name for name, _, reason in results if reason is None}
    reached = [len(scripts), *(sum(passes >= number for _, passes, _ in results) for number in (1, 2)), len(compiled)]
    told = "of {} example scripts {} parse, {} elaborate and {} compile to a loadable object".format(*reached)
    print(told if last_pass == 4 else f"{len(compiled)} of {len(scripts)} example scripts are translated to C")
    for reason, count in collections.Counter(reason for _, _, reason in results if reason).most_common():
        print(f"{count:5d}  {reason}")
    if "--update" in sys.argv:
        LIST.write_text("".join(name + "\n" for name in sorted(compiled)))
        for page in PAGES:
            page.write_text(TOLD.sub(told, page.read_text()))
        return
    faults = [f"{name} does not parse" for name, passes, _ in results if passes == 0]
    faults += [f"no longer compiles: {name}" for name in sorted(expected - compiled)]
    for page in PAGES:
        numbers = [[int(number) for number in found] for found in TOLD.findall(page.read_text())]
        if len(numbers) != 1 or numbers[0][0] != reached[0] or any(said > true for said, true in zip(numbers[0], reached)):
            faults.append(f"docs/{page.name} says {numbers} (run with --update)")
    for name in sorted(compiled - expected) if last_pass == 4 else ():
        print(f"newly compiles: {name} (run with --update)")
    print("\n".join(faults))
    sys.exit(1 if faults else 0)


main()
