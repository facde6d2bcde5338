#!/usr/bin/env python3
"""--portable, --explain-needs, and building without rights."""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import unittest

import live
from live import TMP, coretap, run

sys.path.insert(0, str(live.ROOT / "tests" / "vm"))
import kernels  # noqa: E402
import run_in_vm  # noqa: E402

NO_CAPABILITIES = ["setpriv", "--inh-caps", "-all", "--bounding-set", "-all"]
NOBODY = [*NO_CAPABILITIES, "--reuid", "65534", "--regid", "65534", "--clear-groups"]


class Portable(live.LiveTest):
    def refused(self, text, *words):
        result = coretap("--portable", f"--build={TMP}/refused", "-e", text)
        self.assertEqual((result.returncode, result.stdout), (1, ""), result.stderr)
        self.assertIn("[not-portable]", result.stderr)
        for word in words:
            self.assertIn(word, result.stderr)
        self.assertFalse((TMP / "refused").exists())

    def test_probe_of_a_file(self):
        prog = live.build("threads", "-O1")
        self.refused(f'probe process("{prog}").function("called") {{ exit() }}',
                     f'process("{prog}").function("called@', f"one build of {prog}", live.build_id(prog), "^~~~")
        # Many sites of one probe point are one message.
        result = coretap("--portable", "-p2", "-e", f'probe process("{prog}").function("*") {{ exit() }}')
        self.assertEqual(result.stderr.count("[not-portable]"), 1, result.stderr)
        self.assertRegex(result.stderr, r"\(and \d+ more\)")

    def test_file_without_build_id(self):
        prog = live.build("threads", "-O1", "-Wl,--build-id=none")
        self.refused(f'probe process("{prog}").function("called") {{ exit() }}', "has no build-id")

    def test_type_of_a_file(self):
        prog = live.build("threads", "-O1")
        self.refused(f'probe kernel.trace("sched_switch") {{ println(@cast(0, "int", "{prog}")); exit() }}', prog, "@cast")

    def test_what_btf_describes_is_portable(self):
        text = ('probe kernel.trace("sched_process_exec") { println($p->pid, @cast($p, "task_struct", "kernel")->tgid) } '
                'probe kernel.function("vfs_read") { println($count) } probe syscall.openat { println(filename) } '
                "probe timer.profile { exit() }")
        binary = TMP / "portable"
        self.ok(coretap("--portable", f"--build={binary}", "-e", text))
        self.assertTrue(binary.exists())

    def test_note(self):
        prog = live.build("threads", "-O1")
        result = coretap("-v", f"--build={TMP}/noted", "-e", f'probe process("{prog}").function("called") {{ exit() }}')
        self.assertEqual(result.returncode, 0, result.stderr)
        note, = [line for line in result.stderr.splitlines() if line.startswith("note: ")]
        self.assertIn(f'process("{prog}").function("called@', note)
        self.assertIn(live.build_id(prog), note)


class ExplainNeeds(live.LiveTest):
    def explain(self, text, name):
        """What --explain-needs=json says, of coretap and of the built binary: both the same."""
        binary = TMP / name
        self.ok(coretap(f"--build={binary}", "-e", text))
        of_binary = run(binary, "--explain-needs=json")
        of_script = coretap("--explain-needs=json", "-e", text)
        self.assertEqual((of_binary.stderr, of_script.stderr), ("", ""))
        self.assertEqual(json.loads(of_binary.stdout), json.loads(of_script.stdout))
        needs = json.loads(of_binary.stdout)
        self.assertEqual(of_binary.returncode, 0 if needs["runs_here"] else 1)
        text = run(binary, "--explain-needs")
        for probe in needs["probes"]:
            self.assertIn(probe["probe"], text.stdout)
        return needs, text.stdout, binary

    def test_probes_and_helpers(self):
        prog = live.build("threads", "-O1")
        needs, text, _ = self.explain(
            f'global n probe process("{prog}").function("called").call {{ n++ }} '
            'probe kernel.trace("sched_process_exec") { println(execname()) } '
            'probe syscall.openat { for (i = 0; i < pid(); i++) n += i } '
            'probe kernel.trace("sched_process_exit") { println(backtrace()) }', "needs")
        self.assertTrue(needs["runs_here"], needs)
        self.assertIn("This kernel has all of it.", text)
        self.assertEqual(needs["kernel"], os.uname().release)
        uprobe, exec_, openat, exit_ = needs["probes"]
        self.assertEqual((uprobe["mechanism"], uprobe["build_id"]), ("uprobe", live.build_id(prog)))
        self.assertTrue(uprobe["target"].startswith(prog + "+0x"))
        self.assertEqual((exec_["mechanism"], exec_["target"]), ("tp_btf", "sched_process_exec"))
        self.assertEqual(openat["mechanism"], "tracepoint")
        helpers = [{helper["name"] for helper in probe["helpers"]} for probe in (uprobe, exec_, openat, exit_)]
        self.assertIn("get_current_comm", helpers[1])
        self.assertNotIn("get_current_comm", helpers[0])
        self.assertIn("loop", helpers[2])
        self.assertIn("get_stack", helpers[3])
        self.assertIn("ringbuf", [map["name"] for map in needs["maps"]])

    def test_another_build(self):
        prog = live.build("threads", "-O1", out="replaced")
        expected = live.build_id(prog)
        needs, _, binary = self.explain(f'probe process("{prog}").function("called") {{ exit() }}', "replaced-needs")
        self.assertTrue(needs["runs_here"])
        os.unlink(prog)
        live.build("threads", "-O2", "-DOTHER", out="replaced")
        result = run(binary, "--explain-needs")
        self.assertEqual(result.returncode, 1)
        self.assertIn(f"NO ({prog} is another build than the one this was compiled for (build-id {live.build_id(prog)}",
                      result.stdout)
        self.assertIn(f"bound to build-id {expected}", result.stdout)
        os.unlink(prog)
        self.assertIn("NO (" + prog, run(binary, "--explain-needs").stdout)

    def test_optional_probe_may_be_missing(self):
        prog = live.build("threads", "-O1", out="optional")
        needs, _, binary = self.explain(
            f'probe process("{prog}").function("called")? {{ exit() }} probe kernel.trace("sched_switch") {{ exit() }}',
            "optional-needs")
        os.unlink(prog)
        result = run(binary, "--explain-needs=json")
        self.assertEqual(result.returncode, 0, result.stdout)
        self.assertFalse(json.loads(result.stdout)["probes"][0]["here"])

    def test_user_side_only(self):
        result = coretap("--explain-needs", "-e", "probe begin { exit() }")
        self.assertIn("runs everywhere", self.ok(result))
        self.assertEqual(coretap("--explain-needs=yaml", "-e", "probe begin { exit() }").returncode, 1)


@unittest.skipUnless(os.geteuid() == 0, "drops the rights of root")
class WithoutRights(live.LiveTest):
    """An unprivileged user, without any capability, builds and explains; a built binary says what it lacks."""

    @classmethod
    def setUpClass(cls):
        cls.home = pathlib.Path("/tmp") / f"coretap-nobody-{os.getpid()}"
        cls.home.mkdir()
        os.chmod(cls.home, 0o777)
        # Where only root may enter the folder of the build, root without any capability stands in.
        reachable = run(*NOBODY, "test", "-x", live.CORETAP).returncode == 0
        cls.drop = NOBODY if reachable else NO_CAPABILITIES

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.home)

    def as_nobody(self, *args):
        env = dict(os.environ, HOME=str(self.home), CORETAP_CACHE_DIR=str(self.home / "cache"))
        return run(*self.drop, *args, env=env, cwd=self.home)

    TEXT = ('global n probe kernel.trace("sched_process_exec") { if ($p->pid == target()) n++ } '
            'probe end { println(n) }')

    def test_build(self):
        binary = self.home / "binary"
        self.ok(self.as_nobody(live.CORETAP, f"--build={binary}", "-e", self.TEXT))
        self.assertEqual(os.stat(binary).st_uid, 65534 if self.drop is NOBODY else 0)
        self.assertIn("1", self.lines(run(binary, "-c", "/bin/true")))
        explained = self.as_nobody(binary, "--explain-needs=json")
        self.assertTrue(json.loads(self.ok(explained))["runs_here"])
        refused = self.as_nobody(binary, "-c", "/bin/true")
        self.assertEqual((refused.returncode, refused.stdout), (1, ""))
        self.assertIn("CAP_BPF", refused.stderr)

    def test_build_for_another_kernel(self):
        """With --btf: functions that only one of two kernels has, by bpftool."""
        try:
            btf = {kernel: run_in_vm.kernel_btf(kernel) for kernel in ("6.1", "6.12")}
        except kernels.KernelUnavailable as missing:
            self.skipTest(str(missing))
        names = {kernel: functions(path) for kernel, path in btf.items()}
        old = min(names["6.1"] - names["6.12"] - functions("/sys/kernel/btf/vmlinux"))
        new = min(names["6.12"] - names["6.1"])
        for function, good, bad in ((old, "6.1", "6.12"), (new, "6.12", "6.1")):
            args = ["-e", f'probe kernel.function("{function}") {{ exit() }}']
            copy = {kernel: self.home / f"{kernel}.btf" for kernel in btf}
            for kernel, path in btf.items():
                shutil.copy(path, copy[kernel])
            self.ok(self.as_nobody(live.CORETAP, "--btf", copy[good], f"--build={self.home}/for-{good}", *args))
            refused = self.as_nobody(live.CORETAP, "--btf", copy[bad], f"--build={self.home}/for-{bad}", *args)
            self.assertEqual(refused.returncode, 1)
            self.assertIn(function, refused.stderr)
        explained = run(f"{self.home}/for-6.1", "--explain-needs")
        self.assertEqual(explained.returncode, 1)
        self.assertRegex(explained.stdout, "NO ")


def functions(btf):
    """Names of the functions in a BTF file, by bpftool."""
    dump = subprocess.run(["bpftool", "btf", "dump", "file", str(btf)], capture_output=True, text=True, check=True)
    return set(re.findall(r"^\[\d+\] FUNC '(\w+)'", dump.stdout, re.M))


if __name__ == "__main__":
    live.main()
