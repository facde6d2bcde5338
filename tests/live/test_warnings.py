"""What is left out of a script and warned of, on both sides, and that nothing with an effect is."""
import live
from live import LiveTest, build, script

UNUSED = "global never function unused() { return 1 }"
WORDS = ["Eliding assignment to 'x'", "Eliding side-effect-free expression"]


class Warnings(LiveTest):
    def both(self, body, declarations, *options):
        """Runs BODY on each side; the results."""
        prog = build("calls", "-O0")
        return [script(f"{declarations}\nprobe begin {{ {body}\nexit() }}", *options),
                script(f'{declarations}\nprobe process("{prog}").function("walk").call {{ {body}\n}}', *options,
                       "-c", f"{prog} >/dev/null")]

    def warned(self, done):
        return [line.split("]: ")[1].split(": at ")[0] for line in done.stderr.splitlines() if line.startswith("WARNING")]

    def test_unused_is_elided(self):
        """A division by zero that nobody looks at is no error; a cached run warns too."""
        for _ in ("compiled", "cached"):
            for done in self.both("zero = 0; x = 1 / zero; println(2)", UNUSED):
                self.assertEqual((done.returncode, done.stdout), (0, "2\n"), done.stderr)
                self.assertEqual(self.warned(done), WORDS)

    def test_unused_is_kept(self):
        for done in self.both("zero = 0; x = 1 / zero; println(2)", UNUSED, "-u"):
            self.assertEqual((done.returncode, done.stdout), (1, ""))
            self.assertIn("division by 0", done.stderr)
            self.assertNotIn("Eliding", done.stderr)

    def test_silenced(self):
        for done in self.both("zero = 0; x = 1 / zero; println(2)", UNUSED, "-w"):
            self.assertEqual(self.ok(done), "2\n")

    def test_are_errors(self):
        """Also if a run without -W left its result in the cache."""
        self.both("zero = 0; x = 1 / zero; println(2)", UNUSED)
        for done in self.both("zero = 0; x = 1 / zero; println(2)", UNUSED, "-W"):
            self.assertEqual((done.returncode, done.stdout), (1, ""))
            self.assertEqual(self.warned(done), WORDS)
        for done in self.both("println(2)", "", "-W"):
            self.assertEqual(self.ok(done), "2\n")

    def test_effects_stay(self):
        """In values that nobody wants: what prints, what changes a global, what starts a command, what is an error."""
        declarations = '''global total, by_name, last, wanted
            function shout(n) { printf("shout %d\\n", n) return n }
            function count() { total++ return 1 }
            function fail() { error("no") return 1 }'''
        body = '''x = shout(1)
            sprintf("%d", shout(2))
            shout(0) || shout(3)
            count() && 0
            y = count() + 1
            by_name[shout(4)]++;
            [shout(5)] in by_name;
            -(last = 7)
            wanted <<< 3
            for (i = 0; i < count() + 1; i++) { }
            if (shout(6)) { }
            try { z = fail() } catch { println("caught") }
            system("echo command")'''
        for done in self.both(body, declarations, "-w"):
            lines = self.lines(done)
            self.assertIn("command", lines)
            lines.remove("command")
            self.assertEqual(lines[:8], [*(f"shout {n}" for n in (1, 2, 0, 3, 4, 5, 6)), "caught"])
            self.assertEqual(lines[8:11], ["total=5", "by_name[4]=1", "last=7"])
            self.assertRegex(lines[11], r"^wanted .*@count=1 @min=3 @max=3 @sum=3")


if __name__ == "__main__":
    live.main()
