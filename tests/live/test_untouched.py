"""User memory that the program has not touched yet: probes of a program wait for its page.

The workload's pages of mode "pages" and "crowd" are filled through userfaultfd(2) and are certainly absent
when a probe reads them; what they hold is known from the workload's text."""
import os

import live
from live import LiveTest, build, script

BASE = {**os.environ, "CORETAP_FLAVOUR": "base"}


def prog():
    return build("untouched", "-O1", "-no-pie")


def point(function):
    return f'process("{prog()}").function("{function}")'


class Untouched(LiveTest):
    def probed(self, mode, *probes, options=(), timeout=60):
        """What the probes print before the workload's own line."""
        text = "\n".join(f"probe {point(name)}{more} {{ {body} }}" for name, more, body in probes)
        out = self.lines(script(text, *options, "-c", f"{prog()} {mode}", timeout=timeout))
        return [line for line in out if not line.startswith("waited ")]

    def test_a_literal_at_its_first_use(self):
        self.assertEqual(self.probed("literals", ("one", "", "println(user_string($s))"),
                                     ("two", "", "println(user_string_n($s, 9), user_string_quoted($s))"),
                                     ("three", "", "println($s$)"),
                                     ("four", "", 'printf("%#.7m\\n", $s)'),
                                     ("five", "", "println(user_char($s), user_string_n_quoted($s, 4))")),
                         ["literal one", 'literal t"literal two"', '"literal three"', "literal",
                          f'{ord("l")}"lite"'])

    def test_a_structure_and_what_it_points_to(self):
        self.assertEqual(self.probed("literals", ("table", "", '''
                             println(user_string($e->name), " ", $e->number, " ", $e->next->number)
                             println(user_string($e->next->name), $e->next->next == 0)''')),
                         ["the entry's name 42 77", "the entry's name1"])
        shown = self.probed("literals", ("table", "", "println($$parms$)"))
        self.assertIn(r"the entry\'s name", shown[0])
        self.assertIn(".number=42", shown[0])

    def test_a_result(self):
        self.assertEqual(self.probed("literals", ("name", ".return", "println(user_string($return))")), ["returned"])

    def test_an_array_in_a_loop(self):
        self.assertEqual(self.probed("literals", ("args", "", '''
                             for (i = 0; i < 3; i++) {
                               s = user_long($v + 8 * i)
                               if (s) println(user_string(s))
                             }''')), ["literal one", "returned"])

    def test_five_places_by_one_handler(self):
        """Enough for uprobe_multi where the kernel has it."""
        functions = ", ".join(point(f) for f in ("one", "two", "three", "four", "five"))
        out = self.lines(script(f"probe {functions} {{ println(ppfunc(), user_string($s)) }}", "-c", f"{prog()} literals"))
        self.assertEqual([line for line in out if not line.startswith("waited")], [f"{n}literal {n}" for n in ("one", "two", "three", "four", "five")])

    def test_pages_that_are_certainly_absent(self):
        size = 512
        text = ("a" * 3 + "b" * size)[:size - 1]
        number = int.from_bytes(b"ccccdddd", "little")
        self.assertEqual(self.probed("pages", ("across", "", "println(user_string($s))"),
                                     ("number", "", "println($p[0])"),
                                     ("nowhere", "", '''println(user_string($s, "none"))
                                       println(user_string_n($s, 5))
                                       println(user_string_n($s, 6, "too many"))''')),
                         [text, str(number), "none", "hhhhh", "too many"])

    def test_memory_that_is_not_mapped_is_still_an_error(self):
        done = script(f"probe {point('nowhere')} {{ println(user_string($s)) }}", "-c", f"{prog()} pages")
        self.assertEqual(done.returncode, 1)
        self.assertIn("ERROR: user read fault at 0x", done.stderr)

    def test_a_crowd_waits_on_one_cpu(self):
        """Each holds its scratch memory while it waits. Nothing is skipped, for it or for others."""
        threads = 300
        out = self.probed(f"crowd {threads}", ("wait_for", "", 'printf("%d %s\\n", $n, user_string($s))'))
        self.assertEqual(sorted(out, key=lambda line: int(line.split()[0])), [f"{n} page {n}" for n in range(threads)])

    def test_others_run_while_a_crowd_waits(self):
        """A handler that does not sleep has its own scratch memory; reports need not wait for the sleepers' end."""
        threads = 40
        out = self.lines(script(f'''
            global calls, names, other, reports
            probe {point("wait_for")} {{ calls <<< 1; names[user_string($s)] <<< $n }}
            probe {point("wait_for")} {{ other[sprintf("thread number %d of many", $n)] <<< 1 }}
            probe timer.ms(10) {{
              foreach (name in names) reports[name] += @count(names[name])
              delete names
            }}
            probe end {{
              foreach (name in names) reports[name] += @count(names[name])
              n = 0
              foreach (name in reports) n += reports[name]
              m = 0
              foreach (text in other) m += @count(other[text])
              println(n, " ", m, " ", @count(calls))
            }}''', "-c", f"{prog()} crowd {threads}"))
        self.assertEqual(out, [f"waited {threads}", f"{threads} {threads} {threads}"])

    def traced(self, mode, text):
        """The same in both flavours, of the workload's own calls: [FLAVOUR's lines]."""
        found = []
        for flavour in ("modern", "base"):
            done = script(text, "--no-global-var-display", "-c", f"{prog()} {mode}", env={**os.environ, "CORETAP_FLAVOUR": flavour})
            found.append([line for line in self.lines(done) if not line.startswith("waited ")])
        return found

    def test_arguments_of_system_calls(self):
        """They are absent at the entry, and the kernel has fetched them by the exit. Time and name are those of the entry."""
        text = f"""global file, since
            probe syscall.open {{ if (pid() == target()) {{
              printf("%s %s\\n", filename, execname())
              file[tid()] = filename; since[tid()] = ktime_get_ns() }} }}
            probe syscall.open.return {{ if (pid() == target()) {{
              waited = ktime_get_ns() - since[tid()]
              printf("%s = %s%s\\n", file[tid()], retstr, waited >= 250000000 ? " late" : "") }} }}
            probe syscall.rename {{ if (pid() == target()) printf("%s\\n", argstr) }}
            probe syscall.rename.return {{
              if (pid() == target()) printf("%s-%s\\n", @entry(user_string($arg1)), @entry(user_string($arg2, "none"))) }}"""
        wanted = ['"page 0" untouched-O1-no', '"page 0" = -2 (ENOENT) late', '"page 1", "page 2"', "page 1-page 2",
                  '"page 3" untouched-O1-no', '"page 3" = -2 (ENOENT)', "0x10000 untouched-O1-no", "0x10000 = -14 (EFAULT)"]
        for lines in self.traced("calls 300", text):
            self.assertEqual(lines, wanted)

    def test_what_cannot_be_read_at_the_exit_either_is_an_error(self):
        text = "probe syscall.open { if (pid() == target()) println(user_string($arg1)) }"
        for flavour in ("modern", "base"):
            done = script(text, "-c", f"{prog()} calls 0", env={**os.environ, "CORETAP_FLAVOUR": flavour})
            self.assertEqual(done.returncode, 1)
            self.assertEqual([line for line in done.stdout.splitlines() if "waited" not in line], ["page 0", "page 3"])
            self.assertIn("ERROR: user read fault at 0x0000000000010000", done.stderr)

    def test_a_program_that_is_replaced_meanwhile(self):
        """Behind execve() the address means nothing: another program's memory is not shown for it."""
        text = 'probe syscall.execve { if (pid() == target()) printf("%s %s\\n", filename, execname()) }'
        for lines in self.traced("exec", text):
            self.assertEqual(len(lines), 2, lines)  # of the shell's kind of -c, and the workload's own
            self.assertRegex(lines[1], "^0x[0-9a-f]+ untouched-O1")

    def test_a_probe_inside_of_the_call_sees_the_entry_as_it_was(self):
        """A handler in the kernel reads what the entry writes, so the entry cannot wait: its address is what it has."""
        text = """global file
            probe syscall.open { if (pid() == target()) file[tid()] = filename }
            probe kernel.trace("sched_switch") { if (pid() == target() && tid() in file) println(file[tid()]) }
            probe syscall.open.return { if (pid() == target()) { println(file[tid()]); delete file[tid()] } }"""
        for lines in self.traced("calls 0", text):
            self.assertRegex(lines[0], "^0x[0-9a-f]+$")

    def test_the_end_waits_for_a_sleeper(self):
        """exit() comes while the handler waits for its page: what it prints is not lost."""
        out = self.probed("late 700", ("wait_for", "", "println(user_string($s))"), ("one", "", "exit()"))
        self.assertEqual(out, ["page 0"])

    def test_without_sleepable_programs_it_is_an_error(self):
        """The base flavour, for kernels before 5.17, has none."""
        done = script(f"probe {point('one')} {{ println(user_string($s)) }}", "-c", f"{prog()} literals", env=BASE)
        self.assertEqual(done.returncode, 1)
        self.assertIn("ERROR: user read fault at 0x", done.stderr)

    def test_v_names_the_way(self):
        done = script(f"probe {point('one')} {{ println(user_string($s)) }} probe {point('two')} {{ println($s != 0) }}",
                      "-v", "-c", f"{prog()} literals")
        ways = [line for line in done.stderr.splitlines() if line.startswith("probe process")]
        self.assertTrue(ways[0].endswith(": uprobe.s"), ways)
        self.assertTrue(ways[1].endswith(": uprobe"), ways)


if __name__ == "__main__":
    live.main()
