"""process.begin, .end, .thread.begin, .thread.end, .syscall, .syscall.return: for a program, a process, the target and all processes."""
import os
import pathlib
import shlex
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "agreement"))
import agreement
import live
from live import LiveTest, build, run, script

GETPPID, OPENAT = 110, 257  # x86-64
EVENTS = ("begin", "end", "thread.begin", "thread.end", "syscall", "syscall.return")


def counting(process):
    """A script that counts every event of `process`, of system calls those of getppid and their right results."""
    return f'''global b, e, tb, te, s, r
        probe {process}.begin {{ b++ }} probe {process}.end {{ e++ }}
        probe {process}.thread.begin {{ tb++ }} probe {process}.thread.end {{ te++ }}
        probe {process}.syscall {{ if ($syscall == {GETPPID}) s++ }}
        probe {process}.syscall.return {{ if ($syscall == {GETPPID} && $return == ppid()) r++ }}
        probe end {{ println(b, " ", e, " ", tb, " ", te, " ", s, " ", r) }}'''


class ProcessEvents(LiveTest):
    def counts(self, process, *args):
        return self.lines(script(counting(process), *args))[-1]

    def test_of_a_program(self):
        prog = build("processes")
        children, threads, calls = 3, 2, 5
        made = calls + children * (threads + 1) * calls
        self.assertEqual(self.counts(f'process("{prog}")', "-c", f"{prog} {children} {threads} {calls}"),
                         f"{1 + children} {1 + children} {children * threads} {children * threads} {made} {made}")

    def test_of_a_program_that_others_start(self):
        """The shell's own copies are not the program before they run it."""
        prog = build("processes")
        shell = shlex.quote(f"{prog} 2 1 3; /bin/true; exec {prog} 1 0 4")
        self.assertEqual(self.counts(f'process("{prog}")', "-c", f"sh -c {shell}"),
                         f"5 5 2 2 {3 + 2 * 2 * 3 + 4 * 2} {3 + 2 * 2 * 3 + 4 * 2}")

    def test_of_the_target(self):
        """A process begins once more when it runs another program, and ends before it does."""
        prog = build("processes")
        shell = shlex.quote(f"{prog} 2 1 3; /bin/true; exec {prog} 1 0 4")
        # sh; its copy, which becomes the program and forks twice; its copy, which becomes true; it becomes the program, which forks
        begun = 1 + (1 + 1 + 2) + (1 + 1) + (1 + 1)
        made = 3 + 2 * 2 * 3 + 4 * 2 + 1  # dash sets $PPID
        self.assertEqual(self.counts("process", "-c", f"sh -c {shell}"), f"{begun} {begun} 2 2 {made} {made}")

    def test_of_the_threads_of_the_command_itself(self):
        prog = build("processes")
        self.assertEqual(self.counts("process", "-c", f"{prog} 0 3 4"), "1 1 3 3 16 16")

    def test_of_a_process_that_runs_already(self):
        prog = build("processes")
        with live.running(prog, "2", "1", "7", "waits") as program:
            with live.tracing(counting(f"process({program.pid})")) as tracer:
                program.communicate("\n\n", timeout=60)
                counted = live.finish(tracer)
        self.assertEqual(counted.split("\n")[-2], "1 1 0 0 7 7")

    def test_of_the_target_that_runs_already(self):
        prog = build("processes")
        with live.running(prog, "2", "1", "7", "waits") as program:
            with live.tracing(counting("process"), "-x", program.pid) as tracer:
                program.communicate("\n\n", timeout=60)
                counted = live.finish(tracer)
        made = 7 + 2 * 2 * 7
        self.assertEqual(counted.split("\n")[-2], f"3 3 2 2 {made} {made}")

    def test_of_all_processes(self):
        """Every process of the workload is among them, once."""
        prog = build("processes")
        with live.tracing('''global begun, ended
                probe process.begin { if (execname() == "processes-O2gcc") begun[pid()]++ }
                probe process.end { if (execname() == "processes-O2gcc") ended[pid()]++ }
                probe end { foreach (p+ in begun) println(p, " ", begun[p], " ", ended[p]) }''') as tracer:
            self.assertEqual(pathlib.Path(prog).name[:15], "processes-O2gcc")
            self.assertEqual(run(prog, "3", "1", "1").returncode, 0)
            told = live.finish(tracer)
        self.assertEqual([line.split()[1:] for line in told.splitlines()], [["1", "1"]] * 4)

    def test_who_it_is(self):
        """A handler runs in the process that begins or ends."""
        prog = build("processes")
        result = script(f'''
            probe process("{prog}").begin {{ println("b ", pid() == tid(), " ", pid() == target(), " ", ppid() == target()) }}
            probe process("{prog}").end {{ println("e ", pid() == tid(), " ", pid() == target(), " ", ppid() == target()) }}
            probe process("{prog}").thread.begin {{ println("tb ", pid() == tid(), " ", ppid() == target()) }}
            probe process("{prog}").thread.end {{ println("te ", pid() == tid(), " ", ppid() == target()) }}''',
                        "-c", f"{prog} 1 1 1")
        self.assertEqual(self.lines(result), ["b 1 1 0", "b 1 0 1", "tb 0 1", "te 0 1", "e 1 0 1", "e 1 1 0"])

    def test_arguments(self):
        """A name that was not in memory at the entry is read."""
        prog = build("processes")
        result = script(f'''
            probe process("{prog}").syscall {{ if ($syscall == {OPENAT}) names[user_string($arg2)]++ }}
            probe process("{prog}").syscall.return {{ if ($syscall == {OPENAT} && $return == -2) missing++ }}
            global names, missing
            probe end {{ println(names["/nonexistent/far"]) println(missing) }}''', "-c", f"{prog} 4 0 0")
        self.assertEqual(self.lines(result), ["4", "4"])

    def test_all_arguments(self):
        """$$parms, as stap spells it: openat(AT_FDCWD, the name, O_RDONLY); and by what a handler makes of the same registers."""
        prog = build("processes")
        result = script(f'''
            probe process("{prog}").syscall {{
              if ($syscall == {OPENAT} && user_string($arg2) == "/nonexistent/far")
                printf("%s\\n%d\\n", $$parms, $$parms == sprintf("$arg1=%#x $arg2=%#x $arg3=%#x $arg4=%#x $arg5=%#x $arg6=%#x",
                                                               $arg1, $arg2, $arg3, $arg4, $arg5, $arg6))
            }}''', "-c", f"{prog} 3 0 0")
        lines = self.lines(result)
        self.assertEqual(len(lines), 6)
        for parameters, is_equal in zip(lines[::2], lines[1::2]):
            self.assertRegex(parameters, r"^\$arg1=0xffffff9c \$arg2=0x[0-9a-f]+ \$arg3=0x0 \$arg4=0x[0-9a-f]+ \$arg5=0x[0-9a-f]+ \$arg6=0x[0-9a-f]+$")
            self.assertEqual(is_equal, "1")
        for point, name in (("syscall.return", "$$parms"), ("syscall", "$$vars"), ("begin", "$$parms")):
            refused = live.coretap("-p2", "-e", f'probe process("{prog}").{point} {{ println({name}) }}')
            self.assertNotEqual(refused.returncode, 0)
            self.assertIn(f"[no-such-variable]: '{name}' cannot be used here", refused.stderr)

    def test_a_wildcard_and_a_script(self):
        prog = build("processes")
        other = live.TMP / "processes_of_a_wildcard"
        other.write_bytes(pathlib.Path(prog).read_bytes())
        other.chmod(0o755)
        shell = shlex.quote(f"{prog} 1 0 0; {other} 2 0 0")
        result = script(f'''global n probe process("{live.TMP}/processes*").begin {{ n[pp()]++ }}
                            probe end {{ foreach (p+ in n) println(p, " ", n[p]) }}''', "-c", f"sh -c {shell}")
        self.assertEqual(self.lines(result), [f'process("{prog}").begin 2', f'process("{other}").begin 3'])
        named = live.TMP / "script"
        named.write_text(f"#!{prog}\n")
        named.chmod(0o755)
        self.assertEqual(live.coretap("-l", f'process("{named}").begin').stdout, f'process("{prog}").begin\n')

    def test_a_program_that_is_gone(self):
        gone, binary = live.TMP / "gone", live.TMP / "of_gone"
        gone.write_bytes(pathlib.Path(build("processes")).read_bytes())
        gone.chmod(0o755)
        text = f'probe process("{gone}").begin {{ println("begun") }} probe timer.s(60) {{ exit() }}'
        self.assertEqual(script(text, f"--build={binary}").returncode, 0)
        gone.unlink()
        result = run(binary)
        self.assertNotEqual(result.returncode, 0)
        self.assertIn(f'process("{gone}").begin: {gone}: No such file or directory', result.stderr)

    def test_the_same_list_as_stap(self):
        """What stap lists behind each, whatever the event, is not compared: it has $syscall and $arg1 for process.begin, too."""
        tree = agreement.fake_kernel(live.TMP / "kernel")
        with open(tree / ".config", "a") as config:
            config.write("CONFIG_TRACEPOINTS=y\nCONFIG_ARCH_SUPPORTS_UPROBES=y\nCONFIG_UPROBES=y\n")
        for process in ("process", f"process({os.getpid()})", 'process("/bin/ls")'):
            points = [f"{process}.{event}" for event in EVENTS]
            ours = "".join(live.coretap("-l", point).stdout for point in points)
            self.assertEqual(ours, "".join(run("stap", "-r", tree, "-l", point).stdout for point in points))
        self.assertEqual(live.coretap("-L", "process.syscall.return").stdout, "process.syscall.return $syscall:long $return:long\n")
        self.assertEqual(live.coretap("-L", "process.begin").stdout, "process.begin\n")


if __name__ == "__main__":
    live.main()
