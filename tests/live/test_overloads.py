"""Functions by the types of their parameters: each overload counts its own calls, as the program makes them."""
import subprocess

import live
from live import LiveTest, coretap, script

TEXT = """#include <map>
#include <string>
#define NOIPA __attribute__((noipa))
int sink;
namespace ns {
struct C {
  NOIPA int m(const char *s) { return sink += *s; }
  NOIPA int m(int n) { return sink += n; }
  NOIPA int m(long n) const { return sink += n; }
  NOIPA int operator()() const { return sink; }
  NOIPA int operator()(int n) const { return sink += n; }
};
NOIPA int f() { return sink; }
NOIPA int f(int n) { return sink += n; }
NOIPA int f(unsigned long n, const C &c) { return sink += n; }
NOIPA int f(const std::string &s) { return sink += s.size(); }
NOIPA int f(std::map<int, std::string> m, int (*g)(int)) { return sink += m.size() + g(1); }
}
NOIPA int g(int n) { return sink += n; } NOIPA int g(char c) { return sink += c; }
int main() {
  ns::C c;
  const ns::C &as_const = c;
  for (int i = 0; i < 2; i++) c.m("x");
  for (int i = 0; i < 3; i++) c.m(i);
  for (int i = 0; i < 4; i++) as_const.m(5L);
  for (int i = 0; i < 5; i++) c();
  for (int i = 0; i < 6; i++) c(i);
  for (int i = 0; i < 7; i++) ns::f();
  for (int i = 0; i < 8; i++) ns::f(i);
  for (int i = 0; i < 9; i++) ns::f(1ul, c);
  for (int i = 0; i < 10; i++) ns::f("s");
  for (int i = 0; i < 11; i++) ns::f({}, g);
  for (int i = 0; i < 12; i++) g('c');
  return sink == 0;
}
"""
CALLS = {
    "ns::C::m(char const*)": 2, "m(const char *)": 2, "C::m(int)": 3, "ns::C::m(long) const": 4, "ns::C::m(long int)": 4,
    "ns::C::operator()()": 5, "ns::C::operator()(int)": 6, "ns::C::operator()": 11,
    "ns::f()": 7, "f(void)": 7, "f(int)": 8, "ns::f(unsigned long, ns::C const&)": 9, "f(long unsigned int,const C&)": 9,
    "f(std::string const&)": 10, "ns::f(std::map<int, std::string>, int (*)(int))": None, "f(*)": 45,
    "g(char)": 12, "g( int )": 11,
}


class Overloads(LiveTest):
    def program(self, level):
        source, path = live.TMP / "overloads.cpp", live.TMP / ("overloads" + level)
        source.write_text(TEXT)
        subprocess.run(["g++", "-std=c++17", "-g", level, str(source), "-o", str(path)], check=True)
        return path

    def test_counts(self):
        calls = {name: count for name, count in CALLS.items() if count is not None}
        for level in ("-O0", "-O2"):
            path = self.program(level)
            text = "global n\n" + "".join(f'probe process("{path}").function("{name}") {{ n["{name}"]++ }}\n' for name in calls)
            text += 'probe end { foreach (name in n) printf("%s=%d\\n", name, n[name]) }'
            out = dict(line.rsplit("=", 1) for line in self.lines(script(text, "-c", str(path))))
            self.assertEqual({name: int(count) for name, count in out.items()}, calls)

    def test_other_families(self):
        path = self.program("-O0")
        line = TEXT.splitlines().index("NOIPA int f(int n) { return sink += n; }") + 1
        out = self.lines(script(f"""global a, b, c
            probe process("{path}").function("ns::f(int)").return {{ a++ }}
            probe process("{path}").statement("ns::f(int)@overloads.cpp:*") {{ b += $n }}
            probe process("{path}").function("main").callee("g(char)") {{ c++ }}
            probe end {{ println(a, " ", c) }}""", "-c", str(path),
            "--no-global-var-display"))
        self.assertEqual(out, ["8 12"])
        listed = self.lines(coretap("-l", f'process("{path}").statement("f(int)@overloads.cpp:*")'))
        self.assertEqual({each.rsplit(":", 1)[1] for each in listed}, {f'{line}")'})

    def test_listed_names_are_one_function_each(self):
        """g(int) and g(char) are on one line, so that the line alone does not tell them apart."""
        path = self.program("-O0")
        listed = self.lines(coretap("-l", f'process("{path}").function("g")'))
        place = f"@{live.TMP}/overloads.cpp:19"
        self.assertEqual(sorted(listed), [f'process("{path}").function("g({kind}){place}")' for kind in ("char", "int")])
        out = self.lines(script("global n\n" + "".join(f"probe {point} {{ n[{i}]++ }}\n" for i, point in enumerate(sorted(listed)))
                                + 'probe end { println(n[0], " ", n[1]) }', "-c", str(path), "--no-global-var-display"))
        self.assertEqual(out, ["12 11"])
        self.assertEqual(len(self.lines(coretap("-l", f'process("{path}").function("ns::f")'))), 5)

    def test_wrong_parameters(self):
        path = self.program("-O0")
        refused = coretap("-l", f'process("{path}").function("g(double)")')
        self.assertEqual((refused.returncode, refused.stdout), (1, ""))
        self.assertIn(f"[no-such-overload]: no function 'g' in {path} has the parameters (double)", refused.stderr)
        for there in ("there is g(int)", "there is g(char)"):
            self.assertIn(there, refused.stderr)
        unknown = coretap("-l", f'process("{path}").function("nothing(int)")')
        self.assertIn("no function matches 'nothing(int)'", unknown.stderr)


if __name__ == "__main__":
    live.main()
