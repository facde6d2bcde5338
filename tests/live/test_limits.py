"""Limits: what happens beyond each, on both sides, and which a built binary takes when it starts."""
import os
import re
import string

import live
from live import LiveTest, TMP, build, coretap, run, script


class Limits(LiveTest):
    def setUp(self):
        self.prog = build("calls", "-O0")

    def kernel_side(self, text, *options):
        return script(text.replace("POINT", f'process("{self.prog}").function("add").call'), *options,
                      "-c", f"{self.prog} >/dev/null")

    def user_side(self, text, *options):
        return script(text.replace("POINT", "begin"), *options)

    def test_maxaction(self):
        """A loop is stopped after that many statements; in begin, end and error probes after ten times as many."""
        text = """global turns probe POINT { n = 0; try { while (n < 3000) n++ } catch (m) { println(m) } turns = n }
                  probe end { println(turns < 101 ? 100 : turns) }"""
        out = self.lines(self.kernel_side(text, "-D", "MAXACTION=100"))
        self.assertEqual(out, ["MAXACTION exceeded"] * 10 + ["100"])
        out = self.lines(self.user_side(text + " probe begin(1) { exit() }", "-D", "MAXACTION=100"))
        self.assertEqual(out[0], "MAXACTION exceeded")
        self.assertTrue(980 <= int(out[1]) <= 1000, out)
        timer = """probe timer.ms(20) { n = 0; try { while (1) n++ } catch (m) { println(m) } println(n <= 1000 && n >= 980) exit() }"""
        self.assertEqual(self.lines(script(timer))[:2], ["MAXACTION exceeded", "1"])

    def test_maxaction_interruptible(self):
        text = "probe begin { while (n < 10) n++ println(n) exit() }"
        for limit, out in (("MAXACTION_INTERRUPTIBLE=20", "10\n"), ("MAXACTION=1000000", "10\n")):
            self.assertEqual(self.ok(script(text, "-D", limit)), out)
        for options in (["-D", "MAXACTION_INTERRUPTIBLE=9"], ["-D", "MAXACTION=1"]):
            done = script(text, *options)
            self.assertEqual((done.returncode, done.stdout), (1, ""))
            self.assertIn("ERROR: MAXACTION exceeded near", done.stderr)

    def test_suppress_time_limits(self):
        text = "probe begin { while (n < 100000) n++ println(n) exit() }"
        self.assertEqual(self.ok(script(text, "-g", "--suppress-time-limits")), "100000\n")
        done = script(text, "--suppress-time-limits")
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn("needs -g", done.stderr)

    def test_maxaction_of_loops_and_functions(self):
        """Loops in functions, functions in loops, foreach, recursion: 10000 statements in begin, and none more in the catch."""
        for body in ("for (;; i++) {}", "for (;;) slow()", "for (i = 0; i < 3; i++) endless()", "foreach (k in a) foreach (l in a) c++",
                     "down(1)"):
            text = """global a, c function slow() { c++ } function endless() { while (1) c++ } function down(n) { while (n++) c++ return n }
                      probe begin(-1) { for (i = 0; i < 200; i++) a[i] = i }
                      probe begin { c = 0; try { BODY } catch (m) { println(m) } println(c <= 10000) exit() }"""
            with self.subTest(body):
                self.assertEqual(self.lines(script(text.replace("BODY", body), "-w", "--no-global-var-display")), ["MAXACTION exceeded", "1"])

    def test_maxnesting(self):
        text = 'function f(n) { return n ? f(n - 1) : 7 } probe POINT { try { println(f(8)) } catch (m) { println(m) } %s }'
        # f(8) nests nine calls.
        for limit, words in ((20, "7"), (9, "7"), (8, "MAXNESTING exceeded"), (5, "MAXNESTING exceeded")):
            self.assertEqual(set(self.lines(self.kernel_side(text % "", "-D", f"MAXNESTING={limit}"))), {words})
            self.assertEqual(self.lines(self.user_side(text % "exit()", "-D", f"MAXNESTING={limit}")), [words])

    def test_maxstringlen(self):
        text = 'probe POINT { s = "0123456789"; s = s . s . s; println(strlen(s)) %s }'
        self.assertEqual(self.lines(self.kernel_side(text % "", "-D", "MAXSTRINGLEN=24")), ["23"] * 10)
        self.assertEqual(self.lines(self.user_side(text % "exit()", "-D", "MAXSTRINGLEN=24")), ["23"])

    def test_a_literal_beyond_maxstringlen(self):
        """It is cut like every string, also as a key, in a function and in a comparison; print alone writes all of it."""
        long, cut = string.ascii_lowercase * 10, (string.ascii_lowercase * 10)[:62]
        text = '''global a, t
            function length(s) { return strlen(s) }
            probe POINT {
              t["", LONG] <<< 7; a[LONG] = LONG . "x"; v = LONG
              println(@sum(t["", CUT]), " ", @sum(t["", LONG]), " ", strlen(a[CUT]), " ", length(LONG), " ", LONG in a, " ", v == CUT)
              println(LONG =~ "j$", " ", substr(LONG, 60, 9), " ", LONG); next }
            probe begin(1) { exit() }'''.replace("LONG", f'"{long}"').replace("CUT", f'"{cut}"')
        wanted = ["7 7 62 62 1 1", f"1 ij {long}"]
        self.assertEqual(self.lines(self.user_side(text, "-D", "MAXSTRINGLEN=63", "--no-global-var-display")), wanted)
        text = text.replace("probe begin(1) { exit() }", "").replace("{\n", "{ if (done++) next; ", 1).replace("global a", "global done, a")
        self.assertEqual(self.lines(self.kernel_side(text, "-D", "MAXSTRINGLEN=63", "--no-global-var-display")), wanted)

    def test_strings_of_any_length(self):
        """Of each MAXSTRINGLEN, a multiple of 8 or not, up to the largest: cut at the limit, in both flavours."""
        said = "".join(chr(97 + i % 26) for i in range(3000))
        prog = build("strings")
        for limit in (16, 17, 100, 511, 1025, 8191, 65536):
            for flavour in ("modern", "base"):
                # base goes through a string byte by byte, which the verifier follows for about a thousand bytes.
                bytewise = flavour == "modern" or limit <= 1025
                with self.subTest(limit=limit, flavour=flavour):
                    self.one_string_length(prog, said, limit, flavour, bytewise)

    def one_string_length(self, prog, said, limit, flavour, bytewise):
        handlers = ["a[0] = user_string($text)", "a[1] = user_string($text) . user_string($text)",
                    'a[2] = sprintf("%s-%d", user_string($text), 7)', "a[3] = substr(user_string($text), 3, 4000)",
                    's = user_string($text); s .= s; s .= "x"; a[4] = s', "g = user_string($text); h = g . g; a[5] = h",
                    'try { a[6] = user_string(1) } catch (m) { a[6] = m }', 'a[7] = user_string2($text, "none")',
                    "n += (user_string($text) == g) + 2 * (user_string($text) < \"b\")", "a[8] = user_string_n($text, 4000)"]
        if bytewise:
            handlers += ["a[9] = user_string_quoted($text)", "a[10] = user_buffer_quoted($text, 3000, 0)",
                         "a[11] = text_str(user_string($text))", 'n += 4 * isinstr(user_string($text), "mnopq")']
        whole = said[:limit - 1]
        wanted = [whole, whole * 2, whole + "-7", whole[3:], (whole * 2)[:limit - 1] + "x", whole * 2,
                  "user read fault at 0x0000000000000001 (addr)", whole, whole]
        wanted = [text[:limit - 1] for text in wanted]
        number = 3 + 4 * ("mnopq" in whole) * bytewise
        text = "global a, g, h, n\n" + "".join(f'probe process("{prog}").function("say") {{ {h} }}\n' for h in handlers)
        text += 'probe end { foreach (k+ in a) printf("%d=%s\\n", k, a[k]); println(n) }'
        got = self.lines(script(text, "-D", f"MAXSTRINGLEN={limit}", "-c", f"{prog} {said}", env=dict(os.environ, CORETAP_FLAVOUR=flavour)))
        self.assertEqual(got[:9], [f"{i}={text}" for i, text in enumerate(wanted)])
        self.assertEqual(got[-1], str(number))
        for line in got[9:-1]:  # quoted: the text, cut so that it still ends in a quotation mark
            quoted = line.partition("=")[2].strip('"').removesuffix('"...')
            self.assertTrue(said.startswith(quoted) and len(quoted) >= min(len(said), limit - 6), line)

    def test_a_frame_beyond_32_kib(self):
        """A store's offset has 16 bits: what lies further in a frame is cleared and copied all the same."""
        body = "".join(f'if (isinstr($head$, ".value=47")) n += {i}; else n -= 1000\n' for i in range(30))
        body += 'if (isinstr($head$, ".value=48")) n += 1000\n'
        for flavour in ("modern", "base"):
            with self.subTest(flavour=flavour):
                got = script(f'probe process("{self.prog}").function("walk").call {{ {body} println(n) }}', "-c", f"{self.prog} >/dev/null",
                             env=dict(os.environ, CORETAP_FLAVOUR=flavour))
                self.assertEqual(self.lines(got), [str(sum(range(30)))])

    def test_many_numbers_alive(self):
        """Numbers that are read before a call, a loop or a record, and used behind it: more than the 512 bytes of BPF's stack hold."""
        count = 66
        read = "\n".join(f"v{i} = g{i}++" for i in range(count))
        values = [f"v{i}" for i in range(count)]
        bodies = ("if (strlen(execname())) n = " + " + ".join(values), "for (i = 0; i < 3; i++) m += g0; n = " + " ^ ".join(values),
                  'print("") n = ' + " - ".join(values))
        probes = "".join(f'probe POINT {{ if (done{at}++) next\n {read}\n {body}\n println({at}, " ", n) }}\n' for at, body in enumerate(bodies))
        text = "global " + ", ".join([f"g{i} = {i * i}" for i in range(count)] + [f"done{at}" for at in range(len(bodies))]) + "\n" + probes
        sums = [[i * i + at for i in range(count)] for at in range(len(bodies))]
        xor = 0
        for value in sums[1]:
            xor ^= value
        wanted = [f"0 {sum(sums[0])}", f"1 {xor}", f"2 {2 * sums[2][0] - sum(sums[2])}"]
        for flavour in ("modern", "base"):
            with self.subTest(flavour=flavour):
                text_here = text.replace("POINT", f'process("{self.prog}").function("add").call')
                got = script(text_here, "-w", "--no-global-var-display", "-c", f"{self.prog} >/dev/null",
                             env=dict(os.environ, CORETAP_FLAVOUR=flavour))
                self.assertEqual(self.lines(got), wanted, got.stderr)

    def test_what_the_verifier_walks(self):
        """A million instructions, once for each state that differs: retried updates, errors that are caught within loops, and
        a%[N] that trims itself, many times in one handler."""
        count = 200
        updates = "".join(f"a[{i} % 7, s] = a[{i} % 7, s] * 3 ^ {i}\n" for i in range(count))
        values = [0] * 7
        for i in range(count):
            values[i % 7] = (values[i % 7] * 3 ^ i) & (1 << 64) - 1
        updated = " ".join(str(v - (v >> 63 << 64)) for v in values)
        updates += 'println(' + ', " ", '.join(f"a[{i}, s]" for i in range(7)) + ")"
        order = """for (i = 0; i < 40; i++) { b[i] = i; c[i, s]++ }
                   for (i = 0; i < 40; i++) { n += b[i]; n += c[i, s] } println(n)"""
        for flavour, turns in ("modern", 12), ("base", 2):  # in base a loop may turn as often as its body can be walked
            errors, quotients, caught = self.nested_errors(turns)
            for name, body, wanted in (("updates", updates, updated), ("errors", errors, f"{caught} {quotients}"),
                                       ("order", order, str(sum(range(30, 40)) + 10))):
                with self.subTest(flavour=flavour, case=name):
                    got = script(f'''global a, b%[10], c%[10], done
                                 probe process("{self.prog}").function("add").call {{ if (done++) next; s = "key"; {body} }}''', "-w",
                                 "--no-global-var-display", "-c", f"{self.prog} >/dev/null", env=dict(os.environ, CORETAP_FLAVOUR=flavour))
                    self.assertEqual(self.lines(got), [wanted])

    def test_turns_of_base(self):
        """A loop may turn as often as the message says, in that turn too it asks its condition, and one more turn is an error."""
        loops = ("for (i = 0; i < a; i++) n++", 'while (i++ < b) { s .= "x"; n++ }', "for (;;) { n++; if (++i >= c) break }",
                 'for (; i < d; i++) { n++; if (text_str(s) =~ "[[:digit:]]") break }', "for (i = 0; i < 2; i++) for (j = 0; j < e; j++) n++",
                 "for (; i < f; i++) { if (i % 2) continue; for (j = 0; j < 2; j++) n++ }")

        def turn(most):
            """Runs each loop `most` times, and in the next call once more: the numbers of turns that were, and that errors name."""
            names = dict(zip("abcdef", most))
            point = f'process("{self.prog}").function("add").call'
            probes = "".join(f'probe {point} {{ if (h{at}++ > 1) next; if (h{at} == 2) {name}++; {loop} println({at}, " ", n) }}\n'
                             for at, (name, loop) in enumerate(zip(names, loops)))
            globals_ = "".join(f", {name}, h{at}" for at, name in enumerate(names))
            got = script(f"global s{globals_}\n{probes}", "-w", "--no-global-var-display", "-D", "MAXACTION=20000", "-D", "MAXERRORS=99",
                         *(f"-G{name}={number}" for name, number in names.items()), "-c", f"{self.prog} >/dev/null",
                         env=dict(os.environ, CORETAP_FLAVOUR="base"))
            errors = re.findall(r"which has no bpf_loop, this loop may turn (\d+) times near identifier '(?:for|while)' at <input>:(\d+):", got.stderr)
            return sorted(got.stdout.splitlines()), sorted((int(line) - 2, int(number)) for number, line in errors), got.stderr

        done, errors, stderr = turn([10**6] * 6)
        self.assertEqual((done, [at for at, _ in errors]), ([], [0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5]), stderr)
        most = [number for _, number in errors[::2]]
        self.assertTrue(all(number > 0 for number in most) and max(most) > 100, most)
        done, errors, stderr = turn(most)
        counts = most[:4] + [most[4] * 2, (most[5] + 1) // 2 * 2]
        self.assertEqual(done, [f"{at} {count}" for at, count in enumerate(counts)], stderr)
        self.assertEqual(errors, list(enumerate(most)))

    def nested_errors(self, turns):
        """A body of two loops in which errors of two kinds are caught; the sums that it prints."""
        numbers, pairs = range(2, 9), [(i, n) for i in range(turns) for n in range(2, 9)]
        fails = "".join(f'''try {{ x += 100 / (i % {n}) }} catch {{ e += {n} }}
                            try {{ if (i % {n} == 1) error("{n}") }} catch (m) {{ e += stringat(m, 0) - 48 }}\n''' for n in numbers)
        body = f'for (i = 0; i < {turns}; i++) {{ j = 0; while (j++ < 1) {{ {fails} }} }} println(e, " ", x)'
        return body, sum(100 // (i % n) for i, n in pairs if i % n), sum(n for i, n in pairs if i % n < 2)

    def test_maxmapentries(self):
        text = '''global a probe POINT { for (i = 0; i < 9; i++) { try { a[i] = i } catch (m) { println(m) break } }
                  println(i, 3 in a) next } probe begin(1) { exit() }'''
        wanted = ["Array overflow, check MAXMAPENTRIES", "61"]
        self.assertEqual(self.lines(self.user_side(text, "-D", "MAXMAPENTRIES=6", "--no-global-var-display")), wanted)
        text = text.replace("probe begin(1) { exit() }", "")
        self.assertEqual(self.lines(self.kernel_side(text, "-D", "MAXMAPENTRIES=6", "--no-global-var-display")), wanted * 10)

    def test_maxerrors(self):
        """The session goes on until more errors than that were seen; then `error` probes run. Errors show in the status."""
        text = 'global n probe POINT { n++; error("no") } probe error { println("over") } probe end { println("end") }'
        for limit, runs, status in ((0, "over", 1), (2, "over", 1), (20, "end", 1)):
            done = self.kernel_side(text, "-D", f"MAXERRORS={limit}", "--no-global-var-display")
            self.assertEqual((done.stdout, done.returncode), (runs + "\n", status), done.stderr)
        text = '''probe begin(-2) { error("one") } probe begin(-1) { error("two") } probe begin { println("here") exit() }
                  probe error { println("over") }'''
        done = self.user_side(text, "-D", "MAXERRORS=1")
        self.assertEqual((done.stdout, done.returncode), ("over\n", 1))
        self.assertEqual(done.stderr.count("ERROR: "), 2)
        self.assertEqual(self.user_side(text, "-D", "MAXERRORS=5").stdout, "here\n")

    def test_maxtrycatch(self):
        """No limit: an error in the innermost of 40 is passed on by each."""
        depth = 40
        text = "probe POINT { n = 0; " + "try { " * depth + 'error("no") ' + "} catch (m) { n++; error(m) } " * (depth - 1)
        text += "} catch (m) { println(m, n) } %s }"
        wanted = f"no{depth - 1}"
        self.assertEqual(self.lines(self.kernel_side(text % "", "-D", "MAXTRYCATCH=1")), [wanted] * 10)
        self.assertEqual(self.lines(self.user_side(text % "exit()", "-D", "MAXTRYCATCH=1")), [wanted])

    def test_names_without_effect(self):
        """They are taken without a word; one that nobody knows is not."""
        names = ("MAXTRYLOCK", "TRYLOCKDELAY", "MAPHASHBIAS", "MINSTACKSPACE", "KRETACTIVE", "MAXUPROBES", "INTERRUPTIBLE",
                 "STP_OVERLOAD_THRESHOLD", "STP_NO_OVERLOAD", "STP_MAXMEMORY")
        options = [word for name in names for word in ("-D", f"{name}=1")]
        self.assertEqual(self.lines(self.kernel_side('probe POINT { println("ran") }', *options)), ["ran"] * 10)
        self.assertEqual(self.lines(self.user_side('probe POINT { println("ran") exit() }', *options)), ["ran"])
        done = self.user_side('probe POINT { println("ran") exit() }', "-D", "MAXTRYKATCH=1")
        self.assertEqual((done.returncode, done.stdout), (0, "ran\n"))
        self.assertIn("-D MAXTRYKATCH has no effect: there is no limit of that name", done.stderr)

    def test_a_name_for_embedded_c(self):
        text = 'probe POINT { println(%{ MY_NAME + 1 %}) next } probe begin(1) { exit() }'
        self.assertEqual(self.lines(self.user_side(text, "-g", "-D", "MY_NAME=5")), ["6"])
        self.assertEqual(self.lines(self.kernel_side(text.replace("exit()", "next"), "-g", "-D", "MY_NAME=5")), ["6"] * 10)

    def test_of_a_built_binary(self):
        """What only sizes something is given when the binary starts, without a compiler."""
        binary = TMP / "limited"
        text = f'''global a, u
            probe process("{self.prog}").function("add").call {{ a[$b] = 1; println("add") }}
            probe end {{ for (i = 0; i < 9; i++) u[i] = i; foreach (k in a) n++; println(n) }}'''
        result = coretap(f"--build={binary}", "--no-global-var-display", "-e", text)
        self.assertEqual((result.returncode, result.stderr), (0, ""), result.stdout)
        command = ("-c", f"{self.prog} >/dev/null")
        self.assertEqual(self.lines(run(binary, *command)), ["add"] * 10 + ["10"])
        done = run(binary, "-D", "MAXMAPENTRIES=4", *command)
        self.assertEqual((done.stdout, done.returncode), ("add\n" * 4, 1))
        self.assertIn("Array overflow, check MAXMAPENTRIES", done.stderr)
        done = run(binary, "-D", "MAXMAPENTRIES=9", "-D", "MAXERRORS=1", *command)
        self.assertEqual((done.stdout, done.returncode), ("add\n" * 9 + "9\n", 1))
        self.assertIn("Number of errors: 1,", done.stderr)
        done = run(binary, "-D", "MAXACTION=4", *command)
        self.assertEqual((done.stdout, done.returncode), ("", 1))
        self.assertIn("MAXACTION", done.stderr)

    def test_programs_at_one_tracepoint(self):
        """The kernel takes 64 at one event of a tracepoint, and the next is refused with the reason."""
        def probes(count):
            return script("global n\n" + "".join(f"probe syscall.getsid {{ if (pid() == target()) n[{i}]++ }}\n" for i in range(count)) +
                          "probe end { foreach (i in n) { kinds++ calls += n[i] } println(kinds, \" \", calls) }", "-c", "python3 -c 'import os; os.getsid(0)'")
        self.assertEqual(self.ok(probes(64)), "64 64\n")
        done = probes(65)
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertRegex(done.stderr, r"^ERROR: cannot attach probe kernel\.tracepoint\(\"syscalls:sys_enter_getsid\"\): the kernel runs no more than 64 BPF programs")

    def test_maxskipped(self):
        """Nothing is skipped here, so no limit is passed; what happens beyond it is Live.MoreSkippedEventsThanMaxskipped…"""
        text = 'global n probe POINT { n++; if (n == 10) println(n) }'
        self.assertEqual(self.lines(self.kernel_side(text, "-D", "MAXSKIPPED=0")), ["10"])
        self.assertEqual(self.lines(self.user_side('probe POINT { println("ran") exit() }', "-D", "MAXSKIPPED=0")), ["ran"])


if __name__ == "__main__":
    live.main()
