#!/usr/bin/env python3
"""Numbers as another pid and user namespace has them, and what a probe knows of itself: against what the process in the namespace
says of itself. Exit 77: no BPF rights here."""
import os
import pathlib
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "live"))
import live  # noqa: E402
from live import build, script  # noqa: E402

SCRIPT = '''probe syscall.sched_rr_get_interval {
  if (pid != 77) next
  task = task_current()
  printf("%d %d %d %d %d|%d %d %d %d|%d %d %d %d %d %d\\n", ns_pid(), ns_tid(), ns_ppid(), ns_pgrp(), ns_sid(), ns_uid(), ns_euid(), ns_gid(), ns_egid(),
         task_ns_pid(task), task_ns_tid(task), task_ns_uid(task), task_ns_euid(task), task_ns_gid(task), task_ns_egid(task))
  exit()
}'''
# Tells its numbers, and makes the call when it is told to.
INSIDE = '''
import os, sys
print(os.getpid(), os.getppid(), os.getpgrp(), os.getsid(0), os.getuid(), os.getgid(), flush=True)
sys.stdin.readline()
try: os.sched_rr_get_interval(77)
except OSError: pass
'''


class Namespaces(live.LiveTest):
    def inside(self, *unshare):
        """A process in new namespaces; what it says of itself."""
        process = subprocess.Popen(["unshare", *unshare, sys.executable, "-c", INSIDE], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.addCleanup(process.communicate)
        return process, process.stdout.readline().split()

    def ask(self, process, namespaces_of):
        """What the script prints of the process, in parts."""
        with live.tracing(SCRIPT, *([f"--target-namespaces={namespaces_of}"] if namespaces_of else [])) as tracer:
            process.stdin.write("\n")
            process.stdin.flush()
            line = tracer.stdout.readline()
        return [part.split() for part in line.split("|")]

    def test_own(self):
        process, (pid, parent, group, session, user, own_group) = self.inside("--mount")
        told = self.ask(process, 0)
        self.assertEqual(told, [[pid, pid, parent, group, session], [user, user, own_group, own_group], [pid, pid, user, user, own_group, own_group]])

    def test_of_another(self):
        process, (pid, parent, group, session, user, own_group) = self.inside("--pid", "--fork", "--user", "--map-user=17", "--map-group=18")
        self.assertEqual([pid, parent, user, own_group], ["1", "0", "17", "18"])
        child, = pathlib.Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        told = self.ask(process, child)
        self.assertEqual(told, [["1", "1", "0", group, session], ["17", "17", "18", "18"], ["1", "1", "17", "17", "18", "18"]])

    def test_who_is_not_in_it(self):
        """The numbers of this test's child, as a namespace has them that it is not in."""
        kept, _ = self.inside("--pid", "--fork", "--user", "--map-user=17")
        child, = pathlib.Path(f"/proc/{kept.pid}/task/{kept.pid}/children").read_text().split()
        os_user = pathlib.Path("/proc/sys/kernel/overflowuid").read_text().strip()
        process, numbers = self.inside("--mount", "setpriv", "--reuid=1234", "--regid=1235", "--clear-groups")
        self.assertEqual(numbers[4:], ["1234", "1235"])
        told = self.ask(process, child)
        self.assertEqual(told[0], ["0"] * 5)
        self.assertEqual(set(told[1]), {os_user})

    def test_begin(self):
        """A begin probe is coretap's own."""
        told = self.lines(script("probe begin { println(ns_pid() == stp_pid()) println(ns_uid()) exit() }"))
        self.assertEqual(told, ["1", str(os.getuid())])

    def test_no_such_process(self):
        done = script("probe begin { println(ns_pid()) exit() }", "--target-namespaces=4194303")
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn("there is no process 4194303 (--target-namespaces)", done.stderr)
        done = script("probe begin { exit() }", "--target-namespaces=x")
        self.assertEqual(done.returncode, 1)
        self.assertIn("--target-namespaces takes a process id, not 'x'", done.stderr)


class Itself(live.LiveTest):
    def test_types(self):
        """By the probe that was written."""
        prog = build("loop", "-O0")
        done = script('function t() { return probe_type() . "/" . probemod() . "/" . pnlabel() } '
                      f'global n probe process("{prog}").function("sum") {{ n[1, t()]++ }} probe process("{prog}").function("sum").return {{ n[2, t()]++ }} '
                      'probe kernel.trace("sys_enter") { if (pid() == target()) n[3, t()]++ } '
                      'probe perf.sw.page_faults.sample(1) { if (pid() == target()) n[4, t()]++ } '
                      'probe begin { n[5, t()]++ } probe timer.ms(1) { n[6, t()]++ } '
                      'probe end { n[7, t()]++ foreach ([i+, x] in n) println(x) }', "-c", f"sh -c '{prog} >/dev/null; sleep 0.1'")
        self.skipped(done)
        self.assertEqual(done.stdout.splitlines(), ["uprobe//", "uretprobe//", "kernel_tracepoint//", "perf_event//", "begin_end//", "timer//", "begin_end//"])

    def test_kernel_part(self):
        """A begin probe that reads the kernel's memory is a begin probe all the same."""
        told = self.lines(script("probe begin { println(task_pid(task_current()) == pid(), probe_type()) exit() }"))
        self.assertEqual(told, ["1begin_end"])

    def test_labels(self):
        prog = build("labels", "-O0")
        done = script(f'global n probe process("{prog}").function("work").label("*") {{ n[pnlabel()]++ if (!isinstr(pp(), pnlabel())) error("not in the point") }} '
                      'probe end { foreach (l+ in n) println(l) }', "-w", "-c", f"{prog} >/dev/null")
        counted = {line.split()[1] for line in subprocess.run([prog], capture_output=True, text=True).stdout.splitlines()
                   if line.split()[0] == "work" and line.split()[2] != "0"}
        self.assertEqual(set(self.lines(done)), counted)

    def test_registers(self):
        """The first argument of a function, and its address as nm has it, in the dump; nothing where there are no registers."""
        prog = build("loop", "-O0", "-no-pie")
        done = script(f'global seen probe process("{prog}").function("sum").call {{ if (seen++) next print_regs() printf("%016x %016x %016x\\n", u_register("rdi"), u_register("rip"), u_register("r15")) }} '
                      'probe kernel.trace("sys_exit") { if (pid() == target()) print_regs() } probe end { print_regs() }', "-c", f"{prog} >/dev/null")
        lines = self.lines(done)
        first, address, last = lines[7].split()
        self.assertEqual(len(lines), 8)
        words = " ".join(lines[:7]).replace(": ", ":").split()
        told = dict(word.split(":") for word in words)
        self.assertEqual(sorted(told), sorted("RIP RSP EFLAGS RAX RBX RCX RDX RSI RDI RBP R08 R09 R10 R11 R12 R13 R14 R15".split()))
        self.assertEqual((told["RDI"], told["RIP"], told["R15"]), (first, address, last))
        symbols = dict(line.split()[::2][::-1] for line in subprocess.run(["nm", prog], capture_output=True, text=True).stdout.splitlines() if len(line.split()) == 3)
        start = int(symbols["sum"], 16)
        self.assertTrue(start <= int(told["RIP"], 16) <= start + 16, (told["RIP"], symbols["sum"]))

    def test_own_process(self):
        call = f"{sys.executable} -c 'import os; os.sched_rr_get_interval(0); os.setuid(1234); os.sched_rr_get_interval(0)'"
        told = self.lines(script("probe syscall.sched_rr_get_interval { if (pid() == target()) println(is_myproc()) }", "-c", call))
        self.assertEqual(told, ["1", "0"])


if __name__ == "__main__":
    live.main()
