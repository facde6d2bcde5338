#!/usr/bin/env python3
"""Writes the tables in tapsets/syscall_names.stp: the names of x86's system calls by number; and
runtime/shared/syscalls_x86_64.def: the numbers of the trace events syscalls:sys_enter_NAME.

usage: gen_syscall_names.py [--check]     --check only compares, and fails if a file is out of date

The numbers come from linux-libc-dev's headers and from NEWER, which lists the calls that are younger than
Debian 12's headers. From 424 on, a call has one number on all architectures.
"""
import pathlib
import re
import sys

TARGET = pathlib.Path(__file__).resolve().parent.parent / "syscall_names.stp"
NUMBERS = TARGET.parent.parent / "runtime" / "shared" / "syscalls_x86_64.def"
HEADERS = pathlib.Path("/usr/include/x86_64-linux-gnu/asm")
NEWER = {  # arch/x86/entry/syscalls/syscall_64.tbl of Linux 6.18
    451: "cachestat", 452: "fchmodat2", 453: "map_shadow_stack", 454: "futex_wake", 455: "futex_wait",
    456: "futex_requeue", 457: "statmount", 458: "listmount", 459: "lsm_get_self_attr",
    460: "lsm_set_self_attr", 461: "lsm_list_modules", 462: "mseal", 463: "setxattrat",
    464: "getxattrat", 465: "listxattrat", 466: "removexattrat", 467: "open_tree_attr",
    468: "file_getattr", 469: "file_setattr",
}
# Events that are not named like the call: their names are those of the functions in the kernel.
EVENTS = {"stat": "newstat", "fstat": "newfstat", "lstat": "newlstat", "sendfile": "sendfile64",
          "uname": "newuname", "umount2": "umount"}
# arch/x86/entry/syscalls/syscall_64.tbl: calls that only a kernel's own trampolines make.
TRAMPOLINES = {335: "uretprobe", 336: "uprobe"}
EVENTS_HEAD = """/* System calls of x86_64: CORETAP_SYSCALL(number, NAME), where syscalls:sys_enter_NAME is the trace event.
 * Made by tapsets/tools/gen_syscall_names.py. */
#ifndef CORETAP_SYSCALL
#error "define CORETAP_SYSCALL before including syscalls_x86_64.def"
#endif
"""
ONLY_64 = {453}  # map_shadow_stack is not in syscall_32.tbl
BEGIN, END = "/* Rows made by tapsets/tools/gen_syscall_names.py. */\n", "/* End of the rows. */\n"


def numbers(header):
    text = (HEADERS / header).read_text()
    return {int(number): name for name, number in re.findall(r"#define __NR_(\w+) (\d+)", text)}


def table(names, array, width):
    rows = [f"static const char {array}[{max(names) + 1}][{width}] = {{"]
    line = "   "
    for number in range(max(names) + 1):
        name = names.get(number, "")
        assert len(name) < width, name
        cell = f' "{name}",'
        if len(line + cell) > 110:
            rows.append(line)
            line = "   "
        line += cell
    return "\n".join([*rows, line, "};\n"])


def events():
    names = numbers("unistd_64.h") | NEWER | TRAMPOLINES
    rows = [f"CORETAP_SYSCALL({number}, {EVENTS.get(name, name)})" for number, name in sorted(names.items())]
    return EVENTS_HEAD + "\n".join(rows) + "\n#undef CORETAP_SYSCALL\n"


def main():
    tables = (table(numbers("unistd_64.h") | NEWER, "ct_syscall_names", 24) +
              table(numbers("unistd_32.h") | {n: name for n, name in NEWER.items() if n not in ONLY_64},
                    "ct_syscall_names_32", 32))
    old = TARGET.read_text()
    head, rest = old.split(BEGIN)
    new = head + BEGIN + tables + END + rest.split(END)[1]
    for path, text in ((TARGET, new), (NUMBERS, events())):
        if "--check" not in sys.argv:
            path.write_text(text)
        elif path.read_text() != text:
            sys.exit(f"{path.name} is out of date: run tapsets/tools/{pathlib.Path(__file__).name}")


if __name__ == "__main__":
    main()
