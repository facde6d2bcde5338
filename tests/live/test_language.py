"""The language's constructs on both sides: each body runs in a begin probe (user side) and in a
probe of the workload's only call of walk() (kernel side), and must print the same."""
import errno
import os
import re
import socket

import live
from live import LiveTest, TMP, build, coretap, script


class Language(LiveTest):
    def both(self, body, expected, declarations="", *options):
        """Runs BODY on each side; EXPECTED are the lines that it prints."""
        prog = build("calls", "-O0")
        user = self.lines(script(f"{declarations}\nprobe begin {{ {body}\nexit() }}", *options))
        self.assertEqual(user, expected, "user side")
        kernel = self.lines(script(
            f'{declarations}\nprobe process("{prog}").function("walk").call {{ {body}\n}}',
            *options, "-c", f"{prog} >/dev/null"))
        self.assertEqual(kernel, expected, "kernel side")

    def test_overloads_by_arity(self):
        self.both('printf("%s %s %d\\n", f(), f("x"), f(3, 4))', ["none one:x 7"], '''
            function f:string () { return "none" }
            function f:string (a:string) { return "one:" . a }
            function f:long (a:long, b:long) { return a + b }''')

    def test_next_hands_the_call_on(self):
        self.both('printf("%d %d %d\\n", f(2), f(50), f(500))', ["1 2 3"], '''
            function f(a) { if (a > 3) next; return 1 }
            function f(a) { if (a > 100) { a = 1 next } return 2 }
            function f(a) { return 3 }''')

    def test_the_next_overload_gets_the_same_arguments(self):
        self.both('printf("%s\\n", f("in"))', ["in"], '''
            function f(a:string) { a = "changed"; if (a != "") next; return a }
            function f(a:string) { return a }''')

    def test_next_inside_loops_and_branches(self):
        self.both('printf("%d %d\\n", f(2), f(9))', ["20 -1"], '''
            function f(a) {
              for (i = 0; i < 10; i++) { if (i == a) return i * 10; if (i > 4) next }
              return 0
            }
            function f(a) { return -1 }''')

    def test_priorities_order_overloads(self):
        self.both('printf("%d\\n", f(5))', ["123"], '''
            global order
            function f(a):3 { order = order * 10 + 3; return order }
            function f(a):1 { order = order * 10 + 1; next }
            function f(a):2 { order = order * 10 + 2; next }''', "-w")  # base warns that such an update is two steps

    def test_exhausted_overloads_are_an_error_that_can_be_caught(self):
        self.both('try { printf("%d\\n", f(5)) } catch (m) { println(m) }',
                  ["all functions exhausted"], 'function f(a) { if (a) next; return 1 }')

    def test_exhausted_overloads_end_the_session(self):
        done = script("function f:long () { next } probe begin { println(f()) } probe error { println(7) }")
        self.assertEqual((done.returncode, done.stdout), (1, "7\n"))
        self.assertIn("ERROR: all functions exhausted near identifier 'f' at <input>:1:51\n",
                      done.stderr)

    def test_errors_name_their_place(self):
        """The innermost one, as stap does: of a function of a tapset in its file, and of embedded C at its call."""
        prog = build("calls", "-O0")
        folder = TMP / "places"
        folder.mkdir()
        tapset = folder / "places.stp"
        tapset.write_text("function halved(n) {\n  for (i = 0; i < 3; i++) n += 8 %\n    zero()\n  return n\n}\n"
                          "function zero() { return tid() - tid() }\n")
        cases = {"operator '/'": "println(8 - 1 @/ zero())", "operator '%='": "x = 8 x @%= zero()", "operator '/='": "x = 8 x @/= zero()",
                 "identifier 'few'": "few[1] = 1 @few[2] = 1", "operator '@avg'": "if (zero()) s <<< 1 println(@@avg(s))",
                 "identifier 'kernel_long'": "println(1 + @kernel_long(8))", "operator '%'": "println(halved(8))"}
        path = TMP / "error.stp"
        for point, command in [("begin", []), (f'process("{prog}").function("walk").call', ["-c", f"{prog} >/dev/null"])]:
            for token, statement in cases.items():
                with self.subTest(point=point, token=token):
                    before, _, behind = f"global few[1], s\nprobe {point} {{\n  {statement}\n}}\n".partition("@")
                    path.write_text(before + behind)
                    file = path if behind else tapset
                    if file is tapset:
                        before = tapset.read_text().partition("%")[0]
                    line, column = before.count("\n") + 1, len(before.split("\n")[-1]) + 1
                    done = coretap("-w", "-I", folder, path, *command)
                    self.assertEqual(done.returncode, 1)
                    self.assertRegex(done.stderr, rf"^ERROR: .* near {re.escape(token)} at {file}:{line}:{column}\n")
        # A handler of several sites says where the event was.
        done = script(f'probe process("{prog}").function("*@calls.c").call {{ println(1 / (tid() - tid())) }}',
                      "-c", f"{prog} >/dev/null")
        self.assertRegex(done.stderr, rf'ERROR: division by 0 near operator \'/\' at <input>:1:\d+ in probe process\("{prog}"\)\.function\("main@.*"\).call\n')

    def test_a_function_of_the_script_comes_before_the_tapsets(self):
        self.both('printf("%d %d\\n", strlen("four"), strlen("none"))', ["4 -1"], '''
            function strlen:long (s:string) { if (s == "four") next; return -1 }''')

    def test_private_names(self):
        self.both('printf("%d %d\\n", f(), hidden)', ["3 4"], '''
            private global hidden = 4
            private function f() { return 3 }''')

    def test_abort_leaves_the_handler_through_try(self):
        self.both('println("a"); try { abort() } catch { println("c") } println("b")', ["a"])

    # ---------------------------------------------------------------- limits

    def test_more_strings_than_a_frame_could_hold_at_once(self):
        prog = build("calls", "-O0")
        lines = ["s = user_string($who); n = 0; kept = s . \"kept\""]
        for k in range(60):
            lines.append(f'x{k} = s . "{k}"; if (x{k} == "world{k}") n++; else missed[x{k}] = 1')
        lines.append("for (i = 0; i < 3; i++) { t = t . s; if (i == 1) u = t }")
        lines.append('try { error(s . "!") } catch (m) { c = m . "?" }')
        lines.append('if (x59 == "world59" && kept == "worldkept") n++')
        lines.append('seen[t, u] = 1; seen[c, kept] = n')
        body = "\n".join(lines)
        out = self.lines(script(f'''global missed, seen
            probe process("{prog}").function("greet").call {{ {body} }}
            probe end {{ foreach ([a, b] in seen) printf("%s %s %d\\n", a, b, seen[a, b])
                         foreach (m in missed) println(m) }}''',
            "-DMAXSTRINGLEN=248", "-c", f"{prog} >/dev/null"))
        self.assertEqual(sorted(out), sorted(["worldworldworld worldworld 1", "world!? worldkept 61"]))

    def test_recursion_works_from_any_probe(self):
        self.both('printf("%d\\n", fib(8)); x = even(4); printf("%d %d\\n", x, even(3))',
                  ["21", "1 0"], '''
            function fib(n) { return n < 2 ? n : fib(n - 1) + fib(n - 2) }
            function even(n) { return n == 0 ? 1 : odd(n - 1) }
            function odd(n) { return n == 0 ? 0 : even(n - 1) }''')

    def test_recursion_is_bounded(self):
        self.both("try { println(f(100)) } catch (m) { println(m) }", ["MAXNESTING exceeded"],
                  "function f(n) { return n ? f(n - 1) : 0 }")
        self.both('printf("%d\\n", f(100))', ["100"],
                  "function f(n) { return n ? 1 + f(n - 1) : 0 }", "-DMAXNESTING=200")

    def test_maxaction_counts_statements(self):
        prog = build("calls", "-O0")
        text = (f'probe process("{prog}").function("walk").call {{ n = 0\n try {{ '
                'while (1) { n++; a = n; if (a < 0) break } } catch (m) { printf("%s %d\\n", m, n) } }')
        out = self.lines(script(text, "-DMAXACTION=400", "-c", f"{prog} >/dev/null"))
        self.assertEqual(len(out), 1)
        words = out[0].rsplit(" ", 1)
        self.assertEqual(words[0], "MAXACTION exceeded")
        self.assertIn(int(words[1]), range(95, 101))  # four statements a turn

    def test_straight_code_longer_than_maxaction(self):
        done = script("global n probe timer.profile { n++; n++; n++; println(n) }", "-DMAXACTION=3")
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn("ERROR: MAXACTION exceeded near probe timer.profile\n", done.stderr)

    def test_maxmapentries_and_maxstringlen(self):
        self.both('''try { for (i = 0; i < 20; i++) a[i] = i } catch (m) { println(m) }
                     s = "01234567890123456789"; s = s . s . s; println(strlen(s))''',
                  ["Array overflow, check MAXMAPENTRIES", "39"], "global a",
                  "-DMAXMAPENTRIES=8", "-DMAXSTRINGLEN=40", "--no-global-var-display")

    def test_hist_elision(self):
        """Rows of the chart of 1 and 512, which are in the rows 0, 1, 2, 4, … 2048; `~` stands for some."""
        powers = [str(1 << n) for n in range(12)]
        for option, labels in (((), ["0", "1", "2", "4", "~", "128", "256", "512", "1024", "2048"]),
                               (("-DHIST_ELISION=1",), ["0", "1", "2", "~", "256", "512", "1024"]),
                               (("-DHIST_ELISION=0",), ["~", "1", "~", "512"]),
                               (("-DHIST_ELISION=-1",), ["0", *powers])):
            done = script("global g probe begin { g <<< 1; g <<< 512; print(@hist_log(g)); exit() }", *option)
            self.assertEqual((done.returncode, done.stderr), (0, ""), option)
            self.assertEqual([line.split()[0] for line in done.stdout.splitlines()[1:] if line], labels, option)

    def test_hist_elision_of_both_sides(self):
        """Rows 0, 1, 2, 4, … of the values 1 and 1 << 30; `~` stands for those between."""
        text = "global g probe POINT { g <<< 1; g <<< 1 << 30; print(@hist_log(g)); next } probe begin(1) { exit() }"
        prog = build("calls", "-O0")
        for option, labels in (((), ["0", "0", "1", "2", "4", "~", str(1 << 28), str(1 << 29), str(1 << 30), str(1 << 31), str(1 << 32)]),
                               (("-D", "HIST_ELISION=1"), ["0", "1", "2", "~", str(1 << 29), str(1 << 30), str(1 << 31)])):
            labels = labels[1:] if labels[:2] == ["0", "0"] else labels
            user = self.lines(script(text.replace("POINT", "begin"), *option))
            kernel = self.lines(script(text.replace("POINT", f'process("{prog}").function("walk").call').replace("exit()", "next"),
                                       *option, "-c", f"{prog} >/dev/null"))
            self.assertEqual([line.split()[0] for line in user[1:] if line], labels)
            self.assertEqual(kernel, user)

    def test_sort_marks_of_histograms(self):
        """They change nothing: the buckets come in their own order, as in the C that stap -p3 prints."""
        loops = ("foreach (v = i- in @hist_linear(g, 0, 20, 5) limit 5)", "foreach (v- = i in @hist_linear(g, 0, 20, 5) limit 5)",
                 "foreach (v = i in @hist_linear(g, 0, 20, 5)- limit 5)", "foreach (v = i in @hist_linear(g, 0, 20, 5) @count- limit 5)")
        for loop in loops:
            self.both(f'g <<< 3; g <<< 12; g <<< 13; {loop} printf("%d %d\\n", i, v)',
                      ["0 0", "1 1", "2 0", "3 2", "4 0"], "global g", "-w")

    # ---------------------------------------------------------------- messages, libraries

    def test_warnings(self):
        text = 'probe POINT { warn("look out"); println("on") next } probe begin(1) { exit() }'
        prog = build("calls", "-O0")
        for done in (script(text.replace("POINT", "begin")),
                     script(text.replace("POINT", f'process("{prog}").function("walk").call').replace("exit()", "next"),
                            "-c", f"{prog} >/dev/null")):
            self.assertEqual((done.stdout, done.stderr, done.returncode), ("on\n", "WARNING: look out\n", 0))

    def test_library_of_macros_and_functions(self):
        """-I DIR: its .stpm files define macros, its .stp files what the script asks for by name."""
        library = TMP / "library"
        library.mkdir(exist_ok=True)
        (library / "mine.stpm").write_text("@define library_twice(x) %( (2 * (@x)) %)\n")
        (library / "mine.stp").write_text("function library_sum(a, b) { return a + b }\n")
        self.both('printf("%d %d\\n", @library_twice(20 + 1), library_sum(1, 2))', ["42 3"], "", "-I", library)

    # ---------------------------------------------------------------- embedded C and constants

    def test_embedded_expressions(self):
        self.both('printf("%d %s\\n", %{ 2 * 21 %}, %{ /* string 16 */ "text" %})', ["42 text"],
                  "", "-g")

    def test_embedded_statements_and_errors(self):
        self.both('''try { %{ STAP_ERROR("told so"); %} } catch (m) { println(m) }
                     %{ /* harness */ STAP_PRINTF("%d %s\\n", 7, "seven"); %} println("after")''',
                  ["told so", "7 seven", "after"], "", "-g")

    def test_embedded_functions_on_each_side(self):
        self.both('''printf("%d %s\\n", twice(21), greet("you"))
                     try { twice(-1) } catch (m) { println(m) }''',
                  ["42 hi you", "negative"], '''
            %{ /* bpf */ static s64 ct_test_double(s64 x) { return 2 * x; } %}
            %{ /* harness */ static s64 ct_test_double(s64 x) { return 2 * x; } %}
            function twice:long (n:long) %{ /* bpf */ /* unprivileged */
              if (STAP_ARG_n < 0) STAP_ERROR("negative");
              STAP_RETURN(ct_test_double(STAP_ARG_n)); %}
            function twice:long (n:long) %{ /* harness */
              if (STAP_ARG_n < 0) STAP_ERROR("negative");
              STAP_RETURN(ct_test_double(STAP_ARG_n)); %}
            function greet:string (who:string) %{ /* harness */
              snprintf(STAP_RETVALUE, STAP_RETLEN, "hi %s", STAP_ARG_who); %}''', "-g")

    def test_stap_next_in_embedded_functions(self):
        for side in ("bpf", "harness"):
            text = '''function f:long (n:long) %%{ /* %s */ if (STAP_ARG_n > 2) STAP_NEXT; STAP_RETURN(1); %%}
                      function f:long (n:long) { return 7 }''' % side
            prog = build("calls", "-O0")
            out = self.lines(script(
                f'{text} probe process("{prog}").function("walk").call {{ println(f(1), f(3)) }}',
                "-g", "-c", f"{prog} >/dev/null"))
            self.assertEqual(out, ["17"], side)

    def test_printing_from_kernel_c_is_refused(self):
        done = script('probe timer.profile { %{ STAP_PRINTF("%d", 3); %} }', "-g")
        self.assertEqual(done.returncode, 1)
        self.assertIn("STAP_PRINTF prints in user space: mark the C as /* harness */", done.stderr)

    def test_constants(self):
        self.both('''printf("%d %d %d %d\\n", @const("EAGAIN"), @const("AF_INET6"), %{ O_CREAT %},
                           @const("MAXSTRINGLEN"))
                     printf("%d %s.%s\\n", @enum("PIDTYPE_PGID"), @enumname("pid_type", 1, "kernel"),
                            @enumname("pid_type", 99, "kernel"))''',
                  [f"{errno.EAGAIN} {socket.AF_INET6} {os.O_CREAT} 512", "2 PIDTYPE_TGID."], "", "-g")

    def test_enums_of_a_program(self):
        path = build("globals", "-O1")
        self.both(f'''printf("%d %d\\n", @enum("SUNDAY", "{path}"), @enum("ROUND", "{path}:kernel"))
                      x = 7; printf("%s|%s|%s\\n", @enumname("weekday", 7, "{path}"), @enumname("weekday", x, "{path}"),
                                    @enumname("weekday", 2, "{path}"))''', ["7 5", "SUNDAY|SUNDAY|"])

    # ---------------------------------------------------------------- automatic casts

    def at_walk(self, body, expected, declarations="", probe="call"):
        prog = build("calls", "-O0")
        out = self.lines(script(
            f'{declarations}\nprobe process("{prog}").function("walk").{probe} {{ {body}\n}}'
            .replace("PROG", prog), "-c", f"{prog} >/dev/null"))
        self.assertEqual(out, expected)

    def test_autocast_of_variables(self):
        self.at_walk('''x = $head; printf("%d\\n", x->value)
                        y = x->next; printf("%d %s\\n", y->value, user_string(y->name))
                        z = &x->in; printf("%d %d %d\\n", z->small, z->bits, z->more)
                        printf("%d %d\\n", x->grid[1][2], (1 ? $head : x->next)->value)''',
                     ["47", "-5 second", "300 2 9", "60 47"])

    def test_autocast_round_a_loop_and_through_globals(self):
        self.at_walk("for (p = $head; p; p = p->next) println(p->value)\nkept = $head\n"
                     "println(kept->next->value)", ["47", "-5", "-5"], "global kept")

    def test_autocast_of_function_results(self):
        self.at_walk("println(second($head)->value)", ["-5"],
                     'function second(p) { return @cast(p, "node", "PROG")->next }')

    def test_autocast_in_a_return_probe(self):
        self.at_walk('x = $head; y = @entry($head->next); printf("%d %d\\n", x->value, y->value)',
                     ["47 -5"], probe="return")

    def test_defined_of_an_automatic_cast(self):
        self.at_walk('x = $head; printf("%d %d\\n", @defined(x->next->in), @defined(x->nope))',
                     ["1 0"])

    def test_autocast_of_kernel_types(self):
        self.at_walk('''t = task_current(); p = task_parent(t)
                        printf("%d %d %d\\n", t->tgid == pid(), p->tgid == ppid(),
                               t->real_parent->tgid == ppid())''', ["1 1 1"])

    def test_autocast_of_tracepoint_arguments(self):
        prog = build("calls", "-O0")
        out = self.lines(script('''probe kernel.trace("sched_process_exit") {
              if (pid() != target()) next
              t = $p; printf("%d %d\\n", t->tgid == target(), t->real_parent->tgid == ppid()) }''',
            "-c", f"{prog} >/dev/null"))
        self.assertEqual(out, ["1 1"])

    # ---------------------------------------------------------------- conditions of probe points

    def test_conditions_arm_and_disarm(self):
        prog = build("calls", "-O0")
        out = self.lines(script(f'''
            global on, seen
            probe process("{prog}").function("add").call {{ on = $b % 3 == 0 }}
            probe process("{prog}").function("add").return if (on) {{ seen++; printf("#%d\\n", @entry($b)) }}
            probe end {{ printf("#seen %d\\n", seen) }}''', "-c", f"{prog} >/dev/null"))
        wanted = [str(-i) for i in range(10) if i % 3 == 0]
        self.assertEqual([l[1:] for l in out], wanted + [f"seen {len(wanted)}"])

    def test_conditions_that_user_space_sets(self):
        out = self.lines(script('''
            global phase, hits, first
            probe begin { first = 1 }
            probe timer.profile if (phase == 1) { hits++; phase = 2 }
            probe timer.ms(20) if (first) { first = 0; phase = 1 }
            probe timer.ms(20) if (phase == 2) { printf("%d %d\\n", hits, first); exit() }'''))
        self.assertEqual(out, ["1 0"])

    def test_conditions_of_an_alias_and_of_its_use_both_hold(self):
        out = self.lines(script('''
            global a = 1, b = 0
            probe mine = begin if (a) { x = 5 }
            probe mine if (b == 0) { println(x) }
            probe mine if (b) { printf("never %d\\n", x) }
            probe begin(1) if (!a) { println("never") }
            probe begin(2) { exit() }
            probe end if (a && !b) { println("end") }'''))
        self.assertEqual(out, ["5", "end"])


if __name__ == "__main__":
    live.main()
