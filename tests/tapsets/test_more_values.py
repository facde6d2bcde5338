#!/usr/bin/env python3
"""Values of tapset functions that came later: against Python, the C library's headers and /proc. Exit 77: no BPF rights here."""
import ctypes
import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "live"))
import live  # noqa: E402
from live import script  # noqa: E402

MARK = 'kernel.trace("sys_enter") { if (pid() == target() && $id == 148) {'
CALL = f"{sys.executable} -c 'import os; os.sched_rr_get_interval(0)'"


class UserSide(live.LiveTest):
    def values(self, *expressions):
        return self.lines(script("probe oneshot { " + " ".join(f"println({e})" for e in expressions) + " }", "-g"))

    def test_wait_status(self):
        ended = [os.waitstatus_to_exitcode(status) for status in (0, 256 * 7, 9, 256 * 255)]
        self.assertEqual(ended, [0, 7, -9, 255])
        self.assertEqual(self.values(*(f"{f}({status})" for status in (0, 256 * 7, 9, 256 * 255) for f in ("WIFEXITED", "WEXITSTATUS", "WTERMSIG"))),
                         "1 0 0 1 7 0 0 0 9 1 255 0".split())

    def test_sockets(self):
        families = {getattr(socket, name): name[3:] for name in ("AF_INET", "AF_INET6", "AF_NETLINK", "AF_PACKET", "AF_VSOCK", "AF_CAN", "AF_TIPC")}
        self.assertEqual(self.values(*(f"sock_fam_num2str({n})" for n in families)), list(families.values()))
        self.assertEqual(self.values(*(f'sock_fam_str2num("{name}")' for name in families.values())), [str(int(n)) for n in families])
        types = {getattr(socket, name): name[5:] for name in ("SOCK_STREAM", "SOCK_DGRAM", "SOCK_RAW", "SOCK_RDM", "SOCK_SEQPACKET")}
        self.assertEqual(self.values(*(f"sock_type_num2str({int(n)})" for n in types)), list(types.values()))
        protocols = {}
        for line in pathlib.Path("/etc/protocols").read_text().splitlines():
            words = line.split("#")[0].split()
            if len(words) > 2 and int(words[1]) not in (139, 140, 141, 142, 143, 262) and int(words[1]) < 138:
                protocols[int(words[1])] = words[2]
        told = self.values(*(f"sock_prot_num2str({n})" for n in protocols))
        differs = {n: (name, words) for (n, name), words in zip(protocols.items(), told) if name.upper() != words.upper()}
        # SystemTap's names are of an older /etc/protocols.
        self.assertLessEqual(set(differs), {0, 4, 33, 50, 51, 73, 89}, differs)
        self.assertEqual(self.values("sock_prot_num2str(6)", 'sock_prot_str2num("UDP")', "sock_prot_num2str(61)", "sock_fam_num2str(-1)",
                                     'sock_type_str2num("x")', 'sock_fam_str2num("")', "sock_state_num2str(3)", 'sock_state_str2num("FREE")',
                                     "sock_state_num2str(99)", "sock_prot_num2str(4294967302)"),
                         ["TCP", "17", "UNDEF", "UNDEF", "-1", "-1", "CONNECTED", "0", "UNDEF", "UNDEF"])

    def test_flags(self):
        names = [name for name in dir(socket) if name.startswith("MSG_") and name in
                 ("MSG_OOB", "MSG_PEEK", "MSG_CTRUNC", "MSG_TRUNC", "MSG_DONTWAIT", "MSG_EOR", "MSG_WAITALL", "MSG_CONFIRM", "MSG_ERRQUEUE", "MSG_NOSIGNAL", "MSG_MORE")]
        self.assertEqual(len(names), 11)
        self.assertEqual(self.values(*(f"msg_flags_num2str({int(getattr(socket, name))})" for name in names)), [name[4:] for name in names])
        self.assertEqual(self.values("msg_flags_num2str(0)", "msg_flags_num2str(0x4040)", "sock_flags_num2str(0)", "sock_flags_num2str(0x18)", "msg_flags_num2str(-1)"),
                         ["", "DONTWAIT|NOSIGNAL", "", "PASSCRED|PASSSEC",
                          "OOB|PEEK|DONTROUTE|TRYHARD|CTRUNC|PROBE|TRUNC|DONTWAIT|EOR|WAITALL|FIN|SYN|CONFIRM|RST|ERRQUEUE|NOSIGNAL|MORE"])

    def test_socket_options(self):
        names = [name for name in dir(socket) if re.match(r"IPV6_(V6ONLY|UNICAST_HOPS|MULTICAST_IF|RECVPKTINFO|TCLASS|HOPLIMIT|RTHDR)$", name)]
        self.assertEqual(self.values(*(f"tcp_ipv6_sockopt_str({getattr(socket, name)})" for name in names), "tcp_ipv6_sockopt_str(999)", "tcp_ipv6_sockopt_str(-1)"),
                         [*names, "UNDEF_SOCKOPT(999)", "UNDEF_SOCKOPT(-1)"])

    def test_load(self):
        def loads():
            return [float(word) for word in pathlib.Path("/proc/loadavg").read_text().split()[:3]]
        before = loads()
        text, *whole = self.lines(script('probe oneshot { print(sprint_loadavg()) for (i = 0; i < 3; i++) println(get_loadavg_index(i)) }'))
        after = loads()
        for low, got, high, part in zip(before, text.split(), after, whole):
            self.assertTrue(min(low, high) - 0.5 <= float(got) <= max(low, high) + 0.5, (before, text, after))
            self.assertEqual(int(float(got)), int(part))
        done = script("probe begin { println(get_loadavg_index(3)) }")
        self.assertIn("Invalid loadavg index 3 specified.", done.stderr)

    def test_the_rest(self):
        self.assertEqual(self.values("remote_id()", "remote_uri()", "arch_bytes()", "uarch_bytes()", "symfileline(0x1234)", "symfile(-1)", "symline(0)"),
                         ["-1", "", "8", "8", "0x1234", "0xffffffffffffffff", "0x0"])
        sizes = [ctypes.sizeof(t) for t in (ctypes.c_uint64, ctypes.c_uint32)]
        self.assertEqual(self.lines(script('probe oneshot { println(@cast_sizeof("u64")) println(@cast_module_sizeof("kernel", "u32")) '
                                           'println(&@cast(8, "u64", "kernel")[3]) }')), [str(sizes[0]), str(sizes[1]), "32"])
        btf = subprocess.run(["bpftool", "btf", "dump", "file", "/sys/kernel/btf/vmlinux"], capture_output=True, text=True).stdout
        size = re.search(r"STRUCT 'task_struct' size=(\d+)", btf)
        if size:
            self.assertEqual(self.values('@cast_module_sizeof("kernel", "task_struct")'), [size[1]])


class KernelSide(live.LiveTest):
    def test_ancestors(self):
        names, pid = [], os.getpid()
        while pid:
            status = dict(line.split(":\t", 1) for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines() if ":\t" in line)
            names.append(status["Name"])
            pid = int(status["PPid"])
        printed = self.lines(script("probe " + MARK + ' println(task_ancestry(task_current(), 0)) println(task_ancestry(task_current(), 1)) '
                                    'println(task_start_time(tid())) println(task_start_time(-5)) println(task_utime_tid(tid()) == task_utime()) '
                                    'println(task_stime_tid(tid()) >= task_stime()) println(task_time_string_tid(tid()) == task_time_string()) '
                                    '} }', "-c", CALL))
        wild = script("probe " + MARK + " println(task_ancestry(-1, 0)) } }", "-c", CALL)
        self.assertRegex(wild.stderr, "^ERROR: kernel read fault at 0xffffffffffffffff")
        chain = printed[0].split("=>")
        self.assertEqual(chain[-2], "coretap")
        self.assertEqual(chain[-4:-2], names[:2][::-1])  # a thread of an older one may be the parent
        self.assertEqual(re.sub(r"\(\d+m\d+\.\d+s\)", "", printed[1]), printed[0])
        uptime = float(pathlib.Path("/proc/uptime").read_text().split()[0])
        self.assertTrue(uptime - 60 < int(printed[2]) / 1e9 < uptime + 1, (uptime, printed[2]))
        self.assertEqual(printed[3:7], ["0", "1", "1", "1"])

    def test_kernel_bytes_in_quotes(self):
        printed = self.lines(script("probe " + MARK + ''' comm = &@cast(task_current(), "task_struct", "kernel")->comm
            println(kernel_buffer_quoted(comm, 6)) println(kernel_buffer_quoted(comm, 16)) println(kernel_buffer_quoted(comm, 16, 6))
            println(kernel_buffer_quoted(comm, 0)) println(kernel_buffer_quoted(comm, -1)) println(kernel_buffer_quoted(8, 4)) println(kernel_buffer_quoted(-1, 4))
            try { println(kernel_buffer_quoted_error(8, 4)) } catch (e) { println(e) }
            try { println(rcu_dereference(8)) } catch (e) { println(e) } } }''', "-c", CALL))
        self.assertEqual(printed[0], '"python"')
        self.assertRegex(printed[1], r'^"python3?(\.11)?(\\0|\\000)+"$')
        self.assertEqual(printed[2][0], '"')
        self.assertTrue(printed[2].endswith('"...'), printed[2])
        self.assertEqual(printed[3:7], ['""', '""', "0x8", "0xffffffffffffffff"])
        self.assertRegex(printed[7], "kernel read fault at 0x0*8 ")
        self.assertRegex(printed[8], "kernel read fault at 0x0*8 ")

    def test_signals_that_are_handled(self):
        program = ("import os, signal; signal.signal(12, lambda *_: 0); os.kill(os.getpid(), 12); os.kill(os.getpid(), 12)")
        printed = self.lines(script('global n probe signal.handle { if (pid() == target() && sig == 12) n[name, sig_name, sig_mode, sig_code]++ } '
                                    'probe signal.syskill { if (pid() == target()) n[name, sig_name, pid_name == execname() ? "own" : "other", sig_pid == pid()]++ } '
                                    'probe signal.syskill.return { if (pid() == target()) n[name, retstr, "", 0]++ } '
                                    'probe end { foreach ([a, b, c, d] in n) printf("%s %s %s %d: %d\\n", a, b, c, d, n[a, b, c, d]) }',
                                    "-c", f"{sys.executable} -c '{program}'"))
        self.assertEqual(sorted(printed), ["handle SIGUSR2 User Mode Signal 0: 2", "syskill 0  0: 2", "syskill SIGUSR2 own 1: 2"])

    def test_events_by_name(self):
        """Page faults of the command, as getrusage() counts them. The kernel starts no program for a fault within one, of whatever
        process it is, and that is told."""
        program = "import mmap, resource; m = mmap.mmap(-1, 4096 * 500); [m.write_byte(1) or m.seek(4095, 1) for _ in range(500)]"
        text = 'global n probe perf.sw.page_faults.sample(1) { if (pid() == target()) n++ } probe end { println(n) }'
        done = script(text, "-c", f"{sys.executable} -c '{program}; print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt)'")
        skipped, printed = self.skipped(done), done.stdout.splitlines()
        self.assertTrue(500 - skipped <= int(printed[1]) <= int(printed[0]) + 400, printed)

    def test_files_in_the_kernel_page_of_blocks(self):
        """Requests that the scheduler of blocks sees belong to a disk that /proc/diskstats has."""
        printed = self.lines(script('global n probe ioscheduler_trace.elv_issue_request { n[disk_major, disk_minor, elevator_name]++ } '
                                    'probe end { foreach ([a, b, e] in n) printf("%d %d %s\\n", a, b, e) }',
                                    "-c", "sh -c 'dd if=/dev/zero of=/var/tmp/coretap-io bs=4k count=20 oflag=direct conv=fsync status=none; rm /var/tmp/coretap-io'"))
        disks = {tuple(line.split()[:2]): line.split()[2] for line in pathlib.Path("/proc/diskstats").read_text().splitlines()}
        self.assertTrue(printed, "nothing was written to a disk")
        for line in printed:
            major, minor, elevator = line.split()
            name = disks[major, minor]
            chosen = pathlib.Path(f"/sys/block/{name}/queue/scheduler").read_text()
            self.assertIn(f"[{elevator}]", chosen)


if __name__ == "__main__":
    live.main()
