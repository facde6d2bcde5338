"""The scripts of examples/sixty-seconds agree with the kernel's counts in /proc and with what workloads did. Each is built and run."""
import concurrent.futures
import os
import pathlib
import re
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "live"))
import live  # noqa: E402
from live import ROOT, TMP, coretap, run  # noqa: E402
from workloads import ExampleTest, program  # noqa: E402

SCRIPTS = ROOT / "examples" / "sixty-seconds"
CONNECTIONS = f"/usr/bin/python3.11 -I -S {HERE / 'connections.py'}"


class SixtySeconds(ExampleTest):
    @classmethod
    def setUpClass(cls):
        """All binaries are made before any measures, two at a time."""
        with concurrent.futures.ThreadPoolExecutor(2) as workers:
            cls.built = {path.stem: workers.submit(coretap, f"--build={TMP / path.stem}", path, timeout=300) for path in SCRIPTS.glob("*.stp")}

    def output(self, name, command):
        """What the script's binary prints while a command runs: one report at the end."""
        self.assertEqual(self.ok(self.built[name].result()), "")
        options = [] if name == "dmesg" else ["-G", "every=1000", "-G", "rows=1000"]
        done = run(TMP / name, *options, "-c", command, timeout=120)
        if name == "free":  # pages that an interrupt takes while a page is counted are told as skipped
            self.skipped(done)
            return done.stdout
        return self.ok(done)

    def test_every_script_is_tested_and_listed(self):
        text, page = pathlib.Path(__file__).read_text(), (SCRIPTS / "README.md").read_text()
        for path in SCRIPTS.glob("*.stp"):
            self.assertIn(f'self.output("{path.stem}", ', text)
            self.assertIn(f"| [{path.stem}]({path.name}) |", page)
            head = path.read_text().split("\n\n")[0]
            self.assertTrue(head.startswith("#!/usr/bin/env coretap\n# "), path)
            self.assertIn(f"#   coretap {path.name}", head)

    def test_uptime(self):
        """The program computes for half a second of CPU time. The kernel's own load changes every five seconds: the script reads it between the shell and the test."""
        def attempt():
            began = time.monotonic()
            out = self.output("uptime", f"sh -c '{program()} burns-counted; cat /proc/loadavg'")
            wall = (time.monotonic() - began) * 1000
            readings = [line.split()[:3] for line in (out, pathlib.Path("/proc/loadavg").read_text()) for line in re.findall(r"^\d\S* \d\S* \d\S* \d+/\d+ \d+$", line, re.M)]
            self.assertEqual(len(readings), 2)
            cpu, took = (int(us) / 1000 for us in re.search(r"^burned (\d+) \d+ \d+ \d+ (\d+)$", out, re.M).groups())
            row = re.search(r"^\d+ +known +(\d+\.\d+) +(\d+) +(\d+) +(\d+)$", out, re.M)
            load, ran, waits, disk = map(float, row.groups()) if row else (0, 0, 0, 0)
            whole = ran + waits + disk
            return (re.search(r"^load (\S+ \S+ \S+)$", out, re.M)[1].split() in readings and 0.8 * cpu <= ran <= wall
                    and took - 2 <= whole <= wall and whole / wall - 0.02 <= load <= whole / took), (out, readings, wall)

        self.agree(attempt)

    def test_dmesg(self):
        words = f"coretap's test {os.getpid()} was here"
        path = TMP / "message"
        path.write_text(words + "\n")
        out = self.output("dmesg", f"sh -c 'echo $$; read words < {path}; echo \"$words\" > /dev/kmsg; sleep 0.3'")
        shell = re.search(r"^(\d+)$", out, re.M)[1]
        rows = [line for line in out.splitlines() if line.endswith(words)]
        self.assertEqual([(row.split()[0], row.split(None, 2)[1]) for row in rows], [(shell, "sh")], out)

    def test_vmstat(self):
        """What /proc/stat counts, and what the shell did: it starts 9 times /bin/true, the program, and its two reads (itself becomes the last)."""
        read = "grep -E \"^(ctxt|processes)\" /proc/stat"
        out = self.output("vmstat", f"sh -c '{read}; for i in 1 2 3 4 5 6 7 8 9; do /bin/true; done; {program()} turns; {read}'")
        before, after = (list(map(int, pair)) for pair in re.findall(r"^ctxt (\d+)\nprocesses (\d+)$", out, re.M))
        switches, _, forks = map(int, re.search(r"^ +CS +IN +FORKS\n +(\d+) +(\d+) +(\d+)$", out, re.M).groups())
        # What the session started before the command, and the first and last commands of the shell, are not between the two reads.
        self.assertTrue(0 <= forks - (after[1] - before[1]) <= 40, out)
        # Where a sandbox hides its agent from tracing (docs/testing.md), its switches are missing.
        self.assertTrue(0.5 * (after[0] - before[0]) <= switches <= 3 * (after[0] - before[0]) + 1000, out)
        rows = re.findall(r"^ +(\d+) +(\d+) (\d+) +(.+)$", out, re.M)
        mine = {name: (int(count), int(made)) for count, made, _, name in rows}
        self.assertGreaterEqual(mine["known"][0], 95, out)
        self.assertIn(mine["sh"][1], (11, 12), out)

    def test_mpstat(self):
        out = self.output("mpstat", f"taskset -c 0 {program()} burns")
        cpu = out.split("\n  0 ")[1].split("\n  1 ")[0]
        usr, system, idle = map(float, cpu.split()[:3])
        self.assertAlmostEqual(usr + system + idle, 100, delta=0.3)
        share = float(re.search(r"(\d+\.\d)% \d+ known$", cpu, re.M)[1])
        self.assertGreater(share, 30)
        self.assertGreaterEqual(usr + system + 0.2, share)

    def test_iostat(self):
        read = self.direct_read()
        out = self.output("iostat", read)
        requests, kb = map(int, re.search(r"^  (\d+) reads 0 writes (\d+) KB of \d+ dd$", out, re.M).groups())
        self.assertTrue(8 <= requests < 40, out)
        self.assertTrue(512 <= kb < 600, out)
        disk, reads, read_kb = re.search(r"^(\S+) +(\d+) +(\d+) +\d+ +\d+ +\d+\.\d{3}\n(?:  .*\n)*  \d+ reads 0 writes \d+ KB of \d+ dd$", out, re.M).groups()
        self.assertTrue(int(reads) >= requests and int(read_kb) >= kb and os.path.exists(f"/sys/block/{disk}"), out)

    def test_free(self):
        """A program that writes to 50 MB takes them, and at its end they are given back."""
        out = self.output("free", f"sh -c '/usr/bin/python3.11 -I -S -c \"x = bytearray(50 << 20)\nfor i in range(0, len(x), 4096): x[i] = 1\"; exec {program()} wakes'")
        taken, given, net = map(int, re.search(r"^ +TAKEN_KB +GIVEN_KB +NET_KB\n +(\d+) +(\d+) +(-?\d+)$", out, re.M).groups())
        self.assertEqual(taken - given, net)
        self.assertTrue(taken >= 51200 and given >= 51200, out)

    def test_sar_net(self):
        count = "grep lo: /proc/net/dev"
        out = self.output("sar-net", f"sh -c '{count}; {CONNECTIONS}; {count}'")
        before, after = (list(map(int, line.split()[1:])) for line in out.splitlines() if line.strip().startswith("lo:"))
        got, _, sent, _ = map(int, re.search(r"^lo +(\d+) +(\d+) +(\d+) +(\d+)$", out, re.M).groups())
        self.assertTrue(0 <= got - (after[1] - before[1]) <= 10, out)
        self.assertTrue(0 <= sent - (after[9] - before[9]) <= 10, out)
        self.assertRegex(out, r"(?m)^  \d+ packets 1\d\d KB sent by \d+ python3.11$")

    def test_sar_tcp(self):
        count = "grep ^Tcp: /proc/net/snmp"
        out = self.output("sar-tcp", f"sh -c '{count}; {CONNECTIONS}; {count}'")
        names, before, _, after = (line.split() for line in out.splitlines() if line.startswith("Tcp:"))
        true = {name: int(late) - int(early) for name, early, late in list(zip(names, before, after))[1:]}
        active, passive, again = map(int, re.search(r"^ +ACTIVE +PASSIVE +RETRANS\n +(\d+) +(\d+) +(\d+)$", out, re.M).groups())
        self.assertEqual((active, passive, again), (true["ActiveOpens"], true["PassiveOpens"], true["RetransSegs"]), out)
        self.assertRegex(out, r"(?m)^  3 asked for by \d+ python3.11$")
        for server in re.findall(r"^\d+ (\d+) \d+ \d+$", out, re.M):
            self.assertIn(f"  1 came to port {server}\n", out)

    def test_top(self):
        out = self.output("top", f"{program()} burns")
        rows = re.findall(r"^\d+ +known +(\d+) +(\d+\.\d) +(\d+\.\d) (\S+)$", out, re.M)
        self.assertEqual([place for *_, place in rows], ["hot"], out)
        samples, usr, system = (float(value) for value in rows[0][:3])
        self.assertGreater(samples, 20)
        self.assertGreater(usr, 80)
        self.assertAlmostEqual(usr + system, 100, delta=0.2)


if __name__ == "__main__":
    live.main()
