"""Probe points of the language, on both sides: lists, wildcards, `?` and `!`, aliases, priorities.

calls.c calls add() ten times, and greet(), walk() and shrink() once each, in that order of lines.
"""
import pathlib
import re

import live
from live import LiveTest, build, coretap, run, script


class Points(LiveTest):
    def setUp(self):
        self.prog = build("calls", "-O0")

    def kernel_side(self, text, *options):
        """Lines of a script whose events are the workload's; PROG is `process("…")`."""
        return self.lines(script(text.replace("PROG", f'process("{self.prog}")'), *options, "-c", f"{self.prog} >/dev/null"))

    def user_side(self, text):
        return self.lines(script(text))

    def refused(self, text, words):
        done = script(text.replace("PROG", f'process("{self.prog}")'))
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn(words, done.stderr)

    def test_several(self):
        self.assertEqual(self.kernel_side('''
            global n
            probe PROG.function("add").call, PROG.function("walk").call, PROG.function("greet").call { n++ }
            probe end { println(n) }'''), ["12"])
        self.assertEqual(self.user_side('''
            global n
            probe begin, end, timer.ms(10) { n++; if (n == 2) exit() }
            probe end(1) { println(n > 2) }'''), ["1"])

    def test_units_of_timers(self):
        """Names of one unit count alike; a jiffy is a tick of the kernel's clock."""
        seconds = ("timer.s(1)", "timer.sec(1)", "timer.ms(1000)", "timer.msec(1000)", "timer.us(1000000)", "timer.usec(1000000)",
                   "timer.ns(1000000000)", "timer.nsec(1000000000)")
        probes = "".join(f'probe {point} {{ n["{point}"]++ }}\n' for point in seconds)
        lines = self.user_side("global n\n" + probes + """
            probe timer.jiffies(100) { n["jiffies"]++ }
            probe timer.ms(2500) { exit() }
            probe end { foreach (point in n) printf("%s %d\\n", point, n[point]) }""")
        counts = {point: int(count) for point, count in map(str.split, lines)}
        periods = 2.5 * live.ticks_per_second() / 100
        self.assertIn(counts.pop("jiffies"), range(int(periods) - 1, int(periods) + 2))
        self.assertEqual(counts, dict.fromkeys(seconds, 2))

    def test_order_of_errors(self):
        done = script('probe error(2) { println(2) } probe error(1) { println(1) } probe begin { error("x") }')
        self.assertEqual(done.stdout, "1\n2\n", done.stderr)

    def test_errors_of_end_probes(self):
        """The later end probes do not run, nor are globals shown; then the error probes run, all of them."""
        text = '''global n
          probe begin { n = 7 exit() }
          probe end(-1) { println("first") }
          probe end { println("before") error("x") }
          probe end(1) { println("later") }
          probe error { println("cleaning") error("y") }
          probe error(1) { println("clean") }'''
        done = script(text)
        self.assertEqual((done.returncode, done.stdout), (1, "first\nbefore\ncleaning\nclean\n"), done.stderr)
        self.assertRegex(done.stderr, r"^ERROR: x\nERROR: y\n.*Number of errors: 2,")
        done = script(text, "-DMAXERRORS=1")
        self.assertEqual((done.returncode, done.stdout), (1, "first\nbefore\nlater\nn=7\n"), done.stderr)

    def test_errors_of_begin_probes(self):
        """Those that are forgiven end only their handler."""
        text = '''probe begin { error("x") } probe begin(1) { println("later") error("y") } probe begin(2) { println("not here") exit() }
          probe end { println("end") } probe error { println("clean") }'''
        done = script(text)
        self.assertEqual((done.returncode, done.stdout), (1, "clean\n"), done.stderr)
        done = script(text, "-DMAXERRORS=1")
        self.assertEqual((done.returncode, done.stdout), (1, "later\nclean\n"), done.stderr)

    def test_wildcards(self):
        self.assertEqual(sorted(self.kernel_side(
            'probe PROG.function("g*t").call, PROG.function("wal*").call { println(ppfunc()) }')), ["greet", "walk"])

    def test_system_of_tracepoints(self):
        """A system's tracepoints are those of its trace events; tracepoints without an event have no system that is known."""
        events = pathlib.Path("/sys/kernel/tracing/events")
        types = run("bpftool", "btf", "dump", "file", "/sys/kernel/btf/vmlinux").stdout
        typed = set(re.findall(r"TYPEDEF 'btf_trace_(\w+)'", types))

        def listed(pattern):
            return {line[len('kernel.trace("'):-len('")')] for line in self.lines(coretap("-l", f'kernel.trace("{pattern}")'))}

        for system in ("sched", "irq", "timer", "signal"):
            expected = {f"{system}:{event.parent.name}" for event in (events / system).glob("*/format")}
            self.assertEqual(listed(f"{system}:*"), {name for name in expected if name.split(":")[1] in typed})
        bare = {name for name in listed("*") if ":" not in name}
        self.assertIn("pelt_cfs_tp", bare)
        self.assertEqual([name for name in bare if any(events.glob(f"*/{name}"))], [])
        self.assertEqual(bare & listed("*:*"), bare)
        self.assertEqual(listed("sched:pelt_cfs_tp"), {"sched:pelt_cfs_tp"})

    def test_wildcards_of_tracepoints_where_tracefs_is_not_mounted(self):
        """The names are those that a mounted tracefs lists."""
        hide = ("mountpoint -q /sys/kernel/tracing || mount -t tracefs tracefs /sys/kernel/tracing; ls -d {0}; "
                "while mountpoint -q /sys/kernel/tracing; do umount -l /sys/kernel/tracing; done; exec {1}")
        for point, folder, pattern in (
                ('kernel.tracepoint("syscalls:sys_enter_set*")', "syscalls", "sys_enter_set*"),
                ('kernel.tracepoint("sched:sched_w*")', "sched", "sched_w*"),
                ('kernel.trace("sched:sched_w*")', "sched", "sched_w*")):
            with self.subTest(point):
                listed = f"/sys/kernel/tracing/events/{folder}/{pattern}"
                out = self.lines(run("unshare", "-m", "sh", "-c",
                                     hide.format(listed, f"{live.CORETAP} -l '{point}'"), timeout=60))
                truth = sorted(line.rsplit("/", 1)[1] for line in out if line.startswith("/"))
                found = sorted(line.split('"')[1].split(":")[-1] for line in out if line.startswith("kernel."))
                self.assertGreater(len(truth), 1)
                self.assertEqual(found, truth)

    def test_wildcards_of_user_points(self):
        self.assertEqual(self.user_side("probe beg* { println(1) exit() }"), ["1"])
        self.assertEqual(self.user_side("probe b*, e* { println(pp()) exit() }"), ["begin", "end"])
        self.assertEqual(self.user_side("probe ti*.m*(30) { println(pp()) exit() }")[0][:8], "timer.ms")
        self.refused("probe timer.x*(1) { println(1) }", "probe point component 'x*' cannot be used here")

    def test_optional(self):
        self.assertEqual(self.kernel_side(
            'probe PROG.function("nothing").call ?, PROG.function("walk").call { println(1) }'), ["1"])
        self.assertEqual(self.user_side("probe nothing ?, begin { println(1) exit() }"), ["1"])

    def test_sufficient(self):
        self.assertEqual(self.kernel_side('''
            probe PROG.function("nothing").call !, PROG.function("walk").call !, PROG.function("greet").call
            { println(ppfunc()) }'''), ["walk"])
        self.assertEqual(self.user_side("probe nothing !, begin !, end { println(pp()) } probe begin(1) { exit() }"), ["begin"])

    def test_braces(self):
        self.assertEqual(sorted(self.kernel_side(
            'probe PROG.{function("walk"),function("greet")}.call { println(ppfunc()) }')), ["greet", "walk"])

    def test_braces_of_user_points(self):
        self.assertEqual(self.user_side('''
            global s, ms
            probe timer.{s(100),ms(10)}.randomize(2) ?, timer.ms(10) { ms++; if (ms > 1) exit() }
            probe end { println(ms > 1) }'''), ["1"])

    def test_sequence(self):
        self.assertEqual(self.user_side('''
            probe begin(10) { println("last") exit() } probe begin(-10) { println("first") } probe begin { println("begin") }
            probe end(5) { println("end 5") } probe end(-5) { println("end -5") }'''),
            ["first", "begin", "last", "end -5", "end 5"])

    def test_maxactive(self):
        """Where kprobes are, N is no limit of ours: every return is counted."""
        self.assertEqual(self.kernel_side('''
            probe kernel.function("no_such_function_here").return.maxactive(5) ?, PROG.function("walk").return { println(1) }'''), ["1"])

    def test_maxactive_of_begin(self):
        self.refused("probe begin.maxactive(5) { println(1) }", "probe point component 'maxactive' cannot be used here")

    # ---------------------------------------------------------------- aliases

    def test_alias_prologue(self):
        self.assertEqual(self.user_side('probe mine = begin { x = 5 } probe mine { println(x) exit() }'), ["5"])
        self.assertEqual(self.kernel_side(
            'probe mine = PROG.function("walk").call { x = $head->value } probe mine { println(x) }'), ["47"])

    def test_alias_epilogue(self):
        self.assertEqual(self.user_side('probe mine += begin { println(x) exit() } probe mine { x = 6 }'), ["6"])
        self.assertEqual(self.kernel_side(
            'probe mine += PROG.function("walk").call { println(x) } probe mine { x = $head->value + 1 }'), ["48"])

    def test_alias_both(self):
        body = "{ x = 5 }, { println(x) }\nprobe mine { x++ }"
        self.assertEqual(self.user_side(f"probe mine = begin {body} probe begin(1) {{ exit() }}"), ["6"])
        self.assertEqual(self.kernel_side(f'probe mine = PROG.function("walk").call {body}'), ["6"])

    def test_alias_suffix(self):
        self.assertEqual(self.kernel_side('''
            probe mine = PROG.function("add") { x = 1 }
            probe mine.call { n[x]++ } probe mine.return { n[x + 1]++ }
            global n probe end { println(n[1], " ", n[2]) }'''), ["10 10"])

    def test_alias_suffix_of_begin(self):
        self.refused("probe mine = begin { x = 5 }\nprobe mine.call { println(x) }", "probe point component 'call' cannot be used here")

    def test_aliases_of_aliases(self):
        text = "probe one = POINT { x = 1 }\nprobe two = one { y = x + 1 }\nprobe two { println(x, y) }"
        self.assertEqual(self.user_side(text.replace("POINT", "begin") + " probe begin(1) { exit() }"), ["12"])
        self.assertEqual(self.kernel_side(text.replace("POINT", 'PROG.function("walk").call')), ["12"])

    def test_probewrite(self):
        """The alias knows what the handler that uses it writes to."""
        text = '''probe mine = POINT { x = 0 y = 0 z = 0 }, { printf("%d%d %d\\n", @probewrite(x), @probewrite(y), x + y + z) }
                  probe mine { x = 5 } probe mine { y++ } probe mine { z = x + y + 3 }'''
        wanted = ["00 3", "01 1", "10 5"]
        self.assertEqual(sorted(self.user_side(text.replace("POINT", "begin") + " probe begin(1) { exit() }")), wanted)
        self.assertEqual(sorted(self.kernel_side(text.replace("POINT", 'PROG.function("walk").call'))), wanted)


if __name__ == "__main__":
    live.main()
