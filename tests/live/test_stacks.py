#!/usr/bin/env python3
"""Kernel stacks and kernel symbols: names are compared with /proc/kallsyms as this test reads it."""
import bisect
import pathlib
import re

import live

FULL = re.compile(r"^ 0x([0-9a-f]{16}) : (\S+)\+0x([0-9a-f]+)/0x([0-9a-f]+) \[(\w+)\]$")


def kernel_symbols():
    """{name: [addresses]} of everything in /proc/kallsyms."""
    symbols = {}
    for line in open("/proc/kallsyms"):
        address, _, name = line.split()[:3]
        symbols.setdefault(name, []).append(int(address, 16))
    return symbols


SYMBOLS = kernel_symbols()
ADDRESSES = sorted({address for addresses in SYMBOLS.values() for address in addresses})


def next_symbol(address):
    """The next address behind this one that has a name."""
    return ADDRESSES[bisect.bisect_right(ADDRESSES, address)]


EXEC = 'kernel.trace("sched_process_exec")'


class Stacks(live.LiveTest):
    def exec_probe(self, body, *args):
        return self.lines(live.script(f"probe {EXEC} {{ if (pid() == target()) {{ {body} }} }}",
                                      "-c", "/bin/true", *args))

    def check_frame(self, line):
        """A frame's line says what /proc/kallsyms says; returns (address, name)."""
        match = FULL.match(line)
        self.assertTrue(match, line)
        address, offset, size = (int(match[i], 16) for i in (1, 3, 4))
        self.assertIn(address - offset, SYMBOLS[match[2]], line)
        self.assertEqual(next_symbol(address - offset), address - offset + size, line)
        return address, match[2]

    def test_print_backtrace(self):
        frames = [self.check_frame(line) for line in self.exec_probe("print_backtrace()")]
        names = [name for _, name in frames]
        # Where the tracepoint is, and how a system call gets there.
        self.assertIn("bprm_execve", names)
        self.assertIn("do_syscall_64", names[-2:])
        self.assertTrue(names[-1].startswith("entry_SYSCALL_64"), names)

    def test_the_same_stack_in_all_forms(self):
        out = self.exec_probe('println(backtrace()); print_backtrace(); println("--"); '
                              'print(sprint_backtrace()); println("--"); '
                              'print(sprint_syms(backtrace())); println("--"); print_stack(backtrace()); '
                              'println("--"); println(callers(1)); println(callers(-1)); println(caller()); '
                              'printf("%x %x %s\\n", stack(0), stack(1), symname(stack(1)))')
        addresses = out[0].split(" ")
        self.assertEqual(addresses.pop(), "", "a blank behind each address")
        full, simple, as_string, printed, rest = "\n".join(out[1:]).split("\n--\n", 4)
        frames = [self.check_frame(line) for line in full.splitlines()]
        self.assertEqual([f"0x{address:x}" for address, _ in frames], addresses)
        self.assertEqual(simple.splitlines(), [re.sub(r"^.* : (.*)/.* (.*)$", r"\1 \2", line)
                                              for line in full.splitlines()])
        self.assertEqual(printed, full)
        self.assertEqual(as_string, full[:len(as_string)])
        self.assertLess(len(as_string), 512)
        two, everything, caller, numbers = rest.splitlines()
        self.assertEqual(two, " ".join(addresses[:2]))
        self.assertEqual(everything, " ".join(addresses))
        self.assertEqual(caller, f"{frames[1][1]} {addresses[1]}")
        self.assertEqual(numbers, f"{frames[0][0]:x} {frames[1][0]:x} {frames[1][1]}")

    def test_end_of_stack(self):
        out = self.exec_probe("try { println(stack(19)) } catch (e) { println(e) } "
                              "try { println(stack(20)) } catch (e) { println(e) } "
                              "try { println(stack(-1)) } catch (e) { println(e) }")
        self.assertEqual(out, [f"reached end of stack before unwinding to level {n}" for n in (19, 20, -1)])
        result = live.script(f"probe {EXEC} {{ if (pid() == target()) println(callers(19)) }}", "-c", "/bin/true")
        self.assertEqual(result.returncode, 1)
        self.assertIn("reached end of stack before unwinding to level 19", result.stderr)

    def test_as_array_key(self):
        out = self.lines(live.script(
            f"global n probe {EXEC} {{ if (pid() == target()) n[backtrace()]++ }} "
            "probe end { foreach (s in n) { println(n[s]); print_stack(s) } }", "-c", "/bin/true"))
        self.assertEqual(out[0], "1")
        self.assertGreater(len(out), 3)
        for line in out[1:]:
            self.check_frame(line)

    def test_syscall_tracepoint(self):
        out = self.lines(live.script('probe syscall.execve { if (pid() == target()) print_backtrace() }',
                                     "-c", "/bin/true"))
        names = [self.check_frame(line)[1] for line in out]
        self.assertIn("do_syscall_64", names)

    def test_event_with_several_tracers(self):
        """The stack begins where the event happened, however many trace it and however the kernel calls them."""
        for event, place in (("sched_switch", r"__schedule$"), ("sched_process_exec", r"bprm_execve$|exec_binprm$"),
                             ("task_rename", r"__set_task_comm$"), ("sys_enter", r"(syscall_(trace_)?enter|do_syscall_64)"),
                             ("sys_exit", r"syscall_exit"), ("sched_waking", r"try_to_wake_up$")):
            probe = f'probe kernel.trace("{event}") {{ if (pid() == target()) first[symname(stack(0)), symname(stack(1))]++ }}\n'
            show = "global first probe end { foreach ([f, s] in first) println(f, \" \", s) }\n"
            for tracers in 1, 2:
                with self.subTest(event, tracers=tracers):
                    out = self.lines(live.script(show + probe * tracers, "-c", "sh -c '/bin/true; /bin/true'"))
                    self.assertTrue(out)
                    for line in out:
                        self.assertRegex(line.split()[0], place)
                        self.assertRegex(line.split()[1], r"^(?!__traceiter_|__bpf_trace_|perf_)")

    def test_system_calls(self):
        """One call by its own event, and many by one program, with and without another tracer."""
        for point in ("syscall.getppid", "syscall.{getppid,getpgrp}", "syscall.getppid.return", "syscall.{getppid,getpgrp}.return"):
            probe = f"probe {point} {{ if (pid() == target()) print_backtrace() }}\n"
            call = "perl -e 'getppid; getpgrp'"
            for other in "", "probe syscall.getppid, syscall.getppid.return { n++ } global n probe never { println(n) }\n":
                with self.subTest(point, other=bool(other)):
                    out = self.lines(live.script(probe + other, "-w", "-c", call))
                    names = [self.check_frame(line)[1] for line in out]
                    self.assertIn(names[0], ("syscall_trace_enter", "syscall_exit_work", "syscall_enter_from_user_mode",
                                             "syscall_exit_to_user_mode", "do_syscall_64", "syscall_exit_to_user_mode_prepare"))

    def test_profile(self):
        """Busy in the kernel: the stacks of a process that reads /dev/zero end in a system call."""
        out = self.lines(live.script(
            'global n probe timer.profile { if (pid() == target() && !user_mode() && n++ < 3) { '
            'printf("%s\\n", probefunc()); print_backtrace() } }',
            "-c", "dd if=/dev/zero of=/dev/null bs=16M count=200 status=none"))
        starts = [i for i, line in enumerate(out) if not line.startswith(" ")]
        self.assertGreaterEqual(len(starts), 1, "the profiler never hit the process in the kernel")
        for start, end in zip(starts, starts[1:] + [len(out)]):
            frames = [self.check_frame(line) for line in out[start + 1:end]]
            self.assertEqual(out[start], frames[0][1], "probefunc() is the innermost frame")

    def test_without_kernel_stack(self):
        result = live.script('probe begin { printf("<%s>\\n", backtrace()); print_backtrace() exit() } ')
        self.assertEqual(self.lines(result), ["<>", "<no kernel backtrace at begin>"])
        calls = live.build("calls")
        point = f'process("{calls}").function("main")'
        out = self.lines(live.script(f"probe {point} {{ print_backtrace() printf(\"<%s>\\n\", backtrace()) }}",
                                     "-c", calls))
        shown = [line for line in out if "<" in line]
        self.assertEqual(len(shown), 2, out)
        self.assertRegex(shown[0], r"^<no kernel backtrace at process\(.*\)>$")
        self.assertEqual(shown[1], "<>")

    def test_symbols(self):
        address = SYMBOLS["schedule"][0]
        unknown = 0x1234
        out = self.lines(live.script(
            f'probe begin {{ println(symname({address + 4})); println(symdata({address + 4})); '
            f'println(modname({address})); println(symname({unknown})); println(symdata({unknown})); '
            f'print_syms("0x{address:x} 0x{unknown:x}"); exit() }}'))
        size = next_symbol(address) - address
        self.assertEqual(out, ["schedule", f"schedule+0x4/0x{size:x} [kernel]", "kernel", "0x1234", "0x1234",
                               f" 0x{address:x} : schedule+0x0/0x{size:x} [kernel]", " 0x1234 : 0x1234"])
        result = live.script(f"probe begin {{ println(modname({unknown})) }}")
        self.assertEqual(result.returncode, 1)
        self.assertIn("No module found for address 0x1234", result.stderr)

    def test_hidden_addresses(self):
        """Without CAP_SYSLOG the kernel shows zeros: we say so, and print addresses."""
        result = live.run("setpriv", "--bounding-set", "-syslog", "--inh-caps", "-all",
                          live.CORETAP, "-e", "probe begin { println(symname(0x123456)); exit() }")
        self.assertEqual(result.stdout, "0x123456\n", result.stderr)
        restricted = int(pathlib.Path("/proc/sys/kernel/kptr_restrict").read_text())
        paranoid = int(pathlib.Path("/proc/sys/kernel/perf_event_paranoid").read_text())
        if restricted == 0 and paranoid <= 1:
            return  # such a kernel shows its addresses to everybody
        self.assertIn("WARNING: kernel symbols are not known: the kernel hides its addresses", result.stderr)


if __name__ == "__main__":
    live.main()
