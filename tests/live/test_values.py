"""Values that compilers keep in unusual places: right, as arithmetic says, or refused with the reason."""
import collections
import fractions
import itertools
import re
import subprocess

import live
from live import LiveTest, run, script

ENTRY_VIEWS = """
__attribute__((noipa)) int len(const char *s) {
  int n = 0;
  while (*s++)
    n++;
  return n;
}
__attribute__((noipa)) long rest(const long *p) {
  long first = *p++;
  return first + *p;
}
int main(void) {
  volatile char text[] = "hello";
  long two[2] = {30, 12};
  return len((const char *)text) == 5 && rest(two) == 42 ? 0 : 1;
}
"""
RANGES = """
int sink;
template <int N> __attribute__((noinline)) int total(int (&values)[N]) {
  int sum = 0;
  for (int v : values) {
    int twice = v * 2;
    sum += twice;
  }
  return sum;
}
int main() {
  int three[3] = {10, 20, 30};
  int two[2] = {-1, 5};
  return total(three) + total(two) == 128 ? 0 : 1;
}
"""
VECTOR_REGISTERS = """
__attribute__((noipa)) double f(double d, float g, int k) { return d * g + k; }
int main(void) { return f(2.5, 1.25f, 3) > 6 ? 0 : 1; }
"""
BLOCK_OFFSETS = """
struct s { int a, b; struct { short c, d; } in; };
int sink;
__attribute__((noipa, noinline)) int f(struct s *p) {
  sink = p->b;
  return sink + p->in.d;
}
int main(void) { struct s v = {1, 22, {333, 44}}; return f(&v) == 66 ? 0 : 1; }
"""
CONSTANT_STRING = """
volatile int sink;
__attribute__((noipa)) int f(int n) {
  static const char word[] = "tapped";
  sink = word[n & 0] + n;
  return sink;
}
int main(void) { return f(1) == 'u' ? 0 : 1; }
"""
CONSTANT_ARRAYS = r"""
volatile int sink;
__attribute__((noipa)) int use(int n) { return n; }
__attribute__((noipa)) int f(int n) {
  static const char longer[] = "a \"text\" of more than eight bytes\n";
  static const char rows[2][4] = {"ab", "cd"};
  static const int numbers[3] = {1, -2, 3};
  static const struct { char name[12]; short size; } pair = {"pair of", -7};
  static const char word[] = "hello";
  const char *p = "pointed at";
  char few[4] = {'a' + n, 'b', 0, 0};
  sink = use(longer[3] + rows[1][0] + numbers[1] + pair.name[2] + pair.size + word[1] + p[1]);
  use(few[0] + few[1]);
  return sink;
}
int main(void) { return f(1) == 0; }
"""
SYMBOLS_ONLY = """
#include <cstdio>
namespace ns {
struct In { int n; };
template <typename T> __attribute__((noipa)) const T& least(const T& a, const T& b) { return a < b ? a : b; }
template <typename T> __attribute__((noipa)) In& operator<<(In& in, T t) { in.n += t; return in; }
struct C {
  __attribute__((noipa)) C(int n) : n(n) {}
  __attribute__((noipa)) operator unsigned long() const { return n; }
  template <int N> __attribute__((noipa)) unsigned char plus() const { return n + N; }
  int n;
};
}  // namespace ns
int main() {
  ns::In in = {1};
  ns::C c(2);
  in << 3 << 4;
  return ns::least(5, 6) + in.n + (unsigned long)c + c.plus<7>() == 24 ? 0 : 1;
}
"""
VIRTUAL_BASE = """
struct Base { int id; int length; };
struct V : virtual Base { int own; int sum() const; };
struct W : V { int more; int all() const; };
int V::sum() const { return own + length; }
int W::all() const { return more + length; }
int main() { W w; w.id = 7; w.length = 4; w.own = 6; w.more = 9; return w.sum() + w.all() == 23 ? 0 : 1; }
"""
# g++ describes a class with virtual functions only in the unit of its first one; the others declare it.
CLASSES = """
class Top { public: int v = 4; virtual int get(); };
namespace n { class In { public: int v = 5; virtual int get(); };
  struct Outer { struct Nested { long pad = 0; int v = 6; virtual int get(); }; }; }
"""
CLASS_UNITS = {"home.cpp": CLASSES + """
int Top::get() { return v; }
int n::In::get() { return v; }
int n::Outer::Nested::get() { return v; }
""", "other.cpp": """
class In { public: long a[3] = {7, 7, 7}; int v = 8; virtual int get(); };
int In::get() { return v; }
int other() { In in; return in.get(); }
""", "main.cpp": CLASSES + """
int other();
namespace n {
__attribute__((noinline)) int use(Top &t, In *i, Outer::Nested *o) { return t.get() + i->get() + o->get(); } }
int main() { Top t; n::In i; n::Outer::Nested o; return n::use(t, &i, &o) + other() == 23 ? 0 : 1; }
"""}
REFERENCES = """
struct Pt { int x, y; };
int refs(int (&a)[3]) { return a[2]; }
int point(Pt *&q, Pt &r) { return q->x + r.y; }
int main() { int v[3] = {10, 20, 30}; Pt p{5, 6}; Pt *q = &p; return refs(v) + point(q, p) == 41 ? 0 : 1; }
"""
DISCARDED = """
int unused = 7;
__attribute__((noipa)) int dead(int x) { return x + unused; }
__attribute__((noipa)) int live(int x) { return x + 1; }
int main(void) { return live(1) + live(2) - 5; }
"""
# A place in the executable segment that begins at offset 0 is what the address 0 of a discarded function looks like.
LINKERS = (("-fuse-ld=gold",), ("-Wl,-z,noseparate-code",), ("-fuse-ld=lld", "-Wl,--no-rosegment"), ("-no-pie",))
SIXTY_CALLS = """
#include <unistd.h>
__attribute__((noipa)) int f(int n) { return n + 1; }
int main(void) {
  int sum = 0;
  for (int i = 1; i <= 60; i++) {
    sum += f(i);
    lseek(-1, i, 0);
  }
  return sum == 0;
}
"""
SPELLINGS = """
#include <string>
int sink;
__attribute__((noipa)) int viewed(const int &v, const char *s, long long n, const std::string &t, int *const p) {
  return sink += v + *s + n + t.size() + *p;
}
int main() { int i = 1; std::string s = "x"; return viewed(i, "y", 2, s, &i) == 0; }
"""
UNINITIALISED = """
#include <stdio.h>
struct two { int a, b; };
__attribute__((noipa)) struct two pair(int k) { struct two t = {k, -k}; return t; }
int main(void) {
  struct two p = pair(6);
  printf("%d %d\\n", p.a, p.b);
  return 0;
}
"""
SIXTEEN_BYTES = """
struct s { long double d; __int128 i; int k; };
__attribute__((noipa)) int f(long double l, __int128 n, unsigned __int128 u, struct s *p) {
  return (int)l + (int)(n >> 64) + (int)(u >> 64) + p->k + (int)n;
}
int main(void) {
  struct s v = {1.25L, -3, 9};
  return f(3.14159265358979323846L, -(((__int128)1 << 100) + 7), ~(unsigned __int128)0, &v) == 0;
}
"""
VAR_LIBRARY = """
static volatile int hidden = 41;
int shared(int n) { return n + hidden; }
"""
VAR_MAIN = """
int shared(int);
static volatile int mine = 3;
__attribute__((noipa)) int f(int n) { return n + mine; }
int main(void) { return f(shared(1)) == 45 ? 0 : 1; }
"""
VARIABLE_LENGTH = """
int sink;
int f(int n, int m) {
  short b[n][m];
  for (int i = 0; i < n; i++)
    for (int j = 0; j < m; j++)
      b[i][j] = (short)(i * 10 + j);
  sink = b[1][2];
  return sink;
}
int main(void) { return f(5, 3) == 12 ? 0 : 1; }
"""


def mantissa(text):
    """The 64 bits that a long double near 3 has of the number, rounded to the nearest."""
    return round(fractions.Fraction(text) * 2**62)


class Values(LiveTest):
    def program(self, name, text, *flags, compiler="gcc"):
        suffix = ".cpp" if compiler.endswith("++") else ".c"
        source = live.TMP / (name + suffix)
        source.write_text(text)
        path = live.TMP / (name + compiler + "".join(flags))
        subprocess.run([compiler, "-g", "-w", *flags, str(source), "-o", str(path)], check=True)
        return path

    def output(self, path, *probes):
        """What the probes, (point, body) each, print."""
        text = " ".join(f'probe process("{path}").{point} {{ {body} }}' for point, body in probes)
        return self.lines(script(text, "-c", str(path)))

    def test_entry_shows_the_argument(self):
        for level in ("-O0", "-O1", "-O2", "-O3"):
            with self.subTest(level=level):
                path = self.program("views", ENTRY_VIEWS, level)
                out = self.output(path, ('function("len")', "println(user_string($s))"),
                                  ('function("len").return', 'println(user_string(@entry($s)), " ", $return)'),
                                  ('function("rest")', "println(user_int64($p))"))
                self.assertEqual(out, ["hello", "hello 5", "30"])

    def test_locations_that_divide(self):
        # clang says where an iterator is by dividing the loop's offset (DW_OP_div): all variables are printed at once, by user space.
        for flags in (("-O1", "-gdwarf-4"), ("-O1", "-gdwarf-5")):
            with self.subTest(flags=flags):
                path = self.program("ranges", RANGES, *flags, compiler="clang++")
                out = self.lines(script(f'probe process("{path}").statement("total*@*:5") {{ println($$vars$) }}', "-c", str(path)))
                for values in ("[10, 20, 30]", "[-1, 5]"):
                    [line] = [line for line in out if f" values={values}" in line]
                    self.assertIn(f"__range1={values}", line)

    def test_vector_registers_are_refused(self):
        path = self.program("vector", VECTOR_REGISTERS, "-O2")
        out = self.output(path, ('function("f")', 'println(@defined($d), @defined($g), $k)'))
        self.assertEqual(out, ["003"])
        refused = script(f'probe process("{path}").function("f") {{ println($d) }}', "-c", str(path))
        self.assertNotEqual(refused.returncode, 0)
        self.assertIn("cannot", refused.stderr)
        self.assertIn("$d", refused.stderr)

    def test_member_offsets_in_blocks(self):
        for compiler, level, version in itertools.product(("gcc", "clang"), ("-O0", "-O2"), (2, 3, 4, 5)):
            with self.subTest(compiler=compiler, level=level, version=version):
                path = self.program("offsets", BLOCK_OFFSETS, level, f"-gdwarf-{version}", compiler=compiler)
                out = self.output(path, ('function("f")', 'println($p->a, " ", $p->b, " ", $p->in->c, " ", $p->in->d)'))
                self.assertEqual(out, ["1 22 333 44"])

    def test_constant_that_is_a_string(self):
        """gcc writes the bytes of an array that it has optimised out as a string (DW_FORM_strp), its NUL included."""
        path = self.program("string", CONSTANT_STRING, "-O2")
        self.assertRegex(subprocess.run(["readelf", "-wi", path], capture_output=True, text=True, check=True).stdout,
                         r"DW_AT_const_value *: \((indirect )?string")
        out = self.output(path, ('function("f")', "println(" + ', " ", '.join(f"$word[{i}]" for i in range(7)) + ")"))
        self.assertEqual(out, [" ".join(str(byte) for byte in b"tapped\0")])

    def test_arrays_and_texts_that_are_constants(self):
        """What is kept in no memory: constants of the debug information, texts that a pointer would lead to, and characters of which
        some are in registers. What they are says the program."""
        path = self.program("constants", CONSTANT_ARRAYS, "-O2")
        told = run("readelf", "-wi", path).stdout
        for form in (r"DW_AT_const_value *: \((indirect )?string", r"DW_AT_const_value *: \d+ byte block", "DW_OP_implicit_pointer"):
            self.assertTrue(re.search(form, told), form)
        line = next(n for n, text in enumerate(CONSTANT_ARRAYS.splitlines(), 1) if "use(few" in text)
        values = {"longer": r'"a \"text\" of more than eight bytes\n"', "word": '"hello"', "p": '"pointed at"', "few": '"bb"',
                  "numbers": "[1, -2, 3]", "rows": '["ab", "cd"]', "pair": '{.name="pair of", .size=-7}'}
        out = self.output(path, (f'statement("f@constants.c:{line}")', " ".join(f"println(${name}$$);" for name in values)
                                 + " println($word$, $p$, $few$, $rows[1]$, $pair->name$)"))
        self.assertEqual(out, [*values.values(), '"hello""pointed at""bb""cd""pair of"'])

    def test_names_of_a_symbol_table(self):
        """Without debug information a C++ function is known by its name without the result that a template's symbol has."""
        path = self.program("symbols", SYMBOLS_ONLY, "-O1", compiler="g++")
        subprocess.run(["strip", "-g", path], check=True)
        names = {"ns::least<int>": 1, "least<int>": 1, "ns::operator<< <int>": 2, "operator<< <int>": 2, "ns::C::C": 1, "C::C": 1,
                 "ns::C::operator unsigned long": 1, "ns::C::plus<7>": 1, "C::plus<7>": 1, "plus<7>": 1, "main": 1}
        out = self.output(path, *((f'function("{name}")', f'println("{name}, of ", ppfunc())') for name in names))
        counted = collections.Counter(line.partition(", of ")[0] for line in out)
        self.assertEqual(counted, names)
        for line in out:
            asked, _, function = line.partition(", of ")
            self.assertTrue(function == asked or function.endswith("::" + asked), line)
        listed = live.coretap("-l", f'process("{path}").function("ns::*")').stdout
        self.assertEqual(re.findall(r'function\("([^"]*)"\)', listed), sorted(n for n in names if n.startswith("ns::")))

    def test_members_of_virtual_bases(self):
        for compiler in ("g++", "clang++"):
            with self.subTest(compiler=compiler):
                path = self.program("virtual", VIRTUAL_BASE, "-O0", compiler=compiler)
                out = self.output(path, ('function("V::sum")', 'println($this->own, " ", $this->length, " ", $this->id)'),
                                  ('function("W::all")', 'println($this->more, " ", $this->length, " ", $this->id)'))
                self.assertEqual(out, ["6 4 7", "9 4 7"])

    def test_classes_that_another_unit_describes(self):
        """They are found by their full name, also where a class of the same last name is elsewhere."""
        folder = live.TMP / "units"
        folder.mkdir()
        for name, text in CLASS_UNITS.items():
            (folder / name).write_text(text)
        path = str(folder / "units")
        subprocess.run(["g++", "-g", "-O1", "-o", path, "other.cpp", "home.cpp", "main.cpp"], check=True, cwd=folder)
        out = self.output(path, ('function("n::use")', 'println($t->v, " ", $i->v, " ", $o->v)'),
                          ('function("n::use")', 'println(@cast($i, "class n::In")->v, " ", @cast($i, "n::In")->v, " ", '
                           '@cast($o, "struct n::Outer::Nested")->v)'))
        self.assertEqual(out, ["4 5 6", "5 5 6"])

    def test_through_references(self):
        for compiler in ("g++", "clang++"):
            with self.subTest(compiler=compiler):
                path = self.program("references", REFERENCES, "-O0", compiler=compiler)
                out = self.output(path, ('function("refs")', 'println($a[2], " ", $a[0])'),
                                  ('function("point")', 'println($q->x, " ", $q->y, " ", $r->y)'))
                self.assertEqual(out, ["30 10", "5 6 6"])

    def test_arrays_of_variable_length(self):
        for compiler in ("gcc", "clang"):
            with self.subTest(compiler=compiler):
                path = self.program("vla", VARIABLE_LENGTH, "-O0", compiler=compiler)
                line = next(n for n, text in enumerate(VARIABLE_LENGTH.splitlines(), 1) if "return sink" in text)
                out = self.output(path, (f'statement("f@vla.c:{line}")',
                                         'i = 3; println($b[0][2], " ", $b[1][2], " ", $b[2][1], " ", $b[i][2])'))
                self.assertEqual(out, ["2 12 21 32"])

    def test_variables_of_other_objects(self):
        """@var("x@file.c", "object") reads what is at a known place in the process, and says why it cannot read the rest."""
        library = live.TMP / "libvar.so"
        (live.TMP / "var.c").write_text(VAR_LIBRARY)
        subprocess.run(["gcc", "-g", "-O1", "-shared", "-fPIC", str(live.TMP / "var.c"), "-o", str(library)], check=True)
        link = (str(library), f"-Wl,-rpath,{live.TMP}")
        programs = {}
        for name, flag in (("pie", "-pie"), ("fixed", "-no-pie")):
            (live.TMP / f"{name}.c").write_text(VAR_MAIN)
            programs[name] = live.TMP / name
            subprocess.run(["gcc", "-g", "-O1", flag, str(live.TMP / f"{name}.c"), "-o", str(programs[name]), *link], check=True)
        fixed, pie = programs["fixed"], programs["pie"]
        out = self.lines(script(f"""probe process("{fixed}").library("{library}").function("shared") {{
            println($n, " ", @var("hidden@var.c"), " ", @var("mine@fixed.c", "{fixed}")) }}
            probe process("{fixed}").function("f") {{ println($n, " ", @var("mine@fixed.c", "{fixed}")) }}""", "-c", str(fixed)))
        self.assertEqual(out, ["1 41 3", "42 3"])
        # Where the library is in the process is looked up there; another build of it is not taken for it.
        twin, alone = live.TMP / "libtwin.so", live.TMP / "alone"
        (live.TMP / "twin.c").write_text(VAR_LIBRARY.replace("41", "40"))
        subprocess.run(["gcc", "-g", "-O1", "-shared", "-fPIC", str(live.TMP / "twin.c"), "-o", str(twin)], check=True)
        (live.TMP / "alone.c").write_text("__attribute__((noipa)) int f(int n) { return n; }\nint main(void) { return f(0); }\n")
        subprocess.run(["gcc", "-g", "-O1", str(live.TMP / "alone.c"), "-o", str(alone)], check=True)
        for program in (pie, fixed):
            out = self.lines(script(f"""probe process("{program}").function("f") {{
                println($n, " ", @var("hidden@var.c", "{library}"), " ", &@var("hidden@var.c", "{library}") & 4095)
                try {{ println(@var("hidden@twin.c", "{twin}")) }} catch (why) {{ println(why) }} }}
                probe process("{program}").library("{library}").function("shared") {{ println(@var("mine@{program.name}.c", "{program}")) }}""",
                                    "-c", str(program)))
            at = next(int(line.split()[1], 16) for line in run("readelf", "-sW", library).stdout.splitlines() if line.endswith(" hidden"))
            self.assertEqual(out, ["3", f"42 41 {at & 4095}", f"this process has not loaded '{twin}' of this build"])
        out = self.lines(script(f"""probe process("{alone}").function("f") {{
            try {{ println(@var("hidden@var.c", "{library}")) }} catch (why) {{ println(why) }} }}""", "-c", str(alone)))
        self.assertEqual(out, [f"this process has not loaded '{library}' of this build"])
        unnamed = live.TMP / "libunnamed.so"
        subprocess.run(["gcc", "-g", "-shared", "-fPIC", "-Wl,--build-id=none", str(live.TMP / "var.c"), "-o", str(unnamed)], check=True)
        for program, other, name, words in ((pie, unnamed, "hidden@var.c", "where that is loaded cannot be told from here: it has no build-id"),
                                            (pie, fixed, "mine@fixed.c", "and the probe is in another program"),
                                            (fixed, pie, "mine@pie.c", "and the probe is in another program"),
                                            (fixed, fixed, "mine@pie.c", "there is no global variable 'mine' of file 'pie.c'")):
            with self.subTest(program=program, other=other):
                refused = script(f'probe process("{program}").function("f") {{ println(@var("{name}", "{other}")) }}', "-c", str(program))
                self.assertEqual((refused.returncode, refused.stdout), (1, ""))
                self.assertIn(words, refused.stderr)

    def test_variables_that_were_optimised_out_of_another_object(self):
        (live.TMP / "gone.c").write_text("static int gone = 99;\nint main(void) { return gone; }\n")
        gone, library = live.TMP / "gone", live.TMP / "libonce.so"
        subprocess.run(["gcc", "-g", "-O1", "-no-pie", str(live.TMP / "gone.c"), "-o", str(gone)], check=True)
        (live.TMP / "once.c").write_text("int once(int n) { return n; }\n")
        subprocess.run(["gcc", "-g", "-O1", "-shared", "-fPIC", str(live.TMP / "once.c"), "-o", str(library)], check=True)
        refused = script(f'probe process("{library}").function("once") {{ println(@var("gone@gone.c", "{gone}")) }}', "-c", str(gone))
        self.assertEqual((refused.returncode, refused.stdout), (1, ""))
        self.assertIn("'gone' cannot be read here: it was optimised out everywhere", refused.stderr)

    def test_integers_and_floats_of_sixteen_bytes(self):
        """As gdb prints integers; a long double has the fewest digits that read back as the same one, gdb's number among them."""
        for level in ("-O0", "-O2"):
            path = self.program("wide", SIXTEEN_BYTES, level)
            shown = self.output(path, ('function("f")', "println($$parms$$)"))
            gdb = live.run("gdb", "-batch", "-nx", "-ex", "set style enabled off", "-ex", "break f", "-ex", "run", "-ex", "info args",
                           "-ex", "p *p", str(path)).stdout
            theirs = dict(re.findall(r"^(\w+) = ([-0-9.e+]+)$", gdb, re.M))
            ours = dict(re.findall(r"(\w+)=([-0-9.e+]+)", shown[0]))
            for name in ("u", "n") if level == "-O0" else ("u",):  # there gcc keeps only one half of n
                self.assertEqual(ours[name], theirs[name])
            self.assertEqual(mantissa(ours["l"]), mantissa(theirs["l"]))
            self.assertIn("{.d=1.25, .i=-3, .k=9}", shown[0])

    def test_what_the_linker_discarded(self):
        """It is neither probed at the file's beginning nor read there."""
        for flags in LINKERS:
            with self.subTest(flags=flags):
                path = self.program("discarded", DISCARDED, "-O1", "-ffunction-sections", "-fdata-sections", "-Wl,--gc-sections", *flags)
                out = self.lines(script(f"""global n
                    probe process("{path}").function("*@discarded.c") {{ n[ppfunc()]++ }}
                    probe process("{path}").statement("*@discarded.c:3-5") {{ n["lines"]++ }}
                    probe process("{path}").function("main") {{ println(@defined($unused), @defined(@var("unused"))) }}
                    probe end {{ foreach (name+ in n) println(name, " ", n[name]) }}""", "-c", str(path)))
                self.assertEqual(out, ["00", "lines 3", "live 2", "main 1"])
                for point, body, words in (("dead", "1", "no function matches 'dead'"), ("live", "$unused", "the linker discarded it")):
                    refused = script(f'probe process("{path}").function("{point}") {{ println({body}) }}', "-c", str(path))
                    self.assertEqual((refused.returncode, refused.stdout), (1, ""))
                    self.assertIn(words, refused.stderr)

    def test_many_reads_of_one_variable(self):
        """Handlers that read a word of the context again and again, by all kinds of probes, and long chains of branches."""
        path = self.program("calls60", SIXTY_CALLS, "-O1")
        probes = {f'process("{path}").function("f")': "$n", f'process("{path}").function("f").return': "($return - 1)", "syscall.lseek": "offset"}
        text, wanted = "global a, b, c, t\n", []
        for number, (point, value) in enumerate(probes.items()):
            reads = "".join(f"if ({value} > {i}) a[{number}, {i}]++; b[{number}, {i}] += {value}; c[{number}, {value} % {i}]++\n" for i in range(1, 26))
            text += f"probe {point} {{ if (pid() != target()) next\n{reads} }}\n"
        text += f'probe process("{path}").statement("f") {{ n = $n\n' + "".join(f"if (n > {i}) a[9, {i}]++; t += n % {i}\n" for i in range(1, 71)) + "}\n"
        text += ('probe end { foreach ([p, i] in a) println("a ", p, " ", i, " ", a[p, i]) foreach ([p, i] in b) println("b ", p, " ", i, " ", b[p, i])'
                 ' foreach ([p, i] in c) println("c ", p, " ", i, " ", c[p, i]) println(t) }')
        calls = range(1, 61)
        for number in (*range(3), 9):
            for i in range(1, 26 if number < 9 else 60):
                wanted.append(f"a {number} {i} {sum(n > i for n in calls)}")
        wanted += [f"b {number} {i} {sum(calls)}" for number in range(3) for i in range(1, 26)]
        rests = [n % i for n in calls for i in range(1, 26)]
        wanted += [f"c {number} {rest} {rests.count(rest)}" for number in range(3) for rest in sorted(set(rests))]
        wanted.append(str(sum(n % i for n in calls for i in range(1, 71))))
        out = self.lines(script(text, "--no-global-var-display", "-c", str(path)))
        self.assertEqual(sorted(out), sorted(wanted))

    def test_types_are_spelled_as_stap_does(self):
        """What stap 4.8 lists for this program, word for word."""
        path = self.program("spellings", SPELLINGS, "-O0", compiler="g++")
        self.assertEqual(self.lines(live.coretap("-L", f'process("{path}").function("viewed")')),
                         [f'process("{path}").function("viewed@{live.TMP}/spellings.cpp:4") '
                          "$v:int const& $s:char const* $n:long long int $t:string const& $p:int* const"])

    def test_the_reason_is_not_that_it_was_optimised_out(self):
        """gcc adds DW_OP_GNU_uninit to the location, which libdw does not read."""
        path = self.program("uninit", UNINITIALISED, "-O2")
        dump = live.run("readelf", "--debug-dump=loc", path).stdout
        found = re.search(r"([0-9a-f]{16}) [0-9a-f]{16} \(DW_OP_reg0 \(rax\); DW_OP_GNU_uninit\)", dump)
        if not found:
            self.skipTest("*** SKIPPED: this gcc does not write DW_OP_GNU_uninit ***")
        refused = script(f'probe process("{path}").statement(0x{found[1]}) {{ println($p->a) }}', "-c", str(path))
        self.assertEqual((refused.returncode, refused.stdout), (1, ""))
        self.assertIn("'$p' cannot be read here: its list of locations holds an operation that coretap does not follow", refused.stderr)

    def test_defined_of_what_cannot_be_read(self):
        path = self.program("wide", "int f(long double l, int k) { return (int)l + k; }\nint main(void) { return f(2, -2); }\n", "-O0")
        out = self.output(path, ('function("f")', 'println(@defined($l), " ", $k)'))
        self.assertEqual(out, ["0 -2"])


if __name__ == "__main__":
    live.main()
