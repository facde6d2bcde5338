"""A box includes only what docs/architecture.md allows it: check_includes.py.

The page's table of boxes is the rule. A box may include its own files and those of the boxes in its last column, which stand above it.
The sources of a box are the files of its folder; `translator` itself is the driver. A box's library in CMake links only the libraries of the
boxes that it may include (coretap_user is that of all boxes of runtime/user).
"""
import collections
import os
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs/architecture.md"
ROW = re.compile(r"^\| `([\w/]+)` \|.*\|([^|]*)\|$", re.M)
# In the first column, where clang-format puts them: an indented one is generated text.
INCLUDE = re.compile(r'^#\s*include\s+"([^"]+)"', re.M)
# Where a compiler looks for a name in quotes, after the file's own folder (the CMakeLists.txt of each box).
SEARCHED = ("translator", "", "runtime/user/harness", "runtime/shared", "runtime/bpf")


def rules():
    """For each box the boxes that it may include."""
    page = PAGE.read_text()
    table = page[page.index("## The boxes"):page.index("## Two sides")]
    found = {}
    for box, allowed in ROW.findall(table):
        found[box] = set(re.findall(r"`([\w/]+)`", allowed))
        assert found[box] <= set(found), f"docs/architecture.md: {box} may include {found[box] - set(found)}, which is not above it"
        assert (ROOT / box).is_dir(), f"docs/architecture.md: there is no {box}"
    return found


def box_of(file, boxes):
    return max((box for box in boxes if pathlib.PurePosixPath(box) in file.parents), key=len, default=None)


def link_faults(boxes):
    """What the CMakeLists.txt of a box links and the table does not allow."""
    texts = {box: (ROOT / box / "CMakeLists.txt").read_text() for box in boxes if (ROOT / box / "CMakeLists.txt").exists()}
    made = {target: box for box, text in texts.items() for target in re.findall(r"add_library\((coretap_\w+)", text)}
    assert len(made) > 10, "the CMakeLists.txt are read wrongly"
    faults = []
    for box, text in texts.items():
        for call in re.findall(r"target_link_libraries\(([^)]*)\)", text):
            faults += [f"{box}/CMakeLists.txt: {box} may not link {target}" for target in call.split()[1:]
                       if target in made and made[target] not in boxes[box] | {box}]
    return faults


def main():
    boxes = rules()
    files = {path.relative_to(ROOT): path.read_text() for top in ("translator", "runtime", "dwarf") for path in (ROOT / top).rglob("*")
             if path.suffix in (".cpp", ".c", ".h", ".def")}
    assert len(files) > 200 and len(boxes) > 10, "the sources or the table are read wrongly"
    faults, used = [], collections.defaultdict(set)
    for file, text in files.items():
        box = box_of(file, boxes)
        if box is None:
            faults.append(f"{file}: its folder is not in the table of boxes")
            continue
        for name in INCLUDE.findall(text):
            places = [pathlib.PurePosixPath(os.path.normpath(os.path.join(folder, name))) for folder in (file.parent, *SEARCHED)]
            target = next((place for place in places if place in files), None)
            if target is None:  # generated, or a system's header in quotes
                continue
            other = box_of(target, boxes)
            if other != box:
                used[box].add(other)
                if other not in boxes[box]:
                    faults.append(f"{file}: {box} may not include {name}")
    faults += link_faults(boxes)
    for box, allowed in boxes.items():
        faults += [f"docs/architecture.md: {box} includes nothing of {other}" for other in sorted(allowed - used[box])]
    print("\n".join(faults) or f"{len(files)} files keep to the table of {len(boxes)} boxes")
    sys.exit(1 if faults else 0)


main()
