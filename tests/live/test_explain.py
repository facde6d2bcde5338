"""--explain: each stage of the page beside what the script's text, objdump, readelf, gdb, nm or arithmetic say."""
import functools
import html.parser
import json
import pathlib
import re
import shutil
import subprocess

import live
from live import TMP, LiveTest, build, coretap, run

LOOP = live.HERE / "workloads" / "loop.c"
SCRIPT = """global calls, names
function big(n) {
  return n > 3
}
probe process("PROG").function("sum") {
  calls++
  if (big($n))
    printf("%s: %d\\n", execname(), $n)
  names[execname(), $n] <<< $n
}
probe process("PROG").statement("sum@loop.c:15") { println($total) }
probe process("PROG").function("sum").return { println($return, $n) }
probe end { foreach ([a, b] in names) printf("%s %d %d\\n", a, b, @count(names[a, b])) }
"""
# The order of struct pt_regs of x86-64, as asm/ptrace.h has it.
PT_REGS = "r15 r14 r13 r12 rbp rbx r11 r10 r9 r8 rax rcx rdx rsi rdi".split()
# Two names of one instruction: what objdump calls it.
SAME = {"movsxd": "movslq", "jnz": "jne", "jz": "je", "jnle": "jg", "jnl": "jge", "jnbe": "ja", "jnb": "jae", "cdqe": "cltq"}
FADES = """static volatile int sink;
__attribute__((noinline)) int side(int v) { sink = v; return v + 1; }
__attribute__((noinline)) int fades(int a) {
  int b = sink * 3;
  side(b);
  sink = a;
  sink = 2;
  return 0;
}
int main(void) { return fades(2); }
"""
VOID = {"meta", "br"}


class Page(html.parser.HTMLParser):
    """The elements by id, with their text; lines of text by the section that they are in."""

    def __init__(self, text):
        super().__init__()
        self.text, self.open, self.elements, self.tags, self.loads, self.script = text, [], {}, set(), [], {}
        self.lines = []  # (section, id, mark, text, classes) of each line of a listing
        self.feed(text)
        self.close()
        assert not self.open, [element["tag"] for element in self.open]

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.tags.add(tag)
        self.loads += [attributes[name] for name in ("src", "href", "srcset", "action", "data") if name in attributes]
        assert not any(name.startswith("on") for name in attributes), attributes
        if tag in VOID:
            return
        element = {"tag": tag, "id": attributes.get("id"), "class": attributes.get("class", "").split(), "text": "", "title": attributes.get("title")}
        if element["id"]:
            assert element["id"] not in self.elements, f"two elements have the id {element['id']}"
            self.elements[element["id"]] = element
        self.open.append(element)

    def handle_endtag(self, tag):
        element = self.open.pop()
        assert element["tag"] == tag, f"{element} ends as {tag}"
        if tag == "div" and element.get("mark") is not None and "code" in element:
            section = next((outer["id"] for outer in self.open if outer["tag"] == "section"), None)
            self.lines.append((section, element["id"], element["mark"], element["code"], element["class"]))
        if self.open and tag == "i" and self.open[-1]["tag"] == "div":
            self.open[-1]["mark"] = element["text"]
        if self.open and tag == "code" and self.open[-1]["tag"] == "div":
            self.open[-1]["code"] = element["text"]

    def handle_data(self, data):
        for element in self.open:
            element["text"] += data

    def of_kind(self, letter):
        """The elements whose ids are of that letter, by id, in the order of the page."""
        return {item: element for item, element in self.elements.items() if re.fullmatch(letter + r"\d+(_\d+)?", item)}

    def section(self, name):
        return [line for line in self.lines if line[0] == name]

    @functools.cached_property
    def origins(self):
        return json.loads(self.elements["links"]["text"])

    def reached(self, start, edges):
        seen, todo = set(), [start]
        while todo:
            for one in edges.get(todo.pop(), []):
                if one not in seen:
                    seen.add(one)
                    todo.append(one)
        return seen

    def came_from(self, item):
        return self.reached(item, self.origins)

    def became(self, item):
        results = {}
        for one, origins in self.origins.items():
            for origin in origins:
                results.setdefault(origin, []).append(one)
        return self.reached(item, results)


def explain(path, *arguments):
    page = TMP / "page.html"
    page.unlink(missing_ok=True)
    result = coretap(f"--explain={page}", path, *arguments)
    assert (result.returncode, result.stdout, result.stderr) == (0, "", ""), result
    return Page(page.read_text())


def disassembly(prog):
    """By address: the bytes and the mnemonic that objdump finds there."""
    rows = re.findall(r"^ +([0-9a-f]+):\t((?:[0-9a-f]{2} )+) *\t(\S+)", run("objdump", "-d", "--insn-width=16", prog).stdout, re.M)
    return {int(address, 16): (code.strip(), word) for address, code, word in rows}


class OnePage(LiveTest):
    @classmethod
    def setUpClass(cls):
        cls.prog = build("loop", "-O2")
        cls.path = TMP / "explained.stp"
        cls.path.write_text(SCRIPT.replace("PROG", cls.prog))
        cls.script = cls.path.read_text().splitlines()
        cls.page = explain(cls.path)
        # What is compiled to run, from the same texts.
        cls.folder = pathlib.Path(coretap("-p4", "-k", "--disable-cache", cls.path).stdout.strip())

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.folder)

    def line(self, text):
        """The number of the script's line with this text."""
        return next(number for number, line in enumerate(self.script, 1) if text in line)

    def name(self, line, text, nth=0):
        """The id of a name in a line of the script."""
        ids = [one for one in self.page.origins if f"s{line}" in self.page.origins[one] and one[0] == "t" and
               self.page.elements[one]["text"] == text]
        return sorted(ids, key=lambda one: int(one[1:]))[nth]

    def test_page_needs_nothing_else(self):
        page = self.page
        self.assertTrue(all(load.startswith("#") for load in page.loads), page.loads)
        self.assertNotRegex(page.text, r"https?://|url\(|@import|\bfetch\(|XMLHttpRequest")
        self.assertIn("default-src 'none'", page.text)
        self.assertLess(len(page.text), 2 << 20)
        for load in page.loads:
            self.assertIn(load[1:], page.elements)

    def test_script_is_the_file(self):
        rows = self.page.section("script")[:len(self.script)]
        self.assertEqual([(mark, text) for _, _, mark, text, _ in rows], [(str(number), text) for number, text in enumerate(self.script, 1)])

    def test_links_lead_to_what_is_there_and_never_back(self):
        for item, origins in self.page.origins.items():
            self.assertTrue(origins)
            for one in (item, *origins):
                self.assertIn(one, self.page.elements)
            self.assertNotIn(item, self.page.came_from(item), "a thing was made of itself")
            for origin in origins:
                self.assertIn(item, self.page.became(origin))
        kinds = {item[0] for item in self.page.origins}
        self.assertGreaterEqual(kinds, set("tavyghfkcnwpbl"))

    def test_a_variable_is_marked_in_all_stages(self):
        """$total of the statement probe: its location is readelf's, and the C that reads it names that register."""
        line = self.line("println($total)")
        became = self.page.became(self.name(line, "$total"))
        self.assertIn(f"s{line}", self.page.came_from(self.name(line, "$total")))
        variables = [self.page.elements[one]["text"] for one in became if one[0] == "v"]
        self.assertEqual(len(variables), 1)
        code = "\n".join(self.page.elements[one]["text"] for one in became if one[0] == "k")
        # loop.c:15 at -O2: readelf says where total is at that address.
        site = next(one for one in self.page.came_from(next(one for one in became if one[0] == "v")) if one[0] == "a")
        address = int(re.search(r"(0x[0-9a-f]+), loop.c:15", self.page.elements[site]["text"])[1], 16)
        register = self.register_of("total", address)
        self.assertIn(f"in register {register[1]}", variables[0])
        self.assertIn(f"ct_reg(c, {register[0]})", code)
        self.assertNotIn("$n", variables[0])
        # The instructions that it became read that register of the context: at its offset in struct pt_regs.
        offset = PT_REGS.index(register[1]) * 8
        machine = "\n".join(self.page.elements[one]["text"] for one in became if one[0] == "b")
        self.assertRegex(machine, rf"r\d = \*\(u64 \*\)\(r\d \+ {offset}\)")

    def register_of(self, name, address):
        """The register that holds a local variable of loop.c at an address, as readelf says: its number and its name."""
        info = run("readelf", "--debug-dump=info", "-W", self.prog).stdout
        lists = run("readelf", "--debug-dump=loc", "-W", self.prog).stdout
        for block in re.split(r"(?=<\d+><[0-9a-f]+>: Abbrev)", info):
            location = re.search(r"DW_AT_location +: (?:\([a-z_0-9]+\) )?(0x[0-9a-f]+) \(location list\)", block)
            if "DW_TAG_variable" not in block or not location or not re.search(rf"DW_AT_name +: .*\b{name}$", block, re.M):
                continue
            begin = re.search(rf"^ +0*{int(location[1], 16):x} v?[0-9a-f]", lists, re.M)
            for low, high, expression in re.findall(r"\b([0-9a-f]{16}) ([0-9a-f]{16}) \((.*)\)$",
                                                    lists[begin.start():].partition("<End of list>")[0], re.M):
                if int(low, 16) <= address < int(high, 16):
                    return re.search(r"DW_OP_reg(\d+) \((\w+)\)", expression).groups()
        raise AssertionError(f"{name} is nowhere at {address:#x}")

    def test_a_line_is_marked_in_both_codes(self):
        became = self.page.became(f"s{self.line('calls++')}")
        self.assertTrue(any("ct_add(&ct_globals" in self.page.elements[one]["text"] for one in became if one[0] == "k"))
        became = self.page.became(f"s{self.line('printf(')}")
        self.assertTrue(any(one[0] == "g" for one in became))
        self.assertTrue(any("ct::put_str" in self.page.elements[one]["text"] for one in became if one[0] == "c"))
        # Another line's code is not among it.
        self.assertFalse(any("g0_calls" in self.page.elements[one]["text"] for one in became if one[0] == "k"))

    def test_code_is_what_is_compiled(self):
        shown = [text.replace("\\t", "\t") for _, _, _, text, _ in self.page.section("code")]
        for name in ("kernel.bpf.c", "harness.cpp"):
            written = [line for line in (self.folder / name).read_text().splitlines() if not line.startswith("#line ")]
            at = shown.index(written[0])
            self.assertEqual(shown[at:at + len(written)], written, name)

    def test_instructions_are_llvm_objdumps(self):
        """Those of the object that runs, in each of its programs."""
        dump = run("llvm-objdump", "-d", "--no-show-raw-insn", "--no-leading-headers", self.folder / "kernel.bpf.o").stdout
        known = {}
        for name, row in re.findall(r"^[0-9a-f]+ <([^>]+)>:$|^ +(\d+:\t.*)$", dump, re.M):
            if name and not name.startswith("LBB"):
                known[name] = []
            elif row:
                known[list(known)[-1]].append(re.sub(r" <[^<>]*>$", "", row.partition("\t")[2]))
        programs, rows_of = {}, iter(re.match(r"\w+", element["text"])[0] for element in self.page.of_kind("p").values())
        for _, _, index, text, _ in self.page.section("bpf"):
            if index == "0":
                name = next(rows_of)
                programs[name] = []
            programs[name].append(re.sub(r"  .*", "", text))
        self.assertEqual(set(programs), set(known))
        for name, rows in known.items():
            # Which half of a register a load of 32 bits names, differs from release to release.
            self.assertEqual(*[[re.sub(r"\bw(\d)", r"r\1", row) for row in some] for some in (programs[name], rows)], name)

    def test_disassembly_is_objdumps(self):
        known = disassembly(self.prog)
        rows = [line for line in self.page.section("sites") if re.match(r"(?:[0-9a-f]{2} ?)+", line[3]) and re.fullmatch("[0-9a-f]+", line[2])
                and int(line[2], 16) in known]
        self.assertGreater(len(rows), 12)
        for _, _, address, text, _ in rows:
            code, word = known[int(address, 16)]
            self.assertTrue(text.startswith(code), (text, code))
            shown = text[len(code):].split()[0]
            shown = SAME.get(shown, shown)
            self.assertTrue(shown.startswith(word) or word.startswith(shown), (shown, word))
        marked = {int(address, 16) for _, item, address, _, classes in rows if "here" in classes}
        # gdb stops at the same address.
        said = run("gdb", "-q", "-batch", "-nx", "-ex", "break loop.c:15", self.prog).stdout
        self.assertIn(int(re.search(r"Breakpoint 1 at (0x[0-9a-f]+)", said)[1], 16), marked)
        entry = next(int(row.split()[0], 16) for row in run("nm", self.prog).stdout.splitlines() if row.endswith(" sum"))
        self.assertIn(entry, marked)

    def test_source_is_the_files(self):
        lines = LOOP.read_text().splitlines()
        rows = [line for line in self.page.section("sites") if line[2].isdigit() and int(line[2]) <= len(lines) and line[3] == lines[int(line[2]) - 1]]
        self.assertTrue(any("here" in classes and number == "15" for _, _, number, _, classes in rows))
        self.assertGreater(len(rows), 10)

    def test_ribbon_is_gdbs(self):
        """At each line of the function where gdb stops, the variable is readable where gdb has a value."""
        source, prog, path = TMP / "fades.c", TMP / "fades", TMP / "fades.stp"
        source.write_text(FADES)
        subprocess.run(["gcc", "-g", "-O2", "-o", prog, source], check=True)
        path.write_text(f'probe process("{prog}").statement("fades@fades.c:5") {{ println($b) }}\n')
        row = next(element["text"] for element in explain(path).of_kind("v").values())
        cells = {int(line): reach for line, reach in re.findall(r"^(\d+)(readable|gone|not in scope|partly readable)", row, re.M)}
        program = TMP / "ribbon.py"
        program.write_text(f"""
import gdb
for line in {sorted(cells)}:
    gdb.Breakpoint("fades.c:%d" % line, temporary=True)
    gdb.execute("run > /dev/null", to_string=True)
    frame = gdb.selected_frame()
    if frame.find_sal().line == line:
        print("READ", line, int(not frame.read_var("b").is_optimized_out))
    gdb.execute("kill", to_string=True)
""")
        known = {int(line): value == "1" for line, value in re.findall(
            r"^READ (\d+) ([01])$", run("gdb", "-q", "-batch", "-nx", "-x", program, prog).stdout, re.M)}
        self.assertEqual({line: cells[line] == "readable" for line in known}, known)
        self.assertEqual({known[5], known[7]}, {True, False})

    def test_types(self):
        texts = "\n".join(element["text"] for element in self.page.of_kind("y").values())
        for wanted in ("callsgloballongline 6: ", "namesglobalarray of stats by (string, long)line 9: ",
                       "bigfunctionlongline 7: big($n)", "nparameter of biglong", "alocalstringline "):
            self.assertIn(wanted, texts)

    def test_a_record_is_the_sum_of_its_fields(self):
        parts = list(self.page.of_kind("g").values())
        self.assertGreaterEqual(len(parts), 3)
        for part in parts:
            total = int(re.search(r"Its record has (\d+) bytes", part["text"])[1])
            pieces = [int(size) for size in re.findall(r": (\d+) bytes", part["text"])]
            self.assertEqual(sum(pieces), total, part["text"])
        printed = self.page.elements[next(one for one in self.page.became(f"s{self.line('printf(')}") if one[0] == "g")]["text"]
        self.assertIn("'execname()': 16 bytes", printed)

    def test_same_bytes_again(self):
        first = self.page.text
        self.assertEqual(explain(self.path).text, first)

    def test_text_tells_the_same(self):
        result = coretap("--explain", self.path)
        out = self.ok(result)
        for title in ("Script", "Sites", "Variables", "Types", "Two sides", "The kernel's part, in C"):
            self.assertIn(f"== {title}", out)
        for number, line in enumerate(self.script, 1):
            self.assertIn(f"{number:5}  {line}\n", out)

    def ok(self, result):
        super().ok(result)
        return result.stdout


class Hostile(LiveTest):
    """Names and texts that somebody else wrote, in the script, its name and the debug information."""

    def test_nothing_becomes_markup(self):
        evil = "</script><img src=x onerror=alert(1)>"
        folder = TMP / 'a"><script>alert(2)<'
        folder.mkdir()
        source = folder / "prog.c"
        source.write_text("int functionXXXXXXXXXXXXXXXX(int argXXXXXXXXXXXXXXXX) { return argXXXXXXXXXXXXXXXX + 1; }\n"
                          f"/* {evil} */ int main(void) {{ return functionXXXXXXXXXXXXXXXX(1) - 2; }}\n")
        prog = folder / "prog"
        subprocess.run(["gcc", "-g", "-O0", "-o", prog, source], check=True)
        prog.write_bytes(prog.read_bytes().replace(b"XXXXXXXXXXXXXXXX", b"<b onclick=x>&\"'"))
        path = folder / "evil.stp"
        path.write_text(f'# {evil} & "quotes" <b>\nprobe process("{str(prog).replace(chr(34), chr(92) + chr(34))}").function("function*") '
                        f'{{ println("{evil}", $$parms) }}\n')
        page = explain(path)  # the parser fails if elements do not nest
        self.assertEqual(page.tags & {"img", "b", "iframe", "object", "embed", "link", "base", "form"}, {"b"})
        self.assertEqual(page.text.count("<script"), 2)
        self.assertEqual(page.text.count("</script"), 2)
        self.assertEqual(page.text.count("<b>") + page.text.count("<b "), len(re.findall(r"<nav>.*?</nav>", page.text, re.S)[0].split("<b>")) - 1)
        self.assertEqual(page.section("script")[0][3], f'# {evil} & "quotes" <b>')
        self.assertIn("function<b onclick=x>&", page.elements["sites"]["text"])


class BadInput(LiveTest):
    def refused(self, id_, *arguments):
        result = coretap(*arguments)
        self.assertEqual((result.returncode, result.stdout), (1, ""), result)
        self.assertIn(f"[{id_}]", result.stderr)
        return result.stderr

    def test_file_cannot_be_written(self):
        hello = ["-e", 'probe begin { println("hi") exit() }']
        message = self.refused("output-write", f"--explain={TMP}/none/page.html", *hello)
        self.assertIn(f"cannot write '{TMP}/none/page.html': No such file", message)
        self.refused("output-write", f"--explain={TMP}", *hello)
        self.refused("usage", "--explain=", *hello)

    def test_the_name_of_an_open_file_is_not_replaced(self):
        """As /dev/stdout is one."""
        link = TMP / "opened"
        link.symlink_to("/proc/self/fd/1")
        for option in ("--explain", "--build"):
            with open(TMP / "regular", "w") as out:
                result = subprocess.run([live.CORETAP, f"{option}={link}", "-e", "probe begin { exit() }"], stdout=out,
                                        stderr=subprocess.PIPE, text=True, timeout=60, stdin=subprocess.DEVNULL)
            self.assertEqual(result.returncode, 1, result.stderr)
            self.assertIn(f"[output-write]: cannot write '{link}': it stands for a file that is open already", result.stderr)
            self.assertTrue(link.is_symlink())

    def test_script_with_an_error_leaves_the_file_as_it_was(self):
        page = TMP / "kept.html"
        page.write_text("before")
        message = self.refused("unknown-function", f"--explain={page}", "-e", "probe begin { nothing() }")
        self.assertIn("^~~~", message)
        self.assertEqual(page.read_text(), "before")
        self.refused("unknown-function", f"--explain={TMP}/new.html", "-e", "probe begin { nothing() }")
        self.assertFalse((TMP / "new.html").exists())

    def test_with_other_questions(self):
        for other in (["--explain-needs"], ["-p2"], ["-l", "begin"], ["--output=json"], ["--build=/tmp/x"]):
            self.refused("usage", "--explain", *other, "-e", "probe begin {}")


class Examples(LiveTest):
    def test_examples_have_pages(self):
        """Scripts that name no program of their own: their pages parse, and every link leads to something."""
        for name in ("malloc-sizes", "sched-latency", "opened-files"):
            with self.subTest(name):
                page = explain(live.ROOT / "examples" / f"{name}.stp")
                for item, origins in page.origins.items():
                    for one in (item, *origins):
                        self.assertIn(one, page.elements)
                self.assertLess(len(page.text), 2 << 20)


if __name__ == "__main__":
    live.main()
