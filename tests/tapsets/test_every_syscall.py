#!/usr/bin/env python3
"""Every system call, as syscall.* shows it and as strace does, both of one run: a program without a C library makes each call of the
table several times (every_syscall_calls.py), under `coretap -c "strace program"`.

Each argument of argstr must mean what strace's means; so must retstr. Where they differ for a reason, every_syscall_differences.txt
has it, and a difference that is gone fails too. Flags that strace is too old to know count if they are the bits that it leaves over.
Exit 77: no BPF rights, or no strace."""
import collections
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(ROOT / "tapsets" / "tools"), str(HERE.parent / "live"), str(HERE)]
import gen_syscalls  # noqa: E402
from every_syscall_calls import MORE, ONLY, guess  # noqa: E402
from live import CORETAP, bpf_missing  # noqa: E402
from test_syscall_table import tracefs  # noqa: E402

NUMBERS = {name: int(number) for number, name in
           re.findall(r"CORETAP_SYSCALL\((\d+), (\w+)\)", (ROOT / "runtime/shared/syscalls_x86_64.def").read_text())}
MADE_BY_THE_END = {"rt_sigreturn", "exit_group"}  # a signal that is handled, and the end of the program
NOT_MADE = {"uprobe", "uretprobe"}  # the kernel's own trampolines make them
STRACE_NAMES = {"newfstatat": "fstatat", "pread64": "pread", "pwrite64": "pwrite", "umount2": "umount"}
DIFFERENCES = HERE / "every_syscall_differences.txt"

# Children of fork and its kind end at once. exit(3) is their only call.
PROGRAM = r"""
static long call(long n, long a, long b, long c, long d, long e, long f) {
  register long r10 asm("r10") = d, r8 asm("r8") = e, r9 asm("r9") = f;
  long r;
  asm volatile("syscall" : "=a"(r) : "a"(n), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9) : "rcx", "r11", "memory");
  return r;
}
static void handler(int signal) {}
asm("restorer: mov $15, %eax\nsyscall\n");
extern void restorer(void);
static struct { long number, a[6]; } calls[] = {
ROWS};
void begin(void) {
  for (unsigned i = 0; i < sizeof(calls) / sizeof(*calls); i++) {
    long n = calls[i].number, *a = calls[i].a;
    long r = call(n, a[0], a[1], a[2], a[3], a[4], a[5]);
    if (r == 0 && (n == 56 || n == 57 || n == 58 || n == 435)) call(60, 3, 0, 0, 0, 0, 0);
  }
  long action[] = {(long)handler, 0x04000000 /* SA_RESTORER */, (long)restorer, 0}, soon[] = {0, 0, 0, 20000};
  call(13, 14, (long)action, 0, 8, 0, 0);
  call(38, 0, (long)soon, 0, 0, 0, 0);
  call(34, 0, 0, 0, 0, 0, 0);
  call(231, 7, 0, 0, 0, 0, 0);
}
asm(".globl _start\n_start: and $-16, %rsp\ncall begin\n");
"""

SCRIPT = """
probe syscall.* { if (execname() == "every_call") printf("%d > %s %s\\n", tid(), name, argstr) }
probe syscall.*.return { if (execname() == "every_call") printf("%d < %s %s\\n", tid(), name, retstr) }
"""


def constant(value):
    """A value of every_syscall_calls.py in C."""
    if isinstance(value, str):
        value = value.encode("latin-1")
    if isinstance(value, bytes):
        return '(long)"' + "".join(f"\\{byte:03o}" for byte in value) + '"'
    if isinstance(value, list):
        return "(long)(long[]){" + ", ".join(constant(part) for part in value) + "}"
    return f"(long){value % 2**64:#x}ul"


def rows(calls):
    """(call, arguments) of each call that is made, in order."""
    for call in calls:
        if call.name in MADE_BY_THE_END | NOT_MADE:
            continue
        if call.name not in ONLY:
            yield from ((call, [guess(call.name, a, variant) for a in call.arguments]) for variant in range(4))
        yield from ((call, arguments) for arguments in (*ONLY.get(call.name, ()), *MORE.get(call.name, ())))


def split(text):
    """At the commas that are in no quotes, brackets or braces."""
    parts, depth, quoted, start, at = [], 0, False, 0, 0
    while at < len(text):
        letter = text[at]
        if quoted:
            at += letter == "\\"
            quoted = letter != '"'
        elif letter == '"':
            quoted = True
        elif letter in "([{":
            depth += 1
        elif letter in ")]}":
            depth -= 1
            if depth < 0:  # the end of the arguments
                break
        elif letter == "," and not depth:
            parts.append(text[start:at].strip())
            start = at + 1
        at += 1
    last = text[start:at].strip()
    return (parts + [last] if parts or last else []), text[at + 1:]


def names_of_flags():
    """Values by the names in the tapsets' tables."""
    values = collections.defaultdict(set)
    for path in (ROOT / "tapsets").glob("flags_*.stp"):
        for value, name in re.findall(r'\{(-?\w+), "(\w+)"\}', path.read_text()):
            values[name].add(int(value, 0))
    return values


FLAGS = names_of_flags()
# Two names of one bit or value; strace's is the first.
SAME = {"NULL": "0", "FASYNC": "O_ASYNC", "AF_UNIX": "PF_LOCAL", "RLIM64_INFINITY": "-1",
        "SO_RCVTIMEO_OLD": "SO_RCVTIMEO", "SO_SNDTIMEO_OLD": "SO_SNDTIMEO", "SO_TIMESTAMP_OLD": "SO_TIMESTAMP",
        "SO_TIMESTAMPNS_OLD": "SO_TIMESTAMPNS", "SO_TIMESTAMPING_OLD": "SO_TIMESTAMPING", "SO_GET_FILTER": "SO_ATTACH_FILTER",
        "SIGRT_1": "SIGRTMIN+1", "SIGRT_2": "SIGRTMIN+2", "SIGRT_32": "SIGRTMAX", "S_ISVTX": "01000",
        "__O_SYNC": "0x100000", "__O_TMPFILE": "0x400000"}
SAYS_NOTHING = {"AT_STATX_SYNC_AS_STAT", "MAP_FILE"}  # strace's names of no bit
ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "f": "\f", "v": "\v", "a": "\a", "b": "\b"}


def unquoted(text):
    """The bytes of a C literal, and whether it says that it was cut; None for others."""
    literal = re.fullmatch(r'"(.*)"(\.\.\.)?', text, re.S)
    if not literal:
        return None
    plain = re.sub(r"\\([0-7]{1,3}|.)", lambda m: ESCAPES.get(m[1]) or (chr(int(m[1], 8)) if m[1][0] in "01234567" else m[1]), literal[1])
    return plain, bool(literal[2])


def with_our_structs(text):
    """strace's structs of times and limits as SystemTap writes them."""
    def seconds(match):
        fraction = int(match[3]) - (2**64 if int(match[3]) >= 2**63 else 0)
        return f"[{match[1]}.{fraction:0{9 if match[2] == 'n' else 6}d}]"
    text = re.sub(r"\{tv_sec=(-?\d+), tv_([un])sec=(\d+|-\d+)\}", seconds, text)
    text = re.sub(r"\{it_interval=\[(.*?)\], it_value=\[(.*?)\]\}", r"[\1,\2]", text)
    text = re.sub(r"^\[(\[.*?\]), (\[.*?\])\]$", r"\1\2", text)
    text = text.replace("[UTIME_NOW, UTIME_OMIT]", "[UTIME_NOW][UTIME_OMIT]")
    text = re.sub(r"(?:QCMD|IOPRIO_PRIO_VALUE)\((.*), (.*)\)", r"\1|\2", text)
    return re.sub(r"\{rlim_cur=(\w+), rlim_max=(\w+)\}", r"[\1,\2]", text)


def number(text):
    """An int, or None."""
    device = re.fullmatch(r"makedev\((\w+), (\w+)\)", text)
    if device:
        major, minor = int(device[1], 0), int(device[2], 0)
        return minor & 0xff | major << 8 | (minor & ~0xff) << 12
    if re.fullmatch(r"-?(0x[0-9a-f]+|[1-9]\d*|0)", text):
        return int(text, 0)
    return int(text, 8) if re.fullmatch(r"0[0-7]+", text) else None


def parts(text):
    """The names of a|b|0x10, and the sum of its numbers."""
    names, rest = set(), 0
    for part in "|".join(SAME.get(part, part) for part in text.split("|")).split("|"):
        part = re.sub("^AF_", "PF_", part)
        value = number(part)
        if value is not None:
            rest += value
        elif part not in SAYS_NOTHING:
            names.add(part)
    return names, rest


def same(theirs, ours):
    theirs = with_our_structs(theirs)
    quoted, ours_quoted = unquoted(theirs), unquoted(ours)
    if quoted and ours_quoted:
        if quoted[1] and ours_quoted[1]:  # SystemTap counts the quotes
            return quoted[0].startswith(ours_quoted[0][:40])
        return quoted == ours_quoted
    if theirs[:1] in "[{" and ours[:1] == theirs[:1]:
        listed, ours_listed = split(theirs[1:-1])[0], split(ours[1:-1])[0]
        return len(listed) == len(ours_listed) and all(map(same, listed, ours_listed))
    names, rest = parts(theirs)
    ours_names, ours_rest = parts(ours)
    if not names <= ours_names:
        return False
    for name in ours_names - names:  # bits that strace has no name for
        if len(FLAGS[name]) != 1:
            return False
        ours_rest += min(FLAGS[name])
    return rest == ours_rest or (rest - ours_rest) % 2**32 == 0 and -2**31 <= min(rest, ours_rest) < 2**32


def same_return(theirs, ours):
    error = re.match(r"(?:-1|\?) (\w+) \(", theirs)
    if error:
        return ours.endswith(f"({error[1]})")
    return theirs.startswith("?") and ours == "" or number(theirs.split()[0]) == number(ours.split()[0])


class Made:
    """A call that was made: its name and arguments, and what it returned."""

    def __init__(self, name, arguments, result, line):
        self.name, self.arguments, self.result, self.line = name, arguments, result, line


def of_strace(folder):
    """The calls of the process that made most, from its second on (the first is execve, of which there is no entry)."""
    text = max((path.read_text(errors="replace") for path in folder.glob("strace.*")), key=len)
    found = []
    for line in text.splitlines()[1:]:
        if line.startswith(("+++", "---")):
            continue
        name, rest = line.split("(", 1)
        arguments, rest = split(re.sub(r" /\* .*? \*/", "", rest))
        found.append(Made(name, arguments, rest.strip().lstrip("=").strip(), line))
    return found


def of_coretap(output):
    found = collections.defaultdict(list)
    for line in output.splitlines():
        task, mark, name, text = (line.split(" ", 3) + [""])[:4]
        if mark == ">":
            found[task].append(Made(name, split(text)[0], "", f"{name}({text})"))
        elif found[task]:  # not what a child returned from fork, or execve
            call = found[task][-1]
            assert call.name == name, f"{call.line} returned as {name}"
            call.result = text
            call.line += f" = {text}"
    return max(found.values(), key=len)


class EverySyscall(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.calls = [call for _, _, calls in gen_syscalls.read_table() for call in calls if call.tracepoint in NUMBERS]
        text = "".join(f"  {{{NUMBERS[call.tracepoint]}, {{{', '.join(map(constant, arguments))}}}}}, /* {call.name} */\n"
                       for call, arguments in rows(cls.calls))
        with tempfile.TemporaryDirectory(prefix="coretap-calls-") as name:
            folder = pathlib.Path(name)
            (folder / "files").mkdir()
            (folder / "every_call.c").write_text(PROGRAM.replace("ROWS", text))
            subprocess.run(["gcc", "-O1", "-w", "-static", "-nostdlib", "-fno-stack-protector", "-o", "every_call", "every_call.c"],
                           cwd=folder, check=True)
            done = subprocess.run([CORETAP, "-s", "16", "-e", SCRIPT, "-c", f"strace -s 45 -v -ff -o {folder}/strace {folder}/every_call"],
                                  cwd=folder / "files", capture_output=True, timeout=400)
            cls.told = done.stderr.decode()
            cls.theirs, cls.ours = of_strace(folder), of_coretap(done.stdout.decode(errors="replace"))
        # A call that the kernel does not have has no event either.
        there = {path.name[len("sys_enter_"):] for path in EVENTS.glob("sys_enter_*")}
        cls.missing = {call.name for call in cls.calls if call.tracepoint not in there}
        of_number = {f"syscall_{NUMBERS[call.tracepoint]:#x}": call.name for call in cls.calls}
        for call in cls.theirs:
            call.is_raw = call.name in of_number  # too new for strace, which shows six words
            call.name = of_number.get(call.name, STRACE_NAMES.get(call.name, call.name))
        cls.theirs = [call for call in cls.theirs if call.name not in cls.missing]

    def test_nothing_else_is_told(self):
        self.assertEqual(self.told, "WARNING: Child process exited with status 7\n")

    def test_every_call_is_seen_once(self):
        self.assertEqual([call.name for call in self.ours], [call.name for call in self.theirs])
        made = {call.name for call in self.calls} - self.missing - NOT_MADE
        self.assertEqual(made - {call.name for call in self.ours}, {"exit"})  # of the children

    def test_arguments_and_results_are_those_of_strace(self):
        known = collections.defaultdict(dict)
        for line in DIFFERENCES.read_text().splitlines():
            if line and not line.startswith("#"):
                call, arguments, reason = line.split(" ", 2)
                for argument in arguments.split(","):
                    known[call][argument] = reason
        wrong, met = [], set()
        for theirs, ours in zip(self.theirs, self.ours):
            differ = []
            if not theirs.is_raw:
                pairs = range(max(len(theirs.arguments), len(ours.arguments)))
                differ = [str(i + 1) for i in pairs if not (i < len(theirs.arguments) and i < len(ours.arguments)
                                                            and same(theirs.arguments[i], ours.arguments[i]))]
            if not same_return(theirs.result, ours.result):
                differ.append("=")
            listed = known[ours.name]
            met |= {(ours.name, argument) for argument in differ}
            if set(differ) - set(listed):
                wrong.append(f"{ours.name} {','.join(differ)}\n  {theirs.line}\n  {ours.line}")
        self.assertEqual(wrong, [], "\n" + "\n".join(wrong))
        gone = {(call, argument) for call, arguments in known.items() for argument in arguments} - met
        self.assertEqual({entry for entry in gone if entry[0] not in self.missing}, set(), "no longer differ")


if __name__ == "__main__":
    why = bpf_missing() or (None if shutil.which("strace") else "there is no strace")
    EVENTS, mounted = (None, None) if why else tracefs()
    if why or not EVENTS:
        print(f"SKIPPED: {why or 'tracefs cannot be read'}", file=sys.stderr)
        sys.exit(77)
    try:
        EVENTS = EVENTS / "events/syscalls"
        unittest.main()
    finally:
        if mounted:
            subprocess.run(["umount", mounted], check=False)
            os.rmdir(mounted)
