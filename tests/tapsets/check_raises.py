"""Embedded C that may end by an error says so, or names what raises it: check_raises.py

The compiler takes it from the words of a function's C (EmbeddedC::may_raise) or from the pragma `raises`; it does not read macros. An
error of a function that it takes for one without errors would escape from a `try` whose rest runs in user space. So here the macros
of the tapsets and of the runtime are followed: whoever names one that may raise must have the pragma.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
RAISES = re.compile(r"STAP_ERROR|_FAULT|ct_fail|ct_out|ct_rc")  # as in translator/support/embedded_c.cpp
MACRO = re.compile(r"^[ \t]*#define (\w+)(?:\([^)]*\))?((?:.*\\\n)*.*)$", re.M)
FUNCTION = re.compile(r"function\s+(\w+)[^{%]*%\{(.*?)%\}", re.S)


def raising_macros(texts):
    bodies = {}
    for text in texts:
        for name, body in MACRO.findall(text):
            bodies[name] = bodies.get(name, "") + body
    raising = {name for name, body in bodies.items() if RAISES.search(body)}
    while more := {name for name, body in bodies.items() if name not in raising and raising & set(re.findall(r"\w+", body))}:
        raising |= more
    return raising


def main():
    tapsets = {path: path.read_text() for path in sorted((ROOT / "tapsets").rglob("*.stp"))}
    macros = raising_macros([*tapsets.values(), *(path.read_text() for path in (ROOT / "runtime/bpf").glob("*.h"))])
    assert "CT_KERNEL_INTEGER" in macros and "CT_CHECK_KERNEL" in macros, macros
    faults, functions = [], 0
    for path, text in tapsets.items():
        for name, code in FUNCTION.findall(text):
            functions += 1
            named = sorted(macros & set(re.findall(r"\w+", code)))
            if named and not RAISES.search(code) and "/* raises */" not in code:
                faults.append(f"{path.relative_to(ROOT)}: {name} names {', '.join(named)}, which may raise an error: it needs /* raises */")
    print("\n".join(faults))
    print(f"{functions} functions of embedded C, {len(macros)} macros that may raise, {len(faults)} faults")
    sys.exit(1 if faults or functions < 300 else 0)


if __name__ == "__main__":
    main()
