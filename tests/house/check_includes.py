"""A box includes only what docs/architecture.md allows it: check_includes.py.

The page's table of boxes is the rule. A box may include its own files and those of the boxes in its last column, which stand above it.
The sources of a box are the files of its folder. `translator` itself is the driver, only the files right in it; and a folder with a
CMakeLists.txt of its own is a box, whatever it is in. Every source is compiled: a CMakeLists.txt names it or globs its folder. A box's library in CMake links only the libraries of the
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
    box = max((box for box in boxes if pathlib.PurePosixPath(box) in file.parents), key=len, default=None)
    if box is None or str(file.parent) == box:
        return box
    between = [folder for folder in file.parents if pathlib.PurePosixPath(box) in folder.parents]
    is_own = box == "translator" or any((ROOT / folder / "CMakeLists.txt").exists() for folder in between)
    return None if is_own else box


def compile_faults(files):
    """Sources that no library or program is made of."""
    faults = []
    root = (ROOT / "CMakeLists.txt").read_text()
    runtime = (ROOT / "runtime/CMakeLists.txt").read_text()
    user_boxes = re.search(r"set\(user_boxes ([^)]*)\)", runtime)[1].split()
    for file in sorted(files):
        if file.suffix != ".cpp":
            continue
        if str(file).startswith("runtime/user/"):
            if file.parts[2] not in user_boxes:
                faults.append(f"{file}: '{file.parts[2]}' is not in user_boxes of runtime/CMakeLists.txt")
            continue
        lists = next(folder / "CMakeLists.txt" for folder in file.parents if (ROOT / folder / "CMakeLists.txt").exists())
        own = (ROOT / lists).read_text()
        if not re.search(rf"(?<![\w/]){re.escape(file.name)}\b", own) and not re.search(r"GLOB[^)]*\*\.cpp", own):
            faults.append(f"{file}: {lists} does not name it")
        above = root if len(lists.parts) == 2 else (ROOT / lists.parts[0] / "CMakeLists.txt").read_text()
        added = str(lists.parent) if above is root else str(lists.parent.relative_to(lists.parts[0]))
        if f"add_subdirectory({added})" not in above:
            faults.append(f"{file}: no add_subdirectory({added})")
    return faults


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
    faults += link_faults(boxes) + compile_faults(files)
    for box, allowed in boxes.items():
        faults += [f"docs/architecture.md: {box} includes nothing of {other}" for other in sorted(allowed - used[box])]
    print("\n".join(faults) or f"{len(files)} files keep to the table of {len(boxes)} boxes")
    sys.exit(1 if faults else 0)


main()
