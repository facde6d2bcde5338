"""System calls, timers and profiling against what the workload does."""
import os
import re

import live
from live import LiveTest, build, script


class Syscalls(LiveTest):
    def test_calls_and_errors_of_a_known_workload(self):
        prog = build("calls", "-O2")
        out = self.lines(script('''
            global failed, written, calls, names
            probe syscall.openat { if (pid() == target()) names[filename]++ }
            probe syscall.openat.return { if (pid() == target() && retval < 0) failed[-retval]++ }
            probe syscall.write { if (pid() == target() && count == 10) { calls++; written <<< count } }
            probe end {
              printf("#%d\\n", failed[2])
              printf("#%d %d\\n", calls, @sum(written))
              foreach (n in names) printf("#%s %d\\n", n, names[n])
            }''', "-c", prog))
        got = [l[1:] for l in out if l.startswith("#")]
        self.assertGreaterEqual(int(got[0]), 7)
        self.assertEqual(got[1], "5 50")
        names = dict(l.rsplit(" ", 1) for l in got[2:])
        self.assertEqual(names['"/nonexistent/coretap-test"'], "7")
        self.assertEqual(names['"/dev/null"'], "1")

    def test_values_at_the_entry_of_a_call(self):
        """A .return probe sees its call's arguments, also of calls that sleep."""
        result = script('''
            global at
            probe syscall.write.return {
              if (pid() == target()) printf("#%d %d\\n", @entry(int_arg(3)), retval)
            }
            probe syscall.nanosleep.return, syscall.clock_nanosleep.return {
              if (pid() == target())
                printf("#slept %d\\n", (gettimeofday_us() - @entry(gettimeofday_us())) / 100000)
            }''', "-c", "sh -c 'echo 12345; exec sleep 0.25'")
        # Another process may have been in such a call when the script began; that is told.
        self.assertRegex(result.stderr, r"^(WARNING: \d+ returns were not handled, .* entered before the script began, .*\n)?$")
        self.assertEqual((result.returncode, [l for l in result.stdout.splitlines() if l.startswith("#")]), (0, ["#6 6", "#slept 2"]))

    def test_the_function_of_a_call_is_the_kernels(self):
        """By ppfunc() and probefunc(), as in stap; the truth is the kernel's list of symbols."""
        out = self.lines(script('''
            global entered, left, one
            probe nd_syscall.* { if (pid() == target()) entered[ppfunc(), name]++ }
            probe syscall.*.return { if (pid() == target()) left[probefunc(), name]++ }
            probe syscall.write { if (pid() == target()) one[ppfunc(), probefunc()]++ }
            probe end {
              foreach ([f, n] in entered) println("#", f, " ", n)
              foreach ([f, n] in left) println("#", f, " ", n)
              foreach ([f, g] in one) println("#", f, " ", g)
            }''', "-c", build("calls", "-O2")))
        told = {tuple(line[1:].split()) for line in out if line.startswith("#")}
        with open("/proc/kallsyms") as symbols:
            kernels = {line.split()[2] for line in symbols}
        self.assertEqual({function for function, _ in told} - kernels, set())
        function = {name: function for function, name in told}
        prefix = function["openat"].removesuffix("openat")
        self.assertTrue(prefix.endswith("_sys_"), prefix)
        self.assertEqual(function["close"], prefix + "close")
        self.assertIn((prefix + "write", prefix + "write"), told)

    def test_arguments_by_the_names_of_the_kernels_definition(self):
        """Sized and signed by their types; what they point to is read; at the exit they are those of the entry."""
        program = 'import os, time; f = os.open("/etc/passwd", os.O_RDONLY); os.lseek(f, -5, 2); os.read(f, 3); time.sleep(0.0123)'
        out = self.lines(script('''
            probe syscall.openat { if (pid() == target()) printf("#%d %s %d %s\\n", $dfd, user_string($filename), $flags, $$parms$) }
            probe syscall.openat.return { if (pid() == target()) printf("#%s %d %d\\n", user_string($filename), $return, $dfd) }
            probe syscall.read { if (pid() == target() && $count == 3) printf("#%d %d %d\\n", $fd, $count, $buf == buf_uaddr) }
            probe syscall.lseek { if (pid() == target()) printf("#%d %d %d\\n", $fd, $offset, $whence) }
            probe syscall.clock_nanosleep {
              if (pid() == target())
                printf("#%d %d %s\\n", $rqtp->tv_sec >= 0, @defined($rqtp->tv_nsec) + @defined($rqtp->other) + @defined($nothing), $rqtp$)
            }
            probe syscall.umask { if (pid() == target()) printf("%d", $mask) }
            ''', "-c", f"python3 -S -c '{program}'"))
        told = [line[1:] for line in out if line.startswith("#")]
        cloexec = os.O_RDONLY | os.O_CLOEXEC
        self.assertIn(f'-100 /etc/passwd {cloexec} dfd=-100 filename="/etc/passwd" flags={cloexec} mode=0', told)
        at = told.index("/etc/passwd 3 -100")
        self.assertEqual(told[at + 1:at + 3], ["3 -5 2", "3 3 1"])
        self.assertRegex(told[at + 3], r"^1 1 \{\.tv_sec=\d+, \.tv_nsec=\d+\}$")

    def test_texts_that_the_kernel_points_to(self):
        """In the kernel or in the program, for the types do not say it; what is in neither is told. The truth is what was executed."""
        out = self.lines(script('''
            probe kernel.trace("sys_enter") {
              if (pid() != target() || $id != 1) next
              mm = @cast(task_current(), "task_struct", "kernel")->mm
              // The words at these addresses are taken for the members of a struct filename: two pointers to text. The second two words are
              // the count of pages, which is too small to be an address that is there, and that of locked ones, of which there are none.
              println("#", @cast(&@cast(mm, "mm_struct", "kernel")->arg_start, "filename", "kernel")$)
              println("#", @cast(&@cast(mm, "mm_struct", "kernel")->total_vm, "filename", "kernel")$)
              println("#", @cast(@cast(task_current(), "task_struct", "kernel")->nsproxy->uts_ns->ns->ops, "proc_ns_operations", "kernel")$)
              exit()
            }''', "-c", "env -i FIRST=one /bin/cat /proc/self/comm"))
        told = [line[1:] for line in out if line.startswith("#")]
        self.assertRegex(told[0], r'^\{\.name="/bin/cat", \.uptr="FIRST=one", ')
        self.assertRegex(told[1], r'^\{\.name=<fault>, \.uptr=0x0, ')
        self.assertIn('.name="uts"', told[2])

    def test_probes_of_all_calls_are_one_program(self):
        """Each call is known by its number, and calls of 32 bits and of x32, whose numbers are others, are not there."""
        result = script('''
            global calls, points, returns
            probe syscall.* { if (pid() == target()) { calls[name]++; points[name, pp()]++ } }
            probe syscall.*.return { if (pid() == target()) returns[name, retval < 0]++ }
            probe end {
              foreach (name in calls) printf("#%s %d\\n", name, calls[name])
              foreach ([name, point] in points) printf("at %s %s\\n", name, point)
              foreach ([name, failed] in returns) printf("=%s %d %d\\n", name, failed, returns[name, failed])
            }''', "-v", "-c", build("odd_calls"))
        self.assertEqual(result.returncode, 0, result.stderr)
        lines = result.stdout.splitlines()
        calls = dict(line[1:].rsplit(" ", 1) for line in lines if line.startswith("#"))
        self.assertEqual((calls["getppid"], calls["writev"], calls["exit_group"]), ("7", "3", "1"))
        self.assertNotIn("getuid", calls)
        self.assertNotIn("getpid", {name for name in calls if int(calls[name]) > 50})
        points = dict(line[3:].split(" ", 1) for line in lines if line.startswith("at "))
        self.assertEqual(points["getppid"], 'kernel.tracepoint("syscalls:sys_enter_getppid")')
        self.assertEqual(points["exit_group"], 'kernel.tracepoint("syscalls:sys_enter_exit_group")')
        self.assertLessEqual({"=getppid 0 7", "=writev 1 3"}, set(lines))
        ways = [line for line in result.stderr.splitlines() if line.startswith("probe kernel.tracepoint")]
        self.assertEqual([way.rsplit(": ", 1)[1] for way in ways], ["raw_tp of calls", "raw_tp of returns"])

    def test_hits_of_each_call(self):
        """-t has a line for each call, of a handler that all share."""
        result = script("probe syscall.getppid, syscall.writev { if (pid() == target()) printf(\"%s\\n\", argstr) }",
                        "-t", "-c", build("odd_calls"))
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual(result.stdout.splitlines().count("-1, 0x0, 0"), 3)
        hits = dict(re.findall(r'sys_enter_(\w+)"\), \(.*?\), hits: (\d+)', result.stdout + result.stderr))
        self.assertGreaterEqual(int(hits["getppid"]), 7)
        self.assertGreaterEqual(int(hits["writev"]), 3)
        self.assertIn("from: syscall.writev", result.stdout + result.stderr)

    def test_state_written_by_user_space_parts_is_seen_in_order(self):
        """An array that a continuation writes moves to user space whole; events keep their order."""
        prog = build("calls", "-O2")
        out = self.lines(script(f'''
            global text
            probe process("{prog}").function("add").call {{ text[tid()] = sprintf("%5d|%-3d", $a, $b) }}
            probe process("{prog}").function("add").return {{
              if (tid() in text) printf("#%s=%d\\n", text[tid()], $return)
              delete text[tid()]
            }}''', "-c", prog))
        self.assertEqual([l for l in out if l.startswith("#")],
                         [f"#{1000 + i:5d}|{-i:<3d}=1000" for i in range(10)])

    def test_timers_fire_at_their_rate(self):
        out = self.lines(script('''
            global fast, slow
            probe timer.ms(20) { fast++ }
            probe timer.ms(100) { slow++ }
            probe timer.s(1) { printf("%d %d\\n", fast, slow) exit() }'''))
        fast, slow = map(int, out[0].split())
        self.assertTrue(40 <= fast <= 51, fast)
        self.assertTrue(8 <= slow <= 10, slow)

    def test_profile_sees_the_busy_process(self):
        out = self.lines(script('''
            global samples
            probe timer.profile { if (pid() == target()) samples++ }
            probe end { printf("%d\\n", samples > 20) }''',
            "-c", "sh -c 'i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done'"))
        self.assertEqual(out, ["1"])

    def test_profile_sees_the_threads_of_the_command(self):
        out = self.lines(script('''
            global first, others
            probe timer.profile { if (pid() == target()) { if (tid() == target()) first++; else others++ } }
            probe end { printf("%d %d\\n", first, others) }''',
            "-c", "/usr/bin/python3 -I -S -c '" + """
import threading, time
def busy():
    while time.thread_time() < 0.5: pass
thread = threading.Thread(target=busy)
thread.start()
thread.join()'"""))
        first, others = map(int, out[0].split())
        self.assertGreater(others, 20)


if __name__ == "__main__":
    live.main()
