#!/usr/bin/env python3
"""Numbers of a task, and of a probed function's arguments: against /proc, the process itself and the arguments that it passed. Exit 77: no BPF rights here."""
import os
import pathlib
import resource
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "live"))
import live  # noqa: E402
from live import TMP, script  # noqa: E402

MARK = 'kernel.trace("sys_enter") { if (pid() == target() && $id == 148) {'
LIMITS = """task_rlimit_as task_rlimit_core task_rlimit_cpu task_rlimit_data task_rlimit_fsize task_rlimit_locks task_rlimit_memlock task_rlimit_msgqueue
    task_rlimit_nice task_rlimit_nofile task_rlimit_nproc task_rlimit_rss task_rlimit_rtprio task_rlimit_rttime task_rlimit_sigpending task_rlimit_stack""".split()

# Lowers some limits and its priority, changes its ids, opens files, and tells what the kernel says of it.
WORKLOAD = r'''
import os, resource, sys
resource.setrlimit(resource.RLIMIT_CORE, (12345, resource.RLIM_INFINITY))
resource.setrlimit(resource.RLIMIT_NOFILE, (77, 99))
resource.setrlimit(resource.RLIMIT_CPU, (1000, 2000))
os.nice(7)
os.sched_setaffinity(0, {1} if 1 in os.sched_getaffinity(0) else {0})
files = [os.open("/dev/null", os.O_RDONLY) for _ in range(30)]
os.close(files[3])
os.setresgid(1234, 2345, 3456)
os.setresuid(4321, 5432, 6543)
for line in open("/proc/self/limits"):
    print("limit", line[26:47].strip() if line[0:3] == "Max" else "", line[:25].strip(), sep="|")
status = dict(line.rstrip("\n").split(":\t", 1) for line in open("/proc/self/status") if ":\t" in line)
for name in "Uid", "Gid", "FDSize", "PPid":
    print("status", name, " ".join(status[name].split()), sep="|")
print("files", len(os.listdir("/proc/self/fd")) - 1, sep="|")
stat = open("/proc/self/stat").read().rpartition(")")[2].split()
print("stat", stat[15], stat[16], stat[36], sep="|")  # priority, nice, processor: fields 18, 19, 39
print("parent", open("/proc/%d/comm" % os.getppid()).read().strip(), sep="|")
sys.stdout.flush()
os.sched_rr_get_interval(0)
'''
# The rows of /proc/PID/limits (fs/proc/base.c).
ROWS = {"AS": "Max address space", "CORE": "Max core file size", "CPU": "Max cpu time", "DATA": "Max data size", "FSIZE": "Max file size",
        "LOCKS": "Max file locks", "MEMLOCK": "Max locked memory", "MSGQUEUE": "Max msgqueue size", "NICE": "Max nice priority",
        "NOFILE": "Max open files", "NPROC": "Max processes", "RSS": "Max resident set", "RTPRIO": "Max realtime priority",
        "RTTIME": "Max realtime timeout", "SIGPENDING": "Max pending signals", "STACK": "Max stack size"}

ARGUMENTS = r'''
__attribute__((noipa)) void look(unsigned a, int b, unsigned long long c, long long d, unsigned long e, int* f) { __asm__ volatile("" ::: "memory"); }
int main(void) { int x = 0; look(0xfffffffe, -3, 0xfffffffffffffffbull, -6, 0x8000000000000001ul, &x); return x; }
'''


class Tasks(live.LiveTest):
    def test_limits_and_ids(self):
        workload = TMP / "limits.py"
        workload.write_text(WORKLOAD)
        body = "task = task_current() " + " ".join(f'printf("%d %d\\n", {name}(task), task_rlimit(task, "RLIMIT_{name[12:].upper()}"))' for name in LIMITS)
        body += '''
            printf("%d %d %d %d\\n", task_uid(task), task_euid(task), task_gid(task), task_egid(task))
            printf("%d %d %d %d\\n", uid(), euid(), gid(), egid())
            printf("%d %d\\n", task_max_file_handles(task), task_open_file_handles(task))
            printf("%d %d %d %d\\n", task_prio(task), task_nice(task), task_cpu(task), task_state(task))
            printf("%s %d %d\\n", pexecname(), probing_32bit_app(), registers_valid())
            printf("%d\\n", task_rlimit(task, "RLIMIT_NONE"))
            tokenize(backtrace(), " ")
            second = tokenize("", " ")
            printf("%d %d\\n", caller_addr() == stack(1), sprintf("0x%x", caller_addr()) == second)'''
        told = self.lines(script(f"probe {MARK} {body} exit() }} }}", "-c", f"{sys.executable} {workload}"))
        own = [line.split("|") for line in told if "|" in line]
        printed = [line for line in told if "|" not in line]
        limits = {name: value for kind, value, name in (row for row in own if row[0] == "limit")}
        status = {row[1]: row[2] for row in own if row[0] == "status"}
        for name in LIMITS:
            value = limits[ROWS[name[12:].upper()]]
            expected = -1 if value == "unlimited" else int(value)
            self.assertEqual(printed.pop(0), f"{expected} {expected}", name)
        self.assertEqual((limits["Max core file size"], limits["Max open files"]), ("12345", "77"))
        uids, gids = status["Uid"].split(), status["Gid"].split()
        self.assertEqual(uids[:2] + gids[:2], ["4321", "5432", "1234", "2345"])
        ids = f"{uids[0]} {uids[1]} {gids[0]} {gids[1]}"
        self.assertEqual(printed[:2], [ids, ids])
        files = next(row[1] for row in own if row[0] == "files")
        self.assertEqual(printed[2], f"{status['FDSize']} {files}")
        priority, nice, processor = next(row[1:] for row in own if row[0] == "stat")
        self.assertEqual(int(nice), min(os.getpriority(os.PRIO_PROCESS, 0) + 7, 19))
        self.assertEqual(printed[3], f"{priority} {nice} {processor} 0")
        self.assertEqual(printed[4], f"{next(row[1] for row in own if row[0] == 'parent')} 0 0")
        self.assertEqual(printed[5:], ["-1", "1 1"])

    def test_memory_of_another_process(self):
        """Of a process that sleeps, so that its numbers stand still."""
        other = subprocess.Popen(["sleep", "60"])
        try:
            pid = other.pid
            told = self.lines(script(f'''probe {MARK}
                printf("%d %d %d %d %d\\n", proc_mem_size_pid({pid}), proc_mem_rss_pid({pid}), proc_mem_shr_pid({pid}), proc_mem_txt_pid({pid}), proc_mem_data_pid({pid}))
                println(proc_mem_string_pid({pid}) == proc_mem_string({pid}))
                println(proc_mem_string_pid({pid}))
                exit() }} }}''', "-c", f"{sys.executable} -c 'import os; os.sched_rr_get_interval(0)'"))
            statm = list(map(int, pathlib.Path(f"/proc/{pid}/statm").read_text().split()))
        finally:
            other.kill()
            other.wait()
        size, rss, shared, text, data = map(int, told[0].split())
        self.assertEqual([size, text, data], [statm[0], statm[3], statm[5]])
        self.assertLess(abs(rss - statm[1]), 400)
        self.assertLess(abs(shared - statm[2]), 400)
        self.assertEqual(told[1], "1")
        self.assertRegex(told[2], r"^size: *[\d.]+[KMG], rss: *[\d.]+[KMG], shr: *[\d.]+[KMG], txt: *[\d.]+[KMG], data: *[\d.]+[KMG]$")


class Arguments(live.LiveTest):
    def test_each_width(self):
        source, program = TMP / "arguments.c", TMP / "arguments"
        source.write_text(ARGUMENTS)
        subprocess.run(["gcc", "-g", "-O1", "-o", program, source], check=True)
        told = self.lines(script(f'''probe process("{program}").function("look") {{
            printf("%d %d %d %d\\n", u32_arg(1), s32_arg(1), u32_arg(2), s32_arg(2))
            printf("%d %d %d %d\\n", u64_arg(3), s64_arg(3), ulonglong_arg(3), longlong_arg(3))
            printf("%d %d %d %d\\n", u64_arg(4), s64_arg(4), ulong_arg(5), long_arg(5))
            printf("%d %d\\n", pointer_arg(6) == $f, registers_valid()) }}''', "-c", str(program)))
        self.assertEqual(told, ["4294967294 -2 4294967293 -3", "-5 -5 -5 -5", f"-6 -6 {-(1 << 63) + 1} {-(1 << 63) + 1}", "1 1"])

    def test_results(self):
        program = TMP / "results"
        source = TMP / "results.c"
        source.write_text("long __attribute__((noipa)) number(long x) { return x; }\nint main(void) { return number(20) + number(-2) - 18; }\n")
        subprocess.run(["gcc", "-g", "-O1", "-o", program, source], check=True)
        told = self.lines(script(f'''
            probe process("{program}").function("number").call {{ asmlinkage() fastcall() regparm(0) printf("in %d %d\\n", is_return(), long_arg(1)) }}
            probe process("{program}").function("number").return {{
              printf("out %d %s %s %s %d\\n", is_return(), returnstr(1), returnstr(2), returnstr(3), returnval()) }}
            probe process("{program}").function("number").call {{ if (long_arg(1) > 0) print_ustack_fileline(ubacktrace()) }}
            probe kernel.trace("sys_enter") {{ if (pid() == target() && $id == 231) println("left ", is_return()) }}''', "-c", str(program)))
        stack = [line for line in told if line.startswith(" ")]
        self.assertEqual([line for line in told if line not in stack],
                         ["in 0 20", "out 1 20 0x14 024 20", "in 0 -2", "out 1 -2 (ENOENT) -2 (ENOENT) -2 (ENOENT) -2", "left 0"])
        self.assertRegex(stack[0], r"^ 0x[0-9a-f]+ : number\+0x[0-9a-f]+/0x[0-9a-f]+ at .*results\.c:1 \[.*results\]$")
        self.assertRegex(stack[1], r" : main\+0x[0-9a-f]+/0x[0-9a-f]+ at .*results\.c:2 \[")

    def test_what_system_calls_return(self):
        told = self.lines(script("""
            probe syscall.sched_rr_get_interval.return { if (pid() == target()) println(syscall_return()) }
            probe syscall.kill.return { if (pid() == target()) println(syscall_return()) }""", "-c",
                                 f"{sys.executable} -c 'import os; os.sched_rr_get_interval(0)\ntry: os.kill(2 ** 22 + 1, 0)\nexcept ProcessLookupError: pass'"))
        self.assertEqual(told, ["0", "-3"])


if __name__ == "__main__":
    assert resource.RLIM_INFINITY == -1
    live.main()
