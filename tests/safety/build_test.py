"""--build: the output appears whole or not at all, whatever its name and place; compilers that are missing; how what we ship
is protected; who may run it."""
import os
import pathlib
import shutil
import stat
import struct
import subprocess
import time
import unittest

import safety
from safety import AS_NOBODY, HELLO, TMP, coretap, environment, run

ODD_NAMES = ["pc%ent", 'q"uote', "back\\slash", "-dash", "sp ace", "new\nline", "tab\t", "dollar$HOME", "`id`", "semi;colon",
             "ünïcode", "'", "*", "@file", "a=b", ".part"]


def mount_tmpfs(test, name, size):
    folder = TMP / name
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size},mode=755", "tmpfs", str(folder)], check=True)
    test.addCleanup(subprocess.run, ["umount", str(folder)], check=True)
    return folder


SANITIZED = "CORETAP_SANITIZED" in os.environ
WHY_NOT_FORTIFIED = "SKIPPED: what has sanitizers is not fortified (_FORTIFY_SOURCE)"


class Output(safety.SafetyTest):
    def build(self, path, **kwargs):
        return coretap(f"--build={path}", "-e", HELLO, **kwargs)

    def works(self, path, result):
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        self.assertEqual(run(os.path.abspath(path)).stdout, "hi\n")

    def test_odd_names(self):
        """Of the output, of its folder, and of the working folder."""
        for name in ODD_NAMES:
            with self.subTest(name=name):
                folder = TMP / "odd" / name
                folder.mkdir(parents=True)
                if len(name) % 2:
                    self.works(folder / name, self.build(folder / name))
                else:
                    self.works(folder / name, self.build(name, cwd=folder))
                self.assertEqual(os.listdir(folder), [name])

    def test_odd_folders_of_ours(self):
        """Of the cache, of temporary files, absolute and relative; with code for the kernel."""
        script = 'probe kernel.trace("sched_switch") { next } probe begin { println("hi") exit() }'
        for name in ODD_NAMES[:9]:
            with self.subTest(name=name):
                folder = TMP / "ours" / name
                folder.mkdir(parents=True)
                env = environment(name, TMPDIR=folder)
                for _ in range(2):
                    self.ok(coretap("-e", script, env=env, cwd=folder), "hi\n")
                out = folder / "binary"
                result = coretap(f"--build={out}", "-e", script, env=env, cwd=folder)
                self.works(out, result)
                self.assertEqual(sorted(os.listdir(folder)), sorted(["binary", name]))

    def test_without_path(self):
        env = environment(TMP / "path-cache", PATH=None)
        self.ok(coretap("-e", HELLO, env=env), "hi\n")
        self.works(TMP / "no-path", self.build(TMP / "no-path", env=env))

    def test_full_disk(self):
        """Every size from nothing to almost enough: one error, and nothing is left."""
        for size in ("64k", "512k", "1200k", "1600k"):
            folder = mount_tmpfs(self, f"full-{size}", size)
            self.refused(self.build(folder / "out"), "output-write", str(folder / "out"), "No space left on device")
            self.assertEqual(os.listdir(folder), [])

    def test_what_was_there_stays_if_it_fails(self):
        folder = mount_tmpfs(self, "stays", "1200k")
        (folder / "out").write_text("the old one\n")
        self.refused(self.build(folder / "out"), "output-write")
        self.assertEqual((folder / "out").read_text(), "the old one\n")
        self.assertEqual(os.listdir(folder), ["out"])

    def test_another_file_system(self):
        folder = mount_tmpfs(self, "other", "16m")
        (folder / "out").write_text("the old one\n")
        self.works(folder / "out", self.build(folder / "out"))
        self.assertEqual(os.listdir(folder), ["out"])

    def test_what_cannot_be_an_output(self):
        """A device would be replaced by a file, and gone for everybody."""
        null = os.stat("/dev/null")
        (TMP / "folder").mkdir()
        os.mkfifo(TMP / "fifo")
        (TMP / "to-null").symlink_to("/dev/null")
        for path in ("/dev/null", TMP / "folder", f"{TMP}/folder/", TMP / "fifo", TMP / "to-null", TMP / "missing" / "x",
                     "/proc/out", f"{TMP}/folder/.."):
            with self.subTest(path=path):
                self.refused(self.build(path), "output-write", f"'{path}'")
        self.assertEqual(os.stat("/dev/null").st_ino, null.st_ino)
        self.assertTrue(stat.S_ISFIFO((TMP / "fifo").stat().st_mode))

    def test_mode_follows_umask(self):
        for mask, mode in (("022", 0o755), ("077", 0o700), ("027", 0o750)):
            for folder in (TMP, mount_tmpfs(self, f"mask-{mask}", "16m")):
                path = folder / f"mode-{mask}"
                result = run("sh", "-c", f'umask {mask}; exec "$@"', "sh", safety.CORETAP, f"--build={path}", "-e", HELLO,
                             env=environment(None))
                self.assertEqual(result.returncode, 0, result.stderr)
                self.assertEqual(stat.S_IMODE(path.stat().st_mode), mode)

    def test_errors_of_the_script_leave_nothing(self):
        folder = TMP / "errors"
        folder.mkdir()
        for script in ("probe begin {", "probe begin { x() }"):
            self.assertEqual(coretap(f"--build={folder}/out", "-e", script).returncode, 1)
        self.assertEqual(os.listdir(folder), [])


class MissingTools(safety.SafetyTest):
    KERNEL = 'probe kernel.trace("sched_switch") { next }'

    def tools(self, *names):
        folder = TMP / ("tools-" + "-".join(names))
        folder.mkdir(exist_ok=True)
        for name in names:
            if not (folder / name).exists():
                (folder / name).symlink_to(shutil.which(name))
        return environment(None, PATH=folder)

    def test_one_error_names_all_that_is_missing(self):
        out = f"--build={TMP}/missing-tool"
        for names, args, missing in (
                ((), ("-e", HELLO), "g++ (or clang++)"),
                ((), ("-e", self.KERNEL), "clang, g++ (or clang++)"),
                (("g++", "as", "ld"), ("-e", self.KERNEL), "clang"),
                (("clang", "ld"), ("-e", self.KERNEL), "g++ (or clang++)"),
                (("g++", "as", "ld"), (out, "-e", HELLO), "clang++, ld.lld"),
                (("g++", "as", "clang++"), (out, "-e", HELLO), "ld.lld")):
            with self.subTest(names=names, args=args):
                result = coretap(*args, env=self.tools(*names))
                self.refused(result, "no-clang", "missing: " + missing + "\n", "apt-get install")
        self.refused(coretap("-e", HELLO, env=self.tools("g++", "as")), "no-linker", "apt-get install")

    def test_compiler_that_is_killed_or_cannot_run(self):
        folder = TMP / "broken"
        folder.mkdir()
        (folder / "clang").write_text("#!/bin/sh\nkill -9 $$\n")
        (folder / "clang").chmod(0o755)
        env = environment(None, PATH=f"{folder}:{os.environ['PATH']}")
        self.refused(coretap("-e", self.KERNEL, env=env), "compiler-ended", "Killed")
        (folder / "clang").write_text("#!/no/such/interpreter\n")
        self.refused(coretap("-e", self.KERNEL, env=env), "compiler-ended", "cannot be started", "No such file")


class Protection(safety.SafetyTest):
    """How the programs are protected against mistakes in them, by readelf and nm."""

    def readelf(self, *args):
        return subprocess.run(["readelf", "-W", *map(str, args)], capture_output=True, text=True, check=True).stdout

    def protected(self, path):
        header, dynamic = self.readelf("-hl", path), self.readelf("-d", path)
        self.assertRegex(header, r"Type: +DYN \(Position-Independent Executable file\)|Type: +DYN")
        self.assertRegex(dynamic, r"FLAGS_1\).*\bNOW\b")
        self.assertRegex(dynamic, r"FLAGS_1\).*\bPIE\b")
        self.assertIn("GNU_RELRO", header)
        self.assertRegex(header, r"GNU_STACK +(0x0+ ){5}RW ")
        for line in header.splitlines():
            if line.split()[:1] == ["LOAD"]:
                self.assertNotIn("RWE", line)
        return header

    @unittest.skipIf(SANITIZED, WHY_NOT_FORTIFIED)
    def test_coretap(self):
        self.protected(safety.CORETAP)
        undefined = subprocess.run(["nm", "-D", "-u", safety.CORETAP], capture_output=True, text=True, check=True).stdout
        self.assertIn("__stack_chk_fail", undefined)
        self.assertRegex(undefined, r"__\w+_chk\b")

    def test_built_binary(self):
        path = TMP / "built"
        script = 'probe kernel.trace("sched_switch") { next } ' + HELLO
        self.assertEqual(coretap(f"--build={path}", "-e", script).returncode, 0)
        self.assertNotIn("INTERP", self.protected(path))
        # The harness of a run is loaded into coretap.
        kept = coretap("-k", "--disable-cache", "-e", HELLO)
        folder = pathlib.Path(kept.stderr.split('"')[1])
        self.addCleanup(shutil.rmtree, folder)
        header, dynamic = self.readelf("-hl", folder / "harness.so"), self.readelf("-d", folder / "harness.so")
        self.assertRegex(header, r"GNU_STACK +(0x0+ ){5}RW ")
        self.assertRegex(dynamic, r"FLAGS_1\).*\bNOW\b")

    @unittest.skipIf(SANITIZED, WHY_NOT_FORTIFIED)
    def test_runtime_of_built_binaries(self):
        archive = pathlib.Path(safety.CORETAP).parent / "runtime" / "libcoretap_user.a"
        undefined = subprocess.run(["nm", "-u", str(archive)], capture_output=True, text=True, check=True).stdout
        self.assertIn("__stack_chk_fail", undefined)
        self.assertRegex(undefined, r"__\w+_chk\b")


SHOW_IDS = """
#include <stdio.h>
#include <unistd.h>
int main(void) { printf("%d %d\\n", (int)geteuid(), (int)getegid()); }
"""


class Rights(safety.SafetyTest):
    """A set-user-ID program of ours would run anybody's commands as its owner."""

    @classmethod
    def setUpClass(cls):
        control = safety.compile_c(SHOW_IDS, "ids")
        control.chmod(0o6755)
        if run(*AS_NOBODY, control).stdout != "0 0\n":
            raise AssertionError("set-id programs have no effect here (nosuid?), so this cannot be tested")
        cls.binary = TMP / "tracer"
        assert coretap(f"--build={cls.binary}", "-e", HELLO).returncode == 0
        cls.coretap = TMP / "coretap"
        shutil.copy(safety.CORETAP, cls.coretap)

    def refuses(self, *command):
        """Nothing is run or written; the message names the way out."""
        out = TMP / "written"
        for args in (["-c", "id"], ["-o", str(out)], ["--help"], []):
            result = run(*command, *args)
            self.assertEqual((result.returncode, result.stdout), (1, ""), result.stderr)
            self.assertEqual(result.stderr.count("ERROR"), 1, result.stderr)
            self.assertIn("setcap cap_bpf,cap_perfmon+ep", result.stderr)
        self.assertFalse(out.exists())

    def test_set_user_id_and_set_group_id(self):
        for mode in (0o4755, 0o2755, 0o6755):
            for program in (self.binary, self.coretap):
                program.chmod(mode)
                script = ["-e", HELLO] if program == self.coretap else []
                self.refuses(*AS_NOBODY, program, *script)
                if program == self.coretap:
                    self.assertTrue(run(*AS_NOBODY, program, *script).stderr.startswith("ERROR [set-id]: "))
        for program in (self.binary, self.coretap):
            program.chmod(0o755)

    def test_effective_user_is_another_than_the_real_one(self):
        """As a set-user-ID program that starts us leaves it."""
        starts = safety.compile_c("""
#define _GNU_SOURCE
#include <unistd.h>
int main(int argc, char** argv) { return setresuid(65534, 0, 0) || execv(argv[1], argv + 1); }
""", "starts")
        self.refuses(starts, self.binary)

    def test_root_may_run_its_own_set_user_id_file(self):
        self.binary.chmod(0o4755)
        self.assertEqual(run(self.binary).stdout, "hi\n")
        self.binary.chmod(0o755)

    def test_file_capabilities_are_the_way(self):
        """struct vfs_cap_data of revision 2 with cap_bpf (39) and cap_perfmon (38), permitted and effective."""
        high = 1 << (39 - 32) | 1 << (38 - 32)
        os.setxattr(self.binary, "security.capability", struct.pack("<IIIII", 0x02000001, 0, 0, high, 0))
        self.assertEqual(run(*AS_NOBODY, self.binary).stdout, "hi\n")
        binary = TMP / "waits-for-command"
        self.assertEqual(coretap(f"--build={binary}", "-e", 'probe begin { println("hi") }').returncode, 0)
        os.setxattr(binary, "security.capability", os.getxattr(self.binary, "security.capability"))
        result = run(*AS_NOBODY, binary, "-c", "grep CapEff /proc/self/status")
        self.assertEqual(sorted(result.stdout.splitlines()), ["CapEff:\t0000000000000000", "hi"], result.stderr)


class ClosedDescriptors(safety.SafetyTest):
    WAIT = 'probe begin { println("some output") system("touch %s") } probe timer.s(1000) { exit() }'

    def command(self, fds, *command):
        redirect = " ".join(f"{fd}>&-" for fd in fds)
        return ["sh", "-c", f'exec "$@" {redirect}', "sh", *map(str, command)]

    def closed(self, fds, *command, **kwargs):
        return run(*self.command(fds, *command), **kwargs)

    def test_null_takes_their_place(self):
        begun, binary = TMP / "begun", TMP / "waits"
        script = self.WAIT % begun
        self.assertEqual(coretap(f"--build={binary}", "-e", script).returncode, 0)
        for fds in ((0,), (1,), (2,), (0, 1), (1, 2), (0, 1, 2)):
            for command in ([safety.CORETAP, "-e", script], [safety.CORETAP, "--disable-cache", "-e", script], [binary]):
                process = subprocess.Popen(self.command(fds, *command), env=environment(TMP / "cache-descriptors"),
                                           stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
                self.addCleanup(process.kill)
                while not begun.exists():
                    self.assertIsNone(process.poll())
                    time.sleep(0.01)
                begun.unlink()
                shown = [os.readlink(f"/proc/{process.pid}/fd/{fd}") for fd in range(3)]
                process.terminate()
                out, err = process.communicate(timeout=60)
                self.assertEqual([fd for fd in range(3) if shown[fd] == "/dev/null"], list(fds), shown)
                self.assertEqual((out, err), (b"" if 1 in fds else b"some output\n", b""))

    def test_errors_still_show_in_the_exit_status(self):
        result = self.closed((0, 1, 2), safety.CORETAP, "-e", "probe begin {", env=environment(None))
        self.assertEqual(result.returncode, 1)

    def test_output_file_gets_the_output_and_nothing_else(self):
        out = TMP / "only-output"
        result = self.closed((0, 1, 2), safety.CORETAP, "-o", out, "-e", 'probe begin { println("x") warn("w") exit() }',
                             env=environment(None))
        self.assertEqual(result.returncode, 0)
        self.assertEqual(out.read_text(), "x\n")


if __name__ == "__main__":
    safety.main(needs_root=True)
