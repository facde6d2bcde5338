"""What users meet on their first day: mistakes that have a name, commands that fail, files of another machine."""
import os
import re
import subprocess

import live
from live import LiveTest, build, coretap, script


class Mistakes(LiveTest):
    def said(self, text, *words, left_out=(), options=("-p2",)):
        """The script is refused, in these words."""
        done = script(text, *options)
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        for each in words:
            self.assertIn(each, done.stderr)
        for each in left_out:
            self.assertNotIn(each, done.stderr)
        return done.stderr

    def test_what_was_meant(self):
        prog = build("calls", "-O0")
        at = f'probe process("{prog}").function("greet")'
        for body, words in (("println(who)", "did you mean $who, the variable of the probed code?"),
                            ("println(whom)", "assign to it before it is used, or check the spelling"),
                            ('printf("%s", $who)', "the text that it points to is user_string($who)"),
                            ('s = "x"; s = s . $who; println(s)', "the text that it points to is user_string($who)"),
                            ('println("a" . $who)', "the text that it points to is user_string($who)"),
                            ("println($who.first)", "'.' joins strings; a member is written $who->first")):
            with self.subTest(body):
                self.said(f"{at} {{ {body} }}", words)
        done = script(f"{at} {{ if (who) exit() }}", "-p2")
        self.assertEqual(done.returncode, 0)
        self.assertIn("did you mean $who, the variable of the probed code?", done.stderr)
        self.said('probe kernel.function("vfs_read") { println(count) }', "did you mean $count")
        self.said("probe begin { println(count) }", "check the spelling", left_out=["did you mean"])
        self.said("global x probe begin { println(x) }", "-G gives it a value and no type")

    def test_names_of_templates(self):
        """With arguments it is one instance, without them each, unless a function has just this name (which is all that stap takes)."""
        source = live.TMP / "templates.cpp"
        source.write_text("""namespace geo {
template <typename A, typename B> __attribute__((noinline)) long combine(A a, B b) { return a + b; }
struct Rect { int w = 1; __attribute__((noinline)) int grow(int k) { return w += k; } };
template <typename T> struct Box {
  T v;
  __attribute__((noinline)) T get() { return v; }
  template <typename U> __attribute__((noinline)) U as() { return (U)v; }
};
__attribute__((noinline)) int both(int a) { return a; }
template <typename T> __attribute__((noinline)) int both(T *a) { return *a; }
template <int N> __attribute__((noinline)) bool operator<(const Box<int> &b, const char (&)[N]) { return b.v < N; }
}
int main(int c, char **) {
  geo::Rect r;
  geo::Box<int> b{c};
  return geo::combine<int, long>(1, 2) + geo::combine(1.5, 2) + r.grow(3) - 10 + b.get() + b.as<long>() + geo::both(1) + geo::both(&c) + (b < "x");
}
""")
        prog = live.TMP / "templates"
        subprocess.run(["g++", "-g", "-O1", "-o", prog, source], check=True)
        for point, number in (('function("combine")', 2), ('function("geo::combine").call', 2), ('statement("combine@templates.cpp:2")', 2),
                              ('function("combine<*>")', 2), ('function("geo::combine<double, int>")', 1), ('function("Rect::grow")', 1),
                              ('function("*::grow")', 1), ('function("Box::get")', 1), ('function("geo::Box::as")', 1), ('function("as")', 1),
                              ('function("both")', 1), ('function("operator<")', 1), ('function("both*")', 2)):
            with self.subTest(point=point):
                self.assertEqual(len(self.lines(live.coretap("-l", f'process("{prog}").{point}'))), number)
        stripped = live.TMP / "templates_stripped"
        subprocess.run(["strip", "-g", "-o", stripped, prog], check=True)
        self.assertEqual(len(self.lines(live.coretap("-l", f'process("{stripped}").function("geo::combine")'))), 2)
        self.said(f'probe process("{prog}").function("combin") {{ println(1) }}', "similar: ")
        self.said(f'probe process("{prog}").function("ect::grow") {{ println(1) }}', "no function matches 'ect::grow'")

    def test_the_c_language(self):
        for word in ("int", "char", "unsigned"):
            done = script(f"probe begin {{ {word} x = 1; println(x) exit() }}")
            self.assertEqual(done.stdout, "1\n", done.stderr)
            self.assertIn(f"variables are not declared: without '{word}'", done.stderr)

    def test_the_language_of_bpftrace(self):
        for text, meant in (("tracepoint:syscalls:sys_enter_open { @x = count(); }", 'kernel.trace("NAME")'),
                            ('BEGIN { printf("x"); }', "probe begin {"), ("uprobe:/bin/true:main { }", "process("),
                            ("kretprobe:vfs_read { }", 'kernel.function("NAME").return'), ("interval:s:1 { }", "timer.s(N)")):
            self.said(text, "this looks like bpftrace's language", meant)

    def test_words_of_bpftrace(self):
        for text, hint in (("probe kprobe:vfs_read { }", 'SystemTap\'s is: probe kernel.function("NAME")'),
                           ("probe begin /pid == 1/ { exit() }", "filter is a condition in the handler"),
                           ("probe begin { @[1] = 2 }", "map is a global array here"),
                           ("probe begin { println(str(1)) }", "'str' is written user_string(ADDRESS)"),
                           ("probe begin { x = count() }", "'count' is written a[KEY]++"),
                           ("probe begin { println(pton(1)) }", "'pton' is not here: write the address as a number"),
                           ("probe begin { println(comm) }", "'comm' is written execname()"),
                           ("probe begin { println(arg3 + 1) }", "'arg3' is written $NAME")):
            self.assertIn(hint, script(text, "-p2").stderr, text)
        # Whoever gives the name a value means a variable.
        self.assertEqual(self.ok(script("probe begin { pid = 3 comm = 4 println(pid + comm) exit() }")), "7\n")

    def test_words_of_c(self):
        for text, hint in (("void f(int a) { }", "a function is written: function NAME(PARAMETER, …)"),
                           ("probe begin { for (int i = 0; i < 3; i++) println(i) }", "without 'int' the assignment alone makes one"),
                           ("probe begin { long x; }", "without 'long' the assignment alone makes one"),
                           ("probe begin { println('a') }", "a string stands in double quotes"),
                           ("probe begin { do { x++ } while (x < 3) }", "there is no 'do'"),
                           ("probe begin { switch (x) { case 1: break } }", "there is no 'switch'"),
                           ("probe begin { elif (x) {} }", "write 'else if'"),
                           ("probe begin { x = NULL println(x) }", "a null pointer is 0"),
                           ("probe begin { x = *p }", "what p points to is $p[0]"),
                           ("probe syscall.read.return { println(return) }", "a function's result is $return")):
            self.assertIn(hint, script(text, "-p2").stderr, text)

    def test_a_string_without_end_is_one_error(self):
        for text in ('probe begin { println("x) exit() }', 'probe begin { println("a" "x) exit() }\n',
                     'probe begin { println("x) exit() }\nprobe end { println(1) }'):
            message = self.said(text, "[unclosed-string]", options=("-p1",))
            self.assertEqual(message.count("error ["), 1, message)
        # Another mistake further down is still told.
        message = self.said('probe begin { println("x) }\nprobe end { println(1) }\nprobe end { + }', ":3:", options=("-p1",))
        self.assertEqual(message.count("error ["), 2, message)


class Commands(LiveTest):
    def test_a_command_that_fails_was_traced(self):
        """Its status is told, and coretap's is 1, as stap's; nothing says that coretap failed."""
        for command, words in (("sh -c 'exit 3'", "Child process exited with status 3"),
                               ("sh -c 'kill -9 $$'", "Child process exited with signal 9"),
                               ("ls /nonexistent", "Child process exited with status 2")):
            done = script('probe end { println("the end") }', "-c", command)
            self.assertEqual((done.returncode, done.stdout), (1, "the end\n"), done.stderr)
            self.assertIn(words, done.stderr)
            self.assertNotIn("Pass 5", done.stderr)
        done = script('probe end { error("x") }', "-c", "false")
        self.assertIn("Pass 5: run failed", done.stderr)

    def test_the_search_for_the_command_is_not_traced(self):
        """The folders of $PATH before the command's are no failed calls in the script's output."""
        empty, other = live.TMP / "empty", live.TMP / "other"
        for folder in (empty, other):
            folder.mkdir()
        (other / "true").write_text("not a program\n")  # may not be executed
        (other / "sh").mkdir()
        path = f"{empty}:/nonexistent:{other}:/usr/bin:/bin"
        count = "global n probe syscall.execve { if (pid() == target()) n++ } probe end { println(n) }"
        for command in ("true", "sh -c true", "/bin/true", "sh -c 'exit 0'"):
            done = script(count, "-c", command, env={**os.environ, "PATH": f"{path}:{os.environ['PATH']}"})
            self.assertEqual(self.ok(done), "1\n", command)

    def test_arguments_of_commands(self):
        """Each is one string of C; what is cut or cannot be read says so."""
        show = "probe kprocess.exec { if (ppid() == target()) println(args) }"
        one = live.TMP / "execs.py"
        one.write_text(f'''
import ctypes, os
libc = ctypes.CDLL(None)
def exec_with(*words):
    array = (ctypes.c_void_p * (len(words) + 1))()
    for i, word in enumerate(words):
        array[i] = word if isinstance(word, int) else ctypes.cast(ctypes.c_char_p(word), ctypes.c_void_p).value
    if os.fork() == 0:
        libc.execve(b"/bin/true", array, None)
        os._exit(0)
    os.wait()
exec_with(b"true", b"line\\nnext", b"unit\\x1fsep", b"\\xc3\\xbc\\x1b[0m", b'say "\\\\"', b"")
exec_with(b"alpha", 0x10, b"gamma")
exec_with(b"x" * 127, b"y" * 128)
exec_with(*[b"%d" % i for i in range(32)])
exec_with(*[b"%d" % i for i in range(33)])
exec_with()
''')
        done = script(show, "-c", f"python3 {one}")
        numbers = [f'"{i}"' for i in range(32)]
        self.assertEqual(done.stdout.splitlines(), [
            r'["true", "line\nnext", "unit\037sep", "\303\274\033[0m", "say \"\\\"", ""]',
            '["alpha", 0x10, "gamma"]',
            f'["{"x" * 127}", "{"y" * 127}"...]',
            "[" + ", ".join(numbers) + "]",
            "[" + ", ".join(numbers) + ", ...]",
            "[]"], done.stderr)


class OtherMachines(LiveTest):
    def test_a_wildcard_leaves_them_out_by_name(self):
        prog = build("calls", "-O0")
        folder = live.TMP / "mixed"
        folder.mkdir()
        subprocess.run(["cp", prog, folder / "prog64"], check=True)
        narrow = bytearray((folder / "prog64").read_bytes())
        narrow[4] = 1  # EI_CLASS: ELFCLASS32
        (folder / "prog32").write_bytes(narrow)
        (folder / "text").write_text("no program\n")
        count = f'global n probe process("{folder}/*").function("add") {{ n++ }} probe end {{ println(n) }}'
        done = script(count, "-c", f"{folder}/prog64 >/dev/null")
        self.assertEqual((done.returncode, done.stdout), (0, "10\n"), done.stderr)
        self.assertIn(f"[other-machine]: left out: '{folder}/prog32' is for x86_64, but is not a 64-bit little-endian ELF object", done.stderr)
        self.assertNotIn("text", done.stderr)
        (folder / "prog64").unlink()
        done = script(count)
        self.assertEqual(done.returncode, 1)
        self.assertIn("no file that matches is an ELF object", done.stderr)
        done = script(count.replace("/*", "/prog32"))
        self.assertIn("[bad-object]", done.stderr)
        self.assertIn("is not a 64-bit little-endian ELF object", done.stderr)


class EmbeddedC(LiveTest):
    def test_a_text_is_returned(self):
        """STAP_RETURN(x) of a string, on both sides; the type comes from the use."""
        functions = '''function plain() %{ /* pure */ STAP_RETURN("x"); %}
            function either:string (n) %{ /* SIDE */ /* pure */ if (STAP_ARG_n == 1) STAP_RETURN("abc"); if (STAP_ARG_n) STAP_RETURN(); STAP_RETURN(""); %}
            function long_one:string () %{ /* SIDE */ /* pure */ STAP_RETURN("0123456789012345678901234567890123456789"); %}'''
        body = 'printf("%s|%s|%s|%d|%s", either(1), either(2), either(0), strlen(either(1)), long_one())'
        expected = "abc|||3|" + "0123456789" * 3 + "0"
        options = ("-g", "-D", "MAXSTRINGLEN=32")
        user = script(functions.replace("SIDE", "harness") + f" probe begin {{ {body} println(plain()) log(plain()) exit() }}", *options)
        self.assertEqual(self.ok(user), expected + "x\nx\n")
        prog = build("calls", "-O0")
        kernel = script(functions.replace("SIDE", "bpf") + f' probe process("{prog}").function("walk").call {{ {body} }}', *options,
                        "-c", f"{prog} >/dev/null 2>&1")
        self.assertEqual(self.ok(kernel), expected)

    def test_the_side_of_plain_c_is_told(self):
        text = '''function twice:long (n) %{ STAP_RETVALUE = STAP_ARG_n + STAP_ARG_n; %}
            function length:long (s) %{ STAP_RETVALUE = strlen(STAP_ARG_s); %}
            function named:long () %{ /* harness */ STAP_RETVALUE = 1; %}
            probe begin { println(twice(2) + length("abc") + named()) exit() }'''
        done = script(text, "-g", "-vv")
        self.assertEqual(done.stdout, "8\n", done.stderr)
        self.assertIn("Pass 2: the C of function 'twice' names nothing of the kernel: it runs on both sides", done.stderr)
        self.assertIn("Pass 2: the C of function 'length' names nothing of the kernel: it runs in user space", done.stderr)
        self.assertNotIn("'named'", done.stderr)
        self.assertNotIn("the C of function", script(text, "-g", "-v").stderr)


class Times(LiveTest):
    def test_of_another_thread(self):
        """A thread's own times by its number lie between two readings without one."""
        text = '''global n
            probe syscall.lseek {
              if (pid() != target() || n++ >= 20) next
              a = task_utime() b = task_utime(tid()) c = task_utime()
              x = task_stime() y = task_stime(tid()) z = task_stime()
              printf("<%d %d %d><%d %d %d> %d %d\\n", a, b, c, x, y, z, task_utime(2147483640), task_stime(2147483640))
            }'''
        done = script(text, "--no-global-var-display", "-c", f"{build('storm', '-O1')} 2 100")
        read = [list(map(int, re.findall(r"\d+", line))) for line in done.stdout.splitlines() if line.startswith("<")]
        self.assertEqual(len(read), 20, done.stderr)
        for a, b, c, x, y, z, *none in read:
            self.assertTrue(a <= b <= c and x <= y <= z, (a, b, c, x, y, z))
            self.assertEqual(none, [0, 0])


if __name__ == "__main__":
    live.main()
