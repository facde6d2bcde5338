"""process.data and kernel.data: debug registers, against what the workload says that it did, and against gdb's watchpoints."""
import json
import pathlib
import re
import subprocess
import unittest

import live
from live import TMP, LiveTest, build, coretap, line_of, narrow_missing, run, script

COMM = '''probe begin { printf("%d\\n", &@cast(pid2task(target()), "struct task_struct")->comm[0]) exit() }'''


def told(text):
    """How often the workload says that it wrote and read."""
    writes, reads = re.search(r"(\d+) writes, (\d+) reads", text).groups()
    return int(writes), int(reads)


def counting(*points):
    """A script that counts the events of each point."""
    probes = "".join(f"global n{i} probe {point} {{ n{i}++ }} " for i, point in enumerate(points))
    return probes + 'probe end { printf("=' + "%d " * len(points) + '\\n"' + "".join(f", n{i}" for i in range(len(points))) + ") }"


def counts(out):
    return [int(number) for number in re.search(r"^=(.*)$", out, re.M)[1].split()]


def symbol(prog, name):
    """Address and size of a symbol as readelf shows them."""
    for line in run("readelf", "-sW", prog).stdout.splitlines():
        fields = line.split()
        if len(fields) == 8 and fields[7] == name:
            return int(fields[1], 16), int(fields[2], 0)
    raise AssertionError(name)


class ProcessData(LiveTest):
    def check(self, prog, command):
        """Writes, and reads with writes, of the command are those that it tells."""
        point = f'process("{prog}").data("counter")'
        out = self.ok(script(counting(point + ".write", point + ".rw"), "-c", command))
        writes, reads = told(out)
        self.assertGreater(writes, 0)
        self.assertEqual(counts(out), [writes, writes + reads], command)

    def test_of_every_kind_of_program(self):
        for flags in (["-O2"], ["-O2", "-no-pie"], ["-O1", "-static"], ["-O1", "-static-pie"]):
            prog = build("watched", *flags)
            self.check(prog, f"{prog} 1000 10")

    def test_narrow(self):
        if why := narrow_missing():
            self.skipTest(why)
        prog = build("watched", "-O2", "-m32")
        self.check(prog, f"{prog} 100 10 1 1")

    def test_threads_and_children(self):
        """What threads and forked processes do counts, whenever they come."""
        prog = build("watched")
        self.check(prog, f"{prog} 300 20 4 3")

    def test_programs_that_others_start(self):
        """Each is held at its first instruction until its data is watched, at whatever address it is."""
        prog = build("watched")
        for _ in range(3):
            self.assertEqual(counts(self.ok(script(counting(f'process("{prog}").data("counter").write'), "-c",
                                                   f"sh -c '{prog} 50 1 1 1; {prog} 7 1 & {prog} 8 1; wait; exec {prog} 9 1'"))), [224])

    def test_processes_that_run_at_once(self):
        """More of them than the processor has debug registers: each process has its own."""
        prog = build("watched")
        together = " & ".join([f"{prog} 100 0 1"] * 9)
        out = self.ok(script(counting(f'process("{prog}").data("counter").write', f'process("{prog}").data("short_value").write'),
                             "-c", f"sh -c '{together}; wait'"))
        self.assertEqual(counts(out), [1800, 36])

    def test_a_process_that_runs_another_program(self):
        """Its debug registers do not stay: at those addresses another program has something else."""
        prog = build("watched", "-O2", "-no-pie")
        other = build("watched", "-O1", "-no-pie")
        self.assertEqual(symbol(prog, "counter"), symbol(other, "counter"))
        out = self.ok(script(counting(f'process("{prog}").data("counter").write'), "-c", f"sh -c '{prog} 5 1; exec {other} 100 1'"))
        self.assertEqual(counts(out), [5])

    def test_lengths(self):
        prog = build("watched")
        at, size = symbol(prog, "triple")
        self.assertEqual(size, 24)
        of = f'process("{prog}").data'
        for points, expected in (
                ((f'{of}("byte_value").write', f'{of}("short_value").write', f'{of}("long_value").write'), [3, 4, 6]),
                ((f'{of}("triple").length(8).write', f'{of}({at + 8}).length(8).write', f'{of}({at + 8}).write', f'{of}({at + 15}).write'),
                 [0, 6, 6, 6]),
                ((f'{of}("hidden").write', f'{of}("hidden@watched.c").write', f'{of}("quiet").write', f'{of}("buffer").length(1).write'),
                 [7, 7, 0, 9])):
            self.assertEqual(counts(self.ok(script(counting(*points), "-c", f"{prog} 5 5"))), expected)

    def test_the_target(self):
        prog = build("watched")
        out = self.ok(script(counting('process.data("counter").write'), "-c", f"{prog} 12 1 1 1"))
        self.assertEqual(counts(out), [48])

    def running(self, threads):
        return live.running(build("watched"), "20", "0", threads, "1", "waits")

    def test_a_process_that_runs_already(self):
        """A symbol moves with the program, an address is one of the process; what it forks is another process."""
        with self.running("3") as program:
            heap = int(program.stdout.readline(), 16)
            of = f"process({program.pid}).data"
            with live.tracing(counting(f'{of}({heap}).length(8).write', f'{of}("counter").write',
                                       f'process("{build("watched")}").data("counter").write')) as tracer:
                program.communicate("\n", timeout=60)
                self.assertEqual(counts(live.finish(tracer)), [8, 80, 160])

    def test_other_processes_do_not_count(self):
        with self.running("0") as program, self.running("1") as other:
            with live.tracing(counting(f'process({other.pid}).data("counter").write')) as tracer:
                program.communicate("\n", timeout=60)
                other.communicate("\n", timeout=60)
                self.assertEqual(counts(live.finish(tracer)), [40])

    def test_threads_that_run_already(self):
        """Each thread has its own debug registers, and is found."""
        source, prog = TMP / "spinning.c", TMP / "spinning"
        source.write_text('''#include <pthread.h>
            #include <stdio.h>
            volatile int counter; volatile int go;
            static void *turn(void *p) { while (!go) ; for (int i = 0; i < 100; i++) counter = i; return p; }
            int main(void) { pthread_t t[6]; for (int i = 0; i < 6; i++) pthread_create(t + i, 0, turn, 0);
              puts("ready"); fflush(stdout); getchar(); go = 1; for (int i = 0; i < 6; i++) pthread_join(t[i], 0); return 0; }''')
        subprocess.run(["gcc", "-O1", "-pthread", "-o", str(prog), str(source)], check=True)
        with live.running(prog) as program:
            self.assertEqual(program.stdout.readline(), "ready\n")
            with live.tracing(counting(f'process({program.pid}).data("counter").write', f'process("{prog}").data("counter").rw')) as tracer:
                program.communicate("\n", timeout=60)
                self.assertEqual(counts(live.finish(tracer)), [600, 600])

    def test_who_did_it(self):
        """gdb stops behind the same instructions, in the same order, with the same values."""
        prog = build("watched", "-O1", "-no-pie")
        at = symbol(prog, "counter")[0]
        out = self.lines(script(f'''probe process("{prog}").data("counter").write {{
            printf("at %x %d %s %d\\n", uaddr(), user_int({at}), usymfileline(uaddr()), pid() == target()) }}''', "-c", f"{prog} 4 2"))
        both = self.lines(script(f'''probe process("{prog}").data("counter").rw {{ printf("at %x\\n", uaddr()) }}''', "-c", f"{prog} 4 2"))
        commands = ("set can-use-hw-watchpoints 1", "break main", "run 4 2", "delete 1", "awatch counter", *["continue", 'printf "at %x %d\\n", $pc, counter'] * 6)
        gdb = run("gdb", "-q", "-batch", *[word for command in commands for word in ("-ex", command)], prog).stdout
        by_gdb = re.findall(r"^at ([0-9a-f]+) (-?\d+)$", gdb, re.M)
        self.assertEqual(len(by_gdb), 6)
        ours = [line.split() for line in out if line.startswith("at ")]
        self.assertEqual([tuple(line[1:3]) for line in ours], by_gdb[:4])
        self.assertEqual([line.split()[1] for line in both if line.startswith("at ")], [where for where, _ in by_gdb])
        written = line_of("watched", "written here")
        for line in ours:
            self.assertRegex(line[3], rf"/watched\.c:({written}|{written + 1})$")
            self.assertEqual(line[4], "1")

    def test_a_handler_that_reads_what_it_watches(self):
        """The kernel runs no handler for what handlers do; that is told."""
        prog = build("watched", "-O1", "-no-pie")
        result = script(f'''global n probe process("{prog}").data("counter").rw {{ n += user_int({symbol(prog, "counter")[0]}) >= 0 }}
            probe end {{ printf("=%d\\n", n) }}''', "-c", f"{prog} 4 2")
        self.assertEqual(counts(result.stdout), [6])
        self.assertIn(self.skipped(result), (6, 24), "the kernel may read it byte by byte")

    def test_many_processes(self):
        """What is kept of those that have ended is bounded, and they are still counted."""
        prog, accounts = build("watched"), TMP / "many.json"
        out = self.ok(script(counting(f'process("{prog}").data("counter").write'), "-c",
                             f"sh -c 'i=0; while [ $i -lt 600 ]; do {prog} 2 0 1 >&-; i=$((i + 1)); done'", f"--accounts={accounts}"))
        self.assertEqual(counts(out), [2400])
        self.assertEqual(json.loads(accounts.read_text())["handlers"][0]["missed"], 0)

    def test_stacks(self):
        prog = build("watched", "-O1")
        out = self.ok(script(f'probe process("{prog}").data("short_value").write {{ print_ubacktrace() exit() }}', "-c", f"{prog} 1 1"))
        self.assertRegex(out, r"(?m)^ 0x[0-9a-f]+ : main\+0x.*\n.* __libc_start")

    def test_nothing_is_lost(self):
        """The kernel's own counter of the event says as much as the handler."""
        prog, accounts = build("watched"), TMP / "accounts.json"
        self.ok(script(counting(f'process("{prog}").data("counter").write'), "-c", f"{prog} 20000 0 2 1", f"--accounts={accounts}"))
        handler = json.loads(accounts.read_text())["handlers"][0]
        self.assertEqual((handler["mechanism"], handler["handled"], handler["missed"], handler["recursion"]), ("data watch", 120000, 0, 0))

    def test_the_fifth(self):
        prog = build("watched")
        five = [f'process("{prog}").data("{name}").write' for name in ("counter", "byte_value", "short_value", "long_value", "hidden")]
        refused = script(counting(*five), "-c", f"{prog} 1 1")
        self.assertEqual((refused.returncode, refused.stdout), (1, ""))
        self.assertIn(f"cannot attach probe {five[4]}: the debug registers of the processor are all in use", refused.stderr)
        out = self.ok(script(counting(*five[:4], five[4] + "?"), "-c", f"{prog} 1 1"))
        self.assertEqual(counts(out), [1, 3, 4, 6, 0])

    def test_another_build(self):
        prog = TMP / "replaced"
        prog.write_bytes(pathlib.Path(build("watched")).read_bytes())
        prog.chmod(0o755)
        built = TMP / "watching"
        self.assertEqual(coretap("-e", counting(f'process("{prog}").data("counter").write'), f"--build={built}").returncode, 0)
        self.assertEqual(counts(self.ok(run(built, "-c", f"{prog} 3 1"))), [3])
        prog.unlink()
        prog.write_bytes(pathlib.Path(build("watched", "-O1")).read_bytes())
        prog.chmod(0o755)
        refused = run(built, "-c", f"{prog} 3 1")
        self.assertEqual((refused.returncode, refused.stdout), (1, ""))
        self.assertIn("is another build than the one this was compiled for", refused.stderr)

    def test_listing(self):
        prog = build("watched")
        at = symbol(prog, "counter")[0]
        for point, listed in ((f'process("{prog}").data("counter").write', None), (f'process("{prog}").data({at}).length(4).rw',
                              f'process("{prog}").data(0x{at:x}).length(4).rw'), ('kernel.data("pid_max").write', None)):
            self.assertEqual(self.ok(coretap("-L", point)), (listed or point) + "\n")


class KernelData(LiveTest):
    def test_by_address(self):
        """A task's name, which prctl(PR_SET_NAME) writes."""
        with live.running(build("watched"), "1", "0", "0", "0", "waits") as program:
            program.stdout.readline()
            address = int(self.ok(script(COMM, "-x", program.pid)))
            with live.tracing(counting(f"kernel.data({address}).write", f"kernel.data({address}).length(8).write") +
                              f' probe kernel.data({address}).write {{ if (pid() == {program.pid}) own++ }} global own'
                              ' probe end { printf("own %d\\n", own) }') as tracer:
                program.communicate("\n", timeout=60)
                out = live.finish(tracer)
        once, whole = counts(out)
        self.assertEqual(once, 10)
        self.assertIn("own 10\n", out)
        self.assertIn(whole, range(10, 90, 10), "the kernel may write it byte by byte")

    def test_by_symbol(self):
        """Kernels without CONFIG_KALLSYMS_ALL list no variables; vm.data has one that does."""
        symbols = pathlib.Path("/proc/kallsyms").read_text()
        before = pathlib.Path("/proc/sys/kernel/panic").read_text()
        if not re.search(r" [bBdD] panic_timeout$", symbols, re.M):
            refused = script('probe kernel.data("panic_timeout").write { exit() }')
            self.assertEqual((refused.returncode, refused.stdout), (1, ""))
            self.assertIn("/proc/kallsyms has no 'panic_timeout'", refused.stderr)
            return
        out = self.ok(script(counting('kernel.data("panic_timeout").write'), "-c",
                             f"sh -c 'for i in 1 2 3; do echo {before.strip()} > /proc/sys/kernel/panic; done'"))
        self.assertEqual(counts(out), [3])

    def test_no_such_symbol(self):
        refused = script('probe kernel.data("no_such_variable").write { exit() }')
        self.assertEqual((refused.returncode, refused.stdout), (1, ""))
        self.assertIn('cannot attach probe kernel.data("no_such_variable").write: /proc/kallsyms has no \'no_such_variable\'', refused.stderr)


if __name__ == "__main__":
    live.main()
