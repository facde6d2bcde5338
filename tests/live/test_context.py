"""Values seen at probes, compared with what the workload passes and returns."""
import os
import re
import subprocess

import live
from live import LiveTest, build, coretap, run, script

LEVELS = [("gcc", "-O0"), ("gcc", "-O2"), ("clang", "-O0"), ("clang", "-O2"),
          ("gcc", "-O2", "-gdwarf-4")]

KINDS = """
enum color { RED, GREEN = 5 };
struct in { int x; const char *label; };
struct all { double d; float f; const char *none; enum color c; int seven[7]; struct in in; const char *bad; };
struct boxes { int a[2]; struct in b[1]; };
__attribute__((noinline)) int show(struct all *p, struct boxes *o) {
  struct boxes mine = *o;
  p->c = 0;
  return mine.a[1];
}
int main(void) {
  struct all v = {2.5, 1.5f, 0, GREEN, {1, 2, 3, 4, 5, 6, 7}, {7, "text"}, (const char *)16};
  struct boxes o = {{1, 2}, {{3, 0}}};
  return show(&v, &o) - 2;
}
"""


class Context(LiveTest):
    def each(self, check):
        for compiler, *flags in LEVELS:
            with self.subTest(compiler=compiler, flags=flags):
                check(build("calls", *flags, compiler=compiler))

    def probe(self, prog, text, marker="#"):
        """Runs `probe process(prog).TEXT` and returns the lines that start with '#'."""
        out = self.lines(script(text.replace("PROG", f'process("{prog}")'), "-c", prog))
        return [l[1:] for l in out if l.startswith(marker)]

    def test_parameters_and_return(self):
        def check(prog):
            got = self.probe(prog, '''
                probe PROG.function("add").call { printf("#%d %d\\n", $a, $b) }
                probe PROG.function("add").return { printf("#=%d\\n", $return) }''')
            expected = []
            for i in range(10):
                expected += [f"{1000 + i} {-i}", "=1000"]
            self.assertEqual(got, expected)
        self.each(check)

    def test_parameters_in_return_probe_are_values_at_entry(self):
        def check(prog):
            got = self.probe(prog, '''
                probe PROG.function("add").return { printf("#%d %d %d %d\\n", $a, @entry($b), $a + $b, $return) }''')
            self.assertEqual(got, [f"{1000 + i} {-i} 1000 1000" for i in range(10)])
        self.each(check)

    def test_narrow_types(self):
        def check(prog):
            got = self.probe(prog, '''
                probe PROG.function("shrink").call { printf("#%d %d\\n", $wide, $narrow) }
                probe PROG.function("shrink").return { printf("#%d\\n", $return) }''')
            self.assertEqual(got, ["511 -1", str((511 - 1) & 255)])
        self.each(check)

    def test_strings_of_the_program(self):
        def check(prog):
            got = self.probe(prog, '''
                probe PROG.function("greet").call { printf("#%s\\n", user_string($who)) }
                probe PROG.function("greet").return { printf("#%s\\n", user_string($return)) }''')
            self.assertEqual(got, ["world", "hello"])
        self.each(check)

    def test_structures(self):
        def check(prog):
            got = self.probe(prog, '''
                probe PROG.function("walk").call {
                  printf("#%d %s\\n", $head->value, user_string($head->name))
                  printf("#%d %s\\n", $head->next->value, user_string($head->next->name))
                  printf("#%d %d %d\\n", $head->in->small, $head->in->bits, $head->in->more)
                  printf("#%d %d %d\\n", $head->next->in->small, $head->next->in->bits, $head->next->in->more)
                  i = 1
                  printf("#%d %d\\n", $head->grid[1][2], $head->next->grid[i][i + 1])
                  printf("#%d\\n", $head->next->next)
                }''')
            self.assertEqual(got, ["47 first", "-5 second", "300 2 9", "-3 5 17", "60 6", "0"])
        self.each(check)

    def test_pretty(self):
        """One level with $, all levels with $$, as the fields of walk()'s first node are set."""
        def check(prog):
            got = self.probe(prog, 'probe PROG.function("walk").call { printf("#%s\\n#%s\\n#%d\\n", $head$, $head$$, $head->next) }')
            self.assertRegex(got[0], r"^\{\.next=0x[0-9a-f]+, \.value=47, \.name=\[\.\.\.\], \.in=\{\.\.\.\}, \.grid=\[\.\.\.\]\}$")
            self.assertIn(f".next={int(got[2]):#x}, .value=47, .name=\"first\"", got[1])
            self.assertIn(".in={.small=300,", got[1])
        self.each(check)

    def kinds(self, check):
        """Programs of KINDS."""
        source = live.TMP / "kinds.c"
        source.write_text(KINDS)
        for compiler in ("gcc", "clang"):
            with self.subTest(compiler=compiler):
                prog = str(live.TMP / f"kinds-{compiler}")
                subprocess.run([compiler, "-g", "-O0", "-o", prog, str(source)], check=True)
                check(prog)

    def test_pretty_of_each_kind(self):
        """Floating-point values, null and wild pointers, names of enums, the first five elements."""
        def check(prog):
            got = self.probe(prog, 'probe PROG.function("show").call { printf("#%s\\n#%s\\n#%s\\n", $p$, $p$$, $o$$) }')
            ends = ".bad=<fault>}"
            self.assertEqual(got, ["{.d=2.5, .f=1.5, .none=0x0, .c=GREEN, .seven=[...], .in={...}, " + ends,
                                   '{.d=2.5, .f=1.5, .none=0x0, .c=GREEN, .seven=[1, 2, 3, 4, 5, ...], .in={.x=7, .label="text"}, ' + ends,
                                   "{.a=[1, 2], .b=[{.x=3, .label=0x0}]}"])
        self.kinds(check)

    def test_pretty_text_as_a_value(self):
        """Also where it shows none of the values: then it is a text like any other, in the kernel too."""
        def check(prog):
            line = 1 + KINDS[:KINDS.index("p->c")].count("\n")
            got = self.probe(prog, f'''global seen, n
                probe PROG.function("show").call {{
                  x = $o$; seen[$o$]++; if ($o$ == "{{.a=[...], .b=[...]}}") n++
                  printf("#%s %d %d %d\\n", x, strlen($o$), strlen(sprintf("%s", $p$)), strlen($o$$)) }}
                probe PROG.statement("show@kinds.c:{line}") {{ printf("#%s %d %s\\n", $$locals, strlen($$locals), $$locals$) }}
                probe end {{ foreach (text in seen) printf("#%s %d %d\\n", text, seen[text], n) }}''')
            boxes = "{.a=[...], .b=[...]}"
            whole = "{.d=2.5, .f=1.5, .none=0x0, .c=GREEN, .seven=[...], .in={...}, .bad=<fault>}"
            self.assertEqual(got, [f"{boxes} {len(boxes)} {len(whole)} {len('{.a=[1, 2], .b=[{.x=3, .label=0x0}]}')}",
                                   f"mine={{...}} {len('mine={...}')} mine={boxes}", f"{boxes} 1 1"])
        self.kinds(check)

    def test_texts_of_the_entry_beside_reads_at_the_return(self):
        """$p$ in a return probe was made at the entry, by user space; the memory that $p leads to is read at the return, by the kernel."""
        now = '@cast($p, "struct all")->c'
        before, after = "{.d=2.5, .f=1.5, .none=0x0, .c=GREEN, .seven=[...], .in={...}, .bad=<fault>}", "0"
        def check(prog):
            for shown, expected in ((f"{now}, $p$", f"{after} {before}"), (f"$p$, {now}", f"{before} {after}"),
                                    (f"$p->c, @entry(strlen($p$)), {now}, $o$", f"5 {len(before)} {after} {{.a=[...], .b=[...]}}"),
                                    (f'$p$, user_string(@cast($p, "struct all")->in->label), $return', f"{before} text 2")):
                got = self.probe(prog, f'probe PROG.function("show").return {{ print("#") printdln(" ", {shown}) }}')
                self.assertEqual(got, [expected], shown)
        self.kinds(check)

    def test_what_cannot_be_read_at_the_entry(self):
        """A return probe's `try` is behind it, and its `try` round a cast is not."""
        def check(prog):
            point = f'probe process("{prog}").function("show").return'
            done = script(f'{point} {{ try {{ println(user_char($p->bad)) println($p->none[0]) }} catch {{ println("caught") }} }}', "-c", prog)
            self.assertEqual((done.returncode, done.stdout), (1, ""))
            self.assertRegex(done.stderr, r"ERROR: user read fault at 0x0+ \(addr\) near identifier '\$p' at <input>:1:\d+\n")
            cast = '@cast($p, "struct all")'
            got = self.probe(prog, f'probe PROG.function("show").return {{ try {{ println({cast}->none[0]) }} catch (m) {{ println("#", m) }} }}')
            self.assertEqual(got, ["user read fault at 0x0000000000000000 (addr)"])
        self.kinds(check)

    def test_addresses(self):
        def check(prog):
            got = self.probe(prog, 'probe PROG.function("walk").call { printf("#%d %d %d\\n", &$head->value - $head, &$head->name - $head, &$head->in->small - $head) }')
            self.assertEqual(got, ["8 16 32"])
        self.each(check)

    def test_lists(self):
        """$$vars has parameters and locals; a return probe's $$vars has the parameters as they came, and $$return the result."""
        prog = build("calls", "-O0")
        got = self.probe(prog, '''
            probe PROG.function("factorial").call { printf("#%s|%s|%s\\n", $$vars, $$parms, $$locals) }
            probe PROG.function("factorial").return { printf("#%s|%s\\n", $$parms, $$return) }''')
        for n, line in zip((5, 4, 3, 2, 1), got):
            self.assertRegex(line, rf"^n=0x{n} below=0x[0-9a-f]+\|n=0x{n}\|below=0x[0-9a-f]+$")
        self.assertEqual(got[5:], [f"n={n:#x}|return={f:#x}" for n, f in ((1, 1), (2, 2), (3, 6), (4, 24), (5, 120))])

    def test_globals_of_a_program(self):
        """@var reads the program's global variable, in any probe of it, and of its file."""
        prog = build("globals", "-O1")
        got = self.probe(prog, '''
            probe PROG.function("turn").call { printf("#%d %d %d\\n", @var("counter"), @var("counter@globals.c"), @var("origin@globals.c", "PATH")->y) }'''
            .replace("PATH", prog))
        self.assertEqual(got, [f"{7 + i} {7 + i} {-4 * i}" for i in range(3)])

    def test_null_pointer_is_an_error_that_can_be_caught(self):
        prog = build("calls", "-O2")
        got = self.probe(prog, '''
            probe PROG.function("walk").call {
              try { printf("#%d\\n", $head->next->next->value) } catch (msg) { printf("#caught %s\\n", msg) }
            }''')
        self.assertEqual(len(got), 1)
        self.assertRegex(got[0], r"^caught .*read fault|^caught .*address")

    def test_parms_and_vars(self):
        def check(prog):
            got = self.probe(prog, 'probe PROG.function("add").call { printf("#%s\\n", $$parms) }')
            self.assertEqual(got[3], "a=%#x b=%#x" % (1003, (-3) & 0xffffffffffffffff)
                             if "0xfffffffffffffffd" in got[3] else "a=0x3eb b=0xfffffffd")
        self.each(check)

    def test_recursion(self):
        def check(prog):
            got = self.probe(prog, '''
                probe PROG.function("factorial").return { printf("#%d %d\\n", @entry($n), $return) }''')
            if got:  # an optimiser may turn the recursion into a loop
                results = [tuple(map(int, l.split())) for l in got]
                self.assertEqual(results[-1], (5, 120))
        self.each(check)

    def test_process_identity(self):
        prog = build("calls", "-O2")
        got = self.probe(prog, '''
            probe PROG.function("walk").call {
              printf("#%d %d %d %s %d\\n", pid() == target(), tid() == pid(), uid(), execname(), cpu() >= 0)
            }''')
        self.assertEqual(got, [f"1 1 {os.getuid()} {os.path.basename(prog)[:15]} 1"])

    def test_probe_point_names(self):
        prog = build("calls", "-O2")
        got = self.probe(prog, '''
            probe PROG.function("{walk,greet,shr*}").call ?, PROG.function("walk").call, PROG.function("gr*t").call
            { printf("#%s\\n", ppfunc()) }''')
        self.assertEqual(sorted(set(got)), ["greet", "walk"])
        out = self.probe(prog, 'probe PROG.function("walk").call { printf("#%s\\n", pp()) }')
        self.assertRegex(out[0], r'^process\(".*"\)\.function\("walk@.*calls\.c:\d+"\)\.call$')

    def test_wildcard_functions_counted_each(self):
        prog = build("calls", "-O0")
        out = self.lines(script(f'''
            global n probe process("{prog}").function("*@calls.c").call {{ n[ppfunc()]++ }}
            probe end {{ foreach (f in n+) printf("#%s %d\\n", f, n[f]) }}''', "-c", prog))
        got = dict(l[1:].split() for l in out if l.startswith("#"))
        self.assertEqual(got, {"main": "1", "add": "10", "shrink": "1", "greet": "1", "walk": "1",
                               "factorial": "5"})

    def test_kernel_trace_arguments(self):
        """The forked child's pid and names as the tracepoint's arguments have them."""
        out = self.lines(script('''
            probe kernel.trace("sched_process_fork") {
              if ($parent->tgid == target())
                printf("#%d %d %s\\n", $parent->tgid, $child->tgid, kernel_string($child->comm))
            }''', "-c", "sh -c 'echo $$; sh -c \"echo \\$\\$\" ; true'"))
        pids = [l for l in out if l.isdigit()]
        got = [l[1:].split() for l in out if l.startswith("#")]
        self.assertEqual([got[0][0], got[0][1]], pids)
        self.assertEqual(got[0][2], "sh")

    def test_types_that_headers_of_programs_have_too(self):
        """struct pt_regs of the kernel has other members than that of asm/ptrace.h."""
        out = self.lines(script('probe kernel.trace("sys_enter") { if (pid() == target() && $id == 110) '
                                'printf("%d %d %d\\n", $regs->orig_ax, $regs->di, @cast($regs, "pt_regs", "kernel")->si) }',
                                "-c", "perl -e 'syscall(110, 7, 8)'"))
        self.assertEqual(out, ["110 7 8"])

    def test_bit_fields_of_one_struct(self):
        """What the script reads of it is laid out in another way than the kernel has it."""
        fields = ("lbr_pt_coexist", "lbr_to_cycles", "lbr_depth_mask")
        body = "".join(f'z += @cast($prev, "x86_pmu", "kernel")->{field};' for field in fields)
        done = script(f'global z probe kernel.trace("sched_switch") {{ {body} }} probe end {{ println(z >= 0) }} probe timer.ms(50) {{ exit() }}')
        self.assertEqual((done.returncode, done.stdout), (0, "1\n"), done.stderr)

    def test_signals_and_tasks_at_their_end(self):
        """A process that a signal ends gets one without siginfo, and its task has no files any more."""
        done = script("""global codes, most
            probe signal.handle { codes[sig_name, sig_code]++ }
            probe kernel.trace("sched_switch") { v = task_max_file_handles(task_current()); if (v > most) most = v }
            probe end { println(codes["SIGKILL", 0] > 0, " ", most >= 64) }""", "-c", "sh -c 'for i in 1 2 3; do sh -c \"kill -TERM \\$\\$\"; done; true'")
        self.assertEqual((done.returncode, done.stdout.splitlines()[-1]), (0, "1 1"), done.stderr)

    def test_field_chain_through_pointers(self):
        out = self.lines(script('''
            global seen
            probe kernel.trace("sched_switch") {
              if ($prev->tgid == target() && $prev->mm) seen[$prev->mm->owner->tgid == $prev->tgid]++
            }
            probe end { foreach (k in seen) printf("%d %d\\n", k, seen[k] > 0) }''',
            "-c", "sleep 0.05"))
        self.assertEqual(out, ["1 1"])


if __name__ == "__main__":
    live.main()
