"""The scripts of examples/ print what their workloads know."""
import pathlib
import re
import signal
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "live"))
import live  # noqa: E402
from live import CORETAP, ROOT, TMP, LiveTest, build, coretap, line_of  # noqa: E402

EXAMPLES = ROOT / "examples"
# Rows of @hist_log: value | bar | count; "~" for rows left out.
BUCKET = re.compile(r"^ *(-?\d+) \|@* +(\d+)$", re.M)


def buckets(text):
    """value -> count of the histograms in `text`, which are added up."""
    counts = {}
    for value, count in BUCKET.findall(text):
        counts[int(value)] = counts.get(int(value), 0) + int(count)
    return counts


def build_here(name):
    path = TMP / name
    if not path.exists():
        subprocess.run(["gcc", "-O1", "-o", str(path), str(HERE / (name + ".c"))], check=True)
    return str(path)


class Examples(LiveTest):
    def test_every_example_is_tested(self):
        tested = {match for match in re.findall(r'EXAMPLES / "([\w-]+\.stp)"',
                                                pathlib.Path(__file__).read_text())}
        self.assertEqual({path.name for path in EXAMPLES.glob("*.stp")}, tested)

    def test_opened_files_shows_what_this_kernel_can_attach(self):
        """Its kernel function is probed in tests/vm/portable_test.py; here it is optional."""
        out = self.ok(coretap(EXAMPLES / "opened-files.stp", "-c", build_here("allocs")))
        self.assertIn(f"executes {TMP / 'allocs'}\n", out)

    def test_malloc_sizes_of_known_allocations(self):
        out = self.ok(coretap(EXAMPLES / "malloc-sizes.stp", "-c", build_here("allocs")))
        calls, average = map(int, re.search(r"^allocs: (\d+) calls, average (\d+) bytes$", out,
                                            re.M).groups())
        counts = buckets(out)
        self.assertEqual(counts[512], 1000)
        self.assertEqual(counts[2097152], 7)
        self.assertEqual(sum(counts.values()), calls)
        self.assertEqual(calls, 1007, "the C library allocates nothing for this program")
        self.assertEqual(average, (1000 * 700 + 7 * 3000000) // 1007)

    def test_malloc_sizes_of_ls(self):
        out = self.ok(coretap(EXAMPLES / "malloc-sizes.stp", "-c", "/bin/ls /usr"))
        self.assertIn("share\n", out)
        calls = int(re.search(r"^ls: (\d+) calls, average \d+ bytes$", out, re.M)[1])
        self.assertGreater(calls, 0)
        self.assertEqual(sum(buckets(out).values()), calls)

    def test_leaks(self):
        """Each place that keeps memory, with its bytes, blocks, function and line; and none that gives it back."""
        program, source = TMP / "leaks", HERE / "leaks.c"
        subprocess.run(["gcc", "-g", "-O2", "-fomit-frame-pointer", "-o", str(program), str(source)], check=True)
        done = coretap(EXAMPLES / "leaks.stp", "-c", str(program))
        # Another process may be within malloc() when the probes are placed.
        self.assertRegex(done.stderr, r"\A(WARNING: \d+ returns were not handled.*\n)?\Z")
        self.assertEqual(done.returncode, 0)
        out = done.stdout
        lines = {text.split("LEAK ")[1].split(" ")[0]: number
                 for number, text in enumerate(source.read_text().splitlines(), 1) if "LEAK" in text}
        found = set(re.findall(r"^(\d+) bytes in (\d+) blocks:\n 0x\w+ : (\w+)\+\S+ at \S*leaks.c:(\d+) \[\S+/leaks\]$", out, re.M))
        self.assertEqual(found, {("500", "5", "keep", str(lines["malloc"])), ("280", "1", "keep_zeros", str(lines["calloc"])),
                                 ("900", "1", "keep_moved", str(lines["realloc"]))})
        self.assertNotIn("drop", out)
        self.assertEqual(out.count(" : main+"), 3)

    def test_profile(self):
        """Almost all samples are in hot(), most of these called by often(), and each stack ends in main's callers."""
        program = TMP / "busy"
        subprocess.run(["gcc", "-O2", "-fomit-frame-pointer", "-o", str(program), str(HERE / "busy.c")], check=True)
        out = self.ok(coretap(EXAMPLES / "profile.stp", "1000", "-c", str(program)))
        count = {}
        for samples, total, frames in re.findall(r"^(\d+) of (\d+) samples:\n((?: .*\n)+)", out, re.M):
            names = tuple(re.findall(r": (\w+)\+", frames))[:3]
            count[names] = count.get(names, 0) + int(samples)
            total = int(total)
        self.assertGreater(total, 60)
        often, seldom = (count.get(("hot", name, "main"), 0) for name in ("often", "seldom"))
        self.assertGreater(often + seldom, 0.9 * total, count)
        # Three times as often; of 200 samples the smaller part has 50, give or take 6.
        self.assertGreater(often, 1.5 * seldom)
        self.assertLess(often, 7 * seldom)

    def test_python_calls(self):
        """calls.py: 70 calls of the one; 5 of the other, 41 deep."""
        out = self.ok(coretap(EXAMPLES / "python-calls.stp", "-c", f"/usr/bin/python3.11 -I -S {HERE / 'calls.py'}"))
        rows = re.findall(r"^ *(\d+) (\S+)\(\) of (.+)$", out, re.M)
        for row in (("205", "fall", str(HERE / "calls.py")), ("70", "small", str(HERE / "calls.py"))):
            self.assertIn(row, rows)
        counts = [int(count) for count, _, _ in rows]
        self.assertEqual(counts, sorted(counts, reverse=True))

    def test_malloc_sizes_as_a_binary(self):
        binary = TMP / "malloc-sizes"
        self.assertEqual(self.ok(coretap(f"--build={binary}", EXAMPLES / "malloc-sizes.stp")), "")
        out = self.ok(live.run(binary, "-c", build_here("allocs")))
        self.assertIn("allocs: 1007 calls", out)

    def test_syscall_errors(self):
        # calls.c opens a missing file 7 times. The loader's own failures are counted beside them.
        program = build("calls", "-O2", out="calls")
        out = self.ok(coretap(EXAMPLES / "syscall-errors.stp", "-c", program))
        rows = [line.split() for line in out.splitlines()]
        self.assertIn(["calls", "openat", "7", "ENOENT"], rows)
        self.assertIn(["calls", "access", "1", "ENOENT"], rows, "/etc/ld.so.preload")
        counts = [int(row[2]) for row in rows if len(row) == 4]
        self.assertEqual(counts, sorted(counts, reverse=True))

    def test_line_locals(self):
        program = build("loop", "-O2")
        line = line_of("loop", "/* LOOP")
        out = self.ok(coretap(EXAMPLES / "line-locals.stp", program, f"*@loop.c:{line}",
                              "-c", program))
        seen = []
        for row in re.findall(r"^loop-O2gcc\[\d+\] (.*)$", out, re.M):
            values = dict(re.findall(r"(\w+)=(\S+)", row))
            seen.append((int(values["i"], 16), int(values["total"], 16), int(values["n"], 16)))
        # 3 calls of sum({1 … 6}, 6, {2, …}): the line is about to add values[i] * 2.
        expected = [(i, sum(2 * v for v in range(1, i + 1)), 6) for i in range(6)] * 3
        self.assertEqual(seen, expected)
        self.assertTrue(out.endswith("18 times\n"), out[-200:])

    def test_top_writers_every_two_seconds(self):
        calls = 1500000
        tracer = subprocess.Popen([CORETAP, str(EXAMPLES / "top-writers.stp")], text=True,
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        writer = None
        reports, seen_after = [], 0
        try:
            # Each report opens with its headline; the writer starts after the first one.
            for line in tracer.stdout:
                if "COMMAND" in line:
                    reports.append([])
                    if not writer:
                        writer = subprocess.Popen(["dd", "if=/dev/zero", "of=/dev/null", "bs=10",
                                                   f"count={calls}", "status=none"])
                    elif writer.poll() is not None:
                        seen_after += 1
                        if seen_after == 2:  # the one before held the last calls
                            break
                elif reports:
                    reports[-1].append(line.split())
            tracer.send_signal(signal.SIGINT)
            _, errors = tracer.communicate(timeout=30)
        finally:
            for process in filter(None, (tracer, writer)):
                process.kill()
                process.wait()
        self.assertEqual((tracer.returncode, errors), (0, ""))
        rows = [row for report in reports for row in report if row[:2] == ["dd", str(writer.pid)]]
        self.assertEqual(sum(int(row[2]) for row in rows), calls)
        self.assertEqual(sum(int(row[3]) for row in rows), calls * 10)
        for report in reports:
            self.assertLessEqual(len(report), 10)
            self.assertTrue(all(len(row) >= 4 for row in report), report)

    def test_sched_latency(self):
        extra = ('probe end { printf("of allocs: %d, at most %d us\\n", '
                 '@count(slowest["allocs"]), @max(slowest["allocs"])) }')
        command = build_here("allocs")
        # Each time the program gave up the CPU it was woken. (It may also be woken without: a
        # preempted task whose timer fires before it sleeps.) One run of some must be
        # complete: docs/testing.md, "What a sandbox hides".
        missing = []
        for _ in range(10):
            out = self.ok(coretap(EXAMPLES / "sched-latency.stp", "-E", extra, "-c", command))
            woken = self.check_latencies(out)
            slept = int(re.search(r"^slept (\d+) times$", out, re.M)[1])
            self.assertGreater(slept, 0)
            missing.append(slept - woken)
            if woken >= slept:
                return
        self.fail(f"wake-ups not seen in each of ten runs: {missing}")

    def check_latencies(self, out):
        """Holds the figures of one run against one another; the wake-ups of the program."""
        total, average, longest = map(int, re.search(
            r"^(\d+) wake-ups, average (\d+) us, longest (\d+) us$", out, re.M).groups())
        self.assertEqual(sum(buckets(out).values()), total)
        self.assertLessEqual(average, longest)
        rows = re.findall(r"^\S.* longest +(\d+) us of (\d+)$", out, re.M)
        worst = [int(row[0]) for row in rows]
        self.assertEqual(worst, sorted(worst, reverse=True))
        self.assertEqual(worst[0], longest)
        woken, worst_of_allocs = map(int, re.search(r"^of allocs: (\d+), at most (\d+) us$", out,
                                                    re.M).groups())
        self.assertGreaterEqual(total, woken)
        self.assertLessEqual(worst_of_allocs, longest)
        return woken


if __name__ == "__main__":
    live.main()
