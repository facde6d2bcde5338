"""--why: each answer beside what gdb, readelf, nm, the workload's own counts or arithmetic say."""
import json
import re
import shutil

import live
from live import LiveTest, build, coretap, line_of, run, script

LOOP = live.HERE / "workloads" / "loop.c"
HEADS = live.HERE / "workloads" / "heads.c"


def why(*arguments):
    result = coretap("--why", *arguments)
    assert result.returncode == 0 and result.stderr == "", result.stderr
    return result.stdout


def statement(prog, function, line, file="loop.c"):
    return f'process("{prog}").statement("{function}@{file}:{line}")'


def addresses(text):
    """Of the sites that an answer to a variable's question tells of."""
    return [int(address, 16) for address in re.findall(r"^  At (0x[0-9a-f]+)", text, re.M)]


def line_rows(prog, file, line):
    """The addresses of a line's rows, as readelf decodes the line table."""
    table = run("readelf", "--debug-dump=decodedline", "-W", prog).stdout
    return {int(row, 16) for row in re.findall(rf"^(?:\S*/)?{re.escape(file)} +{line} +(0x[0-9a-f]+|0)\b", table, re.M)}


def die_of(prog, offset):
    """The attributes of a DIE and of those that it refers to, as readelf shows them."""
    dump = run("readelf", "--debug-dump=info", "-W", prog).stdout
    found = {}
    for _ in range(3):
        block = re.search(rf"^ *<[0-9a-f]+><{offset}>:.*\n((?: +<[0-9a-f]+>   DW_AT_.*\n)*)", dump, re.M)
        for name, value in re.findall(r"(DW_AT_\w+) *: (.*)", block[1]):
            found.setdefault(name, re.sub(r"^\([a-z_0-9]+\) ", "", value.strip()))  # newer ones name the form
        origin = re.search(r"DW_AT_abstract_origin *: (?:\([a-z_0-9]+\) )?<0x([0-9a-f]+)>", block[1])
        if not origin:
            return found
        offset = origin[1]
    return found


def location_list(prog, offset):
    """The entries of a location list, as (start, end)."""
    dump = run("readelf", "--debug-dump=loc", "-W", prog).stdout
    begin = re.search(rf"^ +0*{offset:x} v?[0-9a-f]", dump, re.M)
    whole, end, _ = dump[begin.start():].partition("<End of list>")
    assert end, "the list has no end"
    return [(int(low, 16), int(high, 16)) for low, high in re.findall(r"\b([0-9a-f]{16}) ([0-9a-f]{16}) \(", whole)]


def gdb_reads(prog, questions):
    """By (address, variable): does gdb find a value there? `questions` are such pairs, of a program that is not moved."""
    by_address = {}
    for address, name in questions:
        by_address.setdefault(address, set()).add(name)
    program = live.TMP / "why_gdb.py"
    program.write_text(f"""
import gdb
wanted, seen = {by_address!r}, set()
for address in wanted:
    gdb.Breakpoint("*%d" % address)
gdb.execute("run > /dev/null", to_string=True)
while gdb.selected_inferior().pid:
    pc = int(gdb.selected_frame().pc())
    for name in wanted.get(pc, set()) - {{name for at, name in seen if at == pc}}:
        seen.add((pc, name))
        print("READ", pc, name, int(not gdb.selected_frame().read_var(name).is_optimized_out))
    gdb.execute("continue", to_string=True)
""")
    output = run("gdb", "-q", "-batch", "-nx", "-x", program, prog).stdout
    return {(int(pc), name): value == "1" for pc, name, value in re.findall(r"^READ (\d+) (\w+) ([01])$", output, re.M)}


class Variables(LiveTest):
    def test_each_variable_at_each_line_as_gdb_says(self):
        """Can it be read at the address? gdb stops there and looks."""
        for compiler, level in (("gcc", "-O0"), ("gcc", "-O2"), ("clang", "-O2")):
            prog = build("loop", level, "-no-pie", compiler=compiler)
            listed = coretap("-l", f'process("{prog}").statement("sum@loop.c:*")').stdout
            lines = sorted({int(line) for line in re.findall(r":(\d+)\"\)", listed)})
            self.assertGreater(len(lines), 3)
            answers, readable = {}, {}
            for line in lines:
                for name in ("values", "n", "p", "total"):
                    text = why(f"${name} @ {statement(prog, 'sum', line)}")
                    verdict, = re.findall(r"^(Yes|No|In part): ", text)
                    self.assertTrue(addresses(text), text)
                    if verdict != "In part":
                        for address in addresses(text):
                            answers[address, name] = verdict == "Yes"
                    if verdict == "Yes":
                        readable.setdefault(name, set()).add(line)
            theirs = gdb_reads(prog, answers)
            self.assertGreater(len(theirs), len(answers) // 2)
            for key, value in theirs.items():
                # Where gdb has nothing, the value may be one of the function's entry, which a probe there saves.
                self.assertTrue(answers[key] == value or (answers[key] and not value), (compiler, level, key, value))
            # The lines where it can be read are those where the question was answered by yes, the nearest first.
            for name, found in readable.items():
                text = why(f"${name} @ {statement(prog, 'sum', lines[0])}")
                told = re.search(r"nearest first: ([\d, ]+)\.", text)
                self.assertEqual({int(line) for line in told[1].split(", ")}, found, text)
                distances = [abs(int(line) - lines[0]) for line in told[1].split(", ")]
                self.assertEqual(distances, sorted(distances))

    def test_the_list_of_locations_as_readelf_has_it(self):
        for compiler in ("gcc", "clang"):
            prog = build("loop", "-O2", "-gdwarf-4", compiler=compiler)
            compared = 0
            for name in ("values", "n", "p", "total", "i"):
                for line in (line_of("loop", "LOOP */"), line_of("loop", "return total")):
                    text = why(f"${name} @ {statement(prog, 'sum', line)}")
                    die = re.search(r"\(DIE <([0-9a-f]+)>\)", text)
                    if not die:
                        continue
                    attributes = die_of(prog, die[1])
                    self.assertIn(name, attributes["DW_AT_name"].split())
                    self.assertIn(f"declared at line {attributes['DW_AT_decl_line']} ", text)
                    site = text.split("\n  At ")[1]
                    shown = [(int(low, 16), int(high, 16)) for low, high in re.findall(r"^ +\*? *(0x[0-9a-f]+)-(0x[0-9a-f]+)  ", site, re.M)]
                    where = re.search(r"(?:0x)?([0-9a-f]+) \(location list\)", attributes.get("DW_AT_location", ""))
                    if not where:
                        self.assertEqual(shown, [])
                        continue
                    self.assertEqual(shown, location_list(prog, int(where[1], 16)))
                    # The entry that is marked covers the address, or ends at a view of it.
                    for low, high in re.findall(r"^ +\* (0x[0-9a-f]+)-(0x[0-9a-f]+)  ", text, re.M):
                        self.assertTrue(any(int(low, 16) <= at <= int(high, 16) for at in addresses(text)), text)
                    compared += 1
            self.assertGreater(compared, 4)

    def test_memory_is_where_readelf_says(self):
        """At -O0 each variable has one expression: DW_OP_fbreg, which gcc counts from the CFA, 16 above rbp."""
        prog = build("loop", "-O0")
        text = why(f"$total @ {statement(prog, 'sum', line_of('loop', 'LOOP */'))}")
        attributes = die_of(prog, re.search(r"\(DIE <([0-9a-f]+)>\)", text)[1])
        offset = int(re.search(r"DW_OP_fbreg: (-?\d+)", attributes["DW_AT_location"])[1]) + 16
        self.assertIn(f"One location holds wherever it can be seen: in memory, at rbp - {-offset}.", text)

    def test_a_block_that_the_line_is_outside_of(self):
        prog = build("loop", "-O0")
        text = why(f"$i @ {statement(prog, 'sum', line_of('loop', 'return total'))}")
        self.assertTrue(text.startswith("No: $i cannot be read at "), text)
        dump = run("readelf", "--debug-dump=info", "-W", prog).stdout
        block = re.search(r"DW_TAG_lexical_block\)\n.*DW_AT_low_pc .*?(0x[0-9a-f]+)\n.*DW_AT_high_pc .*?(0x[0-9a-f]+)\n.*DW_TAG_variable\)\n.*DW_AT_name.* i *\n", dump)
        low = int(block[1], 16)
        self.assertIn(f"in a block whose code is at {low:#x}-{low + int(block[2], 16):#x}", text)
        first, last = line_of("loop", "int i = 0; i < n"), line_of("loop", "sink = total")
        self.assertIn(f"(lines {first} to {last})", text)

    def test_inlined_code_sees_only_its_own(self):
        prog = build("loop", "-O2")
        text = why(f"$a @ {statement(prog, 'twice', line_of('loop', 'INLINED'))}")
        self.assertTrue(text.startswith("No: $a cannot be read at "), text)
        self.assertIn("what was inlined into second_user sees only its own variables", text)

    def test_declared_below(self):
        prog = build("loop", "-O0")
        first = line_of("loop", "int sum(")
        text = why(f"$total @ {statement(prog, 'sum', first)}")
        self.assertIn("It is declared below this line", text)

    def test_a_member(self):
        prog = build("loop", "-O0")
        at = statement(prog, "sum", line_of("loop", "LOOP */"))
        self.assertTrue(why(f"$p->x @ {at}").startswith("Yes: $p->x can be read at "))
        text = why(f"$p->zz @ {at}")
        self.assertTrue(text.startswith("No: "), text)
        self.assertIn("zz", text.split("\n")[1])

    def test_a_function_by_another_of_its_names(self):
        """The lines are those of the function, whichever of its symbols the point uses."""
        source, prog = live.TMP / "alias.c", live.TMP / "alias"
        source.write_text("int written(int n) {\n  n += 2;\n  return n;\n}\n"
                          'int other(int n) __attribute__((alias("written")));\n'
                          "int main(int argc, char** argv) {\n  (void)argv;\n  return other(argc) - 3;\n}\n")
        run("gcc", "-g", "-O0", "-o", prog, source)
        for name in ("written", "other"):
            self.assertIn("nearest first: 1, 2, 3, 4.", why(f'$n @ process("{prog}").function("{name}")'))

    def test_a_global(self):
        prog = build("loop", "-O0")
        text = why(f"$sink @ {statement(prog, 'sum', line_of('loop', 'LOOP */'))}")
        symbol = re.search(r"^([0-9a-f]+) b sink$", run("nm", prog).stdout, re.M)
        self.assertIn(f"in memory, at {int(symbol[1], 16):#x}", text)
        self.assertIn("It is a variable of the file", text)

    def test_at_the_return(self):
        """A parameter means its value at the entry; the result is in rax, by the psABI."""
        prog = build("loop", "-O2")
        point = f'process("{prog}").function("sum").return'
        symbol = int(re.search(r"^([0-9a-f]+) T sum$", run("nm", prog).stdout, re.M)[1], 16)
        text = why(f"$n @ {point}")
        self.assertTrue(text.startswith("Yes: "), text)
        self.assertEqual(set(addresses(text)), {symbol})
        self.assertIn("where its value is kept for the return: in register rsi.", text)
        self.assertIn(": in register rax.", why(f"$return @ {point}"))
        self.assertEqual(self.lines(script(f"probe {point} {{ println($n) }}", "-c", prog)).count("6"), 3)

    def test_no_debug_information(self):
        prog = live.TMP / "loop.stripped"
        run("strip", "-g", "-o", prog, build("loop", "-O0"))
        text = why(f'$total @ process("{prog}").function("sum")')
        self.assertTrue(text.startswith("No: $total cannot be read at "), text)
        self.assertIn("has no debug information", text)


class Points(LiveTest):
    def test_rows_are_those_of_the_line_table(self):
        for compiler, level in (("gcc", "-O0"), ("gcc", "-O2"), ("clang", "-O2")):
            prog = build("loop", level, compiler=compiler)
            for mark in ("LOOP */", "int i = 0; i < n", "INLINED"):
                line = line_of("loop", mark)
                text = why(statement(prog, "*", line))
                told = {int(row, 16) for row in re.findall(r"^    row (0x[0-9a-f]+)", text, re.M)}
                self.assertEqual(told, line_rows(prog, "loop.c", line), text)
                listed = json_sites(prog, line)
                self.assertEqual(len(re.findall(r": a site: ", text)), listed, text)

    def test_what_it_says_of_exactness_is_what_is_counted(self):
        """heads.c says how often each of its lines runs."""
        marks = {number: int(mark[1]) for number, text in enumerate(HEADS.read_text().splitlines(), 1)
                 if (mark := re.search(r"//@(\d+)", text))}
        text = HEADS.read_text().splitlines()
        every = marks
        for compiler in ("gcc", "clang"):
            prog, marks = build("heads", "-O2", compiler=compiler), every
            if compiler == "gcc":
                marks = dict(list(every.items())[::2])
            if compiler == "clang":  # one of whose loops live.test_line_counts leaves out, too
                marks = {line: times for line, times in every.items() if "for (i = 0;" not in text[line - 1]}
            points = "".join(f'probe process("{prog}").statement("*@heads.c:{line}")? {{ n[{line}]++ }}\n' for line in marks)
            counts = dict(map(int, pair.split()) for pair in self.lines(
                script("global n\n" + points + 'probe end { foreach (l+ in n) printf("%d %d\\n", l, n[l]) }', "-c", prog)))
            exact = inexact = 0
            for line, times in marks.items():
                answer = why(statement(prog, "*", line, "heads.c"))
                if " has no site" in answer:
                    self.assertNotIn(line, counts)
                elif "Inexact: " in answer:
                    inexact += 1
                    self.assertLessEqual(counts.get(line, 0), times, answer)
                else:
                    exact += 1
                    self.assertEqual(counts.get(line, 0), times, answer)
            self.assertGreater(exact, 10)
            if compiler == "clang":
                self.assertGreater(inexact, 0)

    def test_a_line_without_a_site(self):
        prog = build("loop", "-O0")
        for mark, words in (("struct point {", "It holds no statement"), ("static volatile int sink", "It holds no statement")):
            line = line_of("loop", mark)
            self.assertEqual(line_rows(prog, "loop.c", line), set())
            text = why(statement(prog, "*", line))
            self.assertTrue(text.startswith("No: "), text)
            self.assertIn(f"has no row for line {line}", text)
            self.assertIn(words, text)
        # Of another function.
        line = line_of("loop", "LOOP */")
        text = why(statement(prog, "main", line))
        self.assertIn("The line is code of sum, not of main.", text)
        nearest = [int(number) for number in re.search(r"the nearest first: ([\d, ]+)", text)[1].split(", ")]
        self.assertEqual(nearest, sorted(nearest, key=lambda number: abs(number - line)))
        for number in nearest:
            self.assertTrue(line_rows(prog, "loop.c", number), number)
        # A declaration without a value takes no code.
        prog = build("heads", "-O0")
        text = HEADS.read_text().splitlines()
        line = text.index("NOIPA int undeclared(int n) {") + 2
        self.assertEqual(text[line - 1].strip(), "int i;")
        self.assertEqual(line_rows(prog, "heads.c", line), set())
        self.assertIn("It declares a local variable", why(statement(prog, "undeclared", line, "heads.c")))

    def test_a_variable_at_a_line_without_a_site(self):
        prog = build("loop", "-O0")
        text = why(f"$total @ {statement(prog, 'sum', line_of('loop', 'struct point {'))}")
        self.assertIn("has no site, so nothing can be read there.", text)

    def test_where_a_function_is_probed(self):
        """gdb's breakpoint is behind the prologue, too; with optimisation it is the symbol's address."""
        prog = build("loop", "-O0")
        gdb = run("gdb", "-q", "-batch", "-nx", "-ex", "break sum", prog).stdout
        symbol = re.search(r"^([0-9a-f]+) T sum$", run("nm", prog).stdout, re.M)[1]
        text = why(f'process("{prog}").function("sum")')
        self.assertIn(" has 1 site.\n", text)
        self.assertIn(re.search(r"at (0x[0-9a-f]+):", gdb)[1], text)
        self.assertIn(f"behind the prologue of sum, which begins at {int(symbol, 16):#x}", text)
        prog = build("loop", "-O2")
        symbol = re.search(r"^([0-9a-f]+) T sum$", run("nm", prog).stdout, re.M)[1]
        self.assertRegex(why(f'process("{prog}").function("sum")'), rf"{int(symbol, 16):#x}.*: the first instruction of sum\.")

    def test_inlined_copies(self):
        """As many as readelf knows, and in the functions that call it."""
        prog = build("loop", "-O2")
        dump = run("readelf", "--debug-dump=info", "-W", prog).stdout
        origin = re.search(r"<1><([0-9a-f]+)>:.*DW_TAG_subprogram\)\n.*DW_AT_name.*: twice *\n", dump)[1]
        copies = len(re.findall(rf"DW_TAG_inlined_subroutine\)\n.*DW_AT_abstract_origin *: (?:\([a-z_0-9]+\) )?<0x{origin}>", dump))
        text = why(f'process("{prog}").function("twice").inline')
        self.assertIn(f" has {copies} sites.\n", text)
        owners = re.findall(r"that was inlined into (\w+)", text)
        self.assertEqual(len(owners), copies)
        self.assertEqual(set(owners) - {"main"}, {"first_user", "second_user"})

    def test_returns(self):
        """objdump shows the return instructions."""
        prog = build("loop", "-O2")
        text = why(f'process("{prog}").function("sum").return')
        code = run("objdump", "-d", "--disassemble=sum", "--no-show-raw-insn", prog).stdout
        returns = {int(address, 16) for address in re.findall(r"^ +([0-9a-f]+):\s+ret", code, re.M)}
        symbol = int(re.search(r"^([0-9a-f]+) T sum$", run("nm", prog).stdout, re.M)[1], 16)
        told = {int(address, 16) for address in re.findall(r"^  (0x[0-9a-f]+)", text, re.M)}
        if "as a uretprobe, because" in text:
            self.assertEqual(told, {symbol})
        else:
            self.assertEqual(told, returns)
            self.assertIn("a return instruction of sum", text)

    def test_the_lines_of_returns(self):
        """addr2line says on which line a return instruction is."""
        prog = str(live.TMP / "returns-cpp")
        built = run("g++", "-std=c++20", "-g", "-O2", "-o", prog, live.HERE / "workloads" / "returns.cpp")
        self.assertEqual(built.returncode, 0, built.stderr)
        text = why(f'process("{prog}").function("thrower").return')
        told = dict(re.findall(r"^  (0x[0-9a-f]+), \S+:(\d+): a return instruction", text, re.M))
        self.assertGreater(len(told), 0, text)
        for address, line in told.items():
            self.assertEqual(run("addr2line", "-e", prog, address).stdout.split(" ")[0].strip().rsplit(":", 1)[1], line)


def json_sites(prog, line):
    """How many sites --lines counts on a line."""
    result = coretap("--lines", f'process("{prog}")', f"loop.c:{line}", "--json")
    return sum(each["sites"] for file in json.loads(result.stdout)["files"] for each in file["lines"])


class Scripts(LiveTest):
    def answer(self, text, *arguments):
        result = coretap("--why", "-e", text, *arguments)
        self.assertEqual((result.returncode, result.stderr), (0, ""), result.stdout)
        return result.stdout

    @staticmethod
    def head_size():
        """Of a record: what a C compiler says."""
        source = live.TMP / "head.c"
        source.write_text('#include <stdio.h>\n#include <linux/types.h>\n#include "abi.h"\n'
                          'int main(void) { printf("%zu", sizeof(struct ct_rec_hdr)); return 0; }\n')
        prog = live.TMP / "head"
        done = run("gcc", "-I", live.ROOT / "runtime/shared", "-o", prog, source)
        assert done.returncode == 0, done.stderr
        return int(run(prog).stdout)

    def test_what_crosses(self):
        prog = build("loop", "-O0")
        text = self.answer(f'global calls\nprobe process("{prog}").function("sum") {{\n  calls++\n  if ($n > 5)\n    printf("%s %d\\n", execname(), $n)\n}}')
        head = self.head_size()
        self.assertIn("  In user space: line 5.\n    line 5: the kernel cannot print.\n", text)
        self.assertIn("  In the kernel: lines 3, 4, 5.\n", text)
        self.assertIn(f"Its record has {head + 16 + 8} bytes: {head} of its head, ", text)
        self.assertIn("16 of 'execname()' (a string)", text)
        self.assertIn("8 of '$n' (a number)", text)
        self.assertIn("global calls: in the kernel", text)
        # How it is attached here: by a uprobe, and the kernel has what it takes.
        self.assertRegex(text, r"\n  uprobe .*loop\S*\+0x[0-9a-f]+: yes")

    def test_all_in_the_kernel(self):
        text = self.answer('global n\nprobe kernel.trace("sched_switch") { n++ }\nprobe end { println(n) }')
        self.assertIn("In user space: nothing, so no record crosses.", text)
        self.assertIn("probe end\n  In user space: all of it, because the session itself makes the event.", text)
        # What the kernel does with a global: through a function, too.
        text = self.answer('global most = 3, names, n, m\nfunction keep(it) { n = it }\nprobe kernel.trace("sched_switch") {\n'
                           '  if (most > cpu()) keep(1)\n  names[pid()] = execname()\n m++ }\nprobe end { println(n, names[1], m) most++ }')
        self.assertIn("global most: in the kernel, where user space reaches it; kernel code only reads it.\n", text)
        self.assertIn("global n: in the kernel, where user space reaches it.\n", text)
        self.assertIn("global m: in the kernel, where user space reaches it; kernel code only adds to it, and no count is lost when it is read.\n", text)

    def test_why_each_part_moved(self):
        text = self.answer('global a, last, s\nprobe kernel.trace("sched_switch") {\n'
                           '  s <<< cpu()\n  a[pid()]++\n'
                           '  foreach (p in a)\n    last = p\n'
                           '  if (@count(s) > 3)\n    println(last)\n}')
        self.assertIn("line 5: the kernel cannot go through the array 'a' in an order.", text)
        self.assertIn("line 7: the kernel cannot read the statistic 's'", text)
        self.assertIn("line 8: the kernel cannot print.", text)


class Refused(LiveTest):
    def test_bad_questions(self):
        prog = build("loop", "-O0")
        at = statement(prog, "sum", line_of("loop", "LOOP */"))
        for arguments, id, words in (
                (["$total"], "why-question", "does not say where"),
                (["$total @"], "why-question", "no probe point behind the '@'"),
                ([" "], "why-question", "the question is empty"),
                ([f"$total + 1 @ {at}"], "why-question", "is not a variable of the probed code"),
                ([f"$totl @ {at}"], "no-such-variable", "similar: $total"),
                ([f"$total @ {statement(prog, 'sum', 5, 'nonesuch.c')}"], "no-such-line", "no source file"),
                ([f'process("{live.TMP}/nothing").function("f")'], "no-such-object", "there is no such file"),
                ([f'process("{prog}").function("sun")'], "no-such-function", "sum"),
                (["foo = begin"], "no-probes", "the script has no probes"),
                (["nonesuch.point(1)"], "unknown-probe", "unknown probe point"),
                (["process("], "", "parse error")):
            result = coretap("--why", *arguments)
            self.assertEqual((result.returncode, result.stdout), (1, ""), arguments)
            self.assertIn(f"[{id}" if id else "parse error", result.stderr)
            self.assertIn(words, result.stderr)
            if id != "no-probes":
                self.assertRegex(result.stderr, r"\n +\^", "there is no caret")
        for arguments, words in ((["--why"], "--why takes a question or a script"), (["--why", at, at], "--why takes one question"),
                                 (["--why", "nonesuch.stp"], "cannot read script"), (["-l", "begin", "--why", "begin"], "lists nothing")):
            result = coretap(*arguments)
            self.assertEqual((result.returncode, result.stdout), (1, ""), arguments)
            self.assertIn(words, result.stderr)

    def test_nothing_is_loaded(self):
        """Questions ask the kernel for nothing: no call of bpf(2) or perf_event_open(2)."""
        if not shutil.which("strace"):
            self.skipTest("there is no strace")
        prog, calls = build("loop", "-O0"), live.TMP / "why.calls"
        # The leak sanitizer, where there is one, refuses to run under ptrace(2).
        done = run("strace", "-f", "-E", "ASAN_OPTIONS=detect_leaks=0", "-e", "trace=bpf,perf_event_open,openat", "-o", calls,
                   live.CORETAP, "--why", f"$total @ {statement(prog, 'sum', line_of('loop', 'LOOP */'))}")
        self.assertTrue(done.stdout.startswith("Yes: "), done.stderr)
        made = calls.read_text()
        self.assertIn(prog, made)
        self.assertNotRegex(made, r"\b(bpf|perf_event_open)\(")


if __name__ == "__main__":
    live.main()
