"""What -l says of the code of Debian's 6.1 kernel is what stap says of the same vmlinux; kernel_lists.txt explains each difference.

    kernel_lists_test.py CORETAP

Needs stap and 300 MB of packages of Debian; without them it is skipped, loudly (exit status 77).
"""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import run_in_vm


POINTS = [
    'kernel.function("vfs_read@fs/read_write.c")',
    'kernel.function("*@fs/read_write.c")',
    'kernel.function("*@fs/read_write.c").call',
    'kernel.function("*@fs/read_write.c").inline',
    'kernel.function("*@fs/read_write.c").return',
    'kernel.function("*@net/socket.c").exported',
    'kernel.function("*@init/main.c")',
    'kernel.statement("vfs_read@fs/read_write.c:*")',
    'kernel.statement("*@fs/read_write.c:473")',
    'kernel.statement("vfs_read@fs/read_write.c:460-470")',
]


def build_tree(vmlinux: pathlib.Path, release: str) -> pathlib.Path:
    """As much of a kernel's build tree as stap wants to see for a list."""
    tree = pathlib.Path(tempfile.mkdtemp(prefix="coretap-tree-"))
    for folder in ("include/config", "include/generated", "include/linux"):
        (tree / folder).mkdir(parents=True)
    (tree / "vmlinux").symlink_to(vmlinux)
    shutil.copy(vmlinux.with_name("config"), tree / ".config")
    (tree / "include/config/kernel.release").write_text(release + "\n")
    version, patch, rest = re.match(r"(\d+)\.(\d+)\.(.*)", release).groups()
    (tree / "Makefile").write_text(f"VERSION = {version}\nPATCHLEVEL = {patch}\nSUBLEVEL = 0\nEXTRAVERSION = {rest[1:]}\n")
    (tree / "Module.symvers").touch()
    return tree


def explanations() -> list[tuple[str, str, str]]:
    """(who has it alone, pattern of the point, pattern of the line) of each explained difference; see kernel_lists.txt."""
    rows = []
    for line in pathlib.Path(__file__).with_name("kernel_lists.txt").read_text().splitlines():
        if line and not line.startswith("#"):
            rows.append(tuple(line.split(maxsplit=2)))
    return rows


def main():
    (coretap,) = sys.argv[1:]
    _, vmlinux = run_in_vm.debug_or_skip("6.1")
    if not shutil.which("stap"):
        print("*** SKIPPED: there is no stap ***", file=sys.stderr)
        sys.exit(77)
    (modules,) = (vmlinux.parent / "modules").iterdir()
    tree = build_tree(vmlinux, modules.name)
    environment = dict(os.environ, SYSTEMTAP_DEBUGINFO_PATH=str(tree), SYSTEMTAP_DIR=str(tree / "stap"))

    def lines_of(*command):
        done = subprocess.run(command, capture_output=True, text=True, env=environment, stdin=subprocess.DEVNULL)
        assert done.returncode == 0, (command, done.stderr)
        return set(done.stdout.splitlines())

    rows, used, unexplained = explanations(), set(), []
    for point in POINTS:
        theirs, ours = lines_of("stap", "-r", str(tree), "-l", point), lines_of(coretap, "-r", str(tree), "-l", point)
        assert theirs & ours, point
        print(f"{point}: {len(theirs & ours)} the same, {len(theirs - ours)} only of stap, {len(ours - theirs)} only of coretap")
        for who, alone in ("stap", theirs - ours), ("coretap", ours - theirs):
            for line in sorted(alone):
                fits = [row for row in rows if row[0] == who and row[1] in point and re.search(row[2], line)]
                used.update(fits)
                if not fits:
                    unexplained.append(f"only {who}, {point}: {line}")
    shutil.rmtree(tree)
    assert not unexplained, "\n".join(unexplained)
    assert used == set(rows), f"these explain nothing any more: {set(rows) - used}"


main()
