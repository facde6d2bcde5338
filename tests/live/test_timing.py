"""-t: the hit report, with the layout, locations and derivations that stap gives (`stap -t -p3` shows the texts)."""
import os
import re
import tempfile

import live
from live import LiveTest, build, coretap, run, script

LINE = re.compile(r"(.+), \((.*)\), hits: (\d+), ns: (\d+)min/(\d+)avg/(\d+)max, variance: (\d+),((?: from: .+)+), index: (\d+)")
BASE = os.environ.get("CORETAP_FLAVOUR") == "base"


class Timing(LiveTest):
    def report(self, out):
        """What was printed before, and a row for each line of the report: point, location, hits, derivation, index."""
        before, mark, after = out.partition("----- probe hit report: \n")
        self.assertTrue(mark, out)
        rows = []
        for line in after.splitlines():
            match = LINE.fullmatch(line)
            self.assertTrue(match, line)
            point, location, hits, least, mean, most, variance, derivation, index = match.groups()
            least, mean, most = int(least), int(mean), int(most)
            self.assertTrue(0 < least <= mean <= most, line)
            if int(hits) == 1:
                self.assertEqual((least, mean, int(variance)), (most, most, 0), line)
            rows.append((point, location, int(hits), derivation, int(index)))
        return before, rows

    def test_user_side(self):
        """Of an alias, the innermost point that names one; what never ran has a number and no line."""
        before, rows = self.report(self.ok(script('''
            probe foo = begin, end { x = 1 }
            probe bar = foo { y = 2 }
            probe bar { println(x + y) }
            probe never { println("never") }
            probe timer.s(1000) { println("never") }
            probe timer.ms(1) { if (n++ == 4) exit() }
            global n
            probe end if (n == 5) { println("five") }'''.replace("            ", ""), "-t")))
        self.assertEqual(before, "3\n3\nfive\n")
        chain = " from: foo from: bar from: bar"
        self.assertEqual(rows, [("begin", "<input>:3:13", 1, chain, 0), ("end", "<input>:3:13", 1, chain, 1),
                                ("timer.ms(1)", "<input>:7:1", 5, " from: timer.ms(1)", 3),
                                ("end", "<input>:9:1", 1, " from: end", 4)])

    def test_kernel_side(self):
        """A line for each site; without cookies one for all sites of a handler that does not ask. What is continued
        in user space has a line of its own."""
        prog = build("calls", "-O0")
        before, rows = self.report(self.ok(script(f'''
            global n
            probe process("{prog}").function("add"), process("{prog}").function("walk") {{ n++ }}
            probe process("{prog}").function("[aw]*@*calls.c").call {{ n++ }}
            probe process("{prog}").function("add").call {{ n++
              if (n == -1) println("never")
              if (n) printf("#%d\\n", $b) }}
            '''.replace("            ", ""), "-t", "-c", f"{prog} >/dev/null")))
        self.assertEqual([l for l in before.splitlines() if l[0] == "#"], [f"#{-i}" for i in range(10)])
        kernel = [row for row in rows if "in user space" not in row[3]]
        user = [row for row in rows if "in user space" in row[3]]
        quoted = f'process("{prog}").function("'
        both, group = f' from: {quoted}add")', f' from: {quoted}[aw]*@*calls.c").call'
        hits = {("add", 3): 10, ("walk", 3): 1, ("add", 4): 10, ("walk", 4): 1, ("add", 5): 10}
        if BASE:
            self.assertEqual([row[0].endswith(" and 1 more") for row in kernel], [False, False, True, False])
            hits = {("add", 3): 10, ("walk", 3): 1, ("add", 4): 11, ("add", 5): 10}
        self.assertEqual({(re.search(r'function\("(\w+)@', row[0])[1], int(row[1].split(":")[1])): row[2] for row in kernel}, hits)
        self.assertEqual([row[2] for row in user], [10])
        self.assertIn(both, {row[3] for row in kernel})
        self.assertIn(group, {row[3] for row in kernel})
        last = [row for row in kernel if row[1].startswith("<input>:5:")]
        self.assertEqual(user[0][3], f" from: index {last[0][4]} in user space")

    def test_errors_and_caught_errors_are_hits(self):
        prog = build("calls", "-O0")
        done = script(f'probe process("{prog}").function("add") {{ if ($b % 2) println(1 / 0) }}', "-t",
                      "-DMAXERRORS=5", "-c", f"{prog} >/dev/null")
        self.assertEqual(self.report(done.stdout)[1][0][2], 10)
        done = script('probe begin { error("x") } probe error { println("e") }', "-t")
        before, rows = self.report(done.stdout)
        self.assertEqual((done.returncode, before), (1, "e\n"))
        self.assertEqual([row[:3] for row in rows], [("begin", "<input>:1:1", 1), ("error", "<input>:1:28", 1)])

    def test_a_built_binary(self):
        prog = build("calls", "-O0")
        with tempfile.TemporaryDirectory() as folder:
            binary = os.path.join(folder, "timed")
            self.ok(coretap(f"--build={binary}", "-e", f'global n probe process("{prog}").function("add") {{ n++ }} probe end {{ println(n) }}'))
            before, rows = self.report(self.ok(run(binary, "-t", "-c", f"{prog} >/dev/null")))
            self.assertEqual((before.splitlines()[-1], [row[2] for row in rows]), ("10", [10, 1]))
            self.assertNotIn("hits", self.ok(run(binary, "-c", f"{prog} >/dev/null")))


if __name__ == "__main__":
    live.main()
