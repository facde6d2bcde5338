"""Which operator binds first: our tree of an expression against stap's.

    precedence.py SYNTAX_TOOL [--verify] [--update]

precedence.txt holds expressions and, behind "=>", the same with every parenthesis, as `stap -p1`
printed it, or "refused". We agree if both texts give us the same tree. The expressions are all
pairs of binary operators, and the unary, conditional and assignment operators around them; they
are written by this program, which --update runs anew, asking stap for each.
"""
import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys
import tempfile

import agreement

FILE = pathlib.Path(__file__).resolve().parent / "precedence.txt"
BINARY = ["*", "/", "%", "+", "-", ".", "<<", ">>", ">>>", "<", ">", "<=", ">=", "==", "!=", "&", "^",
          "|", "&&", "||"]
REST = [
    "a in b == c", "a == c in b", "a & b in c", "a in b & c", "a in b && c", "a in b + c", "!a in b",
    "a + b in c", "a << b in c", "a . b in c", '[a, b] in c && d', 'a =~ "x" && b', 'a && b =~ "x"',
    'a . b =~ "x"', 'a =~ "x" & b', 'a + b =~ "x"', "-a * b", "-a . b", "!a && b",
    "!a == b", "~a & b", "-a in b", "- -a", "!~-a", "-a++", "-++a", "!a++", "a++ + ++b", "a - -b",
    "a ? b : c ? d : e", "a ? b ? c : d : e", "a || b ? c : d", "a ? b : c || d", "a ? b = 1 : c",
    "a = b ? c : d", "a = b = c", "a += b -= c", "a = b + c", "a <<< b + c", "a .= b . c", "a = b in c",
    "a = b <<< c", "a ? b : c = d", "a + b = c", "a && b = c", "-a = b", "(a) = b", "a[b] + c", "-a[b]",
    "$a->b[c] + d", "-$a->b", "&$a->b + c", "!&$a", "a . b == c . d", "a == b . c", "a * b . c / d",
    "a < b == c > d", "a == b < c", "f(a) . g(b)", "@count(a) * b", "a ? (b, c) : d", "a ? : b",
]


def expressions():
    yield from (f"a {first} b {second} c" for first in BINARY for second in BINARY)
    yield from REST


def stap_prints(kernel, text):
    """The expression with all its parentheses, or "refused"."""
    try:
        done = subprocess.run(["stap", "-w", "-r", str(kernel), "-p1", "-e", f"probe begin {{ x = {text} }}"],
                              capture_output=True, text=True, timeout=15)
    except subprocess.TimeoutExpired:
        return "refused"
    found = re.search(r"^\(x\) = \((.*)\);\n}", done.stdout, re.M)
    return found.group(1) if done.returncode == 0 and found else "refused"


def ask_stap(texts):
    with tempfile.TemporaryDirectory() as folder, concurrent.futures.ThreadPoolExecutor(2) as pool:
        kernel = agreement.fake_kernel(pathlib.Path(folder) / "kernel")
        return list(pool.map(lambda text: stap_prints(kernel, text), texts))


def trees(tool, texts):
    """Our tree of each expression, or "refused"."""
    found = []
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "case.stp"
        for text in texts:
            path.write_text(f"probe begin {{ x = {text} }}")
            done = subprocess.run([tool, "dump", str(path)], capture_output=True, text=True, timeout=20)
            if done.returncode not in (0, 1):
                raise SystemExit(f"syntax_tool ended with {done.returncode} on: {text}")
            found.append("refused" if done.returncode else done.stdout)
    return found


def main():
    tool = os.path.realpath(sys.argv[1])
    if "--update" in sys.argv:
        texts = list(expressions())
        FILE.write_text("".join(f"{text} => {shown}\n" for text, shown in zip(texts, ask_stap(texts))))
    cases = [line.split(" => ") for line in FILE.read_text().splitlines()]
    wrong = 0
    if "--verify" in sys.argv:
        for (text, recorded), now in zip(cases, ask_stap([text for text, _ in cases])):
            if recorded != now:
                wrong += 1
                print(f"{text}\n    recorded {recorded}\n    stap now {now}")
    ours = trees(tool, [text for text, _ in cases])
    expected = trees(tool, [shown if shown != "refused" else ")" for _, shown in cases])
    for (text, shown), tree, want in zip(cases, ours, expected):
        if tree != want:
            wrong += 1
            print(f"{text}\n    stap: {shown}\n    coretap: {tree}")
    print(f"{len(cases)} expressions, {wrong} wrong")
    return 1 if wrong or len(cases) < 400 else 0


if __name__ == "__main__":
    sys.exit(main())
