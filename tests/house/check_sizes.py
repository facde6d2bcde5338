"""No source is too long to be read in one sitting, and the list of passes is a list: check_sizes.py."""
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
MOST_LINES = 800
SHORTER = {"translator/driver.cpp": 250}  # the annotated list of passes


def main():
    sources = [path for box in ("translator", "dwarf", "runtime") for path in (ROOT / box).rglob("*") if path.suffix in (".cpp", ".h")]
    assert len(sources) > 300 and all((ROOT / name) in sources for name in SHORTER), len(sources)
    wrong = []
    for path in sources:
        name = str(path.relative_to(ROOT))
        lines, most = len(path.read_text().splitlines()), SHORTER.get(name, MOST_LINES)
        if lines > most:
            wrong.append(f"{name}: {lines} lines, and {most} are allowed: split it by purpose")
    sys.exit("\n".join(wrong) or 0)


main()
