"""What stands before a script's run: tapset folders, script arguments, what -p2 lists, and values that
depend on how the front end understood the script.
"""
import os
import subprocess

import live
from live import CORETAP, LiveTest, TMP, build, coretap, run, script

LAID_OUT_FREELY = '''/* a comment before */ function
  seven:long () { return 7 } function eight() { return 8 }
  global
  kept = 9 private global hidden = 10
private
function secret() { return 11 }
function of_two(a, b) { return a * b + secret() + hidden }
probe mine.point
  = begin { given = 12 }
'''


def folder(name, **files):
    path = TMP / name
    path.mkdir()
    for each, text in files.items():
        (path / f"{each}.stp").write_text(text)
    return path


class TapsetFolders(LiveTest):
    SCRIPT = 'probe mine.point { printf("%d %d %d %d %d", seven(), eight(), kept, of_two(5, 6), given) exit() }'

    def test_a_tapset_may_be_laid_out_in_any_way(self):
        path = folder("free", one=LAID_OUT_FREELY)
        self.assertEqual(self.ok(script(self.SCRIPT, "-I", path)), "7 8 9 51 12")

    def test_the_environment_names_a_folder(self):
        path = folder("environment", one=LAID_OUT_FREELY)
        done = script(self.SCRIPT, env={**os.environ, "SYSTEMTAP_TAPSET": str(path)})
        self.assertEqual(self.ok(done), "7 8 9 51 12")

    def test_what_is_private_is_not_seen(self):
        path = folder("private", one=LAID_OUT_FREELY)
        done = coretap("-I", path, "-p2", "-e", "probe begin { println(secret()) }")
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn("[unknown-function]", done.stderr)

    def test_a_file_with_errors_is_left_out(self):
        path = folder("broken", bad="function good() { return 1 }\nfunction bad( { }\n", fine="function fine() { return 2 }\n")
        done = coretap("-I", path, "-p1", "-e", "probe begin { println(fine()) }")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn(f'WARNING [tapset-errors]: tapset "{path}/bad.stp" has errors, and will be skipped', done.stderr)
        self.assertEqual(self.ok(script("probe begin { println(fine()) exit() }", "-w", "-I", path)), "2\n")
        done = coretap("-I", path, "-p2", "-e", "probe begin { println(good()) }")
        self.assertIn("[unknown-function]", done.stderr)

    def test_with_warnings_as_errors_a_broken_file_ends_the_run(self):
        path = folder("broken_strictly", bad="probe x = {")
        done = coretap("-W", "-I", path, "-p1", "-e", "probe begin { }")
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        macros = folder("broken_macros")
        (macros / "bad.stpm").write_text("@define m( %( 1 %)")
        done = coretap("-W", "-I", macros, "-p1", "-e", "probe begin { }")
        self.assertEqual((done.returncode, done.stdout), (1, ""))


class Arguments(LiveTest):
    def test_an_argument_is_text(self):
        text = 'probe $1gin { total = $3; println($2tal + 1, " ", @2, " ", $#) exit() }'
        self.assertEqual(self.ok(script(text, "be", "to", "12")), "13 to 3\n")

    def test_an_argument_that_names_an_argument_ends_at_once(self):
        for text, *arguments in (["$1", "$1"], ["probe begin {$1}", "x $1"], ["probe begin {$1}", "$2", "$1"],
                                 ["@define m %( $1 %) probe begin { @m }", "@m $1"]):
            done = coretap("-p1", "-e", text, *arguments, timeout=30)
            self.assertEqual((done.returncode, done.stdout), (1, ""))
            self.assertIn("parse error [", done.stderr)


class Listing(LiveTest):
    def test_a_function_of_both_sides_is_listed_once(self):
        done = coretap("-p2", "-e", 'probe begin, timer.profile { println(pid(), execname()) } probe end { println(pid()) }')
        self.assertEqual(done.stdout.count("pid:long ()"), 1, done.stdout)
        self.assertEqual(done.stdout.count("execname:string ()"), 1)

    def test_overloads_of_the_script_are_listed_each(self):
        done = coretap("-p2", "-e", "function f() { next } function f() { return 1 } probe begin { println(f()) }")
        self.assertEqual(done.stdout.count("f:long ()"), 2, done.stdout)

    def test_points_as_stap_prints_them(self):
        done = coretap("-p1", "-e", "probe {a,b} {} probe c.{d,e} if (1) {} probe f = g, h {}")
        for line in ("probe a,b{", "probe f = g, h{"):
            self.assertIn(line, done.stdout)


class Values(LiveTest):
    def kernel(self, declarations, point, body):
        prog = build("calls", "-O0")
        text = f'{declarations}\nprobe process("{prog}").function("{point} {{ {body} }}'
        return self.ok(script(text, "-c", f"{prog} >/dev/null 2>&1"))

    def test_variables_may_have_any_name(self):
        for name in ("t1", "t22", "t0", "sum"):
            body = f'''s <<< 1; for (i = 0; i < 3; i++) {{ {name} = {name} + @count(s) - @count(s) + 1; printf("%d ", {name}) }}'''
            self.assertEqual(self.kernel("global s", 'walk").call', body), "1 2 3 ")

    def test_defined_in_return_probes(self):
        body = '''println(@defined($n) ? 1 : $nope, @defined($nope) ? $nope : 2, @choose_defined($nope, 3),
                          @defined(@entry($n)), @defined(@entry($nope)), @defined($return), @defined($return->x))
                  if (@defined($nope)) println($nope->x); else println("none")
                  if (@defined($n)) println($n)'''
        self.assertEqual(self.kernel("", 'factorial").return', f"if ($return == 120) {{ {body} }}"), "1231010\nnone\n5\n")
        # The same of a kernel function. This machine's kernel may not be able to run it.
        done = coretap("-p4", "-e", """probe kernel.function("vfs_read").return {
            println(@defined($count) ? 1 : $nope, @defined($nope) ? $nope : 2, @choose_defined($nope, 3), @defined(@entry($count)) ? 4 : $nope)
            if (@defined($nope)) println($nope->x) }""")
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_functions_see_the_variables_of_the_calling_probe(self):
        prog = build("calls", "-O0")
        text = f'''function which() {{ return @defined($n) ? $n : @defined($head) ? $head->value : -1 }}
            function through() {{ return which() }} function result() {{ return $return * 10 }}
            function entry() {{ return @entry($n) + $n }}
            probe process("{prog}").function("factorial").call, process("{prog}").function("walk").call {{ println(through()) }}
            probe process("{prog}").function("greet").call {{ println(which()) }}
            probe process("{prog}").function("walk").return {{ println(result()) }}
            probe process("{prog}").function("factorial").return {{ if ($n == 5) println(entry()) }}'''
        lines = self.lines(script(text, "-c", f"{prog} >/dev/null 2>&1"))
        self.assertEqual(sorted(lines, key=int), ["-1", "1", "2", "3", "4", "5", "10", "47", "420"])
        for text in ("function f() { return $n } probe begin { println(f()) }",
                     f'function f(n) {{ return n ? f(n - 1) : $n }} probe process("{prog}").function("walk").call {{ println(f(2)) }}'):
            self.assertIn("[target-in-function]", script(text).stderr)

    def test_functions_see_globals_of_a_program(self):
        prog = build("globals", "-O1")
        text = f'''function top() {{ return @var("origin@globals.c", "{prog}")->y + @var("counter", "{prog}") * 100 }}
            probe process("{prog}").function("turn").call {{ println(top()) }}'''
        lines = self.lines(script(text, "-c", f"{prog} >/dev/null 2>&1"))
        self.assertEqual(lines, [str((7 + i) * 100 - 4 * i) for i in range(3)])

    def test_a_string_function_in_a_loop_with_try(self):
        functions = '''function cut:string (n:long) { try { return substr("abc", 0, n) } catch { return "e" } }
                       function twice:string (n:long) { s = ""; for (i = 0; i < n; i++) { try { s = s . cut(i) } catch { s = "e" } } return s }'''
        for body, printed in (
                ('for (n = 0; n < 4; n++) printf("%s,", cut(n)) printf("%s", twice(4))', ",a,ab,abc,aababc"),
                ('while (n < 3) printf("%s,", cut(n++))', ",a,ab,"),
                ('for (n = 0; n < 3; n++) { x = 1; if (n == 1) x = 2; printf("%s,", cut(x)) }', "a,ab,a,"),
                ('for (n = 0; n < 3; n++) { printf("%s,", cut(x)); x = n + 2 }', ",ab,abc,")):
            with self.subTest(body):
                self.assertEqual(self.kernel(functions, 'walk").call', body), printed)

    def begin(self, body, *words, declarations="", options=()):
        return self.ok(script(f"{declarations} probe begin {{ {body} exit() }}", *options, *words))

    def test_shifts_by_a_constant(self):
        """By 0 or less: none. By more than 64: 64, which is none. At run time: & 63."""
        self.assertEqual(self.begin('println(120 << -2, " ", -4096 >> -3, " ", 1 << 70, " ", -4096 >> 64, " ", 3 << 63)'),
                         f"120 -4096 1 -4096 {-(1 << 63)}\n")
        self.assertEqual(self.begin('x = 3; println(x << 70, " ", x << -1, " ", x >> 0, " ", (x = 5) << -7, " ", x)'), "192 3 3 5 5\n")
        self.assertEqual(self.kernel("", 'walk").call', 'x = pid() * 0 + 3; println(x << 70, " ", x << -1, " ", x >> 0, " ", 120 << -2)'),
                         "192 3 3 120\n")

    def test_cut_quotes_keep_whole_escapes(self):
        body = r'''s = "ab\001cd"; printf("%s %s %s %s %s %s %s", text_strn(s, 8, 1), text_strn(s, 9, 1), text_strn(s, 10, 1),
                   text_strn("abcdefgh", 8, 1), text_strn("\n\n\n\n\n", 8, 1), text_strn("\001\002\003\004", 9, 1), text_strn(s, 5, 0))'''
        wanted = r'''"ab"... "ab"... "ab\001cd" "abc"... "\n"... "\001"... ab'''
        self.assertEqual(self.begin(body), wanted)
        self.assertEqual(self.kernel("", 'walk").call', body.replace("s =", "s = pid() ? text_strn(execname(), 0, 0) : \"\"; s =")), wanted)

    def test_quoted_texts_of_a_program_are_cut(self):
        """"world" is 7 characters with its quotes. What is longer than outlen - 2 is cut to outlen - 4, then the quote and "..." follow."""
        values = ", ".join(f"user_string_n_quoted($who, 99, {length})" for length in (8, 9, 10))
        body = f'printf("%s %s %s %s", {values}, user_string_n_quoted($who, 3))'
        self.assertEqual(self.kernel("", 'greet").call', body), '"wor"... "world" "world" "wor"')

    def test_arguments_as_variables(self):
        text = 'printf("%d %s %s %d", argc, argv[1], argv[2], 3 in argv)'
        self.assertEqual(self.begin(text, "a", "b c"), "2 a b c 0")
        self.assertEqual(self.begin('printf("%d", argc)'), "0")
        prog = build("calls", "-O0")
        done = script(f'probe process("{prog}").function("walk").call {{ {text} }}', "-c", f"{prog} >/dev/null 2>&1", "a", "b c")
        self.assertEqual(self.ok(done), "2 a b c 0")
        self.assertEqual(self.begin(text, "-G", "argc=2", "-G", "argv_1=x", "-G", "argv_2=y"), "2 x y 0")

    def test_init_is_before_begin(self):
        self.assertEqual(self.ok(script('probe begin(-1000) { print("b") } probe init { print("i") } probe begin { exit() }')), "ib")

    def test_what_follows_next_says_the_type(self):
        for value in ("0", '"a"'):
            done = self.begin("try { println(f()) } catch (m) { print(m) }", declarations=f"function f() {{ next return {value} }}")
            self.assertEqual(done, "all functions exhausted")

    def test_choices_without_a_value(self):
        declarations = 'function f() { print("f") } function g() { print("g") }'
        body = '(x = 1) ? f() : g(); (x = 0) ? f() : g(); (y = 2) ? print("p") : print("q"); printf("%d%d", x, y)'
        self.assertEqual(self.begin(body, declarations=declarations), "fgp02")
        self.assertEqual(self.kernel(declarations, 'walk").call', body), "fgp02")

    def test_embedded_expressions_as_statements(self):
        self.assertEqual(self.begin("%{ 0 %} println(0 * %{ /* pure */ NOT C %}) %{ /* harness */ STAP_PRINTF(\"x\") %}", options=["-g"]), "0\nx")

    def test_the_use_of_embedded_c_says_its_type(self):
        declarations = '''function text() %{ /* pure */ snprintf(STAP_RETVALUE, 8, "%s", "abc"); %}
                          function one(x) %{ /* pure */ STAP_RETVALUE = STAP_ARG_x + 1; %}
                          function nothing() %{ /* harness */ STAP_PRINTF("n"); %}'''
        body = 'y = one(1); nothing(); print(text() . "d", y + 1); if (one(-1)) print("wrong")'
        self.assertEqual(self.begin(body, declarations=declarations, options=["-g"]), "nabcd3")
        done = script(f'{declarations} probe begin {{ println(one(1) + 1, one(2) . "x") }}', "-g")
        self.assertIn("[type-mismatch]", done.stderr)

    def test_plain_c_needs_no_side(self):
        declarations = '''function has(s, c) %{ /* pure */ char *p = strchr(STAP_ARG_s, (int) STAP_ARG_c); STAP_RETVALUE = p ? p - STAP_ARG_s : -1; %}
            function joined:string (a:string, n) %{ snprintf(STAP_RETVALUE, MAXSTRINGLEN, "%s-%lld", STAP_ARG_a, (long long) STAP_ARG_n); %}
            function copy:string (a:string) %{ strlcpy(STAP_RETVALUE, STAP_ARG_a, MAXSTRINGLEN); %}
            function sum:long (a, b) %{ int64_t c = STAP_ARG_a; /* current */ while (STAP_ARG_b-- > 0) c++; STAP_RETURN(c); %}'''
        body = 'printf("%d %d %s %s %d", has("abc", 98) + 0, has("abc", 100) + 0, joined("x", 5), copy("yz"), sum(3, 4))'
        self.assertEqual(self.begin(body, declarations=declarations, options=["-g"]), "1 -1 x-5 yz 7")
        done = script("function f:long () %{ STAP_RETVALUE = current->pid; %} probe begin { println(f()) }", "-g")
        self.assertIn("[embedded-c-side]", done.stderr)

    def test_the_macro_for_private(self):
        self.assertEqual(self.begin("n += one() println(n)", declarations="@__private30 global n @__private30 function one() { return 1 }"), "1\n")

    def test_warnings_are_repeated_with_vv(self):
        for options, times in (([], 1), (["-v"], 1), (["-vv"], 2)):
            done = script('probe begin { warn("again") warn("again") exit() }', *options)
            self.assertEqual(done.stderr.count("WARNING: again\n"), times, done.stderr)

    def test_globals_that_do_not_exist_and_bad_values(self):
        text = "global v = 2 probe begin { println(v) exit() }"
        done = script(text, "-G", "nosuch=1")
        self.assertEqual((done.returncode, done.stdout), (0, "2\n"))
        self.assertIn("-G nosuch has no effect", done.stderr)
        done = script(text, "-G", "v=z29")
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn("Invalid", done.stderr)

    def test_a_statistic_that_only_never_fills(self):
        self.assertEqual(self.ok(script("global s, n probe never { s <<< 1; n = 1 } probe begin { exit() }")), "s @count=0x0\nn=0\n")
        self.assertEqual(self.ok(script("global s, n probe never { s <<< 1; n = 1; println(n, @count(s)) } probe begin { exit() }")), "")

    def test_a_program_of_the_working_folder(self):
        prog = build("calls", "-O0")
        text = f'probe process("{os.path.basename(prog)}").function("walk").call {{ println(1) }}'
        done = run(CORETAP, "-e", text, "-c", f"{prog} >/dev/null 2>&1", cwd=os.path.dirname(prog))
        self.assertEqual((done.returncode, done.stdout), (0, "1\n"), done.stderr)

    def test_groups_of_variables_without_debug_information(self):
        """Empty, with a warning, as stap has them. A single variable stays an error."""
        prog = build("calls", "-O0")
        stripped = prog + ".stripped"
        subprocess.run(["strip", "--strip-debug", "-o", stripped, prog], check=True)
        for point, group in (("", "$$parms"), ("", "$$vars$"), ("", "$$locals$$"), (".return", "$$return")):
            text = f'probe process("{stripped}").function("walk"){point} {{ printf("[%s]%d%d", {group}, @defined({group}), @defined($head)) }}'
            done = script(text, "-c", f"{stripped} >/dev/null 2>&1")
            self.assertEqual((done.returncode, done.stdout), (0, "[]10"), (text, done.stderr))
            self.assertIn(f"WARNING [no-variables]: '$${group.strip('$')}' is empty: '{stripped}'", done.stderr)
        done = script(f'probe process("{stripped}").function("walk") {{ println($head) }}')
        self.assertIn("[no-such-variable]: '$head' cannot be used here", done.stderr)

    def test_an_empty_probe_of_a_system_call_stays(self):
        """stap's aliases hold a `next`, so that nothing is elided."""
        for point in ("syscall.read", "syscall.read.return", "nd_syscall.write", "syscall.{open*,close}"):
            done = script(f"probe {point} {{ }}", "-c", "true")
            self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""), point)
        self.assertIn("[no-probes]", script('probe kernel.trace("sched_switch") { }').stderr)

    def test_one_error_for_one_mistake(self):
        """The rest of a broken print statement is not an error of its own."""
        for body in ("println(1 2)", "println($x->)", 'println("a" "b" 3 4)'):
            done = coretap("-p2", "-e", f"probe begin {{ {body} }}")
            self.assertEqual(done.stderr.count(" error "), 1, done.stderr)
        done = coretap("-p1", "-e", "probe begin { print = 1 }")
        self.assertIn("[print-arguments]: 'print' needs its arguments in parentheses", done.stderr)

    def test_numbers_and_names_out_of_range(self):
        for text, words in (("global a[4294967298] probe begin { a[1] = 1 }", "array size out of range: at most 4294967295"),
                            ("probe a(1) = begin { println(1) } probe a { }", "an alias's name has no arguments in parentheses"),
                            ('probe a.b("x") = begin { println(1) } probe a { }', "'b' is all of it")):
            done = coretap("-p1", "-e", text)
            self.assertEqual(done.returncode, 1)
            self.assertIn(words, done.stderr)

    def test_maxactive_of_a_syscall(self):
        done = coretap("-p2", "-e", "probe syscall.read.return.maxactive(10), syscall.write.return.maxactive(1) { println(pp()) }")
        self.assertIn('kernel.tracepoint("syscalls:sys_exit_read")', done.stdout)
        done = coretap("-p2", "-e", "probe syscall.read.maxactive(10) { println(pp()) }")
        self.assertIn("component 'maxactive' cannot be used here", done.stderr)


class Options(LiveTest):
    def test_stap_refuses_them_too(self):
        text = ["-p1", "-e", "probe begin { exit() }"]
        for words in (["-e", "probe end { }"], ["-m", ""], ["-m", "a.b"], ["-m", "a-b"], ["-c", ""]):
            done = coretap(*text, *words)
            self.assertEqual((done.returncode, done.stdout), (1, ""), words)
            self.assertIn("ERROR [usage]", done.stderr)
        for words in (["-E", "probe end { }"], ["-m", "a_9"], ["-m", "Ab.ko"], ["-c", "true"]):
            self.assertEqual(coretap(*text, *words).returncode, 0, words)


if __name__ == "__main__":
    live.main()
