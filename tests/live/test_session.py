"""A run from beginning to end: output, exit codes, signals, -c -x -o -G -v, the cache."""
import os
import pathlib
import re
import signal
import subprocess
import time

import live
from live import CORETAP, LiveTest, TMP, build, coretap, run, script


class Session(LiveTest):
    def test_hello_world(self):
        self.assertEqual(self.ok(script('probe begin { println("hello") exit() }')), "hello\n")

    def test_begin_and_end_run_in_order_of_priority(self):
        out = self.lines(script('''
            probe begin(2) { println("b2") exit() } probe begin(-1) { println("b-1") } probe begin { println("b") }
            probe end(1) { println("e1") } probe end { println("e") }'''))
        self.assertEqual(out, ["b-1", "b", "b2", "e", "e1"])

    def test_script_arguments(self):
        result = coretap("-e", 'probe begin { printf("%d %s %d\\n", $1, @2, $#) exit() }', "41", "two words")
        self.assertEqual(self.ok(result), "41 two words 2\n")

    def test_script_file_and_output_file(self):
        path, target = TMP / "hello.stp", TMP / "hello.out"
        path.write_text('probe begin { println("to a file") exit() }\n')
        self.assertEqual(self.ok(coretap("-o", target, path)), "")
        self.assertEqual(target.read_text(), "to a file\n")

    def test_command_and_target(self):
        out = self.lines(script('probe end { printf("%d\\n", target()) }', "-c", "sh -c 'echo $$'"))
        self.assertEqual(out[0], out[1])

    def test_first_event_of_a_command_is_its_execve(self):
        """However it waits for the probes, no system call of the waiting process is counted. The program (x86-64) makes 12 calls and ends."""
        path = TMP / "twelve"
        source = ('.globl _start\n_start: mov $12, %ebx\n1: mov $39, %eax\nsyscall\ndec %ebx\njnz 1b\n'
                  'mov $231, %eax\nxor %edi, %edi\nsyscall\n')
        subprocess.run(["gcc", "-x", "assembler", "-nostdlib", "-static", "-o", str(path), "-"], input=source, text=True, check=True)
        text = ('global calls, returns, reads, first probe kernel.trace("sys_enter") { if (pid() == target()) { if (!calls++) first = $id } } '
                'probe kernel.trace("sys_exit") { if (pid() == target()) returns++ } '
                'probe syscall.read, syscall.read.return { if (pid() == target()) reads++ } '
                'probe end { printf("%d %d %d %d\\n", calls, returns, reads, first) }')
        busy = [subprocess.Popen(["sh", "-c", "while :; do :; done"]) for _ in range(4)]
        try:
            for _ in range(4):
                # execve and exit_group, which does not return, are the other two.
                self.assertEqual(self.ok(script(text, "-c", path)), "14 13 0 59\n")
        finally:
            for process in busy:
                process.kill()
                process.wait()

    def test_existing_process(self):
        prog = build("threads", "-O1")
        sleeper = subprocess.Popen(["sleep", "30"])
        try:
            out = self.lines(script(
                'probe begin { printf("%d\\n", target()) exit() }', "-x", str(sleeper.pid)))
            self.assertEqual(out, [str(sleeper.pid)])
        finally:
            sleeper.kill()
            sleeper.wait()

    def test_more_probes_than_a_shell_may_open_files(self):
        """A probe takes two descriptors: the limit grows, but not the command's, and what cannot be had is never left out in silence."""
        binary = TMP / "many_files"
        self.ok(script('global n probe kernel.tracepoint("syscalls:sys_enter_s[a-i]*")? '
                       '{ if (pid() == target() && pp() =~ "setpriority") n++ } '
                       'probe end { printf("%d\\n", n) }', f"--build={binary}"))
        command = [binary, "-c", "sh -c 'ulimit -n; exec renice -n 1 -p $$ >/dev/null'"]
        soft = run("prlimit", "--nofile=64:", *command)
        self.assertEqual(self.ok(soft), "64\n1\n")
        hard = run("setpriv", "--bounding-set=-sys_resource", "prlimit", "--nofile=64:64", *command)
        self.assertEqual((hard.returncode, hard.stdout), (1, ""), hard.stderr)
        self.assertRegex(hard.stderr, r"cannot (attach probe kernel.tracepoint\(|load the probes' code).*more open files than this process may have.*ulimit -n")

    def test_probes_of_one_process_by_its_number(self):
        """process(PID) sees that process, all of its threads, and no other of the same program."""
        prog = build("waiting", "-O1")
        first, second = (subprocess.Popen([prog], stdin=subprocess.PIPE) for _ in range(2))
        tracer = subprocess.Popen(
            [CORETAP, "-e", f'global n probe process({first.pid}).function("tick").call {{ n++ }} '
             'probe begin { println("go") } probe end { printf("%d\\n", n) }'],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.assertEqual(tracer.stdout.readline(), "go\n")
        first.communicate(b"\n")
        second.communicate(b"\n")
        tracer.send_signal(signal.SIGINT)
        self.assertEqual(tracer.communicate(timeout=30), ("4000\n", ""))

    def test_a_process_with_other_mounts(self):
        """A container's program and library, where their names mean another file here or none, and a program that was deleted."""
        def make(folder, add):
            folder.mkdir()
            (folder / "lib.c").write_text(f"int grow(int n) {{ return n + {add}; }}")
            (folder / "prog.c").write_text(
                "#include <stdio.h>\nint grow(int);\n__attribute__((noipa)) int tick(int n) { return grow(n); }\n"
                "int main(void) { puts(\"up\"); fflush(stdout); getchar(); for (int i = 0; i < 7; i++) tick(i); return 0; }")
            for command in ("gcc -g -O1 -shared -fPIC -o libgrow.so lib.c", "gcc -g -O1 -o prog prog.c -L. -lgrow -Wl,-rpath,$ORIGIN"):
                subprocess.run(command.split(), check=True, cwd=folder)

        container = ["unshare", "-m", "sh", "-c", "mount -t tmpfs none . && cp ../theirs/* $PWD && exec $PWD/prog"]
        make(TMP / "theirs", 1)
        for number, (command, kept) in enumerate(((container, True), (container, False), (["./prog"], False))):
            place = TMP / f"ours{number}"
            make(place, 1000)
            with self.subTest(command=command, kept=kept), live.running("env", "-C", place, *command) as prog:
                self.assertEqual(prog.stdout.readline(), "up\n")
                if not kept:
                    (place / "prog").unlink()
                points = [f'process{which}.{rest}' for which in (f"({prog.pid})", "")
                          for rest in ('function("tick")', 'library("libgrow.so").function("grow")')]
                counting = " ".join(f"probe {point} {{ n[{at}] += 1 + $n }}" for at, point in enumerate(points))
                showing = ' probe end { printf("%d %d %d %d\\n", n[0], n[1], n[2], n[3]) }'
                with live.tracing("global n " + counting + showing, "--no-global-var-display", "-x", prog.pid) as tracer:
                    prog.communicate("\n", timeout=30)
                    self.assertEqual(live.finish(tracer), "28 28 28 28\n")

    def test_globals_from_the_command_line(self):
        text = 'global n = 10 global s = "a" probe begin { printf("%d %s\\n", n, s) exit() }'
        self.assertEqual(self.ok(script(text)), "10 a\n")
        self.assertEqual(self.ok(script(text, "-G", "n=20", "-G", "s=b c")), "20 b c\n")

    def interrupt(self, number):
        prog = build("threads", "-O1")
        process = subprocess.Popen(
            [CORETAP, "-e", f'probe process("{prog}").function("called") {{ next }} '
             'probe begin { println("ready") } probe end { println("bye") }'],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.assertEqual(process.stdout.readline(), "ready\n")
        process.send_signal(number)
        out, err = process.communicate(timeout=30)
        self.assertEqual((out, err, process.returncode), ("bye\n", "", 0))

    def test_interrupt_and_terminate_run_end_probes(self):
        self.interrupt(signal.SIGINT)
        self.interrupt(signal.SIGTERM)

    def test_nothing_stays_attached(self):
        def programs():
            return set(re.findall(r"^(\d+):", run("bpftool", "prog", "list").stdout, re.M))
        before = programs()
        self.test_interrupt_and_terminate_run_end_probes()
        deadline = time.time() + 5
        while programs() - before and time.time() < deadline:
            time.sleep(0.05)
        self.assertEqual(programs() - before, set())

    def test_runtime_error_ends_the_session(self):
        result = script('probe begin { x = 0 println(10 / x) } probe end { println("end") } '
                        'probe error { println("error probe") }')
        self.assertEqual(result.returncode, 1)
        self.assertIn("division by 0", result.stderr)
        self.assertIn("error probe", result.stdout)
        self.assertNotIn("\nend", "\n" + result.stdout)

    def test_error_function_can_be_caught(self):
        out = self.lines(script('probe begin { try { error("no") println("not here") } catch (m) { println(m) } exit() }'))
        self.assertEqual(out, ["no"])

    def test_kernel_side_error_ends_the_session(self):
        prog = build("threads", "-O1")
        result = script(f'global x, z = 0 probe process("{prog}").function("called") {{ x = 10 / z }}', "-c", prog)
        self.assertEqual(result.returncode, 1)
        self.assertIn("division by 0", result.stderr)

    def test_written_globals_are_shown_at_the_end(self):
        out = self.lines(script('global n, a probe begin { n = 5; a["x"] = 1; a["y"] = 7; exit() }'))
        self.assertEqual(out, ["n=5", 'a["y"]=7', 'a["x"]=1'])

    def test_verbose_shows_stap_pass_lines(self):
        result = script('probe begin { exit() }', "-v", "--disable-cache")
        self.assertEqual(result.returncode, 0)
        self.assertEqual(result.stdout, "")
        for pattern in (r"^Pass 1: parsed .* in \d+usr/\d+sys/\d+real ms\.$", r"^Pass 2: analyzed script: .* ms\.$",
                        r"^Pass 3: .* ms\.$", r"^Pass 4: compiled C into .* ms\.$",
                        r"^Pass 5: starting run\.$", r"^Pass 5: run completed in \d+usr/\d+sys/\d+real ms\.$"):
            self.assertRegex(result.stderr, re.compile(pattern, re.M))

    def test_cache_is_used_and_is_not_stale(self):
        prog = build("threads", "-O1", out="changing")
        text = f'global n probe process("{prog}").function("called").call {{ n++ }} probe end {{ printf("%d\\n", n) }}'
        def once():
            result = script(text, "-v", "-c", prog)
            self.assertEqual(result.returncode, 0, result.stderr)
            return result.stdout.splitlines()[-1], "cached" in result.stderr
        self.assertEqual(once(), ("100000", False))
        self.assertEqual(once(), ("100000", True))
        os.unlink(prog)
        build("threads", "-O2", out="changing")
        self.assertEqual(once(), ("100000", False))

    def test_a_cached_run_repeats_the_warnings(self):
        for _ in range(2):
            result = script("probe begin { exit() }", "unused argument")
            self.assertEqual((result.returncode, result.stdout), (0, ""))
            self.assertEqual(result.stderr.count("unused command line option $1/@1"), 1)
        self.assertEqual(self.ok(script("probe begin { exit() }", "-w", "unused argument")), "")

    def test_unused_arguments(self):
        prog = build("calls", "-O0")
        for point, options in (("begin", []), (f'process("{prog}").function("walk").call', ["-c", f"{prog} >/dev/null"])):
            result = script(f"probe {point} {{ println($1) exit() }}", *options, "5", "6")
            self.assertEqual((result.returncode, result.stdout), (0, "5\n"))
            self.assertRegex(result.stderr, r"\AWARNING .*unused command line option \$2/@2\n")

    def test_listing_names_aliases(self):
        names = self.lines(coretap("-l", "syscall.open*"))
        self.assertIn("syscall.openat", names)
        self.assertNotIn("syscall.openat.return", names)
        row = self.ok(coretap("-L", "syscall.openat"))
        for variable in ("name:string", "dfd:long", "filename:string", "argstr:string"):
            self.assertIn(variable, row.split())
        events = self.ok(coretap("-L", 'kernel.trace("sched_switch")'))
        self.assertIn("$next:struct task_struct*", events)
        nothing = coretap("-l", 'process("/bin/true").function("no_such_function")')
        self.assertEqual((nothing.returncode, nothing.stdout), (1, ""))

    def test_passes_stop_where_asked(self):
        text = 'probe begin { print("x") exit() }'
        self.assertIn("probe begin", self.ok(script(text, "-p1")))
        self.assertIn("begin", self.ok(script(text, "-p2")))
        self.assertIn("ct_program", self.ok(script(text, "-p3")))
        where = self.ok(script(text, "-p4")).strip()
        self.assertTrue(os.path.exists(where), where)


class Loading(LiveTest):
    def test_ctrl_c_while_the_verifier_looks_at_the_code(self):
        """Paths in a loop make more ways than the verifier of `base` can walk, which takes it many seconds."""
        walk = """probe kernel.trace("sys_enter") { for (fd = 3; fd < 9; fd++)
            println(inode_path(@cast(task_fd_lookup(task_current(), fd), "file", "kernel<linux/fs.h>")->f_inode)) }"""
        session = subprocess.Popen([CORETAP, "-g", "-e", walk], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                   env=dict(os.environ, CORETAP_FLAVOUR="base"))
        self.addCleanup(session.kill)
        ticks, end = 0, time.monotonic() + 120
        while ticks < os.sysconf("SC_CLK_TCK") and session.poll() is None:  # a second in the kernel: nothing else takes so long
            if time.monotonic() > end:
                self.skipTest("*** SKIPPED: the verifier of this kernel is done with it at once ***")
            ticks = int(pathlib.Path(f"/proc/{session.pid}/stat").read_text().rpartition(")")[2].split()[12])
            time.sleep(0.02)
        session.send_signal(signal.SIGINT)
        out, errors = session.communicate(timeout=300)
        self.assertEqual((session.returncode, out), (1, ""), errors)
        self.assertEqual(errors.splitlines()[0], "ERROR: interrupted while the kernel's verifier looked at the code of the probes")


if __name__ == "__main__":
    live.main()
