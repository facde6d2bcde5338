"""What a wildcard stands for was found where the script was compiled. Where it runs, a part of it may be missing: that is a
warning for each written point; a point of which nothing is left is an error; `?` is silent (runtime/user/attach/coverage.h)."""
import json

import live
from live import LiveTest, TMP, coretap, run
from test_binding import DIFFERS, SUM, WITHOUT_ID, build, counter

TRIPLED = "50 7\n"  # what the program prints where `foo`, and only its code, differs: 10 more than SUM


class Coverage(LiveTest):
    def make(self, name, *points):
        """A program, and a tracer of it that counts each of POINTS. Then `foo` of the program gets other code."""
        prog = build(TMP / name, *WITHOUT_ID)
        path = TMP / (name + ".tracer")
        result = coretap(f"--build={path}", "-e", counter(*(point.replace("PROG", f'process("{prog}")') for point in points)))
        self.assertEqual((result.returncode, result.stderr), (0, ""), result.stdout)
        return prog, path

    def warnings(self, result, out):
        """What a run that succeeded and printed OUT warned of, one by line."""
        self.assertEqual((result.returncode, result.stdout), (0, out), result.stderr)
        lines = result.stderr.splitlines()
        for line in lines:
            self.assertTrue(line.startswith("WARNING: "), line)
        return lines

    def test_a_part_is_missing(self):
        """What is left is counted, by entry, by return and by line; the words name the point, the part and the reason."""
        prog, tracer = self.make("part", 'PROG.function("[flb][oay]*").call', 'PROG.function("[fl][oa]*").return',
                                 'PROG.function("l*").call')
        self.assertEqual(self.ok(run(tracer, "-c", prog)), SUM + "15 10 5 \n")
        build(prog, *WITHOUT_ID, "-DTRIPLE")
        first, second = self.warnings(run(tracer, "-c", prog), TRIPLED + "10 5 5 \n")
        self.assertIn(f'probe process("{prog}").function("[flb][oay]*").call at <input>:1:', first)
        self.assertIn("1 of the 3 probe points that it stands for could not be attached", first)
        self.assertIn("1 of the 2 probe points that it stands for could not be attached", second)
        for warning in (first, second):
            self.assertIn('function("foo@', warning)
            self.assertIn(DIFFERS, warning)
        self.assertIn('skipped probe process("' + prog + '").function("foo@', run(tracer, "-v", "-c", prog).stderr)

    def test_nothing_is_left(self):
        """Of one point of several: the script would wait for it for ever."""
        for name, points, words in (
                ("one", ('PROG.function("fo*").call', 'PROG.function("later").call'), "it stands for "),
                ("alias", ('PROG.function("l*").call', 'PROG.function("f?o").return'), "it stands for "),
                ("lines", ('PROG.statement("foo@*:*")', 'PROG.function("later").call'), "none of the ")):
            with self.subTest(name):
                prog, tracer = self.make("nothing." + name, *points)
                self.assertEqual(run(tracer, "-c", prog).returncode, 0)
                build(prog, *WITHOUT_ID, "-DTRIPLE")
                result = run(tracer, "-c", prog)
                self.assertEqual((result.returncode, result.stdout), (1, ""), result.stderr)
                for text in ("cannot attach probe process(", " at <input>:1:", words, DIFFERS):
                    self.assertIn(text, result.stderr)
                needs = run(tracer, "--explain-needs=json")
                self.assertEqual((needs.returncode, json.loads(needs.stdout)["runs_here"]), (1, False))

    def test_optional_is_silent(self):
        prog, tracer = self.make("silent", 'PROG.function("fo*").call ?', 'PROG.function("later").call',
                                 'PROG.function("[fl][oa]*").return !')
        build(prog, *WITHOUT_ID, "-DTRIPLE")
        self.assertEqual(self.ok(run(tracer, "-c", prog)), TRIPLED + "0 5 5 \n")

    def test_what_alternatives_were_left_out_for_is_not_optional(self):
        """`a !, b` without a is b, which was not compiled: a is needed. In a script and in an alias."""
        for name, probe in (("points", 'probe PROG.function("fo*").call !, PROG.function("later").call { n++ }'),
                            ("alias", 'probe work = PROG.function("foo").call !, PROG.function("later").call {} probe work { n++ }')):
            with self.subTest(name):
                prog, tracer = build(TMP / f"chosen.{name}", *WITHOUT_ID), TMP / f"chosen.{name}.tracer"
                script = f'global n {probe} probe end {{ println("n=", n) }}'.replace("PROG", f'process("{prog}")')
                self.ok(coretap(f"--build={tracer}", "-e", script))
                self.assertEqual(self.ok(run(tracer, "-c", prog)), SUM.strip() + "\nn=5\n")
                build(prog, *WITHOUT_ID, "-DTRIPLE")
                result = run(tracer, "-c", prog)
                self.assertEqual((result.returncode, result.stdout), (1, ""), result.stderr)
                self.assertIn("cannot attach probe ", result.stderr)
                self.assertIn(DIFFERS, result.stderr)
                # Compiled now, b would do.
                other = script.replace('"foo"', '"nowhere"').replace('"fo*"', '"nowhere*"')
                self.assertIn("n=", self.ok(coretap("-e", other, "-c", prog)))

    def test_nothing_of_an_optional_script(self):
        """Everything is optional and gone, and no other probe could do anything."""
        prog = build(TMP / "gone", *WITHOUT_ID)
        tracer = TMP / "gone.tracer"
        self.ok(coretap(f"--build={tracer}", "-e", f'probe process("{prog}").function("fo*").call ? {{ println("foo") exit() }}'))
        self.assertEqual(self.ok(run(tracer, "-c", prog + " >/dev/null")), "foo\n")
        build(prog, *WITHOUT_ID, "-DTRIPLE")
        result = run(tracer, "-c", prog)
        self.assertEqual((result.returncode, result.stdout), (1, ""), result.stderr)
        self.assertIn("none of the script's optional probes can be attached on this kernel", result.stderr)

    def test_alias_with_wildcard(self):
        """A point of an alias has the wildcard, or the point that names aliases."""
        prog = build(TMP / "of_alias", *WITHOUT_ID)
        tracer = TMP / "of_alias.tracer"
        self.ok(coretap(f"--build={tracer}", "-e", f'''global n, m
            probe work.all = process("{prog}").function("[fl][oa]*").call {{}}
            probe work.foo = process("{prog}").function("foo").call {{}}
            probe work.all {{ n++ }} probe work.* {{ m++ }} probe end {{ printf("%d %d\\n", n, m) }}'''))
        self.assertEqual(self.ok(run(tracer, "-c", prog)), SUM + "10 15\n")
        build(prog, *WITHOUT_ID, "-DTRIPLE")
        all_, star = sorted(self.warnings(run(tracer, "-c", prog), TRIPLED + "5 5\n"), reverse=True)
        self.assertIn("probe work.all at ", all_)
        self.assertIn("probe work.* at ", star)


if __name__ == "__main__":
    live.main()
