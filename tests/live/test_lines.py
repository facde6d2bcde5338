"""Line probes: each execution counts once, and variables agree with gdb."""
import re
import subprocess

import live
from live import LiveTest, build, coretap, line_of, run, script


def gdb_values(prog, line, names):
    """Values of NAMES each time gdb stops at LINE, as it prints them."""
    commands = live.TMP / "gdb.commands"
    values = ", ".join(f"(long)({n})" for n in names)
    commands.write_text(f"""set debuginfod enabled off
break loop.c:{line}
commands
silent
printf "{'%ld ' * len(names)}\\n", {values}
continue
end
run
""")
    result = run("gdb", "-q", "-batch", "-nx", "-x", commands, prog)
    return [l.split() for l in result.stdout.splitlines() if re.fullmatch(r"(-?\d+ )+", l)]


class Lines(LiveTest):
    def test_loop_line_runs_18_times(self):
        line = line_of("loop", "/* LOOP */")
        for compiler in ("gcc", "clang"):
            for level in ("-O0", "-O1", "-O2"):
                with self.subTest(compiler=compiler, level=level):
                    prog = build("loop", level, compiler=compiler)
                    out = self.lines(script(
                        f'global n probe process("{prog}").statement("sum@loop.c:{line}") {{ n++ }} '
                        'probe end { printf("%d\\n", n) }', "-c", prog))
                    self.assertEqual(out[-1], "18")

    def test_locals_match_gdb(self):
        line = line_of("loop", "/* LOOP */")
        names = ["i", "n", "total", "p->x", "p->y"]
        for level in ("-O0", "-O2"):
            with self.subTest(level=level):
                prog = build("loop", level)
                expected = gdb_values(prog, line, names)
                self.assertEqual(len(expected), 18)
                out = self.lines(script(
                    f'probe process("{prog}").statement("sum@loop.c:{line}") '
                    '{ printf("%d %d %d %d %d\\n", $i, $n, $total, $p->x, $p->y) }', "-c", prog))
                got = [l.split() for l in out if re.fullmatch(r"(-?\d+ ?)+", l)]
                self.assertEqual(got, expected)

    def test_inlined_copies_count_once_each(self):
        line = line_of("loop", "/* INLINED */")
        prog = build("loop", "-O2")
        out = self.lines(script(
            f'global n, m probe process("{prog}").statement("*@loop.c:{line}") {{ n++ }} '
            f'probe process("{prog}").function("twice").inline {{ m++ }} '
            'probe end { printf("%d %d\\n", n, m) }', "-c", prog))
        self.assertEqual(out[-1], "3 3")

    def test_listing_agrees_with_readelf(self):
        prog = build("loop", "-O2")
        rows = run("readelf", "--debug-dump=decodedline", prog).stdout
        stmt_lines = set()
        for row in rows.splitlines():
            fields = row.split()
            if len(fields) >= 4 and fields[0] == "loop.c" and fields[1].isdigit() and "x" in fields[-1:]:
                stmt_lines.add(int(fields[1]))
        result = coretap("-L", f'process("{prog}").statement("*@loop.c:*")')
        listed = {int(m) for m in re.findall(r'loop\.c:(\d+)"\)', self.ok(result))}
        self.assertEqual(listed, stmt_lines)
        line = line_of("loop", "/* LOOP */")
        row = next(l for l in result.stdout.splitlines() if f":{line}\")" in l)
        for variable in ("$values:int const*", "$n:int", "$p:struct point*", "$total:int", "$i:int"):
            self.assertIn(variable.split(":")[0] + ":", row)

    def test_statement_by_address(self):
        prog = build("loop", "-O2")
        symbols = run("nm", prog).stdout
        address = next(l.split()[0] for l in symbols.splitlines() if l.endswith(" sum"))
        out = self.lines(script(
            f'probe process("{prog}").statement(0x{address}) {{ printf("hit %s\\n", ppfunc()) exit() }}',
            "-c", prog))
        self.assertIn("hit sum", out)


if __name__ == "__main__":
    live.main()
