#!/usr/bin/env python3
"""Writes runtime/user/values/call_texts.cpp: the functions of the tapsets that make texts of system calls' arguments,
once more for the runtime, where call_text.cpp calls them by name.

usage: gen_call_texts.py [--check]     --check only compares, and fails if the file is out of date
"""
import pathlib
import re
import sys

TAPSETS = pathlib.Path(__file__).resolve().parent.parent
TARGET = TAPSETS.parent / "runtime" / "user" / "values" / "call_texts.cpp"
FILES = ("flags_files.stp", "flags_net.stp", "flags_process.stp")
FUNCTION = re.compile(r"^function (\w+):string \((\w+):long\) %\{ /\* harness \*/ /\* pure \*/\n(.*?)^%\}\n", re.M | re.S)
SIGNALS = re.compile(r"^static const char ct_signal_names\[32\]\[16\] = \{\n.*?^\};\n", re.M | re.S)
HEAD = """// Made by tapsets/tools/gen_call_texts.py from the tapsets. Do not edit.
// clang-format off
#include "call_texts.h"

#include "runtime/user/harness/names.h"

namespace ct {
namespace {

"""
TAIL = """
}  // namespace

CallTextFunction call_text_function(std::string_view name) {
  for (const Row& row : kRows)
    if (row.name == name) return row.function;
  return nullptr;
}

const char* signal_name(s64 number) {
  return number > 0 && number < 32 ? ct_signal_names[number] : nullptr;
}

}  // namespace ct
"""


def functions():
    """(name, parameter, body) of each."""
    return [found for name in FILES for found in FUNCTION.findall((TAPSETS / name).read_text())]


def names():
    return {name for name, _, _ in functions()}


def text():
    out = HEAD + SIGNALS.search((TAPSETS / "signal_names.stp").read_text()).group(0) + "\n"
    for name, parameter, body in functions():
        out += (f"void text{name}(char* STAP_RETVALUE, size_t STAP_RETLEN, s64 STAP_ARG_{parameter}) {{\n"
                f"{body}}}\n")
    out += "\nstruct Row {\n  std::string_view name;\n  CallTextFunction function;\n};\nconstexpr Row kRows[] = {\n"
    out += "".join(f'    {{"{name}", text{name}}},\n' for name, _, _ in functions())
    return out + "};\n" + TAIL


if __name__ == "__main__":
    if "--check" not in sys.argv:
        TARGET.write_text(text())
    elif TARGET.read_text() != text():
        sys.exit(f"{TARGET.name} is out of date: run tapsets/tools/{pathlib.Path(__file__).name}")
