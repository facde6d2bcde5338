#!/usr/bin/env python3
"""Values of tapset functions that only compute, on both sides, against Python; traces, stopwatches and queues. Exit 77: no BPF rights here."""
import os
import pathlib
import re
import resource
import socket
import stat
import subprocess
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "live"))
import live  # noqa: E402
from live import script  # noqa: E402

MARK = 'kernel.trace("sys_enter") { if (pid() == target() && $id == 148) {'
CALL = f"{sys.executable} -c 'import os; os.sched_rr_get_interval(0)'"
NUMBERS = (0, 1, 0x12, 0x1234, 0x8000, 0x12345678, 0x80000000, 0x123456789abcdef0, -1, -2, 1 << 63)


def signed(number):
    number &= (1 << 64) - 1
    return number - (1 << 64) if number >> 63 else number


def swapped(number, size):
    return signed(int.from_bytes((number & ((1 << 8 * size) - 1)).to_bytes(size, "little"), "big"))


def written(number):
    """A number as a script can write it."""
    return f"0x{number & ((1 << 64) - 1):x}"


class BothSides(live.LiveTest):
    def told(self, expressions, kernel):
        body = " ".join(f"println({e})" for e in expressions)
        if kernel:
            return self.lines(script(f"probe {MARK} {body} exit() }} }}", "-g", "-c", CALL))
        return self.lines(script(f"probe oneshot {{ {body} }}", "-g"))

    def both(self, cases):
        """Each expression has the value that is beside it, in user space and in the kernel."""
        expected = [str(value) for _, value in cases]
        for kernel in False, True:
            for at in range(0, len(cases), 60):
                part = slice(at, at + 60)
                told = self.told([e for e, _ in cases[part]], kernel)
                self.assertEqual(list(zip((e for e, _ in cases[part]), told, strict=True)),
                                 list(zip((e for e, _ in cases[part]), expected[part])), f"kernel: {kernel}")

    def test_byte_orders(self):
        cases = []
        for number in NUMBERS:
            for size, to, back in (2, "htons", "ntohs"), (4, "htonl", "ntohl"), (8, "htonll", "ntohll"):
                cases += [(f"{to}({written(number)})", swapped(number, size)), (f"{back}({written(number)})", swapped(number, size))]
            for size, big, little in (2, "big_endian2", "little_endian2"), (4, "big_endian4", "little_endian4"), (8, "big_endian8", "little_endian8"):
                cases += [(f"{big}({written(number)})", swapped(number, size)),
                          (f"{little}({written(number)})", signed(number & ((1 << 8 * size) - 1)))]
        self.assertEqual(socket.htonl(0x12345678), swapped(0x12345678, 4))
        self.both(cases)

    def test_devices(self):
        cases = []
        for major, minor in (0, 0), (8, 1), (259, 70000), (4095, 1048575):
            kernel = major << 20 | minor  # MINORBITS of include/linux/kdev_t.h
            cases += [(f"MKDEV({major}, {minor})", kernel), (f"MAJOR({kernel})", major), (f"MINOR({kernel})", minor),
                      (f"usrdev2kerndev({os.makedev(major, minor)})", kernel)]
        self.both(cases)

    def test_times(self):
        cases = []
        for seconds in 0, 1, 59, 60, 135, 3600, 100000:
            for fraction in 0, 1, 29834123, 999999999:
                ns = seconds * 1000000000 + fraction
                minutes = f"{seconds // 60}m{seconds % 60}."
                cases += [(f"nsecs_to_string({ns})", f"{minutes}{fraction:09}s"),
                          (f"usecs_to_string({ns // 1000})", f"{minutes}{fraction // 1000:06}s"),
                          (f"msecs_to_string({ns // 1000000})", f"{minutes}{fraction // 1000000:03}s"),
                          (f"cputime_to_string({ns})", f"{minutes}{fraction // 1000000:03}s"),
                          (f"cputime_to_msecs({ns})", ns // 1000000), (f"cputime_to_usecs({ns})", ns // 1000)]
        self.both(cases)

    def test_sizes(self):
        cases = [("bytes_to_string(0)", "    0"), ("bytes_to_string(1023)", " 1023")]
        for unit, letter in ((1 << 10, "K"), (1 << 20, "M"), (1 << 30, "G")):
            cases += [(f"bytes_to_string({unit})", f"1.00{letter}"), (f"bytes_to_string({unit * 25 // 2})", f"12.5{letter}"),
                      (f"bytes_to_string({unit * 150})", f" 150{letter}")]
        page = os.sysconf("SC_PAGE_SIZE")
        cases += [("pages_to_string(0)", "    0"), (f"pages_to_string({(1 << 20) // page})", "1.00M")]
        self.both(cases)

    def test_addresses_and_names(self):
        cases = []
        for address in "0.0.0.0", "127.0.0.1", "255.255.255.255", "10.20.30.40":
            number = int.from_bytes(socket.inet_aton(address), "little")
            cases += [(f"ip_ntop({number})", address), (f"format_ipaddr({number}, {int(socket.AF_INET)})", address)]
        for name in "NODELAY", "MAXSEG", "CORK", "KEEPIDLE", "KEEPINTVL", "KEEPCNT", "SYNCNT", "LINGER2", "DEFER_ACCEPT", "WINDOW_CLAMP", "INFO", "QUICKACK":
            cases.append((f"tcp_sockopt_str({getattr(socket, 'TCP_' + name)})", "TCP_" + name))
        cases += [("tcp_sockopt_str(99)", "UNDEF_SOCKOPT(99)"), ("AF_INET()", int(socket.AF_INET)), ("AF_INET6()", int(socket.AF_INET6))]
        for name in "CPU FSIZE DATA STACK CORE RSS NPROC NOFILE MEMLOCK AS".split():
            cases.append((f'rlimit_from_str("RLIMIT_{name}")', getattr(resource, "RLIMIT_" + name)))
        cases += [('rlimit_from_str("RLIMIT_NONE")', -1), ('rlimit_from_str("")', -1)]
        self.both(cases)

    def test_results(self):
        cases = [("errno_p(-2)", 2), ("errno_p(2)", 2), ("errno_p(0)", 0), ("errno_p(-133)", 133), ("errno_p(134)", 0), ("errno_p(100000)", 0),
                 ("errno_p(-514)", 514), ("errno_p(511)", 0), ("errno_p(520)", 0), ("errno_p(531)", 0)]
        for number in 0, 7, 4095, 1 << 40:
            cases += [(f"return_str(1, {number})", number), (f"return_str(2, {number})", f"0x{number:x}"), (f"return_str(3, {number})", f"0{number:o}" if number else "0")]
        cases += [(f"return_str({f}, -13)", "-13 (EACCES)") for f in (1, 2, 3)] + [("return_str(1, -100000)", -100000)]
        self.both(cases)

    def test_files_and_nfs(self):
        kinds = {stat.S_IFREG: "REG", stat.S_IFDIR: "DIR", stat.S_IFCHR: "CHR", stat.S_IFBLK: "BLK", stat.S_IFIFO: "FIFO", stat.S_IFLNK: "LNK", stat.S_IFSOCK: "SOCK"}
        cases = [(f"ftype({kind})", name) for kind, name in kinds.items()] + [("ftype(0)", "")]
        # RFC 1813, 2.6; in either order of bytes.
        for number, name in (1, "PERM"), (2, "NOENT"), (5, "IO"), (13, "ACCES"), (17, "EXIST"), (70, "STALE"), (10001, "BADHANDLE"), (10008, "JUKEBOX"):
            cases += [(f"nfsderror({value})", "NFSERR_" + name) for value in (number, socket.htonl(number))]
        cases += [("nfsderror(0)", "NFS_OK"), ("nfsderror(12345)", "12345"), (f"nfsderror({socket.htonl(12345)})", "12345")]
        self.both(cases)

    def test_block_requests(self):
        cases = [("bio_rw_num(0)", 0), ("bio_rw_num(1)", 1), ("bio_rw_str(0)", "R"), ("bio_rw_str(1)", "W")]
        self.both(cases)

    def test_clocks(self):
        scales = 1, 1000, 1000000, 1000000000
        names = "gettimeofday_s gettimeofday_ms gettimeofday_us gettimeofday_ns local_clock_s local_clock_ms local_clock_us local_clock_ns".split()
        cpu_names = "cpu_clock_s cpu_clock_ms cpu_clock_us cpu_clock_ns".split()
        for kernel in False, True:
            before = time.time()
            told = self.told([f"{name}()" for name in names] + [f"{name}(0)" for name in cpu_names], kernel)
            after = time.time()
            walls = [int(word) / scale for word, scale in zip(told[:4], scales)]
            for wall in walls:
                self.assertTrue(before - 1.1 <= wall <= after + 0.1, (before, wall, after))
            for start in 4, 8:
                ticks = [int(word) / scale for word, scale in zip(told[start:start + 4], scales)]
                self.assertLess(max(ticks) - min(ticks), 2, ticks)
                self.assertLess(abs(ticks[3] - time.clock_gettime(time.CLOCK_MONOTONIC)), 60, ticks)


    def test_random_numbers(self):
        """Within their range, none left out; of 64 numbers below 2^20 hardly two are the same."""
        for kernel in False, True:
            told = list(map(int, self.told(["randint(3)"] * 60, kernel)))
            self.assertEqual(set(told), {0, 1, 2})
            told = list(map(int, self.told(["randint(1048576)"] * 60 + ["randint(1)"], kernel)))
            self.assertTrue(all(0 <= number < 1 << 20 for number in told) and len(set(told)) > 50, told)
            self.assertEqual(told[-1], 0)


class UserSide(live.LiveTest):
    def test_terminal(self):
        done = script(r'''probe oneshot {
            ansi_clear_screen() print("a") ansi_set_color(31) print("b") ansi_set_color2(32, 44) print("c") ansi_set_color3(33, 45, 1) print("d")
            ansi_set_color3(34, 46, 0) print("e") ansi_reset_color() print("f") ansi_new_line() ansi_cursor_move(7, 3) print("g")
            ansi_cursor_save() print("h") ansi_cursor_restore() ansi_cursor_hide() ansi_cursor_show() }''')
        self.assertEqual(self.ok(done), "\033[1;1H\033[Ja\033[31mb\033[44;32mc\033[45;33;1md\033[46;34me\033[0;0mf\n\033[3;7Hg\033[sh\033[u\033[>5I\033[>5h")

    def test_time_zone(self):
        moment = 1700000000
        for zone in "UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata":
            env = {**os.environ, "TZ": zone}
            told = self.lines(script(f"probe oneshot {{ println(tz_ctime({moment})) println(tz_name()) println(tz_gmtoff()) }}", env=env))
            os.environ["TZ"] = zone
            time.tzset()
            here, then = time.localtime(), time.localtime(moment)
            self.assertEqual(told, [f"{time.asctime(then)} {then.tm_zone}", here.tm_zone, str(-here.tm_gmtoff)], zone)
        del os.environ["TZ"]
        time.tzset()

    def test_statistics_printed(self):
        """@prints() and its kin, which print an array by its number of keys: the largest count first."""
        keys = {count: ", ".join(f'"{key}"' if key % 2 else str(key) for key in range(count)) for count in range(1, 10)}
        text = "global s0" + "".join(f", s{count}" for count in keys) + " probe begin { s0 <<< -3 s0 <<< 8 @prints(s0)"
        for count, key in keys.items():
            text += f"\n s{count}[{key}] <<< 1 s{count}[{key.replace('0', '77', 1)}] <<< 4 s{count}[{key.replace('0', '77', 1)}] <<< 5 @prints{count}(s{count})"
        wanted = ["@count=2 @min=-3 @max=8 @sum=5 @avg=2"]
        for key in keys.values():
            shown = key.replace('"', "").replace(" ", "")
            wanted += [f"[{shown.replace('0', '77', 1)}] @count=2 @min=4 @max=5 @sum=9 @avg=4", f"[{shown}] @count=1 @min=1 @max=1 @sum=1 @avg=1"]
        self.assertEqual(self.lines(script(text + " exit() }")), wanted)

    def test_who_traces(self):
        told, own = self.lines(script("probe oneshot { println(stp_pid()) println(pid()) }"))
        self.assertEqual(told, own)
        self.assertNotEqual(int(told), os.getpid())
        first, second = map(int, self.lines(script("probe oneshot { a = get_cycles() b = get_cycles() println(a > 0) println(b > a) }")))
        self.assertEqual((first, second), (1, 1))


    def test_bytes(self):
        numbers = (1, -2, 0x4142434445464748, 1 << 63)
        arguments = ", ".join(written(number) for number in numbers)
        for count in -1, 0, 1, 3, 4:
            command = [live.CORETAP, "-e", f"probe oneshot {{ stp_print_binary({count}, {arguments}) }}"]
            told = subprocess.run(command, capture_output=True, check=True, timeout=60).stdout
            self.assertEqual(told, b"".join((number & (1 << 64) - 1).to_bytes(8, sys.byteorder) for number in numbers[:max(count, 0)]))

    def test_the_kernels_log(self):
        text = f"coretap test {os.getpid()} {time.time_ns()}"
        self.ok(script(f'probe oneshot {{ printk(6, "{text}") }}', "-g"))
        log = subprocess.run(["dmesg", "--raw"], capture_output=True, text=True, check=True).stdout
        self.assertRegex(log, rf"(?m)^<\d+>.*{text}$")


class Traces(live.LiveTest):
    def test_indentation(self):
        told = self.lines(script('''
            probe oneshot {
              println(indent(1) . "a") println(indent(1) . "b") println(indent(-1) . "c") println(indent(-1) . "d") println(indent(1) . "e")
              printf("%d %d %d %d\\n", indent_depth(1), indent_depth(1), indent_depth(-1), indent_depth(-2))
              println(thread_indent(1) . "a") println(thread_indent(1) . "b") println(thread_indent(-1) . "c") println(thread_indent(-1) . "d")
              printf("%d %d %d %d\\n", thread_indent_depth(1), thread_indent_depth(1), thread_indent_depth(-1), thread_indent_depth(-1)) }'''))
        trace = [re.fullmatch(r" *(\d+) :( *)(\w)", line) for line in told[:5]]
        self.assertTrue(all(trace), told)
        self.assertEqual([(len(t[2]), t[3]) for t in trace], [(0, "a"), (1, "b"), (1, "c"), (0, "d"), (0, "e")])
        self.assertEqual([int(t[1]) for t in trace][0], 0)
        self.assertEqual(int(trace[4][1]), 0)  # a new trace
        self.assertEqual(told[5], "1 2 2 1")
        trace = [re.fullmatch(r" *(\d+) (\S+)\((\d+)\):( *)(\w)", line) for line in told[6:10]]
        self.assertTrue(all(trace), told)
        self.assertEqual([(len(t[4]), t[5]) for t in trace], [(0, "a"), (1, "b"), (1, "c"), (0, "d")])
        self.assertEqual(len({(t[2], t[3]) for t in trace}), 1)
        self.assertEqual(told[10], "0 1 1 0")

    def test_stopwatches(self):
        told = self.lines(script('''
            probe begin { start_stopwatch("a") start_stopwatch("b") }
            probe timer.ms(200) { stop_stopwatch("a") }
            probe timer.ms(1300) {
              stop_stopwatch("b")
              printf("%d %d %d %d\\n", read_stopwatch_ns("a"), read_stopwatch_us("a"), read_stopwatch_ms("a"), read_stopwatch_s("b"))
              printf("%d\\n", read_stopwatch_ms("b") - read_stopwatch_ms("a"))
              delete_stopwatch("a") printf("%d %d\\n", read_stopwatch_ns("a"), read_stopwatch_ns("none"))
              exit() }'''))
        ns, us, ms, s = map(int, told[0].split())
        self.assertEqual((us, ms), (ns // 1000, ns // 1000000))
        self.assertTrue(190 <= ms <= 1200, ms)
        self.assertIn(s, (1, 2, 3))
        self.assertGreaterEqual(int(told[1]), 100)
        self.assertEqual(told[2], "0 0")

    def test_queues(self):
        # Two requests wait; after 200 ms the first is served, for 300 ms; the second is then served for 200 ms; 300 ms nothing is there.
        told = self.lines(script('''
            global start, t1, t2, t3
            probe begin { qsq_start("q") start = qs_time() qs_wait("q") qs_wait("q") }
            probe timer.ms(200) { if (!t1) { t1 = qs_time() qs_run("q") } }
            probe timer.ms(500) { if (!t2) { t2 = qs_time() qs_done("q") qs_run("q") } }
            probe timer.ms(700) { if (!t3) { t3 = qs_time() qs_done("q") } }
            probe timer.ms(1000) {
              t4 = qs_time()
              printf("%d %d %d %d %d %d\\n", start, t1, t2, t3, t4, qs_time() - t4)
              printf("%d %d %d %d %d %d\\n", qsq_blocked("q", 1000), qsq_utilization("q", 1000), qsq_wait_queue_length("q", 1000), qsq_service_time("q", 1),
                     qsq_wait_time("q", 1), qsq_throughput("q", 1000000000))
              qsq_print("q")
              exit() }'''))
        start, t1, t2, t3, t4, _ = map(int, told[0].split())
        all_time = t4 - start
        expected = (1000 * (t2 - start) / all_time, 1000 * (t3 - t1) / all_time, 1000 * (2 * (t1 - start) + (t2 - t1)) / all_time, (t3 - t1) / 2,
                    (t3 - t1 + 2 * (t1 - start) + (t2 - t1)) / 2, 2000000000 / all_time)
        for value, right in zip(map(int, told[1].split()), expected, strict=True):
            # The functions read the clock a moment after the script did.
            self.assertLess(abs(value - right), 2 + right * 0.03, told)
        self.assertRegex(told[2], r"^q: \d+\.\d{3} ops/s, \d+\.\d{3} qlen, \d+ await, \d+ svctm, \d+% wait, \d+% util$")


if __name__ == "__main__":
    live.main()
