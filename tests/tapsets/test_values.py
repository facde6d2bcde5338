#!/usr/bin/env python3
"""Values of tapset functions and variables on both sides, against /proc, the C library, Python and
what the workload did. Exit 77: no BPF rights here."""
import errno
import os
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "live"))
from live import CORETAP, bpf_missing  # noqa: E402


def run(script, command=None, *options):
    args = [CORETAP, "-g", *options, "-e", script] + (["-c", command] if command else [])
    done = subprocess.run(args, capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL)
    return done.stdout.splitlines(), done.stderr


class UserSide(unittest.TestCase):
    def check(self, expression, expected):
        out, err = run(f"probe oneshot {{ println({expression}) }}")
        self.assertEqual(out, [str(expected)], err)

    def test_strings(self):
        self.check('strlen("hello")', 5)
        self.check('substr("hello", 1, 3)', "ell")
        self.check('strpos("hello", "lo")', 3)
        self.check('str_replace("abcabc", "bc", "X")', "aXaX")
        self.check('string_quoted("a\\"b\\n\\001")', '"a\\"b\\n\\001"')
        self.check('text_strn("0123456789abcdef", 10, 1)', '"01234"...')
        self.check('strtol("0x1f", 16) + strtol("-7", 0)', 0x1f - 7)

    def test_errors_and_signals(self):
        out, err = run("probe oneshot { for (i = 1; i < 134; i++) println(i, \" \", errno_str(i)) }")
        for line in out:
            number, _, name = line.partition(" ")
            if name and hasattr(errno, name):
                self.assertEqual(getattr(errno, name), int(number), err)
        self.assertEqual(len(out), 133)
        for number in (signal.SIGHUP, signal.SIGKILL, signal.SIGCHLD, signal.SIGSYS):
            self.check(f"signal_str({int(number)})", number.name[3:])

    def test_time(self):
        out, _ = run("probe oneshot { println(gettimeofday_s()); println(ctime(86400)) }")
        self.assertAlmostEqual(int(out[0]), time.time(), delta=10)
        self.assertEqual(out[1], time.asctime(time.gmtime(86400)))


class KernelSide(unittest.TestCase):
    def test_who(self):
        out, err = run('probe syscall.write { if (pid() == target()) { printf("%d %d %d %s %d %d %d %d %d\\n", '
                       "pid(), tid(), ppid(), execname(), uid(), gid(), pgrp(), sid(), task_nice(task_current())) "
                       "exit() } }",
                       "sh -c 'cat /proc/self/stat /proc/$$/stat > /dev/null; read x < /proc/$$/stat; echo $x'")
        events = [line for line in out if not line.startswith(tuple("0123456789")) or len(line.split()) == 9]
        stat = next(line for line in out if len(line.split()) > 40).split()
        got = events[0].split()
        # /proc/PID/stat: pid (comm) state ppid pgrp session … nice is field 19
        self.assertEqual([got[0], got[2], got[6], got[7], got[8]],
                         [stat[0], stat[3], stat[4], stat[5], stat[18]], err)
        self.assertEqual(got[1], got[0])
        self.assertEqual(f"({got[3]})", stat[1])
        self.assertEqual(got[4:6], [str(os.getuid()), str(os.getgid())])

    def test_system_calls(self):
        script = ("probe syscall.openat { if (pid() == target()) println(name, \" \", argstr) } "
                  "probe syscall.openat.return { if (pid() == target()) println(name, \" = \", retstr) }")
        with tempfile.TemporaryDirectory() as folder:
            out, err = run(script, f"cat {folder}/missing")
        at = out.index(f'openat AT_FDCWD, "{folder}/missing", O_RDONLY')
        self.assertEqual(out[at + 1], "openat = -2 (ENOENT)", err)

    def test_strings_as_keys(self):
        script = ('global c probe syscall.read { if (pid() == target()) c[execname(), strlen(execname()), '
                  'isinstr(execname(), "a"), substr(execname(), 1, 2), errno_str(2), strtol("12", 10)]++ } '
                  "probe end { foreach ([a, b, d, e, f, g] in c) println(a, \" \", b, \" \", d, \" \", e, \" \", f, \" \", g) }")
        out, err = run(script, "cat /dev/null")
        self.assertIn("cat 3 1 at ENOENT 12", out, err)

    def test_connect(self):
        out, err = run('probe syscall.connect { if (pid() == target()) println(argstr) }',
                       "bash -c 'exec 3<>/dev/tcp/127.0.0.1/1'")
        self.assertTrue(any("{AF_INET, 127.0.0.1, 1}, 16" in line for line in out), (out, err))

    def test_parts_of_socket_addresses(self):
        """The truth is what the program passes; connect and bind name the parts alike."""
        program = """import ctypes, socket
libc = ctypes.CDLL(None)
for family, to in ((socket.AF_INET, ("127.0.0.3", 5)), (socket.AF_INET6, ("fe80::1:2", 65535, 3, 4)), (socket.AF_UNIX, "/none/here")):
    for call in "connect", "bind":
        try: getattr(socket.socket(family, socket.SOCK_DGRAM), call)(to)
        except OSError: pass
for address, length in (None, 16), (ctypes.c_void_p(8), 16), (bytes([2, 0]) + bytes(30), 15), (bytes([2, 0]) + bytes(30), 1), (bytes([16, 0]) + bytes(30), 12):
    libc.connect(-1, address, length)
"""
        with tempfile.NamedTemporaryFile("w", suffix=".py") as file:
            file.write(program)
            file.flush()
            out, err = run('global seen probe syscall.connect, syscall.bind { if (pid() == target()) { printf("#%s|%s|%s|%s|%s|%s\\n", '
                           "name, uaddr_af, uaddr_ip, uaddr_ip_port, uaddr_ipv6_flowinfo, uaddr_ipv6_scope_id); seen[uaddr_ip]++ } } "
                           'probe end { foreach (ip in seen) printf("seen %s %d\\n", ip, seen[ip]) }', f"python3 -S {file.name}")
        wide = "fe80" + ":0000" * 5 + ":0001:0002"
        parts = ["AF_INET|127.0.0.3|5||", f"AF_INET6|{wide}|65535|{socket.htonl(3)}|4", "AF_UNIX||||"]
        expected = [f"#{call}|{part}" for part in parts for call in ("connect", "bind")]
        expected += [f"#connect|{family}||||" for family in ("NULL", "{...}", "{unknown sockaddr with sa=2, salen=15}",
                                                              "{unknown sockaddr with salen=1}", "AF_NETLINK")]
        self.assertEqual([line for line in out if line.startswith("#")], expected, err)
        self.assertEqual({line for line in out if line.startswith("seen")}, {"seen 127.0.0.3 2", f"seen {wide} 2", "seen  7"}, err)

    def test_sleep(self):
        out, err = run("probe syscall.clock_nanosleep { if (pid() == target()) println(argstr) }", "sleep 0.25")
        self.assertTrue(out and out[0].startswith("CLOCK_REALTIME, 0x0, [0.250000000], 0x"), (out, err))


if __name__ == "__main__":
    why = bpf_missing()
    if why:
        print("SKIPPED:", why)
        sys.exit(77)
    unittest.main()
