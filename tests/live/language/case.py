"""What a case of the language tests is, and how a list of them runs on one side.

A case is a piece of script that must give the same results in a kernel-side handler (a uprobe of
one call of the workload) and in a user-side one (probe begin). It stores numbers in `num[i]` and
strings in `txt[i]`, which the end probe shows, or it prints. What it must give is computed in
Python. All cases of a list are probes of one script, so that a list costs one compilation.
"""
import dataclasses
import os
import re

from live import TMP, build, coretap

END = '''
probe end {
  foreach ([c, i] in num) printf("num %s %d %d\\n", c, i, num[c, i])
  foreach ([c, i] in txt) printf("txt %s %d <%s>\\n", c, i, txt[c, i])
}
'''


@dataclasses.dataclass
class Case:
    """`body` runs once. Of `num` and `txt`, every element that is set must be listed (`{0: 5}`, or
    a list for 0, 1, …); `out` is what the body prints. `globals` are declarations of the case's
    own: names start with the case's name, cases share one script. `continued` says that the kernel
    side cannot do this and goes on in user space; without it, the body must stay in the kernel."""
    name: str
    body: str
    num: object = ()
    txt: object = ()
    out: str = None
    globals: str = ""
    functions: str = ""
    continued: bool = False
    sides: tuple = ("kernel", "user")


def as_dict(values):
    return dict(values) if isinstance(values, dict) else dict(enumerate(values))


def probe(case, point):
    body = re.sub(r"\b(num|txt)\[", rf'\1["{case.name}", ', case.body)
    if case.out is not None:
        body = f'print("<<{case.name}>>"); {body}; print("<</{case.name}>>\\n")'
    return f"{case.functions}\nprobe {point} {{ {body} }}\n"


def script(cases, point):
    """All probes in the order of the cases. `num` and `txt` are arrays of both types for sure."""
    return ("global num, txt\n" + "".join(case.globals + "\n" for case in cases) +
            "".join(probe(case, point) for case in cases) +
            'probe begin(-9) { num["type", 0] = 0; txt["type", 0] = "" }\n' + END)


def parse_results(output):
    num, txt, printed = {}, {}, {}
    for name, text in re.findall(r"<<(\w+)>>(.*?)<</\1>>\n", output, re.S):
        printed[name] = text
    for name, index, value in re.findall(r"^num (\w+) (-?\d+) (-?\d+)$", output, re.M):
        num.setdefault(name, {})[int(index)] = int(value)
    for name, index, value in re.findall(r"^txt (\w+) (-?\d+) <(.*?)>$", output, re.M | re.S):
        txt.setdefault(name, {})[int(index)] = value
    return num, txt, printed


def kernel_handlers(text):
    """Text of each kernel handler in a dump of the IR, in script order."""
    parts = re.split(r"^(?=\w)", text, flags=re.M)
    return [part for part in parts if part.startswith("kernel handler ")]


def check(test, cases, side, options=(), arguments=()):
    """Runs `cases` on `side` ("kernel" or "user") and compares each with what it must give.

    Cases that continue in user space take `num` and `txt` there, so they have a script of their own.
    """
    cases = [case for case in cases if side in case.sides]
    continued = [case for case in cases if case.continued or case.out is not None]
    run(test, [case for case in cases if case not in continued], side, options, arguments)
    run(test, continued, side, options, arguments)


def run(test, cases, side, more, arguments):
    if not cases:
        return
    if side == "kernel":
        program = build("once", "-O1")
        text = script(cases, f'process("{program}").function("once").call')
        options = [*more, "-c", program]
    else:
        text = script(cases, "begin") + "probe begin(9) { exit() }\n"
        options = [*more]
    path = TMP / f"language-{side}.stp"
    path.write_text(text)
    result = coretap("-g", *options, path, *arguments, timeout=240)
    # The program calls the function once, so no update of a case races with another.
    stderr = re.sub(r"WARNING \[racing-update\]: .*\n(?: .*\n)*", "", result.stderr)
    # The base flavour names every update that is no addition.
    if os.environ.get("CORETAP_FLAVOUR") == "base":
        stderr = re.sub(r"WARNING: .* without fetching atomics \(Linux 5.12\) .*\n", "", stderr)
    test.assertEqual((result.returncode, stderr[:3000]), (0, ""))
    num, txt, printed = parse_results(result.stdout)
    for case in cases:
        with test.subTest(case=case.name, side=side):
            test.assertEqual(num.get(case.name, {}), as_dict(case.num), case.body)
            test.assertEqual(txt.get(case.name, {}), as_dict(case.txt), case.body)
            test.assertEqual(printed.get(case.name), case.out, case.body)
    if side == "kernel":
        check_placement(test, cases, path, more, arguments)


def check_placement(test, cases, path, options, arguments):
    """A case that claims to run in the kernel sends nothing to user space."""
    dump = coretap("-g", "-d", "ir", *options, path, *arguments, timeout=120)
    handlers = kernel_handlers(dump.stdout)
    test.assertEqual(len(handlers), len(cases), dump.stderr)
    for case, handler in zip(cases, handlers):
        with test.subTest(case=case.name, what="placement"):
            continues = re.search(r"^\s*send ", handler, re.M) is not None
            test.assertEqual(continues, case.continued or case.out is not None, handler)
