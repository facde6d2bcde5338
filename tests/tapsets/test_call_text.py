#!/usr/bin/env python3
"""argstr, which the runtime makes (call_text.cpp), against the same arguments formatted by the script.

Each kind of item of a spec is here, with numbers that are negative, zero and wide, and pointers that cannot be read; what the
calls do is of no matter: all of them fail. The other half of a proof, that the script's own variables are right, is what strace and the
workloads of the other tests say."""
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tapsets" / "tools"))
import gen_syscalls  # noqa: E402

CORETAP = os.environ.get("CORETAP", str(ROOT / "build" / "coretap"))
NOBODY = 0x7ffffff0  # a process that is not there

# Name in the table, number, arguments. Texts are passed as pointers to them, lists as pointers to longs.
LONG, ODD, BAD = "a" * 600, 'x/"\n\x01', 0xdead00000000
CALLS = [
    *(("kill", 62, (NOBODY, signal)) for signal in (0, 9, 29, 31, 32, 40, 63, 64, 99, -1)),
    *(("mkdirat", 258, (folder, path, mode)) for folder in (-100, 5, 0x1ffffff9c)
      for path, mode in (("/proc/nonexistent/x", 0), (ODD + "/n", 0o755), (LONG, 0o1777), (0, -1), (BAD, 1))),
    *(("linkat", 265, (-100, old, -1, new, 0x1400)) for old in ("/proc/nonexistent", BAD) for new in (LONG, "b", 0)),
    *(("semget", 64, (key, -1, flags)) for key in (0, 77) for flags in (0, 0o600, 0o1000, 0o3777, 0xf00000)),
    *(("socket", 41, (family, 999, protocol)) for family in (2, 10, 16, 99, -1) for protocol in (0, 6, 17, 15, 999)),
    *(("getsockopt", 55, (-1, level, option, 0, 0)) for level in (0, 1, 6, 17, 41, 255, 263, 270, -1) for option in (1, 2, 13, 999)),
    *(("nanosleep", 35, (time, 7)) for time in (0, BAD, [-5, 7], [3, 1234567890])),
    *(("utimensat", 280, (-100, path, times, 0x100)) for path in ("/proc/nonexistent", BAD)
      for times in (0, BAD, [1, 2, -3, 4], [1, 0x3fffffff, 1, 0x3ffffffe])),
    *(("utimes", 235, ("/proc/nonexistent/t", times)) for times in (0, BAD, [1, 2, -3, 4])),
    *(("prlimit64", 302, (NOBODY, resource, limit, 0)) for resource in (7, 99) for limit in (0, BAD, [1, -1])),
    *(("adjtimex", 159, (value,)) for value in (0, BAD)), *(("sched_setattr", 314, (NOBODY, value, 1)) for value in (0, BAD, [48, 3, -5, 4, 5, 6])),
    *(("sendto", 44, (-1, data, size, 0, to, length)) for data, size, to, length in (("abc", 3, 0, 0), (BAD, 3, BAD, 16), ("a\0\1" + "b" * 60, 70, [0x0100007f50000002, 0], 16))),
    *(("connect", 42, (-1, to, length)) for to, length in ((0, 0), (BAD, 16), ([0x0100007f50000002, 0], 16), ([0x0100007f50000002, 0], 15),
      ("\1\0/a\0b", 110), ("\1\0\0a\0b", 7), ("\1\0", 2), ("\1\0", -1), ("\x10\0" + "\1" * 10, 12), ("\x0a\0" + "\3" * 26, 28), ("\x11\0" + "\3" * 18, 20))),
    *(("setxattr", 188, ("/proc/nonexistent", "n", value, size, 0)) for value, size in ((0, 0), (BAD, 4), ("v\0w", 3), ("v", -1))),
    *(("fsetxattr", 190, (-1, "n", value, size, 0)) for value, size in ((0, 0), ("v\0w", 3))),
    *(("rt_sigtimedwait", 128, (set_, 0, time, 5)) for set_ in (0, BAD, [5]) for time in (0, BAD, [1, 2])),
    *(("rt_sigaction", 13, (99, action, 0, 8)) for action in (0, BAD, [1, 2, 3, 4], [4096, 0x14000004, 77, -1])),
    *(("sigaltstack", 131, (stack, BAD)) for stack in (0, BAD)), *(("settimeofday", 164, (time, zone)) for time in (BAD, [5, -1]) for zone in (BAD, [7])),
    *(("utime", 132, ("/proc/nonexistent", times)) for times in (0, BAD, [1, 2], [-1, 1 << 40])),
    *(("futex", 202, (BAD, operation, 1, [5, 6], 7, 0x12345678)) for operation in (1, 3, 4, 5, 9, 10, 11, 12, 99, 0x183)),
    *(("setitimer", 38, (9, value, 0)) for value in (0, BAD, [1, 2, 3, 4])),
    *(("shmget", 29, (77, 0, flags)) for flags in (0, 0o600, 0o5777, 0xf00000)),
    *(("quotactl", 179, (command, "/proc/nonexistent", 1, 0)) for command in (0, 0x80000702, 0x580103, 0xffffffff)),
    *(("ioprio_set", 251, (9, 0, value)) for value in (0, 0x4007, -1)),
    *(("mbind", 237, (1, 4096, mode, 0, 0, flags)) for mode in (3, 0x8002, 0xffff) for flags in (0, 7, 8)),
    ("execve", 59, ("/proc/nonexistent/e", 0, 0)), ("execve", 59, (BAD, 0, 0)),
    *(("write", 1, (-1, data, size)) for data, size in (("abc", 3), ("abc", 2), (LONG, 600), (0, 0), (BAD, 5), (ODD, 5))),
    *(("pwrite", 18, (-1, "abc", 3, offset)) for offset in (0, -5)),
    *(("mmap", 9, (address, 0, 7, flags, -1, 4096)) for address in (0, 1 << 40) for flags in (0x22, 0x7fffffff)),
    *(("fcntl", 72, (-1, command, 5)) for command in (0, 3, 1030, 999)),
    *(("lseek", 8, (-1, offset, whence)) for offset in (-7, 1 << 62) for whence in (0, 2, 99)),
    *(("fspick", 433, (-1, "/proc/nonexistent", flags)) for flags in (0, -1)),
    *(("fchmod", 91, (-1, mode)) for mode in (0, 0o777)),
    ("munlockall", 152, ()),
]

WORKLOAD = """
import ctypes
libc, kept = ctypes.CDLL(None), []
def word(value):
    if isinstance(value, str): value = ctypes.create_string_buffer(value.encode("latin-1"))
    elif isinstance(value, list): value = (ctypes.c_long * len(value))(*value)
    else: return ctypes.c_ulong(value % 2**64)
    kept.append(value)
    return ctypes.c_ulong(ctypes.addressof(value))
calls = [(number, [word(a) for a in arguments]) for _, number, arguments in CALLS]
for number, arguments in calls: libc.syscall(ctypes.c_long(number), *arguments)
"""


class CallText(unittest.TestCase):
    def test_argstr_is_what_the_script_would_write(self):
        table = {call.name: call for _, _, calls in gen_syscalls.read_table() for call in calls}
        names = list(dict.fromkeys(name for name, _, _ in CALLS))
        for name in names:
            self.assertIn("_call_text", table[name].argstr, name)
        script = "".join(
            f'probe syscall.{name} {{ if (pid() == target()) {{ expected = {table[name].formatted}\n'
            f'  printf("%s %s\\n{name}: %s\\n", argstr == expected ? "same" : "DIFFERS", argstr, expected) }} }}\n'
            for name in names)
        with tempfile.NamedTemporaryFile("w", suffix=".py") as workload:
            workload.write(f"CALLS = {CALLS!r}\n{WORKLOAD}")
            workload.flush()
            done = subprocess.run([CORETAP, "-e", script, "-c", f"{sys.executable} {workload.name}"],
                                  capture_output=True, text=True, timeout=240)
        self.assertEqual((done.returncode, done.stderr), (0, ""), done.stderr)
        lines = done.stdout.splitlines()
        self.assertEqual([line for line in lines if line.startswith("DIFFERS")], [])
        for name in names:
            made = sum(1 for called, _, _ in CALLS if called == name)
            seen = sum(1 for line in lines if line.startswith(f"{name}: "))
            self.assertGreaterEqual(seen, made, name)
        # Some of them by hand.
        for text in (f"{NOBODY}, SIGRTMIN+8", f"{NOBODY}, 0xffffffff", "PF_INET, 0x3e7, IPPROTO_TCP",
                     "AT_FDCWD, 0xdead00000000, 01", "IPC_PRIVATE, -1, 00", "[-5.000000007], 0x7", '-1, "abc", 3, -5'):
            self.assertTrue(any(text in line for line in lines), text)


if __name__ == "__main__":
    unittest.main()
