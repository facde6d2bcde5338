"""--build: one static file that needs nothing."""
import os
import shutil
import subprocess

import live
from live import LiveTest, TMP, build, coretap, run, script


class Build(LiveTest):
    def make(self, text, name):
        path = TMP / name
        result = coretap(f"--build={path}", "-e", text)
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
