#!/usr/bin/env python3
"""Writes runtime/user/values/call_texts_*.cpp: the functions of the tapsets that make texts of system calls' arguments,
once more for the runtime, where call_text.cpp calls them by name. Each of the tapsets has a file.

usage: gen_call_texts.py [--check]     --check only compares, and fails if a file is out of date
"""
import pathlib
import re
import sys

TAPSETS = pathlib.Path(__file__).resolve().parent.parent
TARGET = TAPSETS.parent / "runtime" / "user" / "values"
FILES = ("files", "net", "process")
FUNCTION = re.compile(r"^function (\w+):string \((\w+):long\) %\{ /\* harness \*/ /\* pure \*/\n(.*?)^%\}\n", re.M | re.S)
SIGNALS = re.compile(r"^static const char ct_signal_names\[32\]\[16\] = \{\n.*?^\};\n", re.M | re.S)
HEAD = """// Made by tapsets/tools/gen_call_texts.py from tapsets/{sources}. Do not edit.
// clang-format off
#include "call_texts.h"

#include "runtime/user/harness/names.h"

namespace ct {{
namespace {{

"""
TAIL = """
}}  // namespace

std::span<const CallText> call_texts_of_{name}() {{
  return kRows;
}}
"""
SIGNAL_TAIL = """
const char* signal_name(s64 number) {
  return number > 0 && number < 32 ? ct_signal_names[number] : nullptr;
}
"""
END = """
}  // namespace ct
"""


def functions(name):
    """(name, parameter, body) of each of tapsets/flags_NAME.stp."""
    return FUNCTION.findall((TAPSETS / f"flags_{name}.stp").read_text())


def names():
    return {function for name in FILES for function, _, _ in functions(name)}


def text(name):
    has_signals = name == "process"
    out = HEAD.format(sources=f"flags_{name}.stp" + (" and signal_names.stp" if has_signals else ""))
    if has_signals:
        out += SIGNALS.search((TAPSETS / "signal_names.stp").read_text()).group(0) + "\n"
    for function, parameter, body in functions(name):
        out += (f"void text{function}(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_{parameter}) {{\n"
                f"{body}}}\n")
    out += "\nconstexpr CallText kRows[] = {\n"
    out += "".join(f'    {{"{function}", text{function}}},\n' for function, _, _ in functions(name))
    return out + "};\n" + TAIL.format(name=name) + (SIGNAL_TAIL if has_signals else "") + END


if __name__ == "__main__":
    for each in FILES:
        target = TARGET / f"call_texts_{each}.cpp"
        if "--check" not in sys.argv:
            target.write_text(text(each))
        elif target.read_text() != text(each):
            sys.exit(f"{target.name} is out of date: run tapsets/tools/{pathlib.Path(__file__).name}")
