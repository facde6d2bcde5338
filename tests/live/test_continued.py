"""Handlers that go on in user space: what they do there and in the kernel keeps the order of the script."""
import re

import live
from live import LiveTest, build, script

# What only user space can make, of 5 bytes.
USER = 'strlen(sprintf("%5d", 17))'


class Continued(LiveTest):
    def handler(self, body, functions=""):
        """The lines of a handler that runs once; add(1000, 0) is the call."""
        prog = build("calls", "-O0")
        text = f'{functions}\nglobal a, b, n, first, x\nprobe process("{prog}").function("add").call {{ if (first++) next\n{body}\n}}'
        return self.lines(script(text, "--no-global-var-display", "-c", f"{prog} >/dev/null"))

    def test_a_loop_between_two_uses_of_a_user_value_stays_there(self):
        got = self.handler(f'foreach (k in a) println("early ", k)\nl = {USER}\nprintln(l)\n'
                           "for (i = 0; i < 3; i++) { a[i] = i; n++ }\nprintln(l + 1)")
        self.assertEqual(got, ["5", "6"])

    def test_what_is_read_ahead_has_its_value_on_its_way_only(self):
        """In a loop that runs in user space the kernel reads arguments before it: all, whatever the way. $a is 1000, $b is 0."""
        got = self.handler(f"""for (i = 0; i < 3; i++) {{
            l = {USER}
            print($a ? $a : n, " ", $b ? $a : i, " ", i > 0 ? $a : -1, " ")
            if (i == 1) one = $a
            if (i == 7) never = $a
            if (i == 2) {{ n = 0; p = $a; twice = p + $a; p = 3 }} else p = 7
            x = 5
            if (i == 1) x = $a
            println(one, " ", never, " ", twice, " ", p, " ", x, " ", l) }}
            println(one, " ", never, " ", twice, " ", p)""")
        self.assertEqual(got, ["1000 0 -1 0 0 0 7 5 5", "1000 1 1000 1000 0 0 7 1000 5", "1000 2 1000 1000 0 2000 3 5 5", "1000 0 2000 3"])

    def test_next_between_two_uses(self):
        self.assertEqual(self.handler(f"l = {USER}\nprintln(l)\nif (tid()) next\nprintln(l)"), ["5"])
        self.assertEqual(self.handler(f"l = {USER}\nfor (i = 0; i < 2; i++) {{ println(l, i); if (tid()) next }}\nprintln(l)"), ["50"])

    def test_an_error_between_two_uses(self):
        got = self.handler(f'try {{ l = {USER}\nprintln(l)\nn = 1 / (tid() == 0)\nprintln(l) }} catch {{ println("caught") }}')
        self.assertEqual(got, ["5", "caught"])

    def test_a_call_with_an_effect_is_made_on_its_way_only(self):
        """exit() in a loop of user space: only when the script comes to it."""
        prog = build("calls", "-O0")
        got = self.lines(script(f'''global a, n, m
            probe process("{prog}").function("factorial").call {{ a[1] = 1; foreach (k in a) if (k == 5) exit(); n++ }}
            probe process("{prog}").function("factorial").call {{ m++ }}
            probe end {{ println(n > 1, " ", n == m) }}''', "-c", f"{prog} >/dev/null"))
        self.assertEqual(got, ["1 1"])
        got = self.lines(script('''global a probe begin { a[3] = 1 }
            probe kernel.trace("sys_enter") { foreach (k in a) if (k == 3) exit() } probe timer.s(50) { println("late"); exit() }'''))
        self.assertEqual(got, [])

    def test_the_run_that_says_exit_goes_on_to_its_end(self):
        """factorial() is called many times. Of the runs behind the one that says exit() nothing is told."""
        prog = build("calls", "-O0")
        def lines(body):
            return self.lines(script(f'''global a, n, x probe begin {{ a[1] = 1 }}
                probe process("{prog}").function("factorial").call {{ n++\n{body} }}''', "--no-global-var-display", "-c", f"{prog} >/dev/null"))
        later = f'x <<< 3\nprintln("later ", {USER})'
        self.assertEqual(lines(f"foreach (k in a) exit()\n{later}"), ["later 5"])
        self.assertEqual(lines(f"if (n == 2) foreach (k in a) exit()\n{later}"), ["later 5"] * 2)
        self.assertEqual(lines(f"foreach (k in a) exit()\nfor (i = 0; i < 3; i++) {{ x <<< i\nprintln(i, {USER}) }}\n{later}"),
                         ["05", "15", "25", "later 5"])
        self.assertEqual(lines(f"for (i = 0; i < 3; i++) {{ x <<< i\nprintln(i, {USER})\nif (i == 1) foreach (k in a) exit() }}\n{later}"),
                         ["05", "15", "25", "later 5"])

    def test_an_error_in_user_space_ends_its_run_only(self):
        """What the kernel has sent of later segments of that run is dropped; the next run, which begins with another segment, is whole."""
        prog = build("calls", "-O0")
        done = script(f'''global n, x
            probe process("{prog}").function("factorial").call {{
              n++
              if (n != 2) println("first ", 10 / (n - 6 + {USER}))
              x <<< n
              println("second ", n, {USER})
              x <<< n
              println("third ", n)
              if (n == 4) exit() }}''', "--suppress-handler-errors", "--no-global-var-display", "-c", f"{prog} >/dev/null")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(done.stdout.splitlines(), ["second 25", "third 2", "first 5", "second 35", "third 3", "first 3", "second 45", "third 4"])
        self.assertIn("Number of errors: 0 and 1 suppressed, ", done.stderr)

    def test_each_turn_sees_the_turns_before_it_only(self):
        got = self.handler("for (i = 0; i < 3; i++) { a[i] = 1; foreach (k+ in a) println(i, k) }")
        self.assertEqual(got, ["00", "10", "11", "20", "21", "22"])

    def test_the_context_behind_a_next_that_user_space_decides(self):
        body = "x <<< 1\nif (@count(x) > {}) next\nprintln($a)\nif (@sum(x) > 0) {{ if (@sum(x) > {}) next; println($a + 1, \" \", @sum(x)) }}\nprintln($b + 7)"
        self.assertEqual(self.handler(body.format(1, 1)), ["1000", "1001 1", "7"])
        self.assertEqual(self.handler(body.format(1, 0)), ["1000"])
        self.assertEqual(self.handler(body.format(0, 0)), [])

    def test_the_context_behind_a_loop_that_user_space_ends(self):
        body = f"while (i++ < 3) {{ if ({USER} == i + MORE) next }}\nl = 7; l %= $a\nprintln($a, l)"
        self.assertEqual(self.handler(body.replace("MORE", "9")), ["10007"])
        self.assertEqual(self.handler(body.replace("MORE", "3")), [])

    def test_what_a_function_gets_depends_on_the_way(self):
        """The argument is written on ways that are not taken, and ways that only user space knows."""
        got = self.handler("a[9] = 1; delete a; foreach (k in a) l++\n"
                           'if (l) { w = "key" } else { n = strlen(w) }\nprintln(n, w)\n'
                           'if (l == 0) { v = "longer"; m = strlen(v); v = "no" } else { v = "yes" }\nprintln(m, v)\n'
                           'u = l ? "long" : "x"\nprintln(strlen(l ? "four" : "a"), u)')
        self.assertEqual(got, ["0", "6no", "1x"])

    def test_a_text_that_becomes_user_spaces_later(self):
        """It lies between two uses of k, which user space changes; what reads it inside the try statement was to be the kernel's."""
        for text, use, wanted in (('sprintf("%%")', "x .= string_quoted(w)", '"%"'), ('sprintf("%d", $a)', 'x .= string_quoted(w . "b")', '"1000b"'),
                                  ('sprintf("%c", 65)', "x += strlen(w)", "1"), ('sprintf("%d", $a)', "a[w] = 3; x += a[w]", "3"),
                                  ('sprintf("%5d", $a)', "x += strlen(w)", "5")):
            got = self.handler(f"""k = 3
                if (first > 5) println(k, sprintf("%5d", k))
                w = {text}
                try {{ if ({USER} == 5) k--; --k; {use} }} catch {{ }}
                println(x, k)""")
            self.assertEqual(got, [wanted + "1"], text + use)

    def test_a_value_of_the_kernel_that_user_space_changes(self):
        for body, wanted in ((f'v = $a; if ({USER} == 5) l = v--; println(l, " ", v)', "1000 999"),
                             (f"v = $a; for (i = 0; i < 2; i++) if ({USER} == 5) v -= 10; println(v)", "980"),
                             (f'v = int_arg(1); try {{ l = v--; m = {USER} }} catch {{ }}; println(l, " ", v, m)', "1000 9995"),
                             (f'w = sprint($a); if ({USER} == 5) w .= "x"; println(w)', "1000x"),
                             (f'v = $a; try {{ if ({USER} == 6) error("a"); l = v-- }} catch {{ }}\n'
                              f'for (i = 0; i < 2; i++) if ({USER} == 5) v = $b ? 1 : v; println(l, " ", v)', "1000 999")):
            self.assertEqual(self.handler(body), [wanted], body)

    def turns(self, body, declarations=""):
        """The lines of three calls of turn(). Nothing is handled in user space before all of them: the kernel waits for its output."""
        prog = build("globals", "-O1")
        text = f"""global last, n, {declarations}m
            probe process("{prog}").function("turn").call {{ last[tid()] = ++n; m = n * 10; w[n] = sprintf("w%d", n) }}
            probe process("{prog}").function("turn") {{ {body} }}"""
        return self.lines(script(text, "--no-global-var-display", "-c", f"{prog} >/dev/null"))

    def test_a_read_behind_a_user_value_is_of_its_event(self):
        """Later events change what is read before user space comes to it."""
        for body in (f"l = {USER}; println(last[tid()], m, l)", f"l = {USER}; println(l - 5, \"\"); x = last[tid()]; println(x, m, l)",
                     f"if ({USER} == 5) println(last[tid()], m, 5)", f"if ({USER} == 5) {{ k = tid(); if (k in last) println(last[k], m, 5) }}",
                     f"for (i = 0; i < {USER} - 4; i++) println(last[tid()], m, 5)",
                     f"try {{ l = {USER}; println(last[tid()], m, l) }} catch {{ println(\"caught\") }}"):
            got = [line for line in self.turns(body, "w, ") if line != "0"]
            self.assertEqual(got, ["1105", "2205", "3305"], body)

    def test_what_is_read_before_a_write_of_the_handler(self):
        """The statement that moves reads first, the kernel writes behind it, and a later one holds them together in user space."""
        for body in (f'try {{ l = {USER}; println(c, l) }} catch {{ }}; c = n * 10; foreach (k in w) l++; if (l) x = l',
                     f'if ({USER} == 5) {{ l = {USER}; println(c, l) }}; c = n * 10; if (l) x = l',
                     f'if ({USER} == 5) {{ l = {USER}; println(u[1], l) }}; u[1] = n * 10; if (l) x = l',
                     f'l = {USER}; if (l) println(c, l); c++; c += 10; c = n * 10; l++; if (l) x = l'):
            self.assertEqual(self.turns(body, "w, c, u, x, "), ["05", "105", "205"], body)

    def test_a_string_element_behind_a_user_value(self):
        self.assertEqual(self.turns(f'l = {USER}; if (l == 5) println(w[n], ".", l)', "w, "), ["w1.5", "w2.5", "w3.5"])

    def test_what_the_handler_itself_counts(self):
        """In the kernel before the statement that moves, or in user space with it."""
        self.assertEqual(self.turns(f"c++; if ({USER} == 5) println(c, m)", "w, c, "), ["110", "220", "330"])
        self.assertEqual(self.turns(f"if ({USER} == 5) println(c, m); c++", "w, c, "), ["010", "120", "230"])
        self.assertEqual(self.turns(f"if ({USER} == 5) {{ c++; println(c, m) }}", "w, c, "), ["110", "220", "330"])
        self.assertEqual(self.turns(f"c++; if ({USER} == 5) {{ println(c, m); c += 10 }}; c++", "w, c, "), ["110", "1320", "2530"])

    def test_a_loop_stays_where_no_turn_leaves_a_user_value_to_the_next(self):
        """Then what it reads of the kernel may depend on the turn."""
        text = 'function text(x) { if (x == 1000) return "thousand"; if (x == 0) return sprintf("%4d", x); return "?" }'
        self.assertEqual(self.handler("for (i = 1; i < 3; i++) println(text(int_arg(i)), i)", text), ["thousand1", "   02"])
        self.assertEqual(self.handler("for (i = 1; i < 3; i++) { w = text(int_arg(i)); if (i == 2) println(w, i) }", text), ["   02"])
        self.assertEqual(self.handler("while (i++ < 2) { if (i == 1) { w = text(int_arg(i)); println(w) } }\nprintln(i)", text),
                         ["thousand", "3"])
        carried = "for (i = 1; i < 3; i++) { println(w); w = text(int_arg(i)) }"
        result = script(f'{text} probe process("{build("calls", "-O0")}").function("add").call {{ {carried} }}', "-p3")
        self.assertIn("[continuation-needs-kernel]", result.stderr)

    def test_the_error_of_what_runs_early_is_raised_in_its_try(self):
        name = 'function name(x) { if (x == 4) return sprintf("%5d", x); return kernel_string(x) }'
        body = ('try { println(name(8)) } catch (e) { println("caught ", e) }\n'
                'try { try { println(name(4)); println(name(16)); println("not here") } catch (e) { error("again: " . e) } }\n'
                'catch (e) { println(e) }')
        fault = "kernel read fault at 0x00000000000000"
        self.assertEqual(self.handler(body, name), [f"caught {fault}08 (addr)", "    4", f"again: {fault}10 (addr)"])
        # Functions whose C raises by a macro.
        for call, words in (("kernel_long(8)", f"{fault}08"), ("kernel_short(24)", f"{fault}18"), ("task_pid(8)", "kernel read fault"),
                            ('register("nothing")', "Unknown register"), ("task_parent(16)", "kernel read fault")):
            got = self.handler(f'try {{ println(symname({call})) }} catch (e) {{ println("caught ", e) }}')
            self.assertEqual(len(got), 1)
            self.assertRegex(got[0], f"^caught .*{re.escape(words)}")
        # In each turn of a loop, with the message in a variable.
        got = self.handler('for (i = 0; i < 3; i++) { try { println(symname(kernel_long(i * 8))) } catch (e) { println("caught ", e) } }')
        self.assertEqual(got, [f"caught {fault}{at} (addr)" for at in ("00", "08", "10")])


if __name__ == "__main__":
    live.main()
