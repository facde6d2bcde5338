"""32-bit programs (i386): parameters, structs behind pointers, strings, results, libraries, marks. narrow.c says which values are
right; its own output says how often each function ran.
"""
import pathlib
import subprocess
import unittest

import live
from live import LiveTest, TMP, coretap, run, script

BUILDS = (("gcc", "-O0"), ("gcc", "-O2"), ("gcc", "-O0", "-no-pie", "-fno-pie"), ("gcc", "-O2", "-no-pie", "-fno-pie"),
          ("gcc", "-O2", "-fomit-frame-pointer", "-fPIE", "-pie", "-gdwarf-4"), ("clang", "-O0"))
SUMS = "".join(f"sum {a} 7 Az 41 first -7 last -5000000000 5\n" for a in (-100, -101, -102, -103))


WHY_NOT = live.narrow_missing()


def build(compiler, *flags, name="narrow"):
    path = TMP / (name + compiler + "".join(flags)).replace("=", "_")
    if not path.exists():
        subprocess.run([compiler, "-m32", "-g", "-w", *flags, "-o", path, live.HERE / "workloads" / f"{name}.c"], check=True)
    return str(path)


def source_lines():
    return (live.HERE / "workloads" / "narrow.c").read_text().splitlines()


@unittest.skipIf(WHY_NOT, WHY_NOT)
class Narrow(LiveTest):
    def each(self, text, expected):
        """The script prints EXPECTED for every build. PROG is the program."""
        for flags in BUILDS:
            prog = build(*flags)
            with self.subTest(flags=flags):
                done = script(text.replace("PROG", prog), "-c", f"{prog} > /dev/null")
                self.assertEqual((done.returncode, done.stdout), (0, expected), done.stderr)
                self.assertNotIn("WARNING", done.stderr)

    def test_it_is_a_32_bit_program(self):
        self.assertIn("ELF32", run("readelf", "-h", build("gcc", "-O0")).stdout)

    def test_parameters_and_what_they_point_to(self):
        self.each('probe process("PROG").function("sum") { printf("sum %d %d %s %d %s %d %s %d %d\\n", $a, $b, user_string($text),'
                  ' $list->key, user_string($list->name), $list->next->key, user_string($list->next->name), $list->next->wide,'
                  ' $list->next->flag) }', SUMS)

    def test_numbers_of_64_bits_and_narrow_ones(self):
        self.each('probe process("PROG").function("widen") { printf("%d %d %d\\n", $value, $letter, $half) }'
                  ' probe process("PROG").function("widen").return { printf("%d\\n", $return) }',
                  "-3000000000 120 65535\n-8999934345\n")

    def test_a_long_in_memory_is_of_32_bits(self):
        self.each('probe process("PROG").function("sum") { printf("%d %d %d\\n", user_long(&$list->key), user_long_error(&$list->next->key),'
                  ' user_ulong(&$list->next->key)) }', f"41 -7 {(1 << 32) - 7}\n" * 4)

    def test_results(self):
        """sum: a + 7 + 41 - 7 + 'A'."""
        self.each('probe process("PROG").function("sum").return { printf("%d %d %d\\n", $return, returnval(), @entry($a)) }',
                  "".join(f"{a + 106} {a + 106} {a}\n" for a in (-100, -101, -102, -103)))

    def test_a_struct_is_returned(self):
        """The return takes the hidden pointer off the stack, too."""
        self.each('probe process("PROG").function("make_pair").return { printf("%d %d of %d %d\\n", $return->low, $return->high,'
                  ' @entry($low), @entry($high)) }', "70001 -301 of 70000 -300\n")

    def test_structs_as_parameters(self):
        self.each('probe process("PROG").function("take_pair") { printf("%d %d %d\\n", $given->low, $given->high, $more) }',
                  "70001 -301 11\n")

    def test_recursion(self):
        """Each return finds the parameter of its own call."""
        prog = build("gcc", "-O0")
        text = ('global calls, returns probe process("PROG").function("depth").call { calls++ }'
                ' probe process("PROG").function("depth").return { returns++ printf("%d of %d\\n", $return, @entry($n)) }'
                ' probe end { println(calls, " ", returns) }')
        done = script(text.replace("PROG", prog), "-c", f"{prog} >/dev/null")
        self.assertEqual(self.ok(done), "".join(f"{n * (n + 1) // 2} of {n}\n" for n in range(10)) + "10 10\n")

    def test_arguments_by_number(self):
        self.each('probe process("PROG").function("sum").call { if (c++ == 0) printf("%d %d %u %d %s\\n", int_arg(1), long_arg(1),'
                  ' uint_arg(1), long_arg(2), user_string(pointer_arg(3))) } global c'
                  ' probe process("PROG").function("widen") { printf("%d %d\\n", longlong_arg(1), int_arg(3)) }',
                  "-100 -100 4294967196 7 Az\n-3000000000 120\n")

    def test_locals_at_lines_and_globals(self):
        """`below + n` has every depth once. Eight calls have counted before, each depth counts one."""
        prog = build("gcc", "-O0")
        line = 1 + [n for n, text in enumerate(source_lines()) if "below + n" in text][0]
        text = (f'probe process("{prog}").statement("depth@narrow.c:{line}") {{ printf("%d %d %d\\n", $n, $below, @var("counter")) }}')
        done = script(text, "-c", f"{prog} >/dev/null")
        below = [n * (n - 1) // 2 for n in range(10)]
        self.assertEqual(self.ok(done), "".join(f"{n} {below[n]} {8 + 1 + n}\n" for n in range(10)))

    def test_a_switch_counts(self):
        """Ten times each case; case 4 falls into case 5."""
        lines = source_lines()
        case = {number: 1 + [i for i, text in enumerate(lines) if f"case {number}:" in text][0] for number in range(8)}
        for flags in BUILDS:
            if "-O0" not in flags:
                continue
            prog = build(*flags)
            text = "".join(f'probe process("{prog}").statement("choose@narrow.c:{line}") {{ n[{number}]++ }}\n' for number, line in case.items())
            text = "global n " + text + 'probe end { foreach (k+ in n) printf("%d:%d ", k, n[k]) }'
            done = script(text, "-c", f"{prog} >/dev/null")
            with self.subTest(flags=flags):
                self.assertEqual(done.stdout, "0:10 1:10 2:10 3:10 4:10 5:20 6:10 7:10 ", done.stderr)

    def test_what_cannot_be_read_says_why(self):
        prog = build("gcc", "-O0")
        done = script(f'probe process("{prog}").function("halve").return {{ println($return) }}', "-c", prog)
        self.assertEqual(done.returncode, 1)
        self.assertIn("it is returned in a floating-point register, which a probe cannot read", done.stderr)
        done = script(f'probe process("{prog}").function("halve") {{ print_ubacktrace() exit() }}', "-c", prog)
        self.assertIn("32-bit", done.stdout + done.stderr)

    def test_arguments_in_registers_are_not_taken_from_the_stack(self):
        """regparm is not in the debug information of unoptimised code, where the parameters are known behind the prologue only."""
        prog = build("gcc", "-O2")
        done = script(f'probe process("{prog}").function("registers") {{ printf("%d %d %d\\n", $a, $b, $c) }}', "-c", f"{prog} >/dev/null")
        self.assertEqual(self.ok(done), "-3 7 2\n")
        prog = build("gcc", "-O0")
        line = 1 + [n for n, text in enumerate(source_lines()) if "return a + b * c" in text][0]
        done = script(f'probe process("{prog}").statement("registers@narrow.c:{line}") {{ printf("%d %d %d\\n", $a, $b, $c) }}',
                      "-c", f"{prog} >/dev/null")
        self.assertEqual(self.ok(done), "-3 7 2\n")
        done = script(f'probe process("{prog}").function("registers") {{ println($b) }}', "-c", prog)
        self.assertIn("it is not yet where the debug information says, at this function's entry", done.stderr)


@unittest.skipIf(WHY_NOT, WHY_NOT)
class NarrowLibraries(LiveTest):
    def test_the_c_library(self):
        """The library that the program uses is that of 32 bits; calls are counted as the program makes them."""
        source = TMP / "lengths.c"
        source.write_text("#include <stdlib.h>\n#include <stdio.h>\nint main(void) {\n  for (int i = 1; i <= 25; i++) free(calloc(i, 3));\n"
                          "  return 0;\n}\n")
        prog = TMP / "lengths32"
        subprocess.run(["gcc", "-m32", "-g", "-O0", "-fno-builtin", "-o", prog, source], check=True)
        listed = coretap("-l", f'process("{prog}").library("libc.so.6").function("calloc")').stdout
        loaded = next(line.split()[2] for line in run("ldd", str(prog)).stdout.splitlines() if "libc.so.6" in line)
        self.assertIn(str(pathlib.Path(loaded).resolve()), listed)
        text = (f'global n, bytes probe process("{prog}").library("libc.so.6").function("calloc").call '
                '{ if (int_arg(2) == 3) { n++ bytes += uint_arg(1) * uint_arg(2) } } probe end { println(n, " ", bytes) }')
        self.assertEqual(self.ok(script(text, "-c", str(prog))), "25 975\n")

    def test_the_linkage_table(self):
        """The program goes on, too: coretap has no mapping of the file that makes the kernel take the stub for 64-bit code."""
        for flags in (("-O0",), ("-O2", "-no-pie", "-fno-pie"), ("-O0", "-Wl,-z,now")):
            prog = build("gcc", *flags)
            with self.subTest(flags=flags):
                done = script(f'probe process("{prog}").plt("printf") {{ printf("%s %s\\n", $$name, user_string_n(pointer_arg(1), 5)) }}',
                              "-c", f"{prog} >/dev/null")
                self.assertEqual(self.ok(done), "printf total\n")

    def test_marks(self):
        source = TMP / "ticks.c"
        source.write_text('#include <sys/sdt.h>\nint main(void) {\n  for (int i = 0; i < 5; i++)\n'
                          '    DTRACE_PROBE4(beat, tick, i - 3, (short)(-i * 7), (unsigned char)(250 + i), "tock");\n  return 0;\n}\n')
        for flags in (("-O0",), ("-O2", "-no-pie", "-fno-pie")):
            prog = TMP / ("ticks" + "".join(flags))
            headers = "/usr/include/" + run("gcc", "-print-multiarch").stdout.strip()  # where Debian has sys/sdt.h
            subprocess.run(["gcc", "-m32", *flags, "-idirafter", headers, "-o", prog, source], check=True)
            with self.subTest(flags=flags):
                done = script(f'probe process("{prog}").mark("tick") {{ printf("%d %d %d %s\\n", $arg1, $arg2, $arg3, user_string($arg4)) }}',
                              "-c", str(prog))
                self.assertEqual(self.ok(done), "".join(f"{i - 3} {-i * 7} {250 + i} tock\n" for i in range(5)))

    def test_another_machine_is_left_out(self):
        """x32 is neither: 32-bit addresses on 64-bit registers."""
        prog = pathlib.Path(build("gcc", "-O0"))
        odd = bytearray(prog.read_bytes())
        odd[18:20] = (62).to_bytes(2, "little")  # e_machine: EM_X86_64
        (TMP / "x32").write_bytes(odd)
        done = script(f'probe process("{TMP}/x32").function("sum") {{ exit() }}')
        self.assertIn("[bad-object]", done.stderr)
        self.assertIn("is for x86_64, but is not a 64-bit little-endian ELF object", done.stderr)


if __name__ == "__main__":
    live.main()
