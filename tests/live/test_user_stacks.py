#!/usr/bin/env python3
"""Stacks of user code: compared with gdb's at the same place, and with call trees that are known."""
import collections
import contextlib
import functools
import json
import os
import re
import signal
import subprocess

import live
from live import build, build_id, coretap, run, script

FULL = re.compile(r"^ 0x([0-9a-f]+) : (.+)\+0x([0-9a-f]+)/0x([0-9a-f]+) \[(.+)\]$")
FLAGS = ("-O2", "-fomit-frame-pointer")


def first_address(path):
    """Where a file's first segment is by its own addresses."""
    return int(re.search(r"^ +LOAD +0x0+ (0x[0-9a-f]+)", run("readelf", "-W", "-l", path).stdout, re.M)[1], 16)


def gdb_stack(program, arguments, function):
    """What gdb's unwinder says when FUNCTION is hit: [(file, address in it)], innermost first."""
    commands = live.TMP / "gdb.user_stacks"
    commands.write_text(f"""set pagination off
set width 0
set debuginfod enabled off
set backtrace past-main on
handle SIGUSR1 nostop noprint pass
break *{function}
run {' '.join(arguments)} > /dev/null
python
frame = gdb.newest_frame()
while frame:
    if frame.type() not in (gdb.INLINE_FRAME, gdb.TAILCALL_FRAME):
        print("PC %x" % frame.pc())
    frame = frame.older()
end
info proc mappings
""")
    out = run("gdb", "-q", "-batch", "-nx", "-x", commands, program, timeout=120).stdout
    mappings = [(int(start, 16), int(end, 16), int(offset, 16), file) for start, end, offset, file in
                re.findall(r"^ +0x([0-9a-f]+) +0x([0-9a-f]+) +0x[0-9a-f]+ +0x([0-9a-f]+) .* (/\S+)$", out, re.M)]
    starts = {file: start for start, _, offset, file in mappings if offset == 0}
    found = []
    for pc in (int(text, 16) for text in re.findall(r"^PC ([0-9a-f]+)$", out, re.M)):
        file = next(file for start, end, _, file in mappings if start <= pc < end)
        found.append((os.path.realpath(file), pc - starts[file] + first_address(file)))
    assert found, out
    return found


@functools.cache
def symbols(path):
    """{name: {addresses}} of a file and its file of debug information, by readelf. Local names may be several functions'."""
    found = collections.defaultdict(set)
    files = [path]
    with contextlib.suppress(TypeError):  # without a build-id
        files.append("/usr/lib/debug/.build-id/{0:.2}/{1}.debug".format(build_id(path), build_id(path)[2:]))
    for file in filter(os.path.exists, files):
        for line in run("readelf", "-W", "-s", file).stdout.splitlines():
            fields = line.split()
            if len(fields) == 8 and fields[6] not in ("UND", "ABS", "Ndx"):
                found[fields[7].split("@")[0]].add(int(fields[1], 16))
    return found


class UserStacks(live.LiveTest):
    def at_leaf(self, what, body, *args, program=None, function="leaf", kind=""):
        program = program or build("callers", *FLAGS)
        return script(f'probe process("{program}").function("{function}"){kind} {{ {body} }}', "-c",
                      f"{program} {what}", *args)

    def frames(self, lines):
        """[(address, name, offset, module)] of print_ubacktrace()'s lines; each is checked against its file's symbols."""
        found = []
        for line in lines:
            match = FULL.match(line)
            self.assertTrue(match, line)
            module = match[5]
            if module.startswith("/"):
                self.assertTrue(symbols(module)[match[2]], line)
            found.append((int(match[1], 16), match[2], int(match[3], 16), module))
        return found

    def same_as_gdb(self, what, program=None, function="leaf"):
        """The same frames as gdb's, by file and place in it: symbols may have several names."""
        program = program or build("callers", *FLAGS)
        ours = self.frames(self.lines(self.at_leaf(what, "print_ubacktrace() exit()", program=program, function=function)))
        theirs = gdb_stack(program, what.split(), function)
        self.assertEqual([os.path.realpath(module) for _, _, _, module in ours], [file for file, _ in theirs])
        self.assertEqual(ours[0][1], function)
        # Where the probe is, its function may have a prologue behind it.
        for (_, name, offset, module), (_, address) in list(zip(ours, theirs))[1:]:
            self.assertIn(address, {start + offset for start in symbols(module)[name]}, name)
        return [name for _, name, _, _ in ours]

    def test_without_frame_pointers(self):
        names = self.same_as_gdb("plain")
        self.assertEqual(names[:4], ["leaf", "middle", "outer", "main"])
        self.assertEqual(names[-1], "_start")

    def test_other_builds(self):
        for flags in (("-O0",), ("-O2", "-static"), ("-O2", "-static-pie"), ("-O2", "-no-pie", "-fomit-frame-pointer"),
                      ("-O2", "-fomit-frame-pointer", "-fcf-protection=full")):
            with self.subTest(flags=flags):
                self.assertEqual(self.same_as_gdb("plain", build("callers", *flags))[:4], ["leaf", "middle", "outer", "main"])

    def test_through_a_library(self):
        names = self.same_as_gdb("library")
        self.assertEqual(names[:2], ["leaf", "compare"])
        self.assertIn("main", names)

    def test_through_a_signal_frame(self):
        names = self.same_as_gdb("handler")
        self.assertEqual(names[:2], ["leaf", "on_signal"])
        self.assertIn("main", names)

    def test_in_a_thread(self):
        names = self.same_as_gdb("thread")
        self.assertEqual(names[:2], ["leaf", "in_thread"])
        self.assertNotIn("main", names)

    def test_the_same_stack_in_all_forms(self):
        program = build("callers", *FLAGS)
        out = self.ok(self.at_leaf("plain", 'println(ubacktrace()); print_ubacktrace(); println("--"); '
                                   'print(sprint_ubacktrace()); println("--"); print_ustack(ubacktrace()); println("--"); '
                                   'print(sprint_ustack(ubacktrace())); println("--"); print_ubacktrace_brief(); println("--"); '
                                   'println(ucallers(1)); println(ucallers(-1)); '
                                   'printf("%x %x %s %s\\n", ustack(0), ustack(1), usymname(ustack(1)), usymdata(ustack(1))); '
                                   'println(umodname(ustack(1)), " ", uaddr() == ustack(0)); '
                                   'printf("%x %s\\n", umodaddr(ustack(1)), umodbuildid(ustack(1))); '
                                   'try { println(umodaddr(1)) } catch (e) { println(e) } '
                                   'try { println(umodbuildid(1)) } catch (e) { println(e) } '
                                   'try { println(ustack(19)) } catch (e) { println(e) } '
                                   'try { println(umodname(1)) } catch (e) { println(e) } '
                                   'println(usymname(1), " ", usymdata(1))', "-DMAXSTRINGLEN=2000"))
        first, rest = out.split("\n", 1)
        addresses = first.split(" ")
        self.assertEqual(addresses.pop(), "", "a blank behind each address")
        full, simple, printed, as_string, brief, rest = rest.split("\n--\n", 5)
        frames = self.frames(full.splitlines())
        self.assertEqual([f"0x{address:x}" for address, *_ in frames], addresses)
        self.assertEqual(printed, full)
        self.assertEqual(as_string, full)
        self.assertEqual(simple.splitlines(), [f"{name}+0x{offset:x} [{os.path.basename(module)}]"
                                              for _, name, offset, module in frames])
        self.assertEqual(brief.splitlines(), [f"{name}+0x{offset:x}" for _, name, offset, _ in frames])
        two, everything, numbers, module, place, no_place, no_id, end, nowhere, unknown = rest.splitlines()
        # The file's first segment is at 0 by its own addresses.
        distance, identity = place.split()
        self.assertIn(int(distance, 16) - frames[1][2], symbols(frames[1][3])[frames[1][1]])
        self.assertEqual(identity, live.build_id(program))
        self.assertEqual((no_place, no_id), ("umodaddr 0x1 unknown", "umodbuildid 0x1 unknown"))
        self.assertEqual(two, " ".join(addresses[:2]))
        self.assertEqual(everything, " ".join(addresses))
        data = full.splitlines()[1].split(" : ")[1]
        self.assertEqual(numbers, f"{frames[0][0]:x} {frames[1][0]:x} {frames[1][1]} {data}")
        self.assertEqual(module, f"{os.path.realpath(program)} 1")
        self.assertEqual(end, "reached end of stack before unwinding to level 19")
        self.assertEqual(nowhere, "module cannot be found")
        self.assertEqual(unknown, "0x1 0x1")

    def test_lines_of_the_source(self):
        program = build("callers", *FLAGS)
        out = self.lines(self.at_leaf("plain", 'print_ubacktrace() println("--") print_ubacktrace_fileline() println("--") '
                                      'printf("%s\\n%s\\n%s\\n", usymfileline(ustack(0)), usymfile(ustack(0)), usymline(ustack(0))) exit()'))
        plain, with_lines, asked = "\n".join(out).split("\n--\n")
        frames = self.frames(plain.splitlines())
        nm = {name: int(address, 16) for address, _, name in
              (line.split() for line in run("nm", program).stdout.splitlines() if len(line.split()) == 3)}
        for (_, name, offset, module), line in zip(frames[:4], [each for each in with_lines.splitlines() if "(inlined)" not in each]):
            behind_call = 0 if name == "leaf" else 1
            place = run("addr2line", "-e", program, hex(nm[name] + offset - behind_call)).stdout.split()[0]
            self.assertIn(f" at {place} [", line)
        file, number = run("addr2line", "-e", program, hex(nm["leaf"])).stdout.split()[0].rsplit(":", 1)
        self.assertEqual(asked.splitlines(), [f"{file}:{number}", file, number])

    def test_names_of_cpp_and_inlined_functions(self):
        source = str(live.HERE / "workloads" / "callers.cpp")
        program = str(live.TMP / "callers_cpp")
        subprocess.run(["g++", "-g", "-O2", "-o", program, source], check=True)
        call = live.run("grep", "-n", "the call", source).stdout.split(":")[0]
        inlined = live.run("grep", "-n", "inlined here", source).stdout.split(":")[0]
        result = script(f'probe process("{program}").function("*weigh*") {{ print_ubacktrace_fileline() exit() }}', "-c", program)
        lines = self.lines(result)
        self.assertRegex(lines[0], r" : shop::Basket<int>::weigh\(int const&\) const(| \[clone \S+\])\+0x0/")
        self.assertRegex(lines[1], rf"^ 0x[0-9a-f]+ : pay at .*callers\.cpp:{call} \(inlined\)$")
        self.assertRegex(lines[2], rf"^ 0x[0-9a-f]+ : shop::checkout\(shop::Basket<int> const&, int\)\+0x.* at .*callers\.cpp:{inlined} \[")
        self.assertRegex(lines[3], r"^ 0x[0-9a-f]+ : main\+0x.* at .*callers\.cpp")

    def test_stack_of_a_system_call(self):
        program = build("callers", *FLAGS)
        out = self.lines(script('probe syscall.write { if (pid() == target()) { print_ubacktrace() exit() } }', "-c",
                                f"{program} write"))
        names = [name for _, name, _, _ in self.frames([line for line in out if line != "x"])]
        self.assertRegex(names[0], "write")
        self.assertEqual(names[1:3], ["outer_write", "main"])
        self.assertEqual(names[-1], "_start")

    def test_of_a_process_that_has_ended(self):
        """The records are read when the program is gone: until then the session is stopped."""
        program = build("callers", *FLAGS)
        text = (f'global s, live probe process("{program}").function("leaf") {{ s[ubacktrace()] <<< 1 }} '
                'probe timer.ms(10) { if (!live++) println("live") } '
                'probe end { foreach (stack in s- limit 1) { println(@count(s[stack])) print_ustack(stack) } }')
        with live.running(live.CORETAP, "-e", text) as tracer:
            self.assertEqual(tracer.stdout.readline(), "live\n")
            tracer.send_signal(signal.SIGSTOP)
            for _ in range(3):
                run(program, "plain", "5")
            tracer.send_signal(signal.SIGCONT)
            out = live.finish(tracer).splitlines()
        # Each process has addresses of its own, so the stacks of one count 5.
        self.assertEqual(out[0], "5")
        names = [name for _, name, _, _ in self.frames(out[1:])]
        self.assertEqual(names[:4], ["leaf", "middle", "outer", "main"])
        self.assertEqual(names[-1], "_start")

    def test_full_ring(self):
        """A stack that found no room ends its event, which is counted as lost: no key is there without a whole stack."""
        program = build("callers", *FLAGS)
        accounts = live.TMP / "stacks.json"
        text = (f'global s, n, live probe process("{program}").function("leaf") {{ n++; s[ubacktrace()] <<< 1 }} '
                'probe timer.ms(10) { if (!live++) println("live") } '
                'probe end { println(n) foreach (stack in s) printf("%d %s\\n", @count(s[stack]), stack) }')
        with live.running(live.CORETAP, "-w", "-s", "1", f"--accounts={accounts}", "-e", text) as tracer:
            self.assertEqual(tracer.stdout.readline(), "live\n")
            tracer.send_signal(signal.SIGSTOP)
            run(program, "plain", "3000")
            tracer.send_signal(signal.SIGCONT)
            fired, stack = live.finish(tracer).splitlines()
        lost = json.loads(accounts.read_text())["lost_records"]
        count, stack = stack.split(" ", 1)
        self.assertEqual(fired, "3000")
        self.assertRegex(stack, r"^(0x[0-9a-f]+ ){6,}$")
        self.assertGreater(int(count), 100)
        self.assertGreater(lost, 1000)
        # Of an event, its stack and its handler's record may be lost.
        self.assertGreaterEqual(int(count) + lost, 3000)
        self.assertLessEqual(int(count) + lost // 2, 3000)

    def test_as_key(self):
        program = build("callers", *FLAGS)
        out = self.lines(script(f'global s probe process("{program}").function("leaf") {{ s[ubacktrace()] <<< 1 }} '
                                'probe end { foreach (stack in s) printf("%d %s\\n", @count(s[stack]), stack) }',
                                "-c", f"{program} plain 100"))
        self.assertEqual(len(out), 1)
        count, stack = out[0].split(" ", 1)
        self.assertEqual(count, "100")
        self.assertRegex(stack, r"^(0x[0-9a-f]+ ){6,}$")

    def test_names_as_key(self):
        """Where the lines do not fit, stacks that differ further out are different keys; the same one is one."""
        source, program = live.TMP / "outer.c", live.TMP / "outer"
        source.write_text('''volatile int n;
            #define CALL __attribute__((noinline, noipa))
            CALL void leaf(void) { n++; }
            CALL void down(int deep) { if (deep) down(deep - 1); else leaf(); n++; }
            CALL void one(void) { down(12); n++; }
            CALL void other(void) { down(12); n++; }
            int main(void) { for (volatile int i = 0; i < 3; i++) one(); for (volatile int i = 0; i < 4; i++) other(); return 0; }''')
        subprocess.run(["gcc", "-g", "-O1", "-o", program, source], check=True)
        out = self.ok(script(f'global s probe process("{program}").function("leaf") {{ s[sprint_ubacktrace()]++ }} '
                             'probe end { foreach (stack+ in s) printf("%s=%d\\n", stack, s[stack]) }', "-c", str(program), "-DMAXSTRINGLEN=130"))
        shown = r"leaf\+0x[0-9a-f]+ \[outer\]\n(?:down\+0x[0-9a-f]+ \[outer\]\n)+ \.\.\. \(\d+ more, ([0-9a-f]{16})\)\n=(\d)\n"
        self.assertRegex(out, rf"^{shown}{shown}$")
        (first, n), (second, m) = re.findall(shown, out)
        self.assertNotEqual(first, second)
        self.assertEqual({n, m}, {"3", "4"})
        whole = self.ok(self.at_leaf("plain", "print(sprint_ubacktrace())", "-DMAXSTRINGLEN=2000"))
        self.assertNotIn("more", whole)

    def test_text_that_does_not_fit(self):
        program = build("callers", *FLAGS)
        result = script(f'global s probe process("{program}").function("leaf") {{ s[ubacktrace()] <<< 1 }} probe end {{ }}',
                        "-DMAXSTRINGLEN=40", "-c", f"{program} plain")
        self.assertNotEqual(result.returncode, 0)
        self.assertRegex(result.stderr, r"the stack's text has \d+ bytes, and a string has room for 39: -DMAXSTRINGLEN=\d+ makes it larger")

    def test_too_deep(self):
        """Of .function("leaf"). Never silently cut: more frames than MAXBACKTRACE, and more stack than is copied."""
        out = self.lines(self.at_leaf("deep 100 100", "print_ubacktrace() println(ubacktrace())"))
        self.assertEqual(out[-2], " ... (MAXBACKTRACE is 20)")
        names = [name for _, name, _, _ in self.frames(out[:-2])]
        self.assertEqual(names, ["leaf"] + ["down"] * 19)
        self.assertTrue(out[-1].endswith(" ..."), out[-1])
        out = self.lines(self.at_leaf("deep 100 100", "print_ubacktrace()", "-DMAXBACKTRACE=200"))
        names = [name for _, name, _, _ in self.frames(out)]
        self.assertEqual(names[:102], ["leaf"] + ["down"] * 101)
        self.assertEqual((names[102], names[-1]), ("main", "_start"))
        out = self.lines(self.at_leaf("deep 20 4000", "print_ubacktrace()", "-DMAXBACKTRACE=200"))
        self.assertEqual(out[-1], " ... (the stack goes on behind the 32768 bytes that were copied)")
        names = [name for _, name, _, _ in self.frames(out[:-1])]
        self.assertEqual(names, ["leaf"] + ["down"] * (len(names) - 1))
        self.assertIn(len(names), (8, 9, 10), "32768 bytes are at most 8 frames of 4000 bytes and some; a leaf; the caller")

    def test_return_probes(self):
        """A return address that a uretprobe has replaced, of ours or of another probe, is put back."""
        program = build("callers", *FLAGS)
        out = self.ok(script(f'probe process("{program}").function("middle").return {{ println("-- return") print_ubacktrace() }} '
                             f'probe process("{program}").function("outer").return {{ if (!pid()) exit() }} '
                             f'probe process("{program}").function("leaf") {{ println("-- leaf") print_ubacktrace() }}',
                             "-c", f"{program} plain"))
        leaf, returned = out.split("-- leaf\n")[1].split("-- return\n")
        names = [name for _, name, _, _ in self.frames(leaf.splitlines())]
        self.assertEqual(names[:4], ["leaf", "middle", "outer", "main"])
        self.assertEqual(names[-1], "_start")
        names = [name for _, name, _, _ in self.frames(returned.splitlines())]
        self.assertEqual(names[:2], ["outer", "main"])
        self.assertEqual(names[-1], "_start")

    def test_plt_without_rules(self):
        """A static program calls functions that are chosen when it starts, as strcmp(), by entries that nothing says how to unwind from."""
        program = build("callers", *FLAGS, "-static", "-no-pie")
        code = subprocess.run(["objdump", "-d", "--no-show-raw-insn", program], capture_output=True, text=True, check=True).stdout
        plt = code[code.index("Disassembly of section .plt:"):code.index("Disassembly of section .text:")]
        entries = {line.split(":")[0].strip() for line in plt.splitlines() if "jmp" in line}
        main = re.search(r"^[0-9a-f]+ <main>:\n((?:.+\n)*)", code, re.M)[1]
        calls = [(int(at, 16) + 5, entry) for at, entry in re.findall(r"^ *([0-9a-f]+):\s+call +([0-9a-f]+)", main, re.M) if entry in entries]
        (entry,) = {entry for _, entry in calls}
        out = self.ok(script(f'probe process("{program}").statement(0x{entry}) {{ println("-- ") print_ubacktrace() }}', "-c", f"{program} plain"))
        stacks = [self.frames(part.splitlines()) for part in out.split("-- \n")[1:]]
        self.assertEqual({stack[-1][1] for stack in stacks}, {"_start"})
        behind = [stack[1][0] for stack in stacks if stack[1][1] == "main"]
        self.assertEqual(len(behind), (live.HERE / "workloads" / "callers.c").read_text().count("!strcmp(what, "))
        self.assertLessEqual(set(behind), {address for address, _ in calls})

    def test_profile(self):
        """At least 99 of 100 samples have the whole stack, of a call tree that is known."""
        program = build("callers", *FLAGS)
        for what, tree in (("profile", "burn spin_1 spin_2 spin_3 spin_4 main"), ("clock", "main")):
            with self.subTest(what=what):
                out = self.ok(script('probe timer.profile { if (pid() == target()) { println("-- ", user_mode()) print_ubacktrace() } }',
                                     "-c", f"{program} {what} 4000"))
                samples = [part.splitlines() for part in out.split("-- ")[1:]]
                self.assertGreater(len(samples), 100)
                whole = [lines for lines in samples if "... (" not in lines[-1]]
                self.assertGreaterEqual(len(whole), 0.99 * len(samples), [lines for lines in samples if lines not in whole][:3])
                stacks = [" ".join(FULL.match(line)[2] if FULL.match(line) else "?" for line in lines[1:]) for lines in whole]
                # What is not below main is in the dynamic linker or on the way to main.
                below_main = [stack for stack in stacks if re.search(r"\bmain\b", stack)]
                for stack in below_main:
                    self.assertRegex(stack, r"\bmain __libc_start_call_main __libc_start_main\S* _start$")
                    if "burn" in stack or "spin" in stack:
                        inner = re.search(r"\b(burn|spin_\d)", stack)[1]
                        self.assertIn(tree[tree.index(inner):], stack)
                self.assertGreaterEqual(len(below_main), 0.9 * len(samples))
                self.assertTrue(any(tree in stack for stack in stacks))
        self.assertTrue(any("[vdso]" in line for line in out.splitlines()), "some sample is in the vdso")

    def test_code_of_a_jit_compiler(self):
        out = self.lines(self.at_leaf("jit", "print_ubacktrace() println(pid()) exit()"))
        os.unlink(f"/tmp/perf-{out.pop()}.map")
        jit = out.pop(2)
        self.assertRegex(jit, r"^ 0x[0-9a-f]+ : a function of the JIT\+0x6/0x8$")
        names = [name for _, name, _, _ in self.frames(out)]
        self.assertEqual((names[:3], names[-1]), (["leaf", "from_jit", "main"], "_start"))

    def test_kernel_threads_have_none(self):
        out = self.lines(script('probe kernel.trace("sched_switch") { if (!pid()) next; if (execname() =~ "^(kworker|ksoftirqd|rcu_)") '
                                '{ print_ubacktrace() println("[", ubacktrace(), "]") exit() } }'))
        told = ['<no user backtrace at kernel.trace("sched:sched_switch"): the task is a thread of the kernel>', "[]"]
        self.assertEqual(out, told * max(1, len(out) // 2))  # another CPU may have an event before exit() is seen there

    def test_in_begin(self):
        self.assertEqual(self.lines(script('probe begin { print_ubacktrace() println("[", ubacktrace(), "]") exit() }')),
                         ["<no user backtrace at begin>", "[]"])

    def test_in_a_built_binary(self):
        program = build("callers", *FLAGS)
        path = live.TMP / "stacks_of_users"
        result = coretap(f"--build={path}", "-e", f'probe process("{program}").function("leaf") {{ print_ubacktrace() }}')
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        names = [name for _, name, _, _ in self.frames(self.lines(run(path, "-c", f"{program} library")))]
        self.assertEqual(names[:2], ["leaf", "compare"])
        self.assertEqual(names[-1], "_start")


if __name__ == "__main__":
    live.main()
