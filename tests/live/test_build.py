"""--build: one static file that needs nothing."""
import os
import re
import shutil
import subprocess
import time

import live
from live import LiveTest, TMP, build, coretap, run, script


class Build(LiveTest):
    def make(self, text, name, *options):
        path = TMP / name
        result = coretap(f"--build={path}", *options, "-e", text)
        self.assertEqual((result.returncode, result.stderr), (0, ""), result.stdout)
        return path

    def test_static_small_and_alone(self):
        prog = build("threads", "-O1")
        text = (f'global n = 0, hello = "hi" probe process("{prog}").function("called").call {{ n++ }} '
                'probe end { printf("%s %d\\n", hello, n) }')
        binary = self.make(text, "counter")
        self.assertNotIn("NEEDED", run("readelf", "-d", binary).stdout)
        self.assertNotIn("INTERP", run("readelf", "-l", binary).stdout)
        self.assertLess(os.path.getsize(binary), 3 << 20)
        expected = self.ok(script(text, "-c", prog))
        self.assertEqual(self.ok(run(binary, "-c", prog)), expected)
        self.assertEqual(self.ok(run(binary, "-G", "hello=hey", "-c", prog)).splitlines()[-1], "hey 100000")
        out = TMP / "counter.out"
        self.ok(run(binary, "-o", out, "-c", prog))
        self.assertEqual(out.read_text().splitlines()[-1], "hi 100000")
        self.assertIn("-c", self.ok(run(binary, "--help")))

    def test_named_by_m(self):
        """-m NAME is stap's way to say where the result of -p4 goes."""
        path = TMP / "named_by_m"
        done = coretap("-p4", "-m", path, "-e", 'probe begin { println("built") exit() }')
        self.assertEqual((done.returncode, done.stdout), (0, f"{path}\n"), done.stderr)
        self.assertEqual(self.ok(run(path)), "built\n")

    def test_files_and_background(self):
        """-S and -F are those of coretap."""
        binary = self.make("probe begin { for (i = 0; i < 300000; i++) println(i) } probe timer.ms(50) { println(target()) exit() }", "cut", "-DMAXACTION=1000000")
        folder = TMP / "cut.out"
        folder.mkdir()
        pid = int(self.ok(run(binary, "-F", "-S", "1,1", "-o", folder / "part")))
        for _ in range(600):
            if not os.path.exists(f"/proc/{pid}"):
                break
            time.sleep(0.1)
        self.assertEqual(os.listdir(folder), ["part.1"])
        lines = (folder / "part.1").read_text().splitlines()
        self.assertEqual(lines[-1], "0")
        self.assertEqual(lines[:-1], [str(i) for i in range(int(lines[0]), 300000)])
        for words, *options in (("-F needs -o FILE", "-F"), ("-S needs -o FILE", "-S", "1"), ("-S: '1,x' is not a valid value", "-S", "1,x", "-o", "f")):
            done = run(binary, *options)
            self.assertEqual((done.returncode, done.stdout), (1, ""))
            self.assertIn(words, done.stderr)

    def test_version(self):
        """A binary says which version of coretap made it."""
        version = re.match(r"coretap [\d.]+", self.ok(coretap("--version")))[0]
        project = (live.ROOT / "CMakeLists.txt").read_text()
        self.assertEqual(version.split()[1], re.search(r"^project\(coretap VERSION (\S+) ", project, re.M)[1])
        binary = self.make("probe begin { exit() }", "versioned")
        for option in ("-V", "--version"):
            self.assertEqual(self.ok(run(binary, option)), f"<input>, compiled by {version}\n")

    def test_in_an_empty_chroot(self):
        """Only /proc, /sys and the traced program are there."""
        root = TMP / "chroot"
        for folder in ("proc", "sys", "tmp"):
            (root / folder).mkdir(parents=True, exist_ok=True)
        prog = TMP / "static-threads"
        subprocess.run(["gcc", "-g", "-O1", "-static", "-pthread", "-o", str(prog),
                        str(live.HERE / "workloads" / "threads.c")], check=True)
        inside = root / str(prog).lstrip("/")
        inside.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(prog, inside)
        text = (f'global n, s probe process("{prog}").function("called").call {{ n++; s <<< $argument }} '
                'probe end { printf("%d\\n", n) print(@hist_log(s)) }')
        binary = self.make(text, "chrooted")
        shutil.copy(binary, root / "tracer")
        expected = self.ok(script(text, "-c", str(prog)))
        without = run("chroot", root, "/tracer", "-c", str(prog))
        self.assertEqual(without.returncode, 1)
        self.assertIn("sysfs is not mounted at /sys", without.stderr)
        mounts = [("proc", "proc"), ("sysfs", "sys")]
        try:
            for kind, where in mounts:
                subprocess.run(["mount", "-t", kind, kind, str(root / where)], check=True)
            result = run("chroot", root, "/tracer", "-c", str(prog))
            self.assertEqual(self.ok(result), expected)
        finally:
            for _, where in mounts:
                subprocess.run(["umount", str(root / where)], check=False)

    def test_exit_codes(self):
        binary = self.make('probe begin { error("broken") }', "failing")
        result = run(binary)
        self.assertEqual(result.returncode, 1)
        self.assertIn("broken", result.stderr)

    def test_other_build_id_is_refused_by_name(self):
        prog = build("threads", "-O1", out="swapped")
        binary = self.make(f'probe process("{prog}").function("called").call {{ printf("%d\\n", $argument) }}', "bound")
        expected = live.build_id(prog)
        os.unlink(prog)
        build("threads", "-O2", "-DOTHER", out="swapped")
        result = run(binary, "-c", prog)
        self.assertEqual(result.returncode, 1)
        self.assertIn(prog, result.stderr)
        self.assertIn(expected, result.stderr)
        self.assertIn(live.build_id(prog), result.stderr)
        self.assertNotIn("called", result.stdout)  # nothing was run

    def test_unwritable_output(self):
        result = coretap(f"--build={TMP}/missing/dir/x", "-e", "probe begin { exit() }")
        self.assertEqual(result.returncode, 1)
        self.assertIn(f"{TMP}/missing/dir/x", result.stderr)


if __name__ == "__main__":
    live.main()
