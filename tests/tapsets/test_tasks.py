#!/usr/bin/env python3
"""Files, memory, command line and environment of tasks, and the probes of every system call: against /proc and what the workload
did. Exit 77: no BPF rights here."""
import os
import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "live"))
import live  # noqa: E402
from live import script  # noqa: E402

# Opens files of many kinds, tells what /proc says of itself, and marks the moment with a call that nobody else makes.
WORKLOAD = r'''
import os, socket, sys, tempfile
folder = sys.argv[1]
deep = folder + "/" + "/".join("d%d" % i * 9 for i in range(8))
os.makedirs(deep)
os.chdir(deep)
kept = [os.open(path, os.O_RDONLY) for path in ("/", "/etc/passwd", folder, ".", "/dev/null", "/proc/self/ns/net", "/proc/self/stat")]
kept += [os.open(deep + "/a file with\n odd ü name", os.O_RDWR | os.O_CREAT), os.open(deep + "/" + "n" * 255, os.O_RDWR | os.O_CREAT)]
connection = socket.socket()
kept += [connection.fileno(), *os.pipe(), os.eventfd(0), os.memfd_create("mem")]
for fd in kept: print("fd", fd, ascii(os.readlink("/proc/self/fd/%d" % fd)), os.fstat(fd).st_ino)
print("cwd", os.getcwd())
print("exe", os.readlink("/proc/self/exe"))
print("args", ascii(open("/proc/self/cmdline").read()))
print("statm", open("/proc/self/statm").read().strip())
print("ppid", os.getppid(), open("/proc/%d/comm" % os.getppid()).read().strip())
sys.stdout.flush()
os.sched_rr_get_interval(0)
'''
MARK = 'kernel.trace("sys_enter") { if (pid() == target() && $id == 148) {'


class Tasks(live.LiveTest):
    def run_marked(self, bodies, *arguments, globals_="", options=(), **environment):
        """What the workload told, and what the handlers at its mark printed, as lists of lines."""
        bodies = [bodies] if isinstance(bodies, str) else bodies
        with tempfile.TemporaryDirectory() as folder:
            workload = pathlib.Path(folder) / "workload.py"
            workload.write_text(WORKLOAD)
            command = " ".join([sys.executable, str(workload), folder, *arguments])
            probes = " ".join(f"probe {MARK} {body} }} }}" for body in bodies)
            done = script(f"{globals_} {probes}", "-g", *options, "-c", command,
                          env={**os.environ, **environment})
        lines = self.lines(done)
        end = next(i for i, line in enumerate(lines) if line.startswith("ppid ")) + 1
        told = [line.split(" ", 1) for line in lines[:end]]
        return told, lines[end:]

    def test_paths(self):
        told, printed = self.run_marked('''
            task = task_current()
            for (fd = 3; fd < 40; fd++) {
              file = task_fd_lookup(task, fd)
              if (!file) continue
              inode = @cast(file, "file", "kernel<linux/fs.h>")->f_inode
              dentry = @cast(file, "file", "kernel<linux/fs.h>")->f_path->dentry
              printf("fd %d %s|%s|%s|%d\\n", fd, fullpath_struct_file(task, file),
                     d_name(dentry), reverse_path_walk(dentry), @cast(inode, "inode", "kernel<linux/fs.h>")->i_ino)
            }
            printf("cwd %s\\n", fullpath_struct_path(task_cwd_path(task)))
            printf("exe %s\\n", fullpath_struct_file(task, current_exe_file()))
            printf("same %d %d\\n", task_exe_file(task) == current_exe_file(), pid2task(pid()) == task)
            printf("none %d %d %d\\n", task_fd_lookup(task, -1), task_fd_lookup(task, 1 << 20), task_exe_file(pid2task(2)))
            ''')
        # Names may hold the end of a line.
        fds = {}
        text = "\n".join(printed)
        for each in ("\n" + text[:text.index("\ncwd ")]).split("\nfd ")[1:]:
            number, _, rest = each.partition(" ")
            fds[int(number)] = rest.split("|")
        for kind, rest in told:
            if kind != "fd":
                continue
            number, _, rest = rest.partition(" ")
            path, inode = rest.rsplit(" ", 1)
            path = eval(path)
            full, name, below, number_of_inode = fds[int(number)]
            self.assertEqual(number_of_inode, inode)
            expected = path.replace("anon_inode:", "ANON_INODE:").removesuffix(" (deleted)")
            self.assertEqual(full, expected)
            if path.startswith("/") and not path.startswith("/memfd"):
                self.assertEqual(name, os.path.basename(path) or "/")
                # From the root of its file system, which may be mounted anywhere.
                self.assertTrue(below == "/" or path.endswith("/" + below), (path, below))
        self.assertEqual(len([kind for kind, _ in told if kind == "fd"]), 14)
        told = dict(told)
        after = dict(line.split(" ", 1) for line in text[text.index("\ncwd ") + 1:].splitlines())
        self.assertEqual(after["cwd"], told["cwd"])
        self.assertEqual(after["exe"], told["exe"])
        self.assertEqual(after["same"], "1 1")
        self.assertEqual(after["none"], "0 0 0")

    def test_memory_and_command_line(self):
        told, printed = self.run_marked('''
            printf("%d %d %d %d %d\\n", proc_mem_size(), proc_mem_rss(), proc_mem_shr(), proc_mem_txt(), proc_mem_data())
            printf("%d %d\\n", proc_mem_size(pid()) == proc_mem_size(), proc_mem_size_pid(pid()) == proc_mem_size())
            printf("%d %d %d %d\\n", proc_mem_rss(2), proc_mem_size(-1), proc_mem_data(1 << 40), mem_page_size())
            println(proc_mem_string() == proc_mem_string(pid()))
            printf("%s|%s|%s|%s\\n", cmdline_str(), cmdline_arg(0), cmdline_arg(2), cmdline_args(2, 3, "+-"))
            printf("%s|%s|%s\\n", cmdline_args(3, -1, ""), cmdline_args(90, -1, " "), cmdline_arg(-1))
            printf("%s|%s|%s|%s\\n", env_var("CT_TEST"), env_var("CT_TES"), env_var(""), env_var("CT_EMPTY"))
            printf("%d %s|%s|%d %d\\n", ppid(), pid2execname(ppid()), pid2execname(-1), pid2task(0), pid2task(1 << 32))
            ''', "one", "two", CT_TEST="a=b c", CT_EMPTY="")
        told = dict(told)
        size, rss, shr, text, data = map(int, printed[0].split())
        numbers = list(map(int, told["statm"].split()))
        # statm may be read with parts of the counts still with the CPUs.
        self.assertEqual([size, text, data], [numbers[0], numbers[3], numbers[5]])
        self.assertLess(abs(rss - numbers[1]), 400)
        self.assertLess(abs(shr - numbers[2]), 400)
        self.assertEqual(printed[1:4], ["1 1", "0 0 0 4096", "1"])
        arguments = eval(told["args"]).split("\0")[:-1]
        self.assertEqual(printed[4], f"{' '.join(arguments)}|{arguments[0]}|{arguments[2]}|{arguments[2]}+-one")
        self.assertEqual(printed[5:7], ["onetwo||", "a=b c|||"])
        parent = told["ppid"].split()
        self.assertEqual(printed[7], f"{parent[0]} {parent[1]}||0 0")

    def test_command_lines_that_decide(self):
        """Six of them in one handler, each a way of its own: the verifier walks all of it, and takes it."""
        choice = '''
            if (isinstr(cmdline_str(), "absent") == 1) println(substr(cmdline_str(), 4, 20))
            else if (isinstr(cmdline_str(), " one%s ") > 0) println("%s ", substr(cmdline_str(), strlen(cmdline_str()) - 4, 4))
            else println("%s none")'''
        for more in ("", "1234567", "12345678"):
            _, printed = self.run_marked(choice.replace("%s", "") + choice.replace("%s", "1234567"), "one" + more, "two" + more)
            end = ("two" + more)[-4:] if more else " two"
            self.assertEqual(printed, [f" {end}", "1234567 none"] if not more else
                             [" none", f"1234567 {end}"] if more == "1234567" else [" none", "1234567 none"])

    def test_what_is_no_address(self):
        """Whatever a file's function gets: an error that a script can catch, with the address in it."""
        calls = ("d_name(X)", "reverse_path_walk(X)", "fullpath_struct_path(X)", "fullpath_struct_file(task_current(), X)",
                 "inode_name(X)", "inode_path(X)", "task_fd_lookup(X, 1)", "task_cwd_path(X)", "task_exe_file(X)",
                 "task_dentry_path(task_current(), X, 0)", "fullpath_struct_nameidata(X)", "d_path(X)")
        bodies = [f"""
            for (i = 0; i < 4; i++) {{
              X = i == 0 ? 0 : i == 1 ? 0x1234 : i == 2 ? -8 : 0x7f0000001000
              try {{ println("{number} ", i, " ", {call}) }} catch (e) {{ println("{number} ", i, " ", e) }}
            }}""" for number, call in enumerate(calls)]
        _, printed = self.run_marked(bodies)
        expected = [f"{number} {i} " for number in range(len(calls)) for i in range(4)]
        self.assertEqual([line[:len(start)] for line, start in zip(printed, expected, strict=True)], expected)
        for line in printed:
            self.assertRegex(line, r"kernel read fault at 0x[0-9a-f]{16} \(addr\)$", calls[int(line.split()[0])])

    def test_strings_that_are_too_small(self):
        _, printed = self.run_marked('''
            try { println(fullpath_struct_path(task_cwd_path(task_current()))) } catch (e) { println("caught ", e) }
            println(strlen(cmdline_str()), " ", strlen(cmdline_args(0, -1, "")), " ", strlen(env_var("CT_TEST")))
            ''', options=["-DMAXSTRINGLEN=64"], CT_TEST="\u00fc" * 100)
        self.assertEqual(printed, ["caught path is too long for a string", "63 63 63"])

    def test_names_of_inodes(self):
        told, printed = self.run_marked('''
            for (fd = 3; fd < 6; fd++) {
              file = task_fd_lookup(task_current(), fd)
              inode = @cast(file, "file", "kernel<linux/fs.h>")->f_inode
              printf("%s|%s\\n", inode_path(inode), inode_name(inode))
            }''')
        paths = [eval(rest.split(" ")[1]) for kind, rest in told[:3]]
        for line, path in zip(printed, paths, strict=True):
            whole, below = line.split("|")
            self.assertEqual(whole, path)
            self.assertTrue(below == "/" or path.endswith("/" + below), (path, below))

    def test_inodes_that_bind_mounts_show(self):
        """The path goes through a mount that shows the inode, also where none shows the whole file system."""
        with tempfile.TemporaryDirectory() as folder:
            command = pathlib.Path(folder) / "command.sh"
            command.write_text(f"""
                mount --make-rprivate /
                mkdir -p {folder}/disk {folder}/part {folder}/own/deep {folder}/bound
                echo >{folder}/own/other
                mount -t tmpfs none {folder}/disk
                mkdir -p {folder}/disk/a/b
                echo >{folder}/disk/a/b/file
                mount --bind {folder}/disk/a {folder}/part
                umount {folder}/disk
                mount --bind {folder}/own/deep {folder}/bound
                exec 3<{folder}/part/b/file 4<{folder}/own/other
                exec {sys.executable} -c 'import os; os.sched_rr_get_interval(0)'""")
            done = script(f"""probe {MARK}
                for (fd = 3; fd < 5; fd++)
                  println(inode_path(@cast(task_fd_lookup(task_current(), fd), "file", "kernel<linux/fs.h>")->f_inode)) }} }}""",
                "-g", "-c", f"unshare -m sh {command}")
            self.assertEqual(self.lines(done), [f"{folder}/part/b/file", f"{folder}/own/other"])

    def test_every_system_call(self):
        """syscall_any sees each call once, with its name and number, and what it gives back."""
        _, printed = self.run_marked([], globals_='''
            global entered, left
            probe syscall_any { if (pid() == target()) entered[syscall_nr, name]++ }
            probe syscall_any.return { if (pid() == target() && (syscall_nr == 202 || name == "openat")) left[name, retval < 0]++ }
            probe end {
              foreach ([n, s] in entered) if (n == 257 || n == 148 || n == 435) printf("in %d %s %s %d\\n", n, s, syscall_name(n), entered[n, s])
              foreach ([s, failed] in left) printf("out %s %d %d\\n", s, failed, left[s, failed])
              printf("names %s|%s|%s\\n", syscall_name(-1), syscall_name(0), syscall_name(100000))
            }''')
        entered = {line.split()[2]: line.split() for line in printed if line.startswith("in ")}
        self.assertEqual(entered["sched_rr_get_interval"], ["in", "148", "sched_rr_get_interval", "sched_rr_get_interval", "1"])
        self.assertEqual(entered["openat"][3], "openat")
        opened = sum(int(line.split()[3]) for line in printed if line.startswith("out openat "))
        self.assertEqual(opened, int(entered["openat"][4]))
        names = next(line for line in printed if line.startswith("names "))
        self.assertEqual(names.split("|")[1], "read")

    def test_signals(self):
        """Against what the process set, and /proc/self/status."""
        program = ("import os, signal, sys; signal.signal(12, lambda *_: 0); signal.siginterrupt(12, False); signal.signal(10, signal.SIG_IGN); "
                   "signal.pthread_sigmask(signal.SIG_BLOCK, [1, 15, 64]); "
                   "print([line.split()[1] for line in open('/proc/self/status') if line.startswith('SigBlk')][0]); "
                   "sys.stdout.flush(); os.sched_rr_get_interval(0)")
        with tempfile.NamedTemporaryFile("w", suffix=".py") as file:
            file.write(program)
            file.flush()
            blocked, *printed = self.lines(script('''
                function action(task, sig) { return &@cast(task, "task_struct", "kernel<linux/sched.h>")->sighand->action[sig - 1] }
                probe ''' + MARK + '''
                  task = task_current()
                  user = action(task, 12)
                  flags = get_sa_flags(user)
                  handler = get_sa_handler(user)
                  mask = get_sigaction_mask(user)
                  own = get_sigset(&@cast(task, "task_struct", "kernel<linux/sched.h>")->blocked)
                  chain = pstrace(task)
                  ignored = get_sa_handler(action(task, 10))
                  standard = get_sa_handler(action(task, 17))
                  printf("%d %d %d %d %d\\n", is_sig_blocked(task, 1), is_sig_blocked(task, 2), is_sig_blocked(task, 64),
                         is_sig_blocked(task, 0), is_sig_blocked(task, 65))
                  printf("%s|%s|%x\\n", sigset_mask_str(own), sigset_mask_str(mask), own)
                  printf("%s|%s\\n", sa_flags_str(flags), sa_flags_str(0))
                  printf("%s %s %s %d\\n", sa_handler_str(ignored), sa_handler_str(standard), sa_handler_str(-1), sa_handler_str(handler) == sprintf("%p", handler))
                  println(chain)
                  try { println(get_sa_flags(8)) } catch (e) { println(e) }
                  try { println(is_sig_blocked(-1, 1)) } catch (e) { println(e) }
                  exit() } }''', "-c", f"{sys.executable} {file.name}"))
        self.assertEqual(printed[:2], ["1 0 1 0 0", f"1,15,64||{int(blocked, 16):x}"])
        self.assertEqual(printed[2].split("|")[-1], "")
        self.assertIn("RESTART", printed[2].split("|"))
        self.assertEqual(printed[3], "ignored default error 1")
        self.assertRegex(printed[4], rf"^ python3[^ ]*\(\d+\) coretap\(\d+\) .*{os.getpid()}\)")
        self.assertEqual(printed[5:], ["kernel read fault at 0x0000000000000008 (addr)", "kernel read fault at 0xffffffffffffffff (addr)"])

    def test_names_of_probes(self):
        result = script("""
            function name() { return pn() }
            probe mine = begin(2) { next_one = pn() } probe mine { println(pn(), " ", next_one, " ", pp()) }
            probe begin { println(pn()) }
            probe syscall.{sched_rr_get_inter*,getcpu}, syscall.sched_rr_get_interval.return { if (pid() == target()) println(pn(), " ", name(), " ", strlen(pn())) }
            probe kernel.trace("sys_enter") { if (pid() == target() && $id == 148) println(pn() == pp(), pp() == pn()) }
            """, "-c", f"{sys.executable} -c 'import os; os.sched_rr_get_interval(0)'")
        called, returned = "syscall.sched_rr_get_interval", "syscall.sched_rr_get_interval.return"
        lines = [line for line in self.lines(result) if not line.startswith("syscall.getcpu")]
        self.assertEqual(lines[:2], ["begin", "mine mine begin(2)"])
        self.assertEqual(sorted(lines[2:]), ["11", f"{called} {called} {len(called)}", f"{returned} {returned} {len(returned)}"])

    def test_speculation(self):
        """What is kept is printed once, in order, or never; also when handler and end share it."""
        body = '''
            n++
            a = speculation(); b = speculation()
            speculate(a, sprintf("a%d first\\n", n)); speculate(b, "b first\\n"); speculate(a, "a second\\n"); speculate(b, "b second\\n")
            if (n == 1) { discard(a); commit(b); commit(a) } else { commit(a); discard(b) }
            commit(99); discard(99); speculate(b, "never\\n")'''
        result = script("global n probe " + MARK + body + """ } }
            probe end { x = speculation(); speculate(x, "end\\n"); commit(x); println(x) }""",
                        "-c", f"{sys.executable} -c 'import os; os.sched_rr_get_interval(0); os.sched_rr_get_interval(0)'")
        self.assertEqual(self.lines(result), ["b first", "b second", "a2 first", "a second", "end", "5"])


if __name__ == "__main__":
    live.main()
