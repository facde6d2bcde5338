"""@perf: counters of perf events, against what getrusage(2) told the workload."""
import os
import subprocess

import live
from live import LiveTest, build, coretap, script

FAULTS = "perf.type(1).config(5)"  # PERF_COUNT_SW_PAGE_FAULTS_MIN, which counts what ru_minflt does


class Perf(LiveTest):
    def script(self, prog, counter, body='printf("#%d %d %d\\n", $number, $faults, @perf("faults"))'):
        return f'probe {counter} {{ println("never") }} probe process("{prog}").function("at") {{ {body} }}'

    def counts(self, out):
        """Number, faults by getrusage, faults by the counter, of each call but the first."""
        return [tuple(map(int, line[1:].split())) for line in out.splitlines() if line.startswith("#")][1:]

    def check_deltas(self, counts):
        self.assertEqual([c[0] for c in counts], [0, 1, 2, 3, 4])
        deltas = [(b[1] - a[1], b[2] - a[2]) for a, b in zip(counts, counts[1:])]
        self.assertEqual(deltas, [(n * 50, n * 50) for n in range(1, 5)])

    def test_a_command(self):
        prog = build("faults", "-O1")
        text = self.script(prog, f'{FAULTS}.process("{prog}").counter("faults")')
        counts = self.counts(self.ok(script(text, "-c", prog)))
        self.check_deltas(counts)
        for _, by_program, by_counter in counts:  # getrusage has what came before the command's execution, too
            self.assertTrue(0 < by_counter <= by_program)

    def test_a_running_process(self):
        """The counter begins at 0 when the script starts."""
        prog = build("faults", "-O1")
        text = self.script(prog, f'{FAULTS}.process("{prog}").counter("faults")') + ' probe begin { println("ready") }'
        with subprocess.Popen([prog, "wait"], stdin=subprocess.PIPE) as process:
            command = [live.CORETAP, "-e", text + " probe timer.ms(20) { if (seen == 6) exit() } "
                       f'global seen probe process("{prog}").function("at") {{ seen++ }}', "-x", str(process.pid)]
            with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as tracer:
                self.assertEqual(tracer.stdout.readline(), "ready\n")
                # What begin probes print is shown when the others have gone live.
                process.stdin.write(b"go\n")
                process.stdin.close()
                out, err = tracer.communicate(timeout=60)
        self.assertEqual((tracer.returncode, err), (0, ""))
        self.check_deltas(self.counts(out))

    def test_a_whole_cpu_counts_at_least_that(self):
        prog = build("faults", "-O1")
        text = f'''probe perf.type(1).config(5).counter("faults") {{ }}
            probe process("{prog}").function("at") {{ printf("#%d %d %d\\n", $number, $faults, @perf("faults")) }}'''
        one = min(os.sched_getaffinity(0))
        counts = self.counts(self.ok(script(text, "-c", f"taskset -c {one} {prog}")))
        self.assertEqual([c[0] for c in counts], [0, 1, 2, 3, 4])
        for n, (a, b) in enumerate(zip(counts, counts[1:]), 1):
            self.assertGreaterEqual(b[2] - a[2], n * 50)

    def test_several_counters_in_one_statement(self):
        prog = build("faults", "-O1")
        counts = self.counts(self.ok(script(f'''
            probe {FAULTS}.process("{prog}").counter("minor"), perf.type(1).config(2).process("{prog}").counter("all") {{ }}
            function minor() {{ return @perf("minor") }}
            probe process("{prog}").function("at") {{ printf("#%d %d %d %d\\n", $number, $faults, minor(), @perf("all")) }}''',
            "-c", prog)))
        self.check_deltas(counts)
        for a, b in zip(counts, counts[1:]):
            self.assertGreaterEqual(b[3] - a[3], b[2] - a[2])
            self.assertGreaterEqual(b[3], b[2])

    def test_other_threads_have_no_such_counter(self):
        prog = build("faults", "-O1")
        counter = f'{FAULTS}.process("{prog}").counter("faults")'
        out = self.ok(script(self.script(prog, counter, '''if ($number < 9) next
            try { println(@perf("faults")) } catch (m) { println(m) }'''), "-c", f"{prog} thread"))
        self.assertEqual(out, "the perf counter does not count this thread\n")
        done = script(self.script(prog, counter), "-c", f"{prog} thread")
        self.assertEqual(done.returncode, 1)
        self.assertIn("ERROR: the perf counter does not count this thread near operator '@perf' at <input>:1:", done.stderr)

    def test_what_cannot_be_counted(self):
        prog = build("faults", "-O1")
        done = script(self.script(prog, f'{FAULTS}.process("{prog}").counter("faults")'))
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn("a perf counter of a process needs -c or -x", done.stderr)
        with subprocess.Popen([prog, "wait"], stdin=subprocess.PIPE) as process:
            done = script(self.script(prog, f'{FAULTS}.process("/bin/true").counter("faults")'), "-x", str(process.pid))
            process.communicate(b"go\n")
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn(f'perf counter "faults": process {process.pid} does not run /bin/true', done.stderr)
        build("faults", "-O0")
        several = prog.replace("-O1", "-O*")
        done = script(self.script(prog, f'{FAULTS}.process("{several}").counter("faults")'), "-c", prog)
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn("names several programs, and this is of one", done.stderr)
        done = script(self.script(prog, 'perf.type(1).config(4711).counter("faults")'), "-c", prog)
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn('perf counter "faults": perf_event_open: ', done.stderr)


if __name__ == "__main__":
    live.main()
