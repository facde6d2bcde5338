"""Options of a session: what each does, and the words of those that cannot be."""
import os
import pathlib
import re
import subprocess
import time

import live
from live import LiveTest, TMP, coretap, script

EXIT = "probe begin { exit() }"


class Options(LiveTest):
    def refused(self, words, *args):
        done = coretap(*args, "-e", EXIT)
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn(words, done.stderr)

    def test_output_is_cut_into_files_of_whole_lines(self):
        folder = TMP / "cut"
        folder.mkdir()
        text = "probe begin { for (i = 0; i < 300000; i++) println(i); exit() }"
        self.ok(script(text, "-D", "MAXACTION=1000000", "-S", "1", "-o", folder / "out"))
        names = sorted(os.listdir(folder))
        self.assertEqual(names, ["out.0", "out.1"])
        parts = [(folder / name).read_text() for name in names]
        self.assertTrue(all(part.endswith("\n") for part in parts))
        self.assertEqual("".join(parts), "".join(f"{i}\n" for i in range(300000)))
        self.assertLess(len(parts[0]), 1048576 + 8)

    def test_only_the_last_files_are_kept(self):
        folder = TMP / "keep"
        folder.mkdir()
        text = "probe begin { for (i = 0; i < 700000; i++) println(i); exit() }"
        self.ok(script(text, "-D", "MAXACTION=1000000", "-S", "1,2", "-o", folder / "out"))
        names = sorted(os.listdir(folder))
        self.assertEqual(len(names), 2)
        lines = (folder / names[1]).read_text().splitlines()
        self.assertEqual(lines[-1], "699999")
        before = (folder / names[0]).read_text().splitlines()
        self.assertEqual(int(before[-1]) + 1, int(lines[0]))

    def test_background(self):
        path = TMP / "background"
        done = script("probe timer.ms(50) { println(target()) exit() } probe end { println(7) }",
                      "-F", "-o", path)
        pid = int(self.ok(done))
        for _ in range(600):
            if not os.path.exists(f"/proc/{pid}"):
                break
            time.sleep(0.1)
        self.assertEqual(path.read_text(), "0\n7\n")

    def test_background_that_cannot_start(self):
        done = script(EXIT, "-F", "-o", TMP / "none" / "file")
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn("ERROR: cannot open output file", done.stderr)
        self.assertEqual(done.stderr.count("run failed"), 1)

    def test_globals_are_shown_unless_not_wanted(self):
        text = 'global n, s, a probe begin { n = 3; s = "x"; a[1, "k"] = 5; exit() }'
        self.assertEqual(self.lines(script(text)), ["n=3", 's="x"', 'a[1,"k"]=5'])
        self.assertEqual(self.lines(script(text, "--no-global-var-display")), [])

    def test_texts_of_globals(self):
        """A global that only -G gives a text has room for it, in the kernel, too; another says that it has none."""
        text = "/usr/bin/some/long/path"
        for body, words in (("", text + " 23\n"), ('s = "short"', None)):
            done = script(f'global s = "" probe process("/bin/true").begin {{ println(s, " ", strlen(s)); {body} }}',
                          "-G", f"s={text}", "-c", "/bin/true")
            if words:
                self.assertEqual((done.returncode, done.stdout), (0, words), done.stderr)
            else:
                self.assertEqual((done.returncode, done.stdout), (1, ""))
                self.assertIn("-G s: the text has 23 bytes, and the variable has room for 7", done.stderr)

    def test_output_that_cannot_be_written(self):
        for arguments in (["--help"], ["-l", "begin"], ["-p1", "-e", EXIT], ["-p3", "-e", EXIT], ["--dump-functions"], ["--version"]):
            with open("/dev/full", "w") as full:
                done = subprocess.run([live.CORETAP, *arguments], stdout=full, stderr=subprocess.PIPE, text=True)
            self.assertEqual(done.returncode, 1, arguments)
            self.assertIn("ERROR [output-write]: cannot write all of the output to standard output", done.stderr)
        self.refused("--build takes the name of a file", "--build=")

    def test_suppressed_errors(self):
        done = script("probe begin { println(1 / 0) } probe begin { println(2) exit() }", "--suppress-handler-errors")
        self.assertEqual((done.returncode, done.stdout), (0, "2\n"))
        self.assertEqual(done.stderr, "WARNING: Number of errors: 0 and 1 suppressed, skipped probes: 0\n")

    def test_compatible_sets_the_version_of_the_language(self):
        text = 'probe begin { %( systemtap_v < "3.0" %? println("old") %: println("new") %) exit() }'
        self.assertEqual(self.lines(script(text)), ["new"])
        self.assertEqual(self.lines(script(text, "--compatible=2.9")), ["old"])
        self.refused("--compatible takes a version as 4.2, not 'x'", "--compatible=x")

    def test_files_of_symbols_need_not_be_named(self):
        text = 'probe begin { println("ran") exit() }'
        for options in (("-d", "/bin/ls"), ("-d", "kernel"), ("--ldd",), ("--all-modules",)):
            self.assertEqual(self.lines(script(text, *options)), ["ran"])

    def test_verbosity_of_one_pass(self):
        done = script(EXIT, "--disable-cache", "--vp", "01")
        self.assertEqual(done.returncode, 0)
        self.assertRegex(done.stderr, r"\APass 2: analyzed script: .*\n\Z")
        self.refused("--vp takes a digit for each of the five passes", "--vp", "0x")

    def test_kept_files(self):
        done = script(EXIT, "-k", "--disable-cache")
        folder = re.fullmatch(r'Keeping temporary directory "(.*)"\n', done.stderr)[1]
        self.assertEqual((done.returncode, done.stdout), (0, ""))
        self.assertIn("ct_program", (pathlib.Path(folder) / "harness.cpp").read_text())
        # From the cache, too.
        once, again = script(EXIT, "-k"), script(EXIT, "-k")
        self.assertEqual((again.returncode, again.stderr), (0, once.stderr))
        self.assertIn("ct_program", (pathlib.Path(re.search(r'"(.*)"', again.stderr)[1]) / "harness.cpp").read_text())

    def test_buffer_size(self):
        """A handler that prints more than the buffer holds loses records, and says so; a larger buffer loses none."""
        prog = live.build("calls", "-O0")
        text = f'probe process("{prog}").function("add").call {{ for (i = 0; i < 900; i++) printf("%d %s\\n", i, sprintf("%0500d", i)) }}'
        done = script(text, "-s", "64", "-D", "MAXACTION=100000", "-c", f"{prog} >/dev/null", timeout=120)
        self.assertEqual(self.lines(done), [f"{i} {i:0500}" for _ in range(10) for i in range(900)])
        self.refused("-s", "-s", "0")

    def test_dumps(self):
        """A line each: a function with its types, a kind of point, an alias."""
        functions = self.lines(coretap("--dump-functions"))
        self.assertIn("execname:string ()", functions)
        self.assertTrue(any(re.match(r"substr:string \(\w+:string, \w+:long, \w+:long\)", line) for line in functions))
        types = self.lines(coretap("--dump-probe-types"))
        self.assertTrue({"begin", "end(number)", "process(string).function(string).call"} <= set(types), types[:5])
        aliases = self.lines(coretap("--dump-probe-aliases"))
        self.assertTrue(any(line.startswith("syscall.openat") for line in aliases), aliases[:5])

    def test_time_limit(self):
        out = self.lines(script("probe begin { println(1) } probe end { println(2) }", "-T", "1"))
        self.assertEqual(out, ["1", "2"])

    def test_additional_scripts_and_combined_letters(self):
        out = self.lines(script(EXIT, "-E", "probe end { println(3) }"))
        self.assertEqual(out, ["3"])
        done = coretap("-gwup1", "-e", EXIT)
        self.assertEqual(done.returncode, 0)
        self.assertIn("exit()", done.stdout)
        unused = "probe begin { %{ ; %} x = 4 next }"
        self.assertTrue(os.path.isdir(self.ok(coretap("-gwp4", "-e", unused)).strip()))
        self.assertEqual(coretap("-wp4", "-e", unused).returncode, 1)
        unused = "probe begin { x = 4 next }"
        done = coretap("-p2", "-e", unused)
        self.assertIn("WARNING", done.stderr)
        self.assertNotIn("x:long", done.stdout)
        self.assertNotIn("x:long", self.ok(coretap("-wp2", "-e", unused)))
        self.assertIn("x:long", self.ok(coretap("-up2", "-e", unused)))

    def test_configuration_of_the_running_kernel(self):
        for path in (f"/boot/config-{os.uname().release}", "/proc/config.gz"):
            if os.path.exists(path):
                break
        else:
            self.skipTest("this machine says nowhere how its kernel is configured")
        text = live.run("zcat", "-f", path).stdout
        values = dict(re.findall(r"^(CONFIG_\w+)=(.*)$", text, re.M))
        unset = re.findall(r"^# (CONFIG_\w+) is not set$", text, re.M)
        for name, value in [(n, v) for n, v in values.items() if v in "ym"][:3]:
            out = self.lines(script(
                f'probe begin {{ %( {name} == "{value}" %? println("yes") %: println("no") %) exit() }}'))
            self.assertEqual(out, ["yes"], name)
        out = self.lines(script(
            f'probe begin {{ %( {unset[0]} == "" %? println("unset") %) exit() }}'))
        self.assertEqual(out, ["unset"])

    def test_configuration_of_a_build_tree(self):
        tree = TMP / "tree"
        (tree / "include/config").mkdir(parents=True)
        (tree / "include/config/kernel.release").write_text("5.4.3-mine\n")
        (tree / ".config").write_text('CONFIG_A=y\nCONFIG_N=12\nCONFIG_S="text"\n# CONFIG_U is not set\n')
        done = coretap("-r", tree, "-p1", "-e", '''probe begin {
            %( CONFIG_A == "y" && CONFIG_S == "\\"te*" && CONFIG_N > 9 && CONFIG_U != "y"
               && kernel_vr == "5.4.3-mine" %? yes() %: no() %) }''')
        self.assertIn("yes()", self.ok(done))
        (tree / ".config").unlink()
        done = coretap("-r", tree, "-p1", "-e", 'probe begin { %( CONFIG_A == "y" %? yes() %: no() %) }')
        self.assertIn("no()", done.stdout)
        self.assertIn("WARNING [kernel-config]: the kernel's configuration cannot be read, so "
                      "CONFIG_A is taken as not set", done.stderr)
        self.refused("there is no kernel build tree", "-r", TMP / "nothing")

    def test_refused_options_say_why(self):
        self.refused("-S needs -o FILE", "-S", "1")
        self.refused("-S takes SIZE[,N]", "-S", "1,x", "-o", "f")
        self.refused("-F needs -o FILE", "-F")
        self.refused("-a: coretap compiles for the machine that it runs on", "-a", "arm64")
        self.refused("-b: there are no files per CPU", "-b")
        self.refused("-B: there is no kernel module to build", "-B", "X=y")
        self.refused("-R takes a folder", "-R", "")
        self.refused(f"ERROR [own-file]: a part of coretap cannot be read: '{TMP}/", "-R", TMP)
        self.refused("coretap has the runtime 'bpf' only", "--runtime=dyninst")
        self.refused("only 'stapdev' is possible", "--privilege=stapusr")


if __name__ == "__main__":
    live.main()
