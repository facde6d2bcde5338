"""What the language refuses, on both sides, and the words."""
import os

import live
from live import LiveTest, build, run, script


class Refused(LiveTest):
    def both(self, body, words, declarations="", *options):
        """Neither side takes BODY; nothing runs."""
        prog = build("calls", "-O0")
        for point in ("begin", f'process("{prog}").function("walk").call'):
            self.one(f"{declarations}\nprobe {point} {{ {body} }}", words, *options)

    def one(self, text, words, *options):
        done = script(text, *options)
        self.assertEqual((done.returncode, done.stdout), (1, ""), text)
        self.assertIn(words, done.stderr)

    def test_recursive_macros(self):
        self.both("println(@twice)", "the macro '@twice' uses itself", "@define twice %( @twice + @twice %)")
        self.both("println(@a)", "uses itself", "@define a %( @b %) @define b %( @a %)")

    def test_aliases_of_themselves(self):
        prog = build("calls", "-O0")
        for point in ("begin", f'process("{prog}").function("walk")'):
            self.one(f"probe a = b, {point} {{ }} probe b = a {{ }} probe a {{ println(1) }}", "probe alias a is defined by itself")

    def test_array_initialisers(self):
        self.both("println(a[1])", "expected a number or a string, the variable's first value, not '{'", "global a[2] = {1, 2}")

    def test_type_mismatches(self):
        """Both places are shown."""
        self.both('x = 1\n x = "s"\n println(x)', 'x = "s"')
        self.both('x = 1\n x = "s"\n println(x)', "x = 1")
        self.both('println("a" + 1)', "type mismatch")
        self.both("println(x)", "is never given a value, so its type is not known")

    def test_the_verifier_refuses_an_optional_probe(self):
        """It is left out, and -v tells the verifier's words; --check-load is asked whether all loads."""
        path, binary = live.TMP / "optional.stp", live.TMP / "optional"
        path.write_text("""function peek:long(address:long) %{ /* bpf */ /* pure */
  STAP_RETVALUE = *(volatile long *)STAP_ARG_address;
%}
probe syscall.getppid? { println(peek(1)) }
probe timer.ms(1) { println("live") exit() }
""")
        environment = dict(os.environ, CORETAP_CACHE_DIR=str(live.TMP / "refused"))
        self.assertEqual(live.coretap("-g", f"--build={binary}", path, env=environment).returncode, 0)
        done = run(binary, "-v")
        self.assertEqual((done.returncode, done.stdout), (0, "live\n"), done.stderr)
        self.assertRegex(done.stderr, r"skipped optional probe kernel\..*sys_enter_getppid.*: the kernel's verifier says: .*invalid mem access")
        asked = run(binary, "--check-load")
        self.assertEqual((asked.returncode, asked.stdout), (1, ""))
        self.assertIn("ERROR: the kernel's verifier refuses the code of probe kernel.", asked.stderr)

    def test_the_verifier_refuses_embedded_c(self):
        """The place is the line of the C in the script, wherever the call is, and the words are plain; -v adds the log."""
        path = live.TMP / "refused.stp"
        path.write_text("""function peek:long(address:long) %{ /* bpf */ /* pure */
  STAP_RETVALUE = 1;
  STAP_RETVALUE += *(volatile long *)STAP_ARG_address;
%}
probe syscall.getppid {
  for (i = 0; i < 3; i++) println(peek(i + 1))
}
""")
        # Its object is refused everywhere: not one for vm.live_objects.
        environment = dict(os.environ, CORETAP_CACHE_DIR=str(live.TMP / "refused"))
        done = live.coretap("-g", path, env=environment)
        self.assertEqual((done.returncode, done.stdout), (1, ""), done.stderr)
        first, *rest = done.stderr.splitlines()
        self.assertRegex(first, r"^ERROR: the kernel's verifier refuses the code of probe kernel\..*sys_enter_getppid.*: at refused.stp:3$")
        self.assertIn("        source: STAP_RETVALUE += *(volatile long *)STAP_ARG_address;", rest)
        self.assertIn("invalid mem access", done.stderr)
        self.assertIn("a plain number is used as an address", done.stderr)
        self.assertNotIn("processed", done.stderr)
        told = live.coretap("-g", "-v", path, env=environment)
        self.assertEqual(told.returncode, 1)
        self.assertIn(first, told.stderr)
        self.assertRegex(told.stderr, r"\nprocessed \d+ insns")

    def test_limits_of_the_kernels_programs(self):
        """What the verifier says of a handler that is too large, in the words of a script."""
        prog = build("calls", "-O0")
        loops = "".join(f"for (i{n} = 0; i{n} < 2; i{n}++) " for n in range(12)) + "t++"
        arrays = [f"a{n}" for n in range(70)]
        cases = (("t", loops, "loops within loops, and functions that call one another, are too deep: the kernel follows eight"),
                 (", ".join(arrays), " ".join(f"{array}[1]++" for array in arrays), "this handler uses too many arrays"))
        for names, body, words in cases:
            text = f'global {names}\nprobe process("{prog}").function("walk").call {{\n  {body}\n}}\n'
            done = script(text, "-c", prog, env=dict(os.environ, CORETAP_CACHE_DIR=str(live.TMP / "limits")))
            self.assertEqual(done.returncode, 1)
            self.assertRegex(done.stderr, r"^ERROR: the kernel's verifier refuses the code of probe process\(\"\S+calls\S+\"\)\.function\(\"walk")
            self.assertIn(words, done.stderr)

    def test_embedded_c_without_guru_mode(self):
        for body in ("%{ ; %}", "x = %{ 1 %}; println(x)"):
            self.both(body, "-g")

    def test_globals_in_c(self):
        for side in ("bpf", "harness"):
            code = f"%{{ /* {side} */ /* pragma:write:g */ STAP_GLOBAL_SET_g(STAP_GLOBAL_GET_g() + 1); %}}"
            self.both("f() println(g)", "STAP_GLOBAL_SET_g: C cannot reach the script's globals", f"global g function f() {code}", "-g")
            self.both(f"{code} println(g)", "STAP_GLOBAL_SET_g: C cannot reach the script's globals", "global g", "-g")

    def test_target_variables_where_there_is_no_event(self):
        for what in ("$x", "$x->y", "&$x->y", "$x$", "$return", "$$vars", '@var("calls", "/bin/true")', "@errno"):
            for point in ("begin", "end", "error", "timer.s(1)"):
                self.one(f"probe {point} {{ println({what}) }}", "cannot be used here")
        prog = build("calls", "-O0")
        for what in (f'@cast(1, "struct node", "{prog}")->value', f'@cast(task_current(), "struct node", "{prog}")->next->in->small'):
            self.one(f"probe begin {{ println({what}) }}", "a program's memory can be read while an event of it is handled, not in a begin")

    def test_writing_to_targets(self):
        prog = build("calls", "-O0")
        for what in ("$b = 1", "$b++", "--$b", "$b <<= 2"):
            for point in ("begin", f'process("{prog}").function("add")'):
                self.one(f"probe {point} {{ {what} }}", "coretap observes only: it does not write")

    def test_entry_outside_a_return_probe(self):
        self.both("println(@entry(1))", "@entry")

    def test_perf_counters(self):
        self.both('println(@perf("fault"))', 'there is no perf counter "fault"', 'probe perf.type(1).config(2).counter("faults") {}')
        for point in ("begin", "end", "error", "timer.s(1)"):
            self.one(f'probe perf.type(1).config(2).counter("faults") {{}} probe {point} {{ println(@perf("faults")) }}',
                     "@perf reads a counter of the task that is probed")

    def test_errno_without_the_c_library(self):
        prog = build("calls", "-O0")
        self.one(f'probe process("{prog}").function("walk").return {{ println(@errno) }}',
                 "@errno is the C library's variable")

    def test_raw_operators(self):
        prog = build("calls", "-O0")
        for operator, way in (("@kderef(8, 1)", "kernel_long() take the address"), ("@uderef(4, 1)", "user_uint64() take the address"),
                              ("@kregister(0)", "u_register("), ("@uregister(7)", "u_register(")):
            for point in ("begin", f'process("{prog}").function("walk")'):
                self.one(f"probe {point} {{ println({operator}) }}", f"[raw-operator]: '{operator.partition('(')[0]}' is not there", "-g")
                self.one(f"probe {point} {{ println({operator}) }}", way, "-g")


if __name__ == "__main__":
    live.main()
