"""What a session lacks is said in the user's words: files, memory, rights, room in the kernel, a pid namespace's other numbers."""
import os
import pathlib
import resource
import subprocess
import unittest

import live
from live import LiveTest, build, coretap

COUNT = "global a probe syscall.lseek { a[pid()]++ } probe timer.s(1) { exit() }"
# For scripts whose arrays are larger than the memory of a guest: their objects are not among those that vm.live_objects loads.
OWN_CACHE = {**os.environ, "CORETAP_CACHE_DIR": str(live.TMP / "not-for-guests")}
END = ' probe end { println("the end") } probe error { println("the error") }'


# 16 TiB, for what they know of each byte.
WHY_NO_LIMIT = "the address sanitizer takes more addresses than any limit"


def limited(kind, value):
    """For preexec_fn: the limit `kind` of the process, soft and hard."""
    return lambda: resource.setrlimit(kind, (value, value))


def run(*args, **kwargs):
    return subprocess.run(args, capture_output=True, text=True, timeout=120, **kwargs)


class Shortage(LiveTest):
    def refused(self, result, words):
        self.assertEqual(result.returncode, 1, result.stderr)
        self.assertIn(words, result.stderr)
        self.assertNotRegex(result.stderr, r"libbpf|terminate called|BTF LOAD|was built without")

    def test_files(self):
        """With too few it is said; with enough the script runs. Nothing in between."""
        self.assertEqual(coretap("-p4", "-e", COUNT).returncode, 0)  # the compilers need more files than the run
        ran = []
        for number in range(14, 40):
            result = run(live.CORETAP, "-e", COUNT, preexec_fn=limited(resource.RLIMIT_NOFILE, number))
            ran.append(result.returncode == 0)
            if not ran[-1]:
                self.refused(result, "more open files than this process may have (raise it: ulimit -n)")
        self.assertEqual(ran, sorted(ran))
        self.assertEqual((ran[0], ran[-1]), (False, True))

    def test_an_array_larger_than_any_map(self):
        for size in (4000000000, 400000000):
            result = coretap("-e", COUNT.replace("global a", f"global big[{size}], a").replace("a[pid()]++", "a[pid()]++; big[pid()]++"),
                             env=OWN_CACHE)
            self.refused(result, f"the kernel cannot make the array 'big' of {size} elements")

    @unittest.skipIf(live.SANITIZED, WHY_NO_LIMIT)
    def test_memory(self):
        """An array of the script takes all there is."""
        fill = "for (i = 0; i < 2900000; i++) a[i] = i"
        for script, last in ((f"global a[3000000] probe begin {{ {fill} exit() }}", "the error\n"),
                             (f"global a[3000000] probe timer.ms(1) {{ {fill} exit() }}", "the error\n"),
                             # in a map, until the array is shown
                             (f"global a[3000000] probe syscall.lseek {{ {fill} exit() }}", "the end\n")):
            with self.subTest(script):
                action = ("-D", "MAXACTION=1000000000")
                self.assertEqual(coretap("-p4", *action, "-e", script + END, env=OWN_CACHE).returncode, 0)
                # The command may be over before a timer fires once, so only the probe that it sets off gets one.
                command = ("-c", f"{build('storm', '-O1')} 2 10") if "lseek" in script else ()
                result = run(live.CORETAP, *action, "-e", script + END, *command, env=OWN_CACHE,
                             preexec_fn=limited(resource.RLIMIT_AS, 300 << 20))
                self.refused(result, "ERROR: there is not enough memory (ulimit -v, or the machine's own)")
                self.assertIn(last, result.stdout)

    @unittest.skipIf(live.SANITIZED, WHY_NO_LIMIT)
    def test_memory_of_the_compiler(self):
        script = live.TMP / "long.stp"
        script.write_text("probe begin { " + "x = x + 1; " * 200000 + "}")
        result = run(live.CORETAP, "-p4", script, preexec_fn=limited(resource.RLIMIT_AS, 80 << 20))
        self.refused(result, "ERROR [no-memory]: there is not enough memory")

    def test_stack(self):
        script = """function f(n) { if (n) return f(n - 1) + 1; return 0 }
                    probe begin { try { println(f(900000)) } catch (m) { println(m) } println(f(2000)) exit() }"""
        result = coretap("-D", "MAXNESTING=1000000", "-D", "MAXACTION=100000000", "-e", script)
        self.assertEqual(self.lines(result), ["the stack is full: functions call each other too deep (ulimit -s)", "2000"])

    def test_root_of_a_user_namespace(self):
        self.refused(run("unshare", "-Ur", live.CORETAP, "-e", COUNT), "root only in a user namespace")

    def test_target_in_a_pid_namespace(self):
        """pid() and target() are numbers of the first namespace, where BPF programs live; the workload's own 10 calls are counted."""
        prog = build("calls", "-O0")
        script = f"""global mine, others, last probe process("{prog}").function("add").call {{
            if (pid() == target()) mine++; else others++
            last = pid() }}
            probe end {{ printf("%d %d %d\\n", mine, others, last == target()) }}"""
        result = run("unshare", "-fp", "--mount-proc", live.CORETAP, "-e", script, "-c", f"sh -c 'exec {prog} >/dev/null'")
        self.assertEqual((result.returncode, result.stdout, result.stderr), (0, "10 0 1\n", ""))

    def test_another_process_of_a_pid_namespace(self):
        text = "global n probe syscall.lseek { if (pid() == target()) n++ } probe timer.ms(100) { exit() }"
        result = run("unshare", "-fp", "--mount-proc", "sh", "-c", f"sleep 60 & {live.CORETAP} -e '{text}' -x $!; kill $!")
        self.assertRegex(result.stderr, r"WARNING: this is a pid namespace .*: pid\(\) is never target\(\)")

    def test_one_uprobe_without_root(self):
        """CAP_PERFMON is not enough for a perf event of a uprobe; it is for a link of uprobe_multi, where the kernel has it."""
        prog = build("calls", "-O0")
        binary = live.TMP / "one-uprobe"
        self.ok(coretap(f"--build={binary}", "-e", f'global n probe process("{prog}").function("add").call {{ n++ }} '
                        'probe end { println("n is ", n) }'))
        live.TMP.chmod(0o755)
        for path in (binary, pathlib.Path(prog)):
            path.chmod(0o755)
        as_nobody = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--inh-caps=+bpf,+perfmon",
                     "--ambient-caps=+bpf,+perfmon")
        result = run(*as_nobody, binary, "-v", "-c", f"sh -c 'exec {prog} >/dev/null'")
        if "uprobe_multi" not in result.stderr and result.returncode:
            self.skipTest("*** SKIPPED: this kernel has no uprobe_multi ***")
        self.assertEqual((result.returncode, result.stdout), (0, "n is 10\n"), result.stderr)

    def test_tracefs_without_root(self):
        binary = live.TMP / "tracepoint"
        self.ok(coretap(f"--build={binary}", "-e", "probe syscall.lseek { exit() }"))
        live.TMP.chmod(0o755)
        binary.chmod(0o755)
        result = run("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--inh-caps=+bpf,+perfmon",
                     "--ambient-caps=+bpf,+perfmon", binary)
        self.refused(result, "tracefs")


if __name__ == "__main__":
    live.main()
