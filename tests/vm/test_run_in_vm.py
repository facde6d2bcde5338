#!/usr/bin/env python3
"""The VM test bed's own test: test_run_in_vm.py WORKLOAD COUNT_PROBES (both static programs, see CMakeLists.txt)."""

import os
import pathlib
import subprocess
import sys
import tempfile
import unittest
import unittest.mock

import kernels
import run_in_vm
from run_in_vm import Job

WORKLOAD, COUNT_PROBES = "", ""  # set from the command line


class EveryKernel(unittest.TestCase):
    """One boot per kernel; each job asserts one promise of run_in_vm."""

    def check(self, kernel: str, release_start: str) -> None:
        jobs = [
            Job("release", "uname -r"),
            Job("streams", "echo to-out; echo to-err >&2; exit 3"),
            Job("bytes", r"printf 'job 0 0 0 5 5\nend\n\001\r\n'; echo '<1>from the kernel' >/dev/kmsg"),
            Job("killed", "echo before; sleep 60", timeout=2),
            Job("leftover", "sleep 1000 & echo $!"),
            Job("clean", "pidof sleep || echo none"),
            Job("workload", "workload open=7 open_missing=3 exec=2 create=5 unlink=5"),
            Job("probes", "count_probes 123"),
            Job("dynamic", "true-program"),
            Job("tracing", "test -e /sys/kernel/btf/vmlinux -a -d /sys/kernel/tracing/events -a -d /sys/fs/bpf"),
        ]
        result = run_in_vm.run(kernel, jobs, [WORKLOAD, COUNT_PROBES, "/bin/true:/bin/true-program"])
        self.assertTrue(result.finished, result.console)
        by_name = {job.name: job for job in result.jobs}
        with self.subTest("the kernel is the one that was asked for"):
            self.assertTrue(result.release.startswith(release_start), result.release)
            self.assertEqual(by_name["release"].stdout, result.release + "\n")
        with self.subTest("streams and exit code come apart"):
            job = by_name["streams"]
            self.assertEqual((job.stdout, job.stderr, job.exit_code), ("to-out\n", "to-err\n", 3))
        with self.subTest("output that looks like a report, and kernel messages, confuse nothing"):
            self.assertEqual(by_name["bytes"].stdout, "job 0 0 0 5 5\nend\n\001\r\n")
            self.assertEqual(by_name["bytes"].exit_code, 0)
        with self.subTest("a job that takes too long is killed, and what it printed is kept"):
            self.assertTrue(by_name["killed"].timed_out)
            self.assertEqual(by_name["killed"].stdout, "before\n")
            self.assertFalse(by_name["streams"].timed_out)
        with self.subTest("nothing of a job outlives it"):
            self.assertEqual(by_name["clean"].stdout, "none\n")
        with self.subTest("the workload prints what it did"):
            lines = by_name["workload"].stdout.splitlines()
            self.assertEqual(lines[1:], ["open calls 7 ok 7 failed 0", "open_missing calls 3 ok 0 failed 3",
                                         "exec calls 2 ok 2 failed 0", "create calls 5 ok 5 failed 0",
                                         "unlink calls 5 ok 5 failed 0"])
        with self.subTest("kprobe, kretprobe, fentry and tp_btf count exactly"):
            self.assertEqual(by_name["probes"].stdout, "kprobe 123 kretprobe 123 fentry 123 tp_btf 123\n",
                             by_name["probes"].stderr)
        with self.subTest("a dynamic program brings its libraries"):
            self.assertEqual(by_name["dynamic"].exit_code, 0, by_name["dynamic"].stderr)
        with self.subTest("what tracing needs is mounted"):
            self.assertEqual(by_name["tracing"].exit_code, 0)


def _add_kernel(name: str) -> None:
    setattr(EveryKernel, f"test_{name.replace('.', '_')}", lambda self: self.check(name, name + "."))


class Otherwise(unittest.TestCase):
    def test_here_is_the_same_without_a_vm(self) -> None:
        jobs = [Job("a", "workload open=2; echo err >&2; exit 4"), Job("b", "sleep 60", timeout=1)]
        result = run_in_vm.run("here", jobs, [WORKLOAD])
        self.assertEqual(result.release, os.uname().release)
        self.assertIn("open calls 2 ok 2 failed 0\n", result.jobs[0].stdout)
        self.assertEqual((result.jobs[0].stderr, result.jobs[0].exit_code), ("err\n", 4))
        self.assertTrue(result.jobs[1].timed_out)

    def test_a_kernel_that_is_none(self) -> None:
        with self.assertRaisesRegex(kernels.KernelUnavailable, "neither a kernel image nor one of"):
            run_in_vm.run("5.99", [Job("a", "true")], [])

    def test_a_missing_file(self) -> None:
        with self.assertRaises(FileNotFoundError):
            run_in_vm.run("here", [Job("a", "true")], ["/nonexistent/program"])

    def test_no_qemu_is_a_loud_skip(self) -> None:
        with tempfile.TemporaryDirectory() as empty:
            done = subprocess.run([sys.executable, pathlib.Path(run_in_vm.__file__), "--kernel", "6.1", "true"],
                                  env={"PATH": empty}, capture_output=True, text=True)
        self.assertEqual(done.returncode, run_in_vm.SKIPPED)
        self.assertIn("SKIPPED", done.stderr)
        self.assertIn("qemu-system-x86_64", done.stderr)

    def test_a_kernel_that_dies_while_it_boots_is_booted_again(self) -> None:
        boots, real = [], run_in_vm._run_qemu

        def run_qemu(command: list[str], timeout: int) -> None:
            boots.append(command)
            if len(boots) > 1:
                return real(command, timeout)
            for word in command:  # QEMU has made its files, and that is all
                if word.startswith("file:"):
                    pathlib.Path(word.removeprefix("file:")).touch()

        with unittest.mock.patch.object(run_in_vm, "_run_qemu", run_qemu):
            result = run_in_vm.run(next(iter(kernels.KERNELS)), [Job("first", "echo done")], [])
        self.assertEqual(len(boots), 2)
        self.assertTrue(result.finished)
        self.assertEqual(result.jobs[0].stdout, "done\n")

    def test_a_vm_that_dies_keeps_what_came_before(self) -> None:
        jobs = [Job("first", "echo done"), Job("panic", "echo c >/proc/sysrq-trigger"), Job("never", "true")]
        result = run_in_vm.run(next(iter(kernels.KERNELS)), jobs, [])
        self.assertFalse(result.finished)
        self.assertEqual(result.exit_code(), run_in_vm.VM_FAILED)
        self.assertEqual([job.exit_code for job in result.jobs], [0, None, None])
        self.assertIn("sysrq triggered crash", result.console)


if __name__ == "__main__":
    WORKLOAD, COUNT_PROBES = sys.argv[1:3]
    try:
        for kernel in kernels.KERNELS:
            run_in_vm.require(kernel)
            _add_kernel(kernel)
    except kernels.KernelUnavailable as reason:
        print(f"SKIPPED: the VM tests cannot run here: {reason}", file=sys.stderr)
        sys.exit(run_in_vm.SKIPPED)
    unittest.main(argv=sys.argv[:1])
