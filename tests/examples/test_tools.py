"""The tools of examples/tools print what their workloads did. Each is built as a portable binary, and the binary is run."""
import os
import pathlib
import pty
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "live"))
import live  # noqa: E402
from live import ROOT, TMP, coretap, run  # noqa: E402
from workloads import ExampleTest, program  # noqa: E402

TOOLS = ROOT / "examples" / "tools"
BUCKET = re.compile(r"^ *\d+ \|@* +(\d+)$", re.M)


def built(name, *arguments):
    """The tool's binary."""
    binary = TMP / name
    if not binary.exists():
        done = coretap(f"--build={binary}", TOOLS / f"{name}.stp", *arguments)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", ""), done
    return binary


class Tools(ExampleTest):
    def output(self, name, *options):
        return self.ok(run(built(name), *options, timeout=120))

    def rows(self, name, *options):
        """The fields of each line behind the headline."""
        return [line.split() for line in self.output(name, *options).splitlines()[1:]]

    def traced(self, name, *arguments):
        """Lines of a tool whose arguments say what is traced, without the workload's own."""
        return self.ok(coretap(TOOLS / f"{name}.stp", *arguments, timeout=120)).splitlines()

    def test_every_tool_is_tested(self):
        text = pathlib.Path(__file__).read_text()
        for path in TOOLS.glob("*.stp"):
            self.assertRegex(text, rf'\("{path.stem}"[,)]')

    def test_every_tool_says_what_it_shows_and_how_it_is_run(self):
        page = (TOOLS / "README.md").read_text()
        for path in TOOLS.glob("*.stp"):
            head = path.read_text().split("\n\n")[0]
            self.assertTrue(head.startswith("#!/usr/bin/env coretap\n# "), path)
            self.assertIn(f"#   coretap {path.name}", head)
            self.assertIn(f"| [{path.stem}]({path.name}) |", page)

    # ------------------------------------------------------------------ files

    def test_execsnoop(self):
        out = self.output("execsnoop", "-c", "/bin/sh -c '/bin/true a \"b c\"; /nonexistent/x; exec /bin/echo said' 2>/dev/null")
        found = re.findall(r"^\d+ +\d+ +(\S+) +(-?\d+) (\[.*\])$", out, re.M)
        self.assertIn(("true", "0", '["/bin/true", "a", "b c"]'), found)
        self.assertIn(("echo", "0", '["/bin/echo", "said"]'), found)
        self.assertIn(("sh", "-2", '["/nonexistent/x"]'), found)
        failures = self.output("execsnoop", "-G", "failed=1", "-c", "/bin/sh -c '/bin/true; /nonexistent/x' 2>/dev/null || :")
        self.assertEqual(len(re.findall(r"^\d+ +\d+ +sh +-2 ", failures, re.M)), 1)
        self.assertNotIn("/bin/true\"]", failures.replace('"-c", ', ""))

    def test_opensnoop(self):
        here = TMP / "opened"
        here.touch()
        rows = [row[1:] for row in self.rows("opensnoop", "-c", f"{program()} opens {here}") if row[1] == "known"]
        self.assertEqual([row for row in rows if "/lib/" not in row[-1] and "/etc/" not in row[-1]],
                         [["known", "3", str(here)]] * 2 + [["known", "-1", "ENOENT", "/nonexistent/file"],
                                                            ["known", "-1", "ENOENT", "/nonexistent/other"]])
        failed = self.rows("opensnoop", "-G", "failed=1", "-c", f"{program()} opens {here}")
        self.assertEqual([row[-1] for row in failed if row[1] == "known"], ["/nonexistent/file", "/nonexistent/other"])

    def test_killsnoop(self):
        rows = self.rows("killsnoop", "-c", f"{program()} signals")
        mine = [row for row in rows if row[1] == "known"]
        pid = mine[0][0]
        self.assertEqual([row[2:] for row in mine],
                         [["kill", "SIGUSR1", pid, "0"], ["kill", "0x0", pid, "0"], ["kill", "SIGTERM", str(1 << 30), "ESRCH"],
                          ["tgkill", "SIGUSR1", pid, "0"]])
        self.assertEqual([row[3] for row in self.rows("killsnoop", "-G", "signal=15", "-c", f"{program()} signals") if row[1] == "known"],
                         ["SIGTERM"])

    def test_statsnoop(self):
        here = TMP / "asked"
        here.touch()
        rows = [row[1:] for row in self.rows("statsnoop", "-c", f"{program()} stats {here}") if row[1] == "known"]
        self.assertEqual(rows, [["known", "fstatat", str(here)], ["known", "fstatat", "ENOENT", "/nonexistent/link"],
                                ["known", "statx", "ENOENT", "/nonexistent/x"]])

    def test_syncsnoop(self):
        rows = [row for row in self.rows("syncsnoop", "-c", f"{program()} files {TMP / 'synced'}") if row[1] == "known"]
        self.assertEqual([(row[2], row[4]) for row in rows], [("fsync", "0"), ("fsync", "0"), ("fdatasync", "0"), ("fsync", "EBADF")])
        self.assertGreater(float(rows[0][3]), 0)

    def test_mountsnoop(self):
        folder = TMP / "mounted"
        folder.mkdir()
        out = self.output("mountsnoop", "-c", f"{program()} mounts {folder}")
        calls = re.findall(r"^\d+ +known +(\w+)\((.*)\) = (.*)$", out, re.M)
        self.assertEqual([(name, result) for name, _, result in calls],
                         [("mount", "0"), ("umount", "0"), ("mount", "-19 (ENODEV)")])
        self.assertIn(f'"none", "{folder}", "tmpfs"', calls[0][1])

    def test_fileslower_and_filetop(self):
        path = TMP / "files"
        rows = [row for row in self.rows("fileslower", "-G", "ms=0", "-c", f"{program()} files {path}") if row[-1] == str(path)]
        self.assertEqual([(row[2], row[3]) for row in rows], [("write", "1000")] * 3 + [("pread", "3000")] * 2)
        rows = [row for row in self.rows("filetop", "-c", f"{program()} files {path}") if row[-1] == str(path)]
        self.assertEqual([row[1:6] for row in rows], [["known", "2", "3", str(6000 // 1024), str(3000 // 1024)]])
        self.assertEqual(self.rows("fileslower", "-G", "ms=100000", "-c", f"{program()} files {path}"), [])

    def test_ext4slower(self):
        image, folder = TMP / "ext4.image", TMP / "ext4"
        folder.mkdir()
        image.write_bytes(bytes(8 << 20))
        subprocess.run(["mkfs.ext4", "-q", str(image)], check=True)
        if run("mount", "-o", "loop", image, folder).returncode != 0:
            self.skipTest("an image cannot be mounted here")
        self.addCleanup(run, "umount", folder)
        calls = [["write", "1000"]] * 3 + [["pread", "3000"]] * 2 + [["fsync", "0"]] * 2 + [["fdatasync", "0"]]
        rows = [row for row in self.rows("ext4slower", "-G", "ms=0", "-c", f"{program()} files {folder / 'on'}") if row[-1] == str(folder / "on")]
        self.assertEqual([row[2:4] for row in rows], [["open", "0"], *calls])
        # The same on a file system that is not ext4.
        subprocess.run(["mount", "-t", "tmpfs", "none", str(folder)], check=True)
        self.addCleanup(run, "umount", folder)
        rows = self.rows("ext4slower", "-G", "ms=0", "-c", f"{program()} files {folder / 'off'}")
        self.assertEqual([row for row in rows if row[-1].startswith(str(folder))], [])
        self.assertEqual(self.rows("ext4slower", "-G", "ms=100000", "-c", f"{program()} files {TMP / 'files'}"), [])

    def test_cachestat(self):
        """A file of 256 pages that is not in the cache is read twice, in pieces of 16 pages."""
        path = TMP / "cached"
        path.write_bytes(os.urandom(1 << 20))
        fd = os.open(path, os.O_RDWR)
        os.fsync(fd)
        os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_DONTNEED)
        os.close(fd)
        read = f"dd if={path} of=/dev/null bs=65536 status=none"
        run("dd", "if=/dev/null", "of=/dev/null")  # what it reads of the C library is in the cache
        pages, misses, share = re.search(r"^all +(\d+) +(\d+) +(\d+\.\d)", self.output("cachestat", "-c", f"sh -c '{read}; {read}'"), re.M).groups()
        # The loader reads the heads of libraries, too: a page of each.
        self.assertTrue(512 <= int(pages) <= 540, (pages, misses))
        self.assertEqual(int(misses), 256)
        self.assertAlmostEqual(float(share), 100 - 25600 / int(pages), delta=0.1)

    def test_vfsstat(self):
        """This kernel may have no way to probe its functions: vm.tools runs the binary in a guest."""
        self.assertTrue(built("vfsstat").exists())

    # ------------------------------------------------------------------ scheduler

    def schedstat(self, tool, mode):
        """(output, ns on a CPU, ns of waiting, times) of one run: sums of the workload's processes."""
        out = self.output(tool, "-c", f"{program()} {mode}")
        return (out, *map(sum, zip(*(map(int, line) for line in re.findall(r"^schedstat (\d+) (\d+) (\d+)$", out, re.M)))))

    def test_runqlat(self):
        """The waits are long: over an idle moment the scheduler's own clock can be coarse, and it counts a wait of some us as none."""
        def attempt():
            out, _, waiting, times = self.schedstat("runqlat", "shares")
            count, average = map(int, re.search(r"^(\d+) waits, average (\d+) us", out, re.M).groups())
            self.assertEqual(sum(map(int, BUCKET.findall(out))), count)
            # The kernel's number is older than the tracepoint's by the last turns of the program.
            return abs(count - times) <= 5 and abs(count * average - waiting / 1000) < 0.1 * waiting / 1000, (out, waiting, times)

        self.agree(attempt)

    def test_cpudist(self):
        def attempt():
            out, busy, _, times = self.schedstat("cpudist", "turns")
            count, us = map(int, re.search(r"^known: (\d+) times, (\d+) us", out, re.M).groups())
            return abs(count - times) <= 8 and abs(us - busy / 1000) < 0.3 * busy / 1000 + 5000, (out, busy, times)

        self.agree(attempt)

    def test_offcputime(self):
        out = self.output("offcputime", "-c", f"{program()} sleeps")
        waits = [(int(us), int(count), int(longest)) for us, count, longest, stack in
                 re.findall(r"^known: (\d+) us in (\d+) waits, longest (\d+) us\n((?: .*\n)+)", out, re.M) if re.search(r": sleeper\+.*known.c:\d+", stack)]
        self.assertEqual(sum(count for _, count, _ in waits), 2)
        self.assertTrue(500000 <= sum(us for us, _, _ in waits) < 1500000, waits)
        self.assertTrue(300000 <= max(longest for _, _, longest in waits) < 1200000, waits)
        self.assertRegex(out, r"(nanosleep|schedule)")

    def test_runqlen(self):
        """Three programs that compute share CPU 0: two wait, and no more than /proc/stat has seen on all CPUs at once."""
        running, is_over = [], threading.Event()

        def watch():
            while not is_over.wait(0.005):
                running.append(int(re.search(r"^procs_running (\d+)$", pathlib.Path("/proc/stat").read_text(), re.M)[1]))

        watcher = threading.Thread(target=watch)
        watcher.start()
        try:
            out = self.output("runqlen", "-c", f"sh -c 'for i in 1 2 3; do taskset -c 0 {program()} burns & done; wait'")
        finally:
            is_over.set()
            watcher.join()
        count, whole, part = map(int, re.search(r"^CPU 0: (\d+) samples, (\d+)\.(\d+) tasks wait", out, re.M).groups())
        self.assertGreater(count, 50)
        self.assertTrue(150 <= whole * 100 + part <= 100 * max(running), (max(running), out))
        self.assertEqual(sum(map(int, BUCKET.findall(out.split("CPU 0:")[1].split("CPU 1:")[0]))), count)

    def test_wakeuptime(self):
        """The program's own clock also counts what comes before it sleeps and behind the waking."""
        def attempt():
            out = self.output("wakeuptime", "-c", f"{program()} wakes")
            us, count, longest = map(int, re.search(r"^known, woken by waker: (\d+) us in (\d+) waits, longest (\d+) us\n .* : ", out, re.M).groups())
            all_waits, longest_wait = map(int, re.search(r"^waited (\d+) (\d+)$", out, re.M).groups())
            self.assertEqual(count, 2)
            self.assertTrue(us <= all_waits and longest <= longest_wait, out)
            self.assertRegex(out.split("known, woken by waker")[1], r" : (anon_)?pipe_write\+")
            return us >= 0.9 * all_waits and longest >= 0.9 * longest_wait, out

        self.agree(attempt)

    def test_profile(self):
        out = self.output("profile", "-G", "rows=1000", "-c", f"{program()} burns")
        stacks = re.findall(r"^(\S+): (\d+) of (\d+) samples\n((?: .*\n)*)", out, re.M)
        every = {int(total) for _, _, total, _ in stacks}
        self.assertEqual(every, {sum(int(count) for _, count, _, _ in stacks)})
        hot = sum(int(count) for name, count, _, stack in stacks if name == "known" and re.search(r": hot\+\S+ at \S*known.c:\d+ .*\n.*: main\+", stack))
        self.assertGreater(hot, 20)
        self.assertGreater(hot, 0.8 * every.pop(), out)

    def test_pidstat(self):
        """The program counts from its main() to before its end; the tool counts the loading and the end, too."""
        def attempt():
            out = self.output("pidstat", "-c", f"{program()} usage")
            us, own, lost, faults, _ = map(int, re.search(r"^usage (\d+) (\d+) (\d+) (\d+) (\d+)$", out, re.M).groups())
            self.assertTrue(us > 0 and own >= 50 and faults >= 1000, out)
            rows = [list(map(int, row)) for row in re.findall(r"^\d+ +known +\d+\.\d +(\d+) +(\d+) +(\d+) +(\d+) +\d+ +\d+ +\d+$", out, re.M)]
            got = [sum(column) for column in zip(*rows)] or [0, 0, 0, 0]
            return (us - 1000 <= got[0] <= 1.3 * us + 10000 and own <= got[1] <= own + 10 and lost <= got[2] <= lost + 20
                    and faults <= got[3] <= faults + 200), (out, us, own, lost, faults)

        self.agree(attempt)

    # ------------------------------------------------------------------ processes

    def test_killed_by_whom(self):
        out = self.output("killed-by-whom", "-c", f"sh -c 'echo $$; sleep 100 & kill $!; wait $!; {program()} faults; :' 2>/dev/null")
        shell = re.search(r"^(\d+)$", out, re.M)[1]
        rows = [line.split(None, 5) for line in out.splitlines() if line.startswith(tuple("012")) and ":" in line]
        self.assertEqual([(row[3], row[4]) for row in rows], [("SIGTERM", shell), ("SIGSEGV", rows[1][1])])
        self.assertEqual(rows[0][5], "sh")
        self.assertEqual((rows[1][2], rows[1][5]), ("known", "known (a fault of its own)"))

    def test_oomkill(self):
        old, new = pathlib.Path("/sys/fs/cgroup/memory"), pathlib.Path("/sys/fs/cgroup")
        if (old / "memory.limit_in_bytes").exists():
            group, limit = old / f"coretap-{os.getpid()}", "memory.limit_in_bytes"
        elif "memory" in (new / "cgroup.subtree_control").read_text():
            group, limit = new / f"coretap-{os.getpid()}", "memory.max"
        else:
            self.skipTest("there are no limits of memory here")
        group.mkdir()
        self.addCleanup(group.rmdir)
        (group / limit).write_text("20M")
        eater = TMP / "eater.sh"
        eater.write_text(f"echo $$ > {group}/cgroup.procs\nexec {program()} eats\n")
        out = self.output("oomkill", "-c", f"sh -c '(echo victim; sh {eater}) 2>/dev/null; :' 2>/dev/null")
        rows = [line.split() for line in out.splitlines() if " known " in line]
        self.assertEqual(len(rows), 1, out)
        _, victim, name, size, asked, asker = rows[0][:6]
        self.assertEqual((name, asker, asked), ("known", "known", victim))
        self.assertTrue(18000 <= int(size) <= 24000, out)

    def test_memleak(self):
        leaks = TMP / "leaks"
        subprocess.run(["gcc", "-g", "-O2", "-o", str(leaks), str(HERE / "leaks.c")], check=True)
        lines = {text.split("LEAK ")[1].split(" ")[0]: str(number)
                 for number, text in enumerate((HERE / "leaks.c").read_text().splitlines(), 1) if "LEAK" in text}
        done = run(built("memleak"), "-c", str(leaks))
        # Another process may be within malloc() when the probes are placed.
        self.assertRegex(done.stderr, r"\A(WARNING: \d+ returns were not handled.*\n)?\Z")
        found = re.findall(r"^(\d+) bytes in (\d+) blocks:\n 0x\w+ : (\w+)\+\S+ at \S*leaks.c:(\d+) ", done.stdout, re.M)
        self.assertEqual(found, [("900", "1", "keep_moved", lines["realloc"]), ("500", "5", "keep", lines["malloc"]),
                                 ("280", "1", "keep_zeros", lines["calloc"])])

    # ------------------------------------------------------------------ disks

    def test_disk_tools(self):
        read = self.direct_read()
        rows = [row for row in self.rows("biosnoop", "-c", read) if row[1] == "dd" and row[3] == "R"]
        self.assertGreaterEqual(sum(int(row[5]) for row in rows), 8 * 65536)
        big = [row for row in rows if int(row[5]) >= 4096]
        self.assertGreaterEqual(len(big), 8)
        self.assertTrue(all(float(row[6]) > 0 for row in rows))
        self.assertTrue(all(os.path.exists(f"/sys/block/{row[2]}") for row in rows))

        def completed(disk):
            fields = pathlib.Path(f"/sys/block/{disk}/stat").read_text().split()
            return int(fields[0]) + int(fields[4])

        disk = rows[0][2]
        before = completed(disk)
        out = self.output("biolatency", "-c", read)
        after = completed(disk)
        requests, size = map(int, re.search(rf"^{disk}: (\d+) requests, (\d+) bytes$", out, re.M).groups())
        self.assertTrue(8 <= requests <= after - before, (requests, before, after))
        self.assertGreaterEqual(size, 8 * 65536)
        self.assertEqual(sum(map(int, BUCKET.findall(out.split(f"{disk}:")[1].split("requests")[1]))), requests)

        top = [row for row in self.rows("biotop", "-c", read) if row[1:3] == ["dd", "R"]]
        self.assertGreaterEqual(sum(int(row[3]) for row in top), 8)
        self.assertGreaterEqual(sum(int(row[4]) for row in top), 512)

    # ------------------------------------------------------------------ network

    def test_tcp_tools(self):
        command = f"/usr/bin/python3.11 -I -S {HERE / 'connections.py'}"

        def run_tool(name):
            lines = self.output(name, "-c", command).splitlines()
            truth = [line.split() for line in lines if re.fullmatch(r"\d+ \d+ \d+ \d+", line)]
            self.assertEqual(len(truth), 3)
            return truth, [line.split() for line in lines if "python3.11" in line]

        addresses = ["127.0.0.1", "127.0.0.1", "0000:0000:0000:0000:0000:0000:0000:0001"]
        truth, rows = run_tool("tcpconnect")
        self.assertEqual([row[2] for row in rows], [f"{address}:{server}" for address, (_, server, *_) in zip(addresses, truth)])
        truth, rows = run_tool("tcpaccept")
        self.assertEqual([row[2:4] for row in rows],
                         [[f"{address}:{server}", f"{address}:{client}"] for address, (client, server, *_) in zip(addresses, truth)])
        truth, rows = run_tool("tcplife")
        for address, (client, server, to_server, to_client) in zip(addresses, truth):
            ends = {row[2]: row for row in rows if row[2] in (f"{address}:{client}", f"{address}:{server}")
                    and row[3] in (f"{address}:{client}", f"{address}:{server}")}
            self.assertEqual(ends[f"{address}:{client}"][4:6], [to_server, to_client])
            self.assertEqual(ends[f"{address}:{server}"][4:6], [to_client, to_server])

        truth, rows = run_tool("tcptop")
        for address, (client, server, to_server, to_client) in zip(addresses, truth):
            ends = [f"{address}:{client}", f"{address}:{server}"]
            # A screen of every second has its own rows.
            for local, remote, tx, rx in ((*ends, to_server, to_client), (*reversed(ends), to_client, to_server)):
                mine = [row for row in rows if row[2:4] == [local, remote]]
                self.assertEqual([str(sum(int(row[column]) for row in mine)) for column in (4, 5)], [tx, rx])

    def test_tcpretrans(self):
        out = self.output("tcpretrans", "-c", f"unshare -n /usr/bin/python3.11 -I {HERE / 'full_queue.py'}")
        port, times = re.search(r"^truth (\d+) (\d+)$", out, re.M).groups()
        self.assertGreater(int(times), 0)
        found = re.findall(rf"^\d\d:\d\d:\d\d 127.0.0.1:\d+ +127.0.0.1:{port} +(\w+)$", out, re.M)
        # The listener's own answers are sent again, too, with the ends the other way round.
        answers = re.findall(rf"^\d\d:\d\d:\d\d 127.0.0.1:{port} +127.0.0.1:\d+ +(\w+)$", out, re.M)
        self.assertEqual(len(found) + len(answers), int(times), out)
        self.assertEqual(set(found), {"TCP_SYN_SENT"})
        self.assertIn(f"{len(found)} times to 127.0.0.1:{port}\n", out)

    def test_tcpretrans_of_a_listener(self):
        out = self.output("tcpretrans", "-c", f"unshare -n /usr/bin/python3.11 -I {HERE / 'deferred.py'}")
        port, client, times = re.search(r"^truth (\d+) (\d+) (\d+)$", out, re.M).groups()
        answers = re.findall(rf"^\d\d:\d\d:\d\d 127.0.0.1:{port} +127.0.0.1:{client} +TCP_SYN_RECV$", out, re.M)
        self.assertEqual(len(answers), int(times), out)
        self.assertIn(f"{times} times to 127.0.0.1:{client}\n", out)

    def test_gethostlatency(self):
        out = self.output("gethostlatency", "-c", f"{program()} names")
        wrong = re.search(r"^wrong (-\d+)$", out, re.M)[1]
        self.assertEqual(re.findall(r"^\d+ +known +getaddrinfo +[\d.]+ +(-?\d+) (\S+)$", out, re.M),
                         [("0", "localhost"), (wrong, "name.invalid..")])

    def test_sslsniff(self):
        key, certificate = TMP / "key.pem", TMP / "certificate.pem"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", str(key), "-out", str(certificate), "-days", "2",
                        "-subj", "/CN=localhost"], check=True, capture_output=True)
        # The server sends what it gets back in reverse.
        server = subprocess.Popen(["openssl", "s_server", "-rev", "-accept", "127.0.0.1:0", "-key", str(key), "-cert", str(certificate)],
                                  stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        try:
            for line in server.stdout:
                if line.startswith("ACCEPT"):
                    port = line.split(":")[-1].strip()
                    break
            out = self.output("sslsniff", "-c", f"sh -c '(echo secret; sleep 1) | openssl s_client -quiet -no_ign_eof -connect 127.0.0.1:{port} 2>/dev/null; :'")
        finally:
            server.kill()
            server.wait()
            server.stdout.close()
        self.assertRegex(out, r'(?m)^\d+ +openssl +SSL_write +7 "?secret\\n"?$')
        self.assertRegex(out, r'(?m)^\d+ +openssl +SSL_read +7 "?terces\\n"?$')

    def test_pgsql_latency(self):
        """The server of tests/live/test_marks_of_postgresql.py is given what it needs to be quick."""
        tools = pathlib.Path("/usr/lib/postgresql/15/bin")
        if not (tools / "postgres").exists():
            self.skipTest(f"{tools}/postgres is missing (Debian's package postgresql-15)")
        queries = ["SELECT 'quick';", "SELECT pg_sleep(0.3);", "SELECT 1/0;", "SELECT 'last';"]
        folder = pathlib.Path(tempfile.mkdtemp(prefix="coretap-pg-"))
        self.addCleanup(shutil.rmtree, folder, ignore_errors=True)
        (folder / "queries").write_text("\n".join(queries) + "\n")
        shutil.chown(folder, "postgres")
        started = run("runuser", "-u", "postgres", "--", tools / "initdb", "-D", folder / "data", "--no-sync", "-A", "trust", cwd=folder)
        self.assertEqual(started.returncode, 0, started.stderr)
        # One process that reads queries from its input: a server in single-user mode.
        out = self.output("pgsql-latency", "-c", f"sh -c 'cd {folder}; runuser -u postgres -- {tools}/postgres --single -F -D {folder}/data postgres "
                          f"< {folder}/queries > /dev/null 2>&1; :'")
        rows = re.findall(r"^\d+ +(\d+\.\d{3}) (.*)$", out, re.M)
        self.assertEqual([text.strip() for _, text in rows], [query for query in queries if "1/0" not in query], out)
        self.assertTrue(300 <= float(rows[1][0]) < 1500, rows)
        self.assertRegex(out, r"(?m)^3 queries, ")

    # ------------------------------------------------------------------ programs

    def test_functions_of_a_program(self):
        prog = program()
        # kinds 1, 2, 3: twice() once, twice, three times; work() twice in each.
        self.assertEqual([line.split() for line in self.traced("funccount", prog, "*@known.c", "-c", f"{prog} calls")],
                         [["CALLS", "FUNCTION"], ["12", "work"], ["6", "twice"], ["1", "main"]])
        out = "\n".join(self.traced("funclatency", prog, "sleeper", "-c", f"{prog} sleeps")) + "\n"
        count, average, longest = map(int, re.search(r"^sleeper: (\d+) calls, average (\d+) us, longest (\d+) us$", out, re.M).groups())
        self.assertEqual((count, sum(map(int, BUCKET.findall(out)))), (2, 2))
        self.assertTrue(250000 <= average < 1000000 and 300000 <= longest < 1200000, out)
        self.assertEqual([line.split() for line in self.traced("argdist", prog, "work", "$kind", "-c", f"{prog} calls")],
                         [["CALLS", "$kind"], ["6", "3"], ["4", "2"], ["2", "1"]])
        stacks = re.findall(r"^(\d+) calls:\n((?: .*\n)+)", "\n".join(self.traced("stackcount", prog, "work", "-c", f"{prog} calls")) + "\n", re.M)
        self.assertEqual([count for count, _ in stacks], ["6", "6"], "two places of twice()")
        for _, stack in stacks:
            self.assertEqual(re.findall(r": (\w+)\+\S+ at \S*known.c:", stack), ["work", "twice", "main"])
        lines = [line.split(None, 2)[2] for line in self.traced("trace", prog, "work", "-c", f"{prog} calls")]
        self.assertEqual(lines, [text for kind in (1, 2, 2, 3, 3, 3) for word in ("one", "three") for text in
                                 (f'-> work kind={kind} text="{word}"', f"<- work return={kind * 10 + len(word)}")])

    def test_syscount(self):
        rows = {row[4]: row for row in self.rows("syscount", "-c", f"{program()} syscalls") if len(row) == 5}
        self.assertEqual(rows["getppid"][:2], ["500", "0"])
        self.assertEqual(rows["dup"][:2], ["20", "20"])
        self.assertTrue(all(int(row[3]) <= int(row[2]) for row in rows.values()))

    def test_threadsnoop(self):
        rows = self.rows("threadsnoop", "-c", f"{program()} threads")
        self.assertEqual([row[1:] for row in rows], [["known", "first_thread"]] + [["known", "second_thread"]] * 2)

    def test_bashreadline(self):
        tool = subprocess.Popen([str(built("bashreadline"))], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        try:
            self.assertIn("COMMAND", tool.stdout.readline())
            child, terminal = pty.fork()
            if child == 0:
                os.execv("/bin/bash", ["bash", "--norc", "--noprofile", "-i"])
            os.write(terminal, b": typed words\n")
            os.write(terminal, b"exit\n")
            ended = 0
            for _ in range(200):
                ended, _ = os.waitpid(child, os.WNOHANG)
                if ended:
                    break
                try:
                    os.read(terminal, 65536)
                except OSError:
                    pass
                time.sleep(0.05)
            self.assertEqual(ended, child)
            os.close(terminal)
            tool.send_signal(2)
            out, errors = tool.communicate(timeout=60)
        finally:
            tool.kill()
            tool.wait()
        self.assertEqual(errors, "")
        self.assertEqual([line for line in out.splitlines() if line.startswith(str(child))],
                         [f"{child:<7} : typed words", f"{child:<7} exit"])


if __name__ == "__main__":
    live.main()
