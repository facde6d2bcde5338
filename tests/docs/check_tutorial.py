"""The answers of docs/tutorial.md are what examples/tutorial/post.c does: check_tutorial.py.

run_page.py holds the page to what coretap prints; here its numbers are computed from the rules of the program, without coretap.
The program itself is compiled and run, and its ledger must say the same.
"""
import collections
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs/tutorial.md"
TOWNS = ["Aachen", "Bremen", "Celle", "Dresden", "Nowhere"]
LETTERS = [(number, 5 + 17 * number % 90, TOWNS[number % 5]) for number in range(1, 13)]


def rounds(grams):
    """How often price() adds 30 cents."""
    return max(0, -(-(grams - 20) // 30))


def price(grams):
    return 80 + 30 * rounds(grams)


def by_town(values):
    """(town, sum) of each, the largest first."""
    sums = collections.Counter()
    for town, value in values:
        sums[town] += value
    return sums.most_common()


def takings(least):
    return [f"{town:8} {cents // 100}.{cents % 100:02d}"
            for town, cents in by_town((town, price(grams)) for _, grams, town in LETTERS if town != "Nowhere" and grams >= least)]


def ledger():
    """What the program wrote when it ran just now."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["cc", "-O1", "-o", "post", ROOT / "examples/tutorial/post.c"], cwd=folder, check=True)
        subprocess.run([pathlib.Path(folder) / "post"], cwd=folder, check=True)
        return (pathlib.Path(folder) / "ledger.txt").read_text()


def main():
    paid = [(town, price(grams)) for _, grams, town in LETTERS if town != "Nowhere"]
    back = [grams for _, grams, town in LETTERS if town == "Nowhere"]
    total = sum(cents for _, cents in paid) + sum(price(grams) // 2 for grams in back)
    written = "".join(f"{town} {cents}\n" for town, cents in paid) + f"{len(paid)} letters delivered, {len(back)} sent back, {total} cents\n"
    grams = sorted(weight for _, weight, _ in LETTERS)
    expected = {
        "Answer 3": [f"{number}: {weight} grams" for number, weight, _ in LETTERS if weight > 60],
        "Answer 4": [f"number {number}" for number, _, town in LETTERS if town == "Nowhere"],
        "Answer 5": [f"{town} {weight}" for town, weight in by_town((town, weight) for _, weight, town in LETTERS)],
        "Answer 6": [f"{len(grams)} letters, {grams[0]} to {grams[-1]} grams, {sum(grams)} in all"],
        "Answer 7": [f"{weight} grams: {rounds(weight)}" for weight in grams if rounds(weight)],
        "Answer 8": ["Dresden"],
        "Answer 9": [f"bytes={len(written)}", f"{len(written)} ledger.txt"],
        "Answer 10": [f"deliver {len(paid)}", f"send_back {len(back)}"],
        "Answer 11": takings(50),
        "Answer 12": takings(0),
    }
    faults = [] if ledger() == written else [f"the program writes something else:\n{ledger()}"]
    for answer, lines in expected.items():
        part = re.search(rf"^### {answer}\n.*?^```console\n(.*?)^```$", PAGE.read_text(), re.M | re.S)[1]
        # Behind the command, which ends with "-c ./post" or names a file.
        shown = [line.rstrip() for line in part.splitlines() if not line.startswith(("$ ", "    ", "      "))]
        if shown != [line.rstrip() for line in lines]:
            faults.append(f"{answer}: the page shows {shown}, and it is {lines}")
    print("\n".join(faults) or f"{len(expected)} answers")
    sys.exit(1 if faults else 0)


main()
