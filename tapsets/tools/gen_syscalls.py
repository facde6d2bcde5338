#!/usr/bin/env python3
"""Writes tapsets/syscalls/*.stp from tapsets/tools/syscalls.table; its head says how to read it.

usage: gen_syscalls.py [--check]     --check only compares, and fails if a file is out of date
"""
import pathlib
import re
import sys
import textwrap

import gen_call_texts

HERE = pathlib.Path(__file__).resolve().parent
TARGET = HERE.parent / "syscalls"
WORDS = {  # how each kind is read from the argument, and shown
    "i": ("__int32({})", "%d"),
    "u": ("__uint32({})", "%d"),
    "l": ("{}", "%d"),
    "ul": ("{}", "%u"),
    "p": ("{}", "0x%x"),
    "x": ("__uint32({})", "0x%x"),
    "o": ("__uint32({})", "%#o"),
}
# Texts that the runtime knows by the name of the tapset function: those that gen_call_texts.py finds, and those that are written
# out in call_text.cpp; those of BY_OTHER depend on another argument.
TEXTS = gen_call_texts.names() | {"_dfd_str", "_signal_name", "_ipc_key_str", "_ipc_flags_str", "_shmget_flags_str", "_quotactl_cmd_str",
                                  "_ioprio_value_str", "_futex_wake_op_str"}
BY_OTHER = {"_sock_protocol_str", "_sockopt_optname_str"}
# Structs in the program's memory: the letter in a spec, and how many words they are.
STRUCTS = {"_struct_timespec_u": ("t", 2), "_struct_timeval_u": ("v", 2), "_struct_rlimit_u": ("r", 2), "_struct_itimerspec_u": ("n", 4),
           "_struct_itimerval_u": ("e", 4), "_struct_timezone_u": ("z", 1), "_struct_pipe_u": ("f", 1), "_struct_sigset_u": ("g", 1),
           "_struct_sigaction_u": ("a", 4), "_struct_sigaltstack_u": ("k", 3), "_struct_utimbuf_u": ("b", 2)}
# Structs that travel as bytes, as socket addresses do: the letter in a spec, and how many bytes of them.
BYTES = {"_struct_timex_u": ("T", 96), "_struct_sched_attr_u": ("S", 48)}
IN_BRACES = {"_struct_sigaction_u"}
# By how many strings, lists of strings, buffers, structs of bytes and structs of words a call shows: the end of the name of a
# function in syscall_args.stp.
SHAPES = {(0, 0, 0, 0, 0): "", (1, 0, 0, 0, 0): "_1", (2, 0, 0, 0, 0): "_2", (0, 0, 0, 0, 1): "_structs", (1, 0, 0, 0, 1): "_1_structs",
          (1, 2, 0, 0, 0): "_exec", (0, 0, 1, 0, 0): "_buffer", (2, 0, 1, 0, 0): "_2_buffer", (0, 0, 0, 1, 0): "_bytes",
          (0, 0, 1, 1, 0): "_buffer_bytes"}
LINE = re.compile(r"^(\? )?(\w+)(?: @(\w+))?(?: (hex|octal|noreturn))? \((.*?) ?\)(?: \[(.*?)\])?(?: ; (.*))?$")


class Call:
    """One line of the table."""

    def __init__(self, line):
        match = LINE.match(line)
        if not match:
            sys.exit(f"syscalls.table: cannot read: {line}")
        self.optional, self.name, tracepoint, self.returns, arguments, more, self.argstr = match.groups()
        self.tracepoint = tracepoint or self.name
        self.arguments = arguments.split()
        self.plain, self.derived, shown = [], [], []
        # What call_text() is to show, or None where it cannot; the numbers of the arguments for its functions (SHAPES).
        self.spec, self.strings, self.lists, self.buffers, self.bytes, self.words = [], [], [], [], [], []
        self.numbers = {a.split(":")[0]: number for number, a in enumerate(self.arguments, 1)}
        for number, argument in enumerate(self.arguments, 1):
            self.add(argument, f"syscall_arg({number})", shown)
        self.derived += [tuple(variable.split("=", 1)) for variable in (more or "").split()]
        self.formatted = self.by_format(shown)  # what argstr is, as a script would write it
        given = re.match(r'(.*?) = "(.*)"$', self.argstr or "")
        if given:
            self.formatted, self.argstr = given[1], None
            self.spec = given[2].split()
            letters = {letter: words for letter, words in STRUCTS.values()}
            self.words = [(int(item[0]), int(item[2]) * letters[item[1]]) for item in self.spec if item[1] in letters]
        if self.argstr is None:
            self.argstr = self.by_spec(len(self.numbers)) or self.formatted

    @staticmethod
    def by_format(shown):
        formats = ", ".join(f for f, _ in shown)
        values = ", ".join(v for _, v in shown)
        if not shown:
            return '""'
        return values if formats == "%s" else f'sprintf("{formats}", {values})'

    def by_spec(self, count):
        """argstr by one of the functions that all calls share; None if the call has what they do not know."""
        strings = list(self.strings)
        if self.buffers and len(strings) == 1:
            strings.append(0)  # an argument 0 is not there
            self.spec = [f"{item}@2" if item[1] == "q" else item for item in self.spec]
        if sum(words for _, words in self.words) > 4:
            return None
        shape = (len(strings), len(self.lists), len(self.buffers), len(self.bytes), min(len(self.words), 1))
        if None in self.spec or shape not in SHAPES:
            return None
        suffix = SHAPES[shape]
        arguments = [f'"{" ".join(self.spec)}"']
        arguments += [f"syscall_arg({n})" for n in strings + self.lists + [n for pair in self.buffers for n in pair]]
        for number, size in self.bytes:
            arguments += [f"syscall_arg({number})", size if isinstance(size, str) else str(size)]
        if self.words:
            for number, words in self.words + [(0, 0)] * (2 - len(self.words)):
                arguments += [f"syscall_arg({number})", str(words)]
        # syscall_arg(0) is 0: an argument that the call does not have.
        arguments += [f"syscall_arg({n if n <= count else 0})" for n in range(1, 7)]
        return f"_call_text{suffix}({', '.join(arguments)})"

    def item(self, name, kind, text):
        """The item of a shown argument in `spec`: see runtime/user/values/call_text.cpp."""
        number = self.numbers[name]
        if kind in "sSn" or text == "user_string_quoted":
            self.strings.append(number)
            return f"{number}s"
        structs = re.fullmatch(r"(_struct_\w+_u)(?:\(@,(\d)\))?", text or "")
        if structs and structs[1] in STRUCTS:
            (letter, words), count = STRUCTS[structs[1]], int(structs[2] or 1)
            self.words.append((number, words * count))
            return f"{number}{letter}{count}"
        buffer = re.fullmatch(r"user_buffer_quoted\(@,(\w+),45\)", text or "")
        if buffer:
            self.buffers.append((number, self.numbers[buffer[1]]))
            return f"{number}q{self.numbers[buffer[1]]}"
        socket_address = re.fullmatch(r"_struct_sockaddr_u\(@,(\w+)\)", text or "")
        if socket_address:
            self.bytes.append((number, f"syscall_arg({self.numbers[socket_address[1]]})"))
            return f"{number}h{self.numbers[socket_address[1]]}"
        if text in BYTES:
            letter, size = BYTES[text]
            self.bytes.append((number, size))
            return f"{number}{letter}"
        if text == "__get_argv(@,0)":
            self.lists.append(number)
            return f"{number}w"
        item = f"{number}{'U' if kind == 'ul' else kind}"
        by_other = re.fullmatch(r"(\w+)\((\w+),@\)", text or "")
        if by_other and by_other[1] in BY_OTHER:
            return f"{item}:{by_other[1]}({self.numbers[by_other[2]]})"
        if text and text not in TEXTS:
            return None
        return f"{item}:{text}" if text else item

    def add(self, argument, value, shown):
        name, kind, *rest = argument.split(":")
        kind, _, only_if = kind.partition("?")
        hidden = kind.endswith("!")
        kind = kind.rstrip("!")
        if kind == "s":
            self.plain.append((f"{name}_uaddr", value))
            self.derived += [(name, f"user_string_quoted({value})"),
                             (f"{name}_unquoted", f"user_string_nofault({value})")]
            show = ("%s", name)
        elif kind in "Sn":
            if kind == "S":
                self.plain.append((name, value))
            self.plain.append((f"{name}_uaddr", value))
            self.derived += [(f"{name}_str", f"user_string_quoted({value})"),
                             (f"{name}_str_unquoted", f"user_string_nofault({value})")]
            show = ("%s", f"{name}_str")
        else:
            reader, directive = WORDS[kind]
            self.plain.append((name, reader.format(value)))
            show = (directive, name)
        if rest:
            text = rest[1] if len(rest) > 1 else f"{name}_str"
            call = rest[0] if "(" in rest[0] else f"{rest[0]}(@)"
            self.derived.append((text, call.replace("@", name)))
            show = ("{%s}" if call.split("(")[0] in IN_BRACES else "%s", text)
        if not hidden:
            shown.append(show)
            item = self.item(name, kind, rest[0] if rest else None)
            if only_if:
                other, bits = only_if.split("&")
                item += f"?{self.numbers[other]}&{bits}"
            self.spec.append(item)

    def probes(self):
        mark = " ?" if self.optional else ""
        lines = [f'probe syscall.{self.name} = '
                 f'kernel.tracepoint("syscalls:sys_enter_{self.tracepoint}"){mark}', "{",
                 f'  name = "{self.name}"']
        lines += [f"  {variable} = {value}" for variable, value in self.plain + self.derived]
        # A string stays on its line.
        whole = re.sub(r'"[^"]*"', lambda string: string[0].replace(" ", "\0"), self.argstr)
        lines += [line.replace("\0", " ") for line in textwrap.wrap(f"argstr = {whole}", 98, initial_indent="  ", subsequent_indent="      ",
                                                                    break_on_hyphens=False, break_long_words=False)]
        lines += ["}"]
        if self.returns != "noreturn":
            style = {"hex": 2, "octal": 3}.get(self.returns, 1)
            lines += [f'probe syscall.{self.name}.return = '
                      f'kernel.tracepoint("syscalls:sys_exit_{self.tracepoint}"){mark}', "{",
                      f'  name = "{self.name}"', "  retval = syscall_return()",
                      f"  retstr = return_str({style}, retval)", "}"]
        return "\n".join(lines)

    def twins(self):
        """nd_syscall.*: in SystemTap the same events found without debug information."""
        lines = [f"probe nd_syscall.{self.name} = syscall.{self.name} {{ }}"]
        if self.returns != "noreturn":
            lines += [f"probe nd_syscall.{self.name}.return = syscall.{self.name}.return {{ }}"]
        return "\n".join(lines)


def read_table():
    files, current = [], None
    for line in (HERE / "syscalls.table").read_text().splitlines():
        if not line or line.startswith("#"):
            continue
        if line.startswith("@file "):
            _, name, title = line.split(" ", 2)
            current = (name, title, [])
            files.append(current)
        else:
            current[2].append(Call(line))
    return files


def main():
    made = {}
    note = "// Made by tapsets/tools/gen_syscalls.py from syscalls.table. Do not edit.\n"
    twins = []
    for name, title, calls in read_table():
        made[name] = f"// System calls: {title}.\n{note}\n" + "\n\n".join(
            call.probes() for call in calls) + "\n"
        twins += [call.twins() for call in calls]
    made["nd"] = f"// nd_syscall.*: the same probes as syscall.*.\n{note}\n" + "\n".join(twins) + "\n"
    stale = []
    for name, text in made.items():
        path = TARGET / f"{name}.stp"
        if "--check" in sys.argv:
            if not path.exists() or path.read_text() != text:
                stale.append(str(path))
        else:
            TARGET.mkdir(exist_ok=True)
            path.write_text(text)
    if stale:
        sys.exit("out of date: " + ", ".join(stale) + "; run tapsets/tools/gen_syscalls.py")


if __name__ == "__main__":
    main()
