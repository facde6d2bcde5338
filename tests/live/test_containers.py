"""What the standard libraries of C++, Rust and Go make of values: shown as they are, or as "<fault>" where the object cannot be one.

The programs say in their own text what the values are; gdb, with libstdc++'s printers, says the same of addresses.
"""
import os
import re
import shutil
import subprocess

import live
from live import LiveTest, script

CXX = r"""
#include <deque>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>
#define NOIPA __attribute__((noipa))
struct P { int x, y; };
struct Holder {
  std::string name;
  std::vector<int> numbers;
  std::optional<int> maybe;
  std::unique_ptr<P> owned;
  std::map<int, int> table;
  int after;
};
struct Large { long v, pad[99]; };
struct alignas(32) Wide { long v; };
long sink;
NOIPA long texts(std::string by_value, const std::string &ref, std::string *ptr, std::string_view view,
                 const std::string &empty, const std::string &nul) {
  return sink += by_value.size() + ref.size() + ptr->size() + view.size() + empty.size() + nul.size();
}
NOIPA long vectors(const std::vector<int> &few, const std::vector<double> &many, std::vector<std::string> *words,
                   const std::vector<std::vector<int>> &nested, const std::vector<P> &points) {
  return sink += few.size() + many.size() + words->size() + nested.size() + points.size();
}
NOIPA long pointers(const std::unique_ptr<P> &unique, const std::shared_ptr<P> &shared, const std::unique_ptr<P> &null,
                    const std::optional<int> &some, const std::optional<int> &none, const std::optional<std::string> &word) {
  return sink += unique->x + shared->y + !null + some.has_value() + none.has_value() + word->size();
}
NOIPA long tables(const std::map<int, std::string> &two, const std::map<std::string, long> &many, const std::set<int> &set,
                  const std::list<int> &list, const std::unordered_map<int, int> &one, const std::map<int, int> &nothing) {
  return sink += two.size() + many.size() + set.size() + list.size() + one.size() + nothing.size();
}
NOIPA long wide(const std::map<int, Wide> &tree, const std::list<Wide> &list, const std::unordered_map<int, __int128> &hash) {
  return sink += tree.size() + list.size() + hash.size();
}
NOIPA long blocks(const std::vector<bool> &flags, const std::vector<bool> &no_flags, const std::deque<int> &few, const std::deque<P> &far,
                  const std::deque<std::string> &words, const std::deque<int> &empty, const std::deque<Large> &large,
                  const std::vector<bool> &wild_flags, const std::deque<int> &wild) {
  return sink += flags.size() + no_flags.size() + few.size() + far.size() + words.size() + empty.size() + large.size();
}
NOIPA long inside(const Holder &h) { return sink += h.after; }
NOIPA long wild(const std::string &text, const std::string &lost, const std::vector<int> &turned, const std::vector<int> &odd,
                const std::map<int, int> &tree, const std::optional<int> &maybe, const std::vector<std::string> &gone) {
  return sink++;
}
template <typename T, int N> const T &forged(const long (&words)[N]) { return *reinterpret_cast<const T *>(words); }
int main() {
  std::string word = "a word that is long enough for the heap", nul("a\0b", 3);
  texts("short", word, &word, std::string_view(word).substr(2, 4), "", nul);
  std::vector<double> many;
  for (int i = 0; i < 9; i++) many.push_back(i + 0.5);
  std::vector<std::string> words{"one", "two", std::string(300, 'x')};
  vectors({1, -2, 3}, many, &words, {{1, 2}, {}, {3}}, {{1, 2}, {3, 4}});
  pointers(std::make_unique<P>(P{5, 6}), std::make_shared<P>(P{7, 8}), nullptr, 42, std::nullopt, "word");
  std::map<std::string, long> table;
  for (int i = 0; i < 100; i++) table["key" + std::to_string(1000 + i * 37 % 100)] = i * 37 % 100;
  tables({{2, "two"}, {1, "one"}}, table, {30, 10, 20}, {5, 4, 3}, {{6, 36}}, {});
  wide({{1, {10}}, {2, {20}}}, {{30}, {40}}, {{3, (__int128)1 << 70}});
  std::vector<bool> flags;
  for (int i = 0; i < 70; i++) flags.push_back(i % 3 == 0);
  std::deque<P> far;
  for (int i = 0; i < 62; i++) far.push_back({i, -i});
  for (int i = 0; i < 60; i++) far.pop_front();
  for (int i = 62; i < 70; i++) far.push_back({i, -i});  // the elements 64 to 69 are in the second block
  std::deque<std::string> words_to_front{"last"};
  for (const char *each : {"third", "second", "first"}) words_to_front.push_front(each);
  std::deque<Large> large(3);
  for (long i = 0; i < 3; i++) large[i].v = i * 11;
  long wild_flags[8] = {4096, 0, 64, 0, 8192}, wild_blocks[10] = {0, 0, 8192, 8192, 8704, 4096, 8200, 8192, 8704, 4088};
  blocks(flags, {}, {5, 6, 7}, far, words_to_front, {}, large, forged<std::vector<bool>>(wild_flags), forged<std::deque<int>>(wild_blocks));
  Holder h{"holder", {9, 8}, 7, std::make_unique<P>(P{1, 2}), {{3, 4}}, 77};
  inside(h);
  long big[8] = {(long)word.data(), 1L << 50}, lost[8] = {16, 5}, turned[8] = {4096, 64, 8192}, odd[8] = {4096, 4103, 8192};
  long tree[8] = {0, 0, 32, 32, 32, 3}, maybe[8] = {7 | 9L << 32}, gone[8] = {4096, 4096 + 32, 8192};
  return wild(forged<std::string>(big), forged<std::string>(lost), forged<std::vector<int>>(turned), forged<std::vector<int>>(odd),
              forged<std::map<int, int>>(tree), forged<std::optional<int>>(maybe), forged<std::vector<std::string>>(gone)) == 0;
}
"""
SHOWN = {
    "texts": ['by_value="short"', 'ref="a word that is long enough for the heap"', 'ptr="a word that is long enough for the heap"',
              'view="word"', 'empty=""', r'nul="a\000b"'],
    "vectors": ["few=[1, -2, 3]", "many=[0.5, 1.5, 2.5, 3.5, 4.5, ...]", 'words=["one", "two", "' + "x" * 127 + '"...]',
                "nested=[[1, 2], [], [3]]", "points=[{.x=1, .y=2}, {.x=3, .y=4}]"],
    "pointers": ["unique={.x=5, .y=6}", "shared={.x=7, .y=8}", "null={.x=<fault>, .y=<fault>}", "some=42", "none=nullopt",
                 'word="word"'],
    "tables": ['two={[1]="one", [2]="two"}', 'many={["key1000"]=0, ["key1001"]=1, ["key1002"]=2, ["key1003"]=3, ["key1004"]=4, ...}',
               "set=[10, 20, 30]", "list=[5, 4, 3]", "one={[6]=36}", "nothing={}"],
    "blocks": ["flags=[1, 0, 0, 1, 0, ...]", "no_flags=[]", "few=[5, 6, 7]",
               "far=[{.x=60, .y=-60}, {.x=61, .y=-61}, {.x=62, .y=-62}, {.x=63, .y=-63}, {.x=64, .y=-64}, ...]",
               'words=["first", "second", "third", "last"]', "empty=[]",
               "large=[{.v=0, .pad=[0, 0, 0, 0, 0, ...]}, {.v=11, .pad=[0, 0, 0, 0, 0, ...]}, {.v=22, .pad=[0, 0, 0, 0, 0, ...]}]",
               "wild_flags=<fault>", "wild=<fault>"],
    "wide": ["tree={[1]={.v=10}, [2]={.v=20}}", "list=[{.v=30}, {.v=40}]", f"hash={{[3]={1 << 70}}}"],
    "wild": ["text=<fault>", "lost=<fault>", "turned=<fault>", "odd=<fault>", "tree=<fault>", "maybe=<fault>", "gone=[<fault>]"],
}
INSIDE = {
    "$": r'h={\.name="holder", \.numbers=\[\.\.\.\], \.maybe=7, \.owned=0x[0-9a-f]+, \.table={\.\.\.}, \.after=77}',
    "$$": r'h={\.name="holder", \.numbers=\[9, 8\], \.maybe=7, \.owned=0x[0-9a-f]+, \.table={\[3\]=4}, \.after=77}',
}
OLD_ABI = r"""
#include <string>
__attribute__((noipa)) long f(const std::string &s, const std::string &empty) { return s.size() + empty.size(); }
int main() { return f("the old kind", "") != 12; }
"""
RUST = r"""
use std::hint::black_box;
use std::rc::Rc;
use std::sync::Arc;
enum Shape { Dot, Line(i32), Rect { w: i32, h: i32 }, Named(String) }
#[inline(never)]
fn texts(owned: &String, slice: &str, list: &Vec<i32>, words: &Vec<String>, part: &[u16], rc: &Rc<i32>, arc: &Arc<String>) -> usize {
    black_box(owned.len() + slice.len() + list.len() + words.len() + part.len() + **rc as usize + arc.len())
}
#[inline(never)]
fn options(some: Option<i32>, none: Option<i32>, niche: Option<&i32>, null: Option<&i32>, word: &Option<String>,
           ok: &Result<i32, String>, err: &Result<i32, String>) -> usize {
    black_box(some.unwrap_or(0) as usize + none.map_or(1, |_| 2) + niche.map_or(0, |v| *v as usize) + null.map_or(3, |v| *v as usize)
        + word.as_ref().map_or(0, |w| w.len()) + ok.is_ok() as usize + err.is_err() as usize)
}
#[inline(never)]
fn shape(s: &Shape) -> i32 {
    black_box(match s { Shape::Dot => 0, Shape::Line(n) => *n, Shape::Rect { w, h } => w * h, Shape::Named(n) => n.len() as i32 })
}
fn main() {
    let five = black_box(5);
    texts(&String::from("hello"), "wor\0ld", &vec![1, 2, 3, 4, 5, 6], &vec!["a".to_string(), "bc".to_string()], &[7, 8],
          &Rc::new(9), &Arc::new("arc".to_string()));
    options(Some(black_box(7)), None, Some(&five), None, &Some("text".to_string()), &Ok(3), &Err("wrong".to_string()));
    for s in [Shape::Dot, Shape::Line(-4), Shape::Rect { w: 3, h: black_box(4) }, Shape::Named("n".to_string())] { shape(&s); }
}
"""
RUST_SHOWN = {
    "texts": ['owned="hello"', r'slice="wor\000ld"', "list=[1, 2, 3, 4, 5, ...]", 'words=["a", "bc"]', "part=[7, 8]"],
    "options": ["some=Some(7)", "none=None", "null=None", 'word=Some("text")', "ok=Ok(3)", 'err=Err("wrong")'],
}
GO = """
package main

import "fmt"

type P struct {
	X, Y int
	Name string
}

//go:noinline
func f(s string, v []int, p *P, words []string) int {
	fmt.Sprint(s, v, p, words)
	return len(s) + len(v)
}

//go:noinline
func g(none []byte, empty string) int {
	fmt.Sprint(none, empty)
	return len(none) + len(empty)
}
func main() {
	f("hello", []int{1, 2, 3, 4, 5, 6}, &P{1, -2, "pn"}, []string{"a", "bc"})
	g(nil, "")
}
"""
GO_SHOWN = {"main.f": ['s="hello"', "v=[1, 2, 3, 4, 5, ...]", 'p={.X=1, .Y=-2, .Name="pn"}', 'words=["a", "bc"]'],
            "main.g": ["none=[]", 'empty=""']}


class Containers(LiveTest):
    def compiled(self, name, text, *command):
        source = live.TMP / name
        source.write_text(text)
        path = live.TMP / (name + "".join(command).replace("/", "_"))
        if not path.exists():
            subprocess.run([*command, str(source), "-o", str(path)], check=True)
        return path

    def shown(self, path, functions, what="$$parms$$", more=""):
        """What each function shows of its parameters, by its name; `more`: probes that print in the same way."""
        points = ", ".join(f'process("{path}").function("{name}")' for name in functions)
        out = self.lines(script(f'probe {points} {{ printf("%s: %s\\n", ppfunc(), {what}) }} {more}', "-DMAXSTRINGLEN=2048", "-c", str(path)))
        return dict(line.split(": ", 1) for line in out)

    def test_of_libstdcxx(self):
        for level in ("-O0", "-O2"):
            path = self.compiled("containers.cpp", CXX, "g++", "-std=c++17", "-g", level)
            shown = self.shown(path, SHOWN, more=f"""probe process("{path}").function("inside") {{
                printf("$: %s\\n$$: %s\\n", $$parms$, $$parms$$) }}""")
            for name, wanted in SHOWN.items():
                with self.subTest(level=level, function=name):
                    self.assertEqual(shown[name], " ".join(wanted))
            for suffix, wanted in INSIDE.items():
                with self.subTest(level=level, suffix=suffix):
                    self.assertRegex(shown[suffix], f"^{wanted}$")

    def test_functions_for_strings(self):
        path = self.compiled("containers.cpp", CXX, "g++", "-std=c++17", "-g", "-O0")
        out = self.lines(script(f"""probe process("{path}").function("texts") {{
            println(user_std_string($by_value), "|", user_std_string($ref), "|", user_std_string($ptr), "|", user_std_string_view($view),
                    "|", user_std_string($empty), "|", user_std_string($nul)) }}
            probe process("{path}").function("wild") {{
              try {{ println(user_std_string($text)) }} catch (why) {{ println(why) }}
              try {{ println(user_std_string($lost)) }} catch (why) {{ println(why) }}
              try {{ println(user_std_string(16)) }} catch (why) {{ println(why) }} }}""", "-c", str(path)))
        word = "a word that is long enough for the heap"
        self.assertEqual(out, [f"short|{word}|{word}|word||a",
                               "user_std_string(): the object is not a string: its size is beyond reason",
                               "user_std_string(): the text of the object cannot be read",
                               "user_std_string(): there is no memory at the address of the object"])

    def test_of_the_old_abi(self):
        path = self.compiled("old.cpp", OLD_ABI, "g++", "-D_GLIBCXX_USE_CXX11_ABI=0", "-g", "-O1")
        self.assertEqual(self.shown(path, ["f"], '$$parms$ . " " . user_std_string_old($s) . user_std_string_old($empty)'),
                         {"f": 's="the old kind" empty="" the old kind'})

    def test_own_shapes(self):
        """A folder of -I says what a class looks like; its lines come before ours, and one that is wrong is named."""
        path = self.compiled("own.cpp", """
            struct Buffer { char *bytes; int used, room; };
            __attribute__((noipa)) int f(Buffer b, Buffer *p) { return b.used + p->used; }
            int main() { char text[] = "abcdef"; Buffer b{text, 3, 6}, c{text + 3, 2, 3}; return f(b, &c) != 5; }""", "g++", "-g", "-O0")
        folder = live.TMP / "shapes"
        folder.mkdir()
        (folder / "own.shapes").write_text('# ours\n"Buffer" text data=bytes size=used\n')
        probe = f'probe process("{path}").function("f") {{ println($$parms$) }}'
        self.assertEqual(self.lines(script(probe, "-I", str(folder), "-c", str(path))), ['b="abc" p="de"'])
        (folder / "own.shapes").write_text('"Buffer" text data=bytes\n')
        refused = script(probe, "-I", str(folder), "-c", str(path))
        self.assertEqual((refused.returncode, refused.stdout), (1, ""))
        self.assertIn(f"[bad-shapes]: cannot use {folder}/own.shapes: line 1: 'text' needs 'size='", refused.stderr)

    def rust(self):
        if not shutil.which("rustc"):
            self.skipTest("*** SKIPPED: no rustc ***")
        return self.compiled("containers.rs", RUST, "rustc", "-g", "-Awarnings")

    def test_of_rust(self):
        path = self.rust()
        shown = self.shown(path, [f"containers::{name}" for name in RUST_SHOWN])
        for name, wanted in RUST_SHOWN.items():
            for each in wanted:
                with self.subTest(function=name, value=each):
                    self.assertIn(each, shown[f"containers::{name}"])

    def test_variants_of_rust(self):
        path = self.rust()
        out = self.lines(script(f"""global n
            probe process("{path}").function("containers::shape") {{
              printf("%s %s", $s$, $s$$)
              try {{ printf(" %d", $s->Line->__0) }} catch (why) {{ if (n++ == 0) printf(" %s", why) }}
              try {{ printf(" %d", $s->Rect->w * 10 + $s->Rect->h) }} catch {{ }}
              println("") }}""", "-c", str(path), "--no-global-var-display"))
        self.assertEqual(out, ["Dot Dot the value is another variant than 'Line'", "Line(-4) Line(-4) -4",
                               "Rect{.w=3, .h=4} Rect{.w=3, .h=4} 34", 'Named("n") Named("n")'])
        refused = script(f'probe process("{path}").function("containers::shape") {{ println($s->Circle) }}', "-c", str(path))
        self.assertNotEqual(refused.returncode, 0)
        self.assertIn("members: Dot, Line, Rect, Named", refused.stderr)

    def test_of_go(self):
        if not shutil.which("go"):
            self.skipTest("*** SKIPPED: no go ***")
        source, path = live.TMP / "containers.go", live.TMP / "containers_go"
        source.write_text(GO)
        subprocess.run(["go", "build", "-o", str(path), str(source)], check=True,
                       env=dict(os.environ, GOCACHE=str(live.TMP / "go"), GO111MODULE="off"))
        shown = self.shown(path, GO_SHOWN, more=f'probe process("{path}").function("main.f") {{ println("name: ", user_go_string(&$p->Name)) }}')
        self.assertEqual(shown["name"], "pn")
        for name, wanted in GO_SHOWN.items():
            for each in wanted:
                with self.subTest(function=name, value=each):
                    self.assertIn(each, shown[name])

    def test_beside_gdb(self):
        """The objects that smart pointers point to, and the number of elements, as gdb's printers have them."""
        path = self.compiled("containers.cpp", CXX, "g++", "-std=c++17", "-g", "-O0")
        gdb = live.run("gdb", "-batch", "-nx", "-iex", "set auto-load safe-path /", "-ex", "set style enabled off", "-ex", "break tables",
                       "-ex", "run", "-ex", "p many", "-ex", "p two", str(path)).stdout
        size = re.search(r"std::map with (\d+) elements", gdb)
        if not size:
            self.skipTest("*** SKIPPED: this gdb has no printers for libstdc++ ***")
        pairs = re.findall(r'\["(key\d+)"\] = (\d+)', gdb)[:5]
        wanted = "{" + ", ".join(f'["{key}"]={value}' for key, value in pairs) + ", ...}"
        self.assertEqual(self.shown(path, ["tables"], "$many$")["tables"], wanted)


if __name__ == "__main__":
    live.main()
