"""begin, end, error, timer, procfs and input handlers that read kernel memory: the session runs their kernel part.

The truth is /proc, uname, sysconf and arithmetic."""
import functools
import os
import pathlib
import re
import subprocess
import time
import unittest

import live
from live import CORETAP, LiveTest, running, script
from test_served_files import Session, fuse_missing


RELEASE = os.uname().release


@functools.cache
def release_address():
    """Where the kernel has its release as a text, which uname tells. (This kernel's /proc/kallsyms lacks variables.)"""
    done = script('probe begin { printf("0x%x", &@cast(task_current(), "task_struct")->nsproxy->uts_ns->name->release); exit() }')
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def little_endian(text):
    return int.from_bytes(text.encode(), "little")


def stat_of(pid):
    """Name and parent of a process, as /proc has them; None if it is gone."""
    try:
        text = pathlib.Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    name = text[text.index("(") + 1:text.rindex(")")]
    return name, int(text[text.rindex(")") + 2:].split()[1])


# Without bpf_loop a loop may turn less often than a list of all processes is long.
SHORT_LOOPS = os.environ.get("CORETAP_FLAVOUR") == "base"

# Every process of the machine: the list that begins at init_task.
ALL_TASKS = '''
  init = pid2task(1)
  while (task_pid(init) != 0) init = task_parent(init)
  offset = &@cast(0, "task_struct")->tasks
  for (at = @cast(init, "task_struct")->tasks->next; at != init + offset; at = @cast(at, "list_head")->next) {
    task = at - offset
    %s
  }
'''


class Values(LiveTest):
    def test_numbers_and_text(self):
        """Of the address of a text that uname knows."""
        out = self.lines(script('''probe begin {
          printf("%s %s %d %d %d %d\\n", kernel_string($1), kernel_string_n($1, 3), kernel_char($1), kernel_short($1), kernel_int($1), kernel_long($1))
          println(kernel_pointer($1) == kernel_long($1))
          exit() }''', release_address()))
        self.assertEqual(out, [" ".join(map(str, [RELEASE, RELEASE[:3], ord(RELEASE[0]), *(little_endian(RELEASE[:n]) for n in (2, 4, 8))])), "1"])

    def test_own_process(self):
        """The kernel part runs in coretap's own process, as the handler does."""
        out = self.lines(script('''probe begin {
          task = task_current()
          printf("%d %d %s %s\\n", task_pid(task) == pid(), task_tid(task) == tid(), task_execname(task), execname())
          printf("%s %s\\n", kernel_string(@cast(task, "task_struct")->nsproxy->uts_ns->name->nodename),
                 kernel_string(@cast(task, "task_struct")->nsproxy->uts_ns->name->release))
          printf("%d %d %s\\n", task_pid(task_parent(task)), ppid(), pid2execname(ppid()))
          printf("%s\\n", pp())
          exit()
        }'''))
        name = pathlib.Path("/proc/self/comm").read_text().strip()
        self.assertEqual(out, ["1 1 coretap coretap", f"{os.uname().nodename} {os.uname().release}",
                               f"{os.getpid()} {os.getpid()} {name}", "begin"])

    def test_path_of_another_process(self):
        with running("sleep", "60") as other:
            while os.readlink(f"/proc/{other.pid}/exe") != os.path.realpath("/bin/sleep"):
                time.sleep(0.01)
            out = self.lines(script('''probe begin {
              task = pid2task($1)
              printf("%s %s %d\\n", task_execname(task), fullpath_struct_path(task_cwd_path(task)), task_uid(task))
              println(fullpath_struct_file(task, task_exe_file(task)))
              exit()
            }''', str(other.pid)))
            self.assertEqual(out, [f"sleep {os.getcwd()} {os.getuid()}", os.path.realpath("/bin/sleep")])

    def test_memory_dump(self):
        out = self.ok(script('probe begin { printf("%.4m|%.3M\\n", $1, $1); exit() }', release_address()))
        self.assertEqual(out, RELEASE[:4] + "|" + RELEASE[:3].encode().hex() + "\n")

    def test_casts(self):
        out = self.lines(script('''probe begin {
          println(@cast(task_current(), "task_struct", "kernel")->tgid == pid(), " ", task_current()->real_parent->tgid)
          exit()
        } probe end { println(@cast(task_current(), "task_struct")->real_parent->tgid, " ", task_current()->tgid == pid()) }'''))
        self.assertEqual(out, [f"1 {os.getpid()}", f"{os.getpid()} 1"])

    def test_every_kind_of_probe(self):
        """Where the script begins and ends, and in a timer."""
        out = self.lines(script('''global n
          probe init { println("init ", task_execname(task_current())) }
          probe begin(-1) { println("begin ", kernel_char($1)) }
          probe timer.ms(20) { println("timer ", kernel_short($1), " ", ++n); if (n == 2) exit() }
          probe end { println("end ", kernel_int($1), " ", n) }''', release_address()))
        self.assertEqual(out, ["init coretap", f"begin {ord(RELEASE[0])}", f"timer {little_endian(RELEASE[:2])} 1",
                               f"timer {little_endian(RELEASE[:2])} 2", f"end {little_endian(RELEASE[:4])} 2"])

    def test_error_probe(self):
        done = script('probe begin { error("why") } probe error { println(kernel_char($1)) }', release_address())
        self.assertEqual((done.returncode, done.stdout), (1, f"{ord(RELEASE[0])}\n"))
        self.assertIn("ERROR: why\n", done.stderr)

    def test_a_value_that_changes(self):
        """A timer reads how long a process has run: more each time, and never outside of what /proc says before and behind."""
        def spent():
            return int(pathlib.Path(f"/proc/{busy.pid}/schedstat").read_text().split()[0])
        with running("sh", "-c", "while :; do :; done") as busy:
            before = spent()
            out = self.lines(script('''global n
              probe timer.ms(100) { println(@cast(pid2task($1), "task_struct")->se->sum_exec_runtime); if (++n == 5) exit() }''', str(busy.pid)))
            time.sleep(0.02)  # /proc's own sum is brought up to date at a tick
            after = spent()
        values = [before, *map(int, out), after]
        self.assertEqual(values, sorted(set(values)))


class Walks(LiveTest):
    @unittest.skipIf(SHORT_LOOPS, "loops are short here")
    def test_all_processes(self):
        """The kernel's list of processes, walked in one program, is /proc's."""
        text = "probe begin {" + ALL_TASKS % 'printf("%d %d %s\\n", task_pid(task), task_pid(task_parent(task)), task_execname(task))' + "exit() }"
        with running("sleep", "61") as child:
            before = {int(p.name): stat_of(p.name) for p in pathlib.Path("/proc").glob("[0-9]*")}
            lines = self.lines(script(text))
            after = {int(p.name): stat_of(p.name) for p in pathlib.Path("/proc").glob("[0-9]*")}
            mine = {int(pid): (name, int(parent)) for pid, parent, name in (line.split(" ", 2) for line in lines)}
            lasting = {pid: stat for pid, stat in before.items() if stat and after.get(pid) == stat}
            self.assertIn(child.pid, lasting)
            self.assertGreater(len(lasting), 5)
            for pid, (name, parent) in lasting.items():
                self.assertEqual(mine[pid][1], parent)
                # /proc adds to the names of the kernel's own threads.
                self.assertEqual(mine[pid][0], name[:len(mine[pid][0])] if parent == 2 else name)
            self.assertEqual(len(lines), len(mine), "a process came twice")

    @unittest.skipIf(SHORT_LOOPS, "loops are short here")
    def test_tree(self):
        """A process tree, made of an array that the walk fills, printed by a function that calls itself."""
        text = '''global parent, name
          function show(pid, depth) {
            printf("%*s%s(%d)\\n", 2 * depth, "", name[pid], pid)
            foreach ([other+] in parent) if (parent[other] == pid) show(other, depth + 1)
          }
          probe begin {''' + ALL_TASKS % "parent[task_pid(task)] = task_pid(task_parent(task)); name[task_pid(task)] = task_execname(task)" + '''
            show($1, 0)
            exit()
          }'''
        shell = "sleep 62 & sleep 63 & (sleep 64; :) & echo ready; wait"
        with running("sh", "-c", shell) as top:
            top.stdout.readline()

            def tree(pid, depth):
                lines = [f"{'  ' * depth}{stat_of(pid)[0]}({pid})"]
                for child in sorted(int(c) for c in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()):
                    lines += tree(child, depth + 1)
                return lines
            while "\n".join(tree(top.pid, 0)).count("sleep") < 3:
                time.sleep(0.01)
            wanted = tree(top.pid, 0)
            self.assertEqual(self.lines(script(text, str(top.pid))), wanted)
            self.assertEqual(len(wanted), 5)
            # The same by a function that walks the kernel's lists itself, and calls itself for each child.
            text = '''function show(task, depth) {
                printf("%*s%s(%d)\\n", 2 * depth, "", task_execname(task), task_pid(task))
                head = task + &@cast(0, "task_struct")->children
                for (at = @cast(head, "list_head")->next; at != head; at = @cast(at, "list_head")->next)
                  show(at - &@cast(0, "task_struct")->sibling, depth + 1)
              }
              probe begin { show(pid2task($1), 0); exit() }'''
            self.assertEqual(self.lines(script(text, str(top.pid))), wanted)
            subprocess.run(["kill", *re.findall(r"sleep\((\d+)\)", "\n".join(wanted))], check=True)

    def test_ancestors(self):
        out = self.lines(script('''probe begin {
          for (task = task_current(); task_pid(task); task = task_parent(task)) printf("%d %d %s\\n", task_pid(task), task_tid(task), task_execname(task))
          exit() }'''))
        pid = os.getpid()
        for line in out[1:]:
            process, thread, name = line.split(" ", 2)
            self.assertEqual((int(process), name), (pid, stat_of(thread)[0]))
            pid = stat_of(pid)[1]
        self.assertEqual(pid, 0)

    def test_a_list_that_loops_ends(self):
        """init_task's list has no end if nobody looks for its head."""
        walk = 'for (at = @cast(task_current(), "task_struct")->tasks->next; at; at = @cast(at, "list_head")->next) n++'
        for kind, least in [("begin", 1000), ("timer.ms(1)", 100), ("end", 1000)]:
            with self.subTest(kind):
                more = "" if kind != "end" else "probe begin { exit() }"
                done = script(f"global n probe {kind} {{ {walk} }} probe error {{ println(n) }} {more}")
                self.assertEqual(done.returncode, 1)
                self.assertRegex(done.stderr, r"^ERROR: MAXACTION exceeded(: on this kernel, which has no bpf_loop, this loop may turn \d+ times)? near identifier 'for' at <input>:1:\d+\n")
                if kind != "end":
                    self.assertGreaterEqual(int(done.stdout), 50 if SHORT_LOOPS else least)
        done = script(f'global n probe begin {{ try {{ {walk} }} catch (m) {{ println(m); exit() }} }}', "-DMAXACTION=50")
        self.assertEqual(done.stdout.splitlines()[0], "MAXACTION exceeded")  # by either bound

    @unittest.skipIf(SHORT_LOOPS, "loops are short here")
    def test_a_long_walk_in_begin(self):
        """begin probes may do ten times as much as timers, in the kernel as in user space."""
        loop = "for (i = 0; i < 2000; i++) n += task_current() != 0"
        self.assertEqual(self.ok(script(f"global n probe begin {{ {loop}; println(n); exit() }}")), "2000\n")
        done = script(f"global n probe timer.ms(1) {{ {loop} }}")
        self.assertIn("ERROR: MAXACTION exceeded", done.stderr)


class Faults(LiveTest):
    def test_bad_addresses_are_caught(self):
        """Null, small and wild pointers; each is told with its address."""
        out = self.lines(script('''probe begin {
          try { println(kernel_long(0)) } catch (m) { println(m) }
          try { println(kernel_string(4096)) } catch (m) { println(m) }
          try { println(@cast(8, "task_struct")->pid) } catch (m) { println(m) }
          try { println(task_execname(0x123456789abcdef0)) } catch (m) { println(m) }
          try { println(@cast(0, "task_struct")->mm->exe_file) } catch (m) { println("path") }
          println(kernel_string(1, "instead"))
          exit()
        }'''))
        self.assertEqual(out[0], "kernel read fault at 0x0000000000000000 (addr)")
        self.assertEqual(out[1], "kernel read fault at 0x0000000000001000 (addr)")
        self.assertRegex(out[2], r"^kernel read fault at 0x[0-9a-f]{16} \(addr\)$")
        self.assertEqual(out[3], "kernel read fault at 0x123456789abcdef0 (addr)")
        self.assertEqual(out[4:], ["path", "instead"])

    def test_an_error_ends_the_handler(self):
        """What comes before it is done, what comes behind is not; then the error probes run, and not the end probes."""
        done = script('''global n
          probe begin { n = 1; println("before"); println(kernel_long(16)); n = 2; println("behind") }
          probe begin(1) { println("another") }
          probe error { println("n is ", n, " ", task_pid(task_current()) == pid()) }
          probe end { println("end") }''')
        self.assertEqual((done.returncode, done.stdout), (1, "before\nn is 1 1\n"))
        self.assertRegex(done.stderr, r"^ERROR: kernel read fault at 0x0000000000000010 \(addr\) near identifier 'kernel_long' at <input>:2:59\n")
        self.assertIn("Number of errors: 1, skipped probes: 0", done.stderr)

    def test_maxerrors(self):
        """Errors are counted: two are forgiven."""
        done = script("global n probe timer.ms(5) { n++; println(kernel_long(n)) } probe error { println(n) }", "-DMAXERRORS=2")
        self.assertEqual((done.returncode, done.stdout, done.stderr.count("kernel read fault")), (1, "3\n", 3))

    def test_suppressed_errors(self):
        done = script("global n probe timer.ms(5) { if (++n == 4) exit(); println(kernel_long(n)) } probe end { println(n) }",
                      "--suppress-handler-errors")
        self.assertEqual((done.returncode, done.stdout), (0, "4\n"), done.stderr)
        self.assertIn("Number of errors: 0 and 4 suppressed", done.stderr)

    def test_an_error_in_what_is_printed(self):
        """The part that user space runs ends the handler, too."""
        done = script('global zero probe begin { println(task_pid(task_current()) > 0); x = @count(zero) println(1 / x); println("no") } '
                      'probe never { zero <<< 1 } probe end { println("no") }')
        self.assertEqual((done.returncode, done.stdout), (1, "1\n"))
        self.assertEqual(done.stderr.count("ERROR"), 1)
        self.assertIn("division by 0", done.stderr)


class Order(LiveTest):
    def test_next_and_exit(self):
        out = self.lines(script('''global n
          probe begin { println("a"); if (task_pid(task_current()) > 0) { println("b"); next } println("c") }
          probe begin(1) { exit(); println("d ", task_execname(task_current())) }
          probe begin(2) { println("never") }
          probe end { println("e ", task_execname(task_current())); exit(); println("f") }'''))
        self.assertEqual(out, ["a", "b", "d coretap", "e coretap", "f"])

    def test_exit_in_a_loop_of_user_space(self):
        out = self.lines(script('''global seen
          probe begin { seen[1] = 1; seen[2] = 2
            foreach (k+ in seen) { println(k, " ", task_pid(task_current()) > 0); exit() }
            println("behind") }
          probe end { println("end ", task_pid(task_current()) > 0) }'''))
        self.assertEqual(out, ["1 1", "2 1", "behind", "end 1"])

    def test_globals_and_prints_in_order(self):
        """Initial values, a value that the kernel part makes, one that user space makes, and again the kernel's."""
        out = self.lines(script('''global n = 7, text = "t", list, stat
          probe begin {
            printf("%d %s\\n", n, text)
            n = task_pid(task_current()) > 0 ? 8 : 0
            text = sprintf("%5d|%s", n, text)
            n = strlen(text) + kernel_char($1)
            list[n] = text
            foreach (k in list) printf("%d %s %d\\n", k, list[k], kernel_char($1 + k - n))
            list[n] = "changed"
            stat <<< n; stat <<< kernel_char($1)
            printf("%d %d %s\\n", @count(stat), @sum(stat), list[n])
            delete list
            printf("%d\\n", n in list)
            exit()
          }
          probe end { printf("%d %s %d\\n", n, text, task_pid(task_current()) > 0) }''', release_address()))
        letter = ord(RELEASE[0])
        n = len("    8|t") + letter
        self.assertEqual(out, ["7 t", f"{n}     8|t {letter}", f"2 {n + letter} changed", "0", f"{n}     8|t 1"])

    def test_values_of_user_space_that_decide_what_is_read(self):
        """A walk through an array, a parsed text, a value of a statistic, a while loop, and a call inside of a try."""
        out = self.lines(script('''global pids, count
          probe begin {
            pids[$1] = "one"; pids[$2] = "two"; pids[-5] = "three"
            foreach (pid- in pids) {
              try { printf("%s %s\\n", pids[pid], task_execname(pid2task(pid))) } catch (m) { printf("%s: %s\\n", pids[pid], m) }
            }
            pid = strtol(tokenize("x$1 ", "x"), 10)
            text = tokenize(@1, ",")
            while (text != "") {
              println(text, " ", task_execname(pid2task(strtol(text, 10))), " ", @cast(pid2task(strtol(text, 10)), "task_struct")->real_parent->tgid)
              text = tokenize("", ",")
            }
            count <<< $1
            println(task_pid(pid2task(@max(count))))
            exit()
          }'''.replace("@1", '"' + f"{os.getpid()},1" + '"'), str(os.getpid()), "1"))
        mine, init = stat_of(os.getpid()), stat_of(1)
        self.assertEqual(out[0], f"one {mine[0]}")
        self.assertEqual(out[1], f"two {init[0]}")
        self.assertTrue(out[2].startswith("three: kernel read fault"), out[2])
        self.assertEqual(out[3:], [f"{os.getpid()} {mine[0]} {mine[1]}", f"1 {init[0]} {init[1]}", str(os.getpid())])

    def test_beside_events(self):
        """A timer that reads kernel memory reports exactly what a probe counted, and clears it."""
        count = 3000
        text = '''global calls, total
          probe syscall.kill { if (pid() == target()) calls[pid()]++ }
          probe timer.ms(10) { foreach (p in calls) { if (task_pid(pid2task(p)) == p || 1) total += calls[p] } delete calls }
          probe end { foreach (p in calls) total += calls[p]; println(total, " ", task_pid(task_current()) == pid()) }'''
        python = f"import os\nfor i in range({count}): os.kill(os.getpid(), 0)"
        out = self.lines(script(text, "-c", f"python3 -c '{python}'"))
        self.assertEqual(out[-1], f"{count} 1")


@unittest.skipIf(fuse_missing(), fuse_missing())
class Files(LiveTest):
    def test_read(self):
        """Each reader gets what the kernel's memory says at that moment."""
        text = '''probe procfs("slept").read { $value = sprintf("%d\\n", @cast(pid2task(PID), "task_struct")->nvcsw) }
                  probe procfs("bad").read { $value = sprint(kernel_long(8)) }'''
        shell = "while read line; do echo; done"
        with running("sh", "-c", shell) as other, Session(text.replace("PID", str(other.pid))) as session:
            seen = set()
            for _ in range(5):
                other.stdin.write("\n")
                other.stdin.flush()
                other.stdout.readline()
                while " S " not in pathlib.Path(f"/proc/{other.pid}/stat").read_text():
                    time.sleep(0.01)
                slept = re.search(r"\nvoluntary_ctxt_switches:\s*(\d+)", pathlib.Path(f"/proc/{other.pid}/status").read_text())[1]
                self.assertEqual(session.read("slept"), slept + "\n")
                seen.add(slept)
            self.assertGreater(len(seen), 1)
            with self.assertRaises(OSError):
                session.read("bad")
        self.assertIn("kernel read fault at 0x0000000000000008 (addr) near identifier 'kernel_long' at <input>:2:62\n", session.err)

    def test_write(self):
        """What is written decides what is read."""
        text = '''global name
                  probe procfs("pid").write { name = task_execname(pid2task(strtol($value, 10))) }
                  probe procfs("name").read { $value = name . "\\n" }'''
        with Session(text) as session:
            for pid in (os.getpid(), 1):
                session.write("pid", str(pid))
                self.assertEqual(session.read("name"), stat_of(pid)[0] + "\n")

    def test_input(self):
        with subprocess.Popen([CORETAP, "-e", 'probe input.line { println(task_execname(pid2task(strtol(line, 10)))); exit() }'],
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
            out, _ = process.communicate(f"{os.getpid()}\n", timeout=60)
        self.assertEqual(out, stat_of(os.getpid())[0] + "\n")


class Forms(LiveTest):
    def test_binary(self):
        """A built binary has the kernel part, too, in both flavours."""
        path = live.TMP / "banner"
        done = live.coretap("--build=" + str(path), "-e",
                            'probe begin { println(task_execname(task_parent(task_current()))); exit() } probe end { println(task_pid(task_current()) == pid()) }')
        self.assertEqual(done.returncode, 0, done.stderr)
        for flavour in ("modern", "base"):
            with self.subTest(flavour):
                out = self.lines(live.run(path, env=dict(os.environ, CORETAP_FLAVOUR=flavour)))
                self.assertEqual(out, [stat_of(os.getpid())[0], "1"])

    def test_needs(self):
        done = live.coretap("--explain-needs", "-e", "probe begin { println(task_pid(task_current())) }")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("begin\n  test run : yes\n", done.stdout)

    def test_user_space_alone_needs_no_kernel(self):
        """A handler that reads no kernel memory has no kernel object, as before."""
        done = live.coretap("-vv", "-e", 'probe begin { println(pid() > 0); exit() }')
        self.assertNotIn("kernel object", done.stderr)
        done = live.coretap("-vv", "-e", 'probe begin { println(task_pid(task_current()) > 0); exit() }')
        self.assertIn("probe begin: test run", done.stderr)

    def test_accounts_and_times(self):
        path = live.TMP / "accounts"
        done = script('probe begin { println(task_pid(task_current()) > 0); exit() } probe end { println(kernel_char($1)) }',
                      release_address(), f"--accounts={path}", "-t")
        self.assertEqual(done.returncode, 0, done.stderr)
        accounts = path.read_text()
        self.assertEqual(re.findall(r'"probe": "(\w+)".*?"mechanism": "([^"]+)", "handled": (\d+), "errors": (\d+)', accounts),
                         [("begin", "test run", "1", "0"), ("end", "test run", "1", "0")])
        self.assertRegex(done.stdout, r"(?m)^begin, .*hits: 1, .*from: begin in the kernel, index: 0$")
        self.assertRegex(done.stdout, r"(?m)^end, .*hits: 1, .*from: end in the kernel, index: 1$")


if __name__ == "__main__":
    live.main()
