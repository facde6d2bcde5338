"""How many of SystemTap's own example scripts compile: Debian's systemtap packages install them.

    examples.py CORETAP [--update | --translate | --debian [--update]]

Each script is compiled to a loadable object (-p4) with the options and arguments that it is made for, or with --translate, which
takes a fifth of the time, translated to C (-p3). Each must parse. Those that compile are kept in compiled.txt, one name a line: a
script that is in the list and no longer compiles is a failure.
Of the others not_compiled.txt has the diagnostic that stops each, and why: "NAME ID REASON". A script without a row, or with a row
of another diagnostic, is a failure.
--debian takes those others only, and compiles them for Debian's kernel 6.1, with its debug information and the types of its
modules; compiled_for_debian.txt is the list of those that compile.
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
REASONS = HERE / "not_compiled.txt"
DEBIAN_LIST = HERE / "compiled_for_debian.txt"
PAGES = [HERE.parent.parent / "docs" / name for name in ("testing.md", "language.md")]
# The pages' lines may break between any two words.
TOLD = re.compile(r"of (\d+) example scripts (\d+) parse, (\d+) elaborate and (\d+) compile to a loadable object".replace(" ", r"\s+"))


def reasons():
    """name -> (id, reason) of each row of not_compiled.txt."""
    rows = [line.split(" ", 2) for line in REASONS.read_text().splitlines() if not line.startswith("#")]
    assert all(len(row) == 3 for row in rows), f"{REASONS}: a row is 'NAME ID REASON'"
    return {name: (stopped_by, why) for name, stopped_by, why in rows}


def reason_faults(results, told):
    """What not_compiled.txt says that is not so."""
    faults = []
    for name, _, stopped_by in results:
        said = told.get(name)
        if stopped_by and not said:
            faults.append(f"{REASONS.name} has no row of {name}, which [{stopped_by}] stops")
        elif stopped_by and said[0] != stopped_by:
            faults.append(f"{REASONS.name} says that [{said[0]}] stops {name}: it is [{stopped_by}]")
        elif said and not stopped_by:
            faults.append(f"{REASONS.name} has a row of {name}, which compiles")
    return faults


def debian_options(folder):
    """Options that compile for Debian's kernel; its types and, beside them, those of its modules are put into `folder`."""
    sys.path.insert(0, str(HERE.parent / "vm"))
    import kernels
    try:
        _, vmlinux = kernels.find_kernel_with_debug("6.1")
    except kernels.KernelUnavailable as why:
        print(f"*** SKIPPED: {why} ***", file=sys.stderr)
        sys.exit(77)
    (folder / "vmlinux").symlink_to(vmlinux)
    for module in vmlinux.with_name("modules").rglob("*.ko"):
        (folder / module.stem.replace("-", "_")).symlink_to(module)
    return ["--vmlinux", str(vmlinux), "--btf", str(folder / "vmlinux")]


def for_debian(coretap, scripts):
    """The scripts that do not compile for this kernel, for another."""
    left = [script for script in scripts if str(script.relative_to(installed.ROOT)) in reasons()]
    with tempfile.TemporaryDirectory() as cache, concurrent.futures.ThreadPoolExecutor(2) as pool:
        types = pathlib.Path(cache) / "types"
        types.mkdir()
        options = debian_options(types)
        env = dict(os.environ, CORETAP_CACHE_DIR=cache)
        results = list(pool.map(lambda script: compile_one(coretap, script, env, 4, options), left))
    compiled = {name for name, _, stopped_by in results if stopped_by is None}
    print(f"{len(compiled)} of the {len(left)} compile for Debian's 6.1")
    if "--update" in sys.argv:
        DEBIAN_LIST.write_text("".join(name + "\n" for name in sorted(compiled)))
        return
    expected = set(DEBIAN_LIST.read_text().split())
    faults = [f"no longer compiles for Debian's 6.1: {name}" for name in sorted(expected - compiled)]
    faults += [f"{DEBIAN_LIST.name} has {name}, which compiles for this kernel" for name in sorted(expected - set(reasons()))]
    for page in PAGES[:1]:
        if f"{len(expected)} more compile for Debian's kernel 6.1" not in " ".join(page.read_text().split()):
            faults.append(f"docs/{page.name} does not say that {len(expected)} more compile for Debian's kernel 6.1")
    print("\n".join(faults))
    sys.exit(1 if faults else 0)


def compile_one(coretap, script, env, last_pass, more=()):
    """The name of a script, how many passes it went through, and the diagnostic that ended it, or None."""
    name = str(script.relative_to(installed.ROOT))
    options, arguments = installed.command(script)
    done = subprocess.run([coretap, "-v", "-w", f"-p{last_pass}", *more, *options, script.name, *arguments], capture_output=True, text=True,
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
    if "--debian" in sys.argv:
        return for_debian(coretap, scripts)
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
    faults += reason_faults(results, reasons())
    for page in PAGES:
        numbers = [[int(number) for number in found] for found in TOLD.findall(page.read_text())]
        if len(numbers) != 1 or numbers[0][0] != reached[0] or any(said > true for said, true in zip(numbers[0], reached)):
            faults.append(f"docs/{page.name} says {numbers} (run with --update)")
    for name in sorted(compiled - expected) if last_pass == 4 else ():
        print(f"newly compiles: {name} (run with --update)")
    print("\n".join(faults))
    sys.exit(1 if faults else 0)


main()
