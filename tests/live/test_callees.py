"""process.function.callee and .callees: calls by caller, beside the workload's own notes of who called whom."""
import os
import pathlib
import re
import shutil
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "agreement"))
import agreement
import live
from live import LiveTest, build, coretap, run, script

BUILDS = [("gcc", "-O0"), ("gcc", "-O2"), ("clang++", "-x", "c++", "-O2")]
# More of them, which take minutes: only ./dev test --long says so.
if "CORETAP_EVERY_BUILD" in os.environ:
    BUILDS += [("gcc", "-Os", "-no-pie", "-gdwarf-4"), ("gcc", "-O2", "-fno-omit-frame-pointer"), ("clang", "-O0", "-no-pie"),
               ("g++", "-x", "c++", "-O2")]
PAIR = re.compile(r'function\("(\w+)[^"]*"\)\.callee\("(\w+)[^"]*"\)')
# At -O0 passes_on() calls landed(); the notes say that its caller does.
JUMP = ("passes_on", "landed")


def notes(prog, turns):
    """(outer, middle, caller, callee): times"""
    found = {}
    for line in run(prog, turns).stdout.splitlines():
        *path, times = line.split()
        found[tuple(path)] = int(times)
    assert found
    return found


def truth(found, function=None, depth=1):
    """Times by (caller, callee): of all callers, or of calls that are at most `depth` below a function."""
    pairs = {}
    for path, times in found.items():
        pair = path[-2:]
        if "pointer" in pair or "-" in pair:
            continue
        near = path[:-1][-depth:]
        if "pointer" in near:  # such a call is not known, and ends the way up
            near = near[len(near) - near[::-1].index("pointer"):]
        if function is None or function in near:
            pairs[pair] = pairs.get(pair, 0) + times
    return pairs


def keeps_call(prog):
    """Did the compiler leave passes_on() a call of landed()? Else it is a jump."""
    code = run("objdump", "-d", "--no-show-raw-insn", prog).stdout
    return bool(re.search(r"call\s+\w+ <landed", code[code.index("<passes_on>:"):].split("\n\n")[0]))


def settle_jump(pairs, is_call):
    """landed() is entered once by passes_on(), which the notes count as main()'s call."""
    pairs["main", "landed"] -= 1
    if is_call:
        pairs[JUMP] = 1
    return pairs


def counted(prog, *points, options=(), turns="4", more=""):
    """Times by (caller, callee) for each point, all in one run, and what the run said."""
    probes = " ".join(f'probe process("{prog}").{point} {{ n[{number}, pp()]++ }}' for number, point in enumerate(points))
    result = script(f'global n {probes} {more} probe end {{ foreach ([i, p] in n) println("count ", i, " ", p, " ", n[i, p]) }}',
                    "-w", *options, "-c", f"{prog} {turns} >/dev/null", timeout=300)
    assert result.returncode == 0, result.stderr
    counts = [{} for _ in points]
    for line in result.stdout.splitlines():
        if line.startswith("count "):
            pair, number, times = PAIR.search(line).groups(), int(line.split()[1]), int(line.rsplit(" ", 1)[1])
            if pair[1] not in ("atoi", "printf"):  # of the C library's headers: they do not note anything
                counts[number][pair] = counts[number].get(pair, 0) + times
    return counts, result.stderr


class Callees(LiveTest):
    def each(self, check):
        for compiler, *flags in BUILDS:
            with self.subTest(compiler=compiler, flags=flags):
                prog = build("callees", *flags, compiler=compiler)
                check(prog, keeps_call(prog))

    def test_counts(self):
        """Every pair; and two and three calls deep, through inlined copies and recursion."""
        def check(prog, is_call):
            found = notes(prog, "4")
            deep = [("main", 2), ("recurse", 2), ("main", 3)]
            expected = [settle_jump(truth(found), is_call)]
            for function, depth in deep:
                pairs = truth(found, function, depth)
                expected.append(settle_jump(pairs, is_call) if function == "main" else pairs)
            self.assertGreater(len(expected[0]), 10)
            points = ['function("*@callees.c").callee("*@callees.c")']
            points += [f'function("{function}").callees({depth})' for function, depth in deep]
            for point, counts, pairs in zip(points, counted(prog, *points)[0], expected):
                self.assertEqual(counts, pairs, point)
        self.each(check)

    def test_one_pair(self):
        pairs = [("main", "leaf"), ("middle", "leaf"), ("deep", "helper"), ("helper", "leaf"), ("recurse", "recurse")]
        prog = build("callees", "-O2")
        for turns in ("1", "5"):
            expected = truth(notes(prog, turns))
            counts = counted(prog, *(f'function("{caller}").callee("{callee}")' for caller, callee in pairs), turns=turns)[0]
            self.assertEqual(counts, [{pair: expected[pair]} if pair in expected else {} for pair in pairs])

    def test_returns(self):
        for compiler, *flags in (("gcc", "-O0"), ("gcc", "-O2"), ("clang", "-O2", "-no-pie")):
            prog = build("callees", *flags, compiler=compiler)
            is_call = keeps_call(prog)
            expected = settle_jump(truth(notes(prog, "4")), is_call)
            expected = {pair: times for pair, times in expected.items() if pair[1] != "helper"}
            if not is_call:  # it leaves by a jump, so its own return cannot be seen
                del expected["main", "passes_on"]
            self.assertEqual(counted(prog, 'function("*@callees.c").callee("*@callees.c").return')[0], [expected])
            result = script(f'probe process("{prog}").function("middle").callee("leaf").return {{ printf("%d %d,", $n, $return) }}',
                            "-c", f"{prog} 3 >/dev/null")
            self.assertEqual(self.ok(result), "0 1,0 1,1 2,")

    def test_beside_return_probes(self):
        """A uretprobe puts another address in the place of the return address; who called is still known."""
        for compiler, *flags in (("gcc", "-O0"), ("clang", "-O2")):
            prog = build("callees", *flags, compiler=compiler)
            expected = settle_jump(truth(notes(prog, "4"), "main", 3), keeps_call(prog))
            others = ("leaf", "deep", "middle", "recurse", "landed")
            more = " ".join(f'probe process("{prog}").function("{name}").call {{ m++ }} '
                            f'probe process("{prog}").function("{name}").return {{ r++ }}' for name in others) + " global m, r"
            counts, told = counted(prog, 'function("main").callees(3)', options=("-vv",), more=more)
            self.assertIn("as a uretprobe", told)
            self.assertEqual(counts, [expected])

    def test_variables(self):
        for compiler, *flags in (("gcc", "-O0"), ("gcc", "-O2"), ("clang", "-O0")):
            prog = build("callees", *flags, compiler=compiler)
            result = script(f'probe process("{prog}").function("middle").callee("leaf") {{ printf("%s%d ", probefunc(), $n) }}',
                            "-c", f"{prog} 3 >/dev/null")
            self.assertEqual(self.ok(result), "leaf0 leaf0 leaf1 ")

    def test_of_a_library(self):
        """Functions of a library call each other through its linkage table, unless it is linked -Bsymbolic."""
        for name, flags in (("plt", ()), ("symbolic", ("-Wl,-Bsymbolic-functions",))):
            library = live.TMP / f"libcallees_{name}.so"
            run("gcc", "-g", "-O2", "-shared", "-fPIC", *flags, "-Dmain=callees", "-o", library, live.HERE / "workloads/callees.c")
            caller = live.TMP / "callees_main.c"
            caller.write_text("int callees(int, char**); int main(int argc, char** argv) { return callees(argc, argv); }\n")
            prog = live.TMP / f"uses_callees_{name}"
            run("gcc", "-o", prog, caller, "-L", live.TMP, f"-lcallees_{name}", f"-Wl,-rpath,{live.TMP}")
            calls_stub = "leaf@plt" in run("objdump", "-d", library).stdout
            self.assertEqual(calls_stub, name == "plt")
            expected = truth(notes(prog, "4"))["middle", "leaf"]
            counts = counted(prog, f'library("libcallees_{name}.so").function("middle").callee("leaf")')[0]
            self.assertEqual(counts, [{("middle", "leaf"): expected}])

    def test_without_debug_information(self):
        prog = build("callees", "-O2", out="callees_plain")
        stripped = live.TMP / "callees_nodebug"
        run("strip", "-g", "-o", stripped, prog)
        found = truth(notes(prog, "4"))
        counts = counted(stripped, 'function("recurse").callee("recurse")')[0]
        self.assertEqual(counts, [{("recurse", "recurse"): found["recurse", "recurse"]}])

    def test_lists_can_be_pasted(self):
        prog = build("callees", "-O2")
        for end in ("", ".call", ".return"):
            listed = coretap("-l", f'process("{prog}").function("*@callees.c").callee("*@callees.c"){end}')
            self.assertEqual(listed.returncode, 0, listed.stderr)
            points = listed.stdout.splitlines()
            self.assertGreater(len(points), 8)
            for point in points:
                self.assertEqual(coretap("-l", point).stdout.splitlines(), [point])

    def test_refused(self):
        optimised = build("callees", "-O2")
        for point, words in (
                ('function("passes_on").callee("landed")', ("[no-such-callee]", "a tail call")),
                ('function("leaf").callee("deep")', ("[no-such-callee]", "'leaf' calls no function that matches 'deep'")),
                ('function("middle").callee("lief")', ("[no-such-function]", "similar: leaf")),
                ('function("midle").callee("leaf")', ("[no-such-function]", "similar: middle")),
                ('function("middle").callee("helper").call', ("[no-such-callee]", "it is inlined there: leave out '.call'")),
                ('function("main").callee("passes_on").return', ("[callee-return]", "cannot be told apart by caller")),
                ('function("main").callees(0)', ("[callees-depth]",))):
            done = coretap("-l", f'process("{optimised}").{point}')
            self.assertNotEqual(done.returncode, 0)
            self.assertEqual(done.stdout, "")
            for word in words:
                self.assertIn(word, done.stderr)

    def test_tail_calls_are_told(self):
        listed = coretap("-l", f'process("{build("callees", "-O2")}").function("*@callees.c").callee("landed")')
        self.assertEqual(listed.returncode, 0, listed.stderr)
        self.assertIn("[callee-tail-call]: tail calls are not counted, of 'landed' from 'passes_on' in", listed.stderr)
        self.assertEqual([PAIR.search(line).groups() for line in listed.stdout.splitlines()], [("main", "landed")])

    def test_without_unwind_information(self):
        prog = build("callees", "-O2", "-fno-asynchronous-unwind-tables", "-fno-unwind-tables", "-g0", out="callees_no_frames")
        refused = coretap("-l", f'process("{prog}").function("middle").callee("leaf")')
        self.assertNotEqual(refused.returncode, 0)
        self.assertIn("[no-caller]: who called 'leaf'", refused.stderr)
        self.assertIn("no unwind information", refused.stderr)

    def test_the_same_list_as_stap(self):
        """stap 4.8 knows calls of DWARF 4 only (DW_TAG_GNU_call_site), and then not all inlined copies; it lists tail calls, which
        never fire."""
        if not shutil.which("stap"):
            self.skipTest("there is no stap")
        tree = agreement.fake_kernel(live.TMP / "kernel")
        with open(tree / ".config", "a") as config:
            config.write("CONFIG_TRACEPOINTS=y\nCONFIG_ARCH_SUPPORTS_UPROBES=y\nCONFIG_UPROBES=y\n")
        prog = build("callees", "-O2", "-gdwarf-4")
        for point in (f'process("{prog}").function("*@callees.c").callees', f'process("{prog}").function("main").callees(2)',
                      f'process("{prog}").function("m*").callee("leaf")'):
            theirs = set(run("stap", "-r", tree, "-l", point).stdout.splitlines())
            ours = set(coretap("-l", point).stdout.splitlines())
            theirs = {line for line in theirs if PAIR.search(line).groups() != JUMP}
            self.assertGreater(len(theirs), 0)
            self.assertEqual(theirs - ours, set(), point)
            for line in ours - theirs:
                caller, callee = PAIR.search(line).groups()
                self.assertTrue(caller == "helper" or callee in ("helper", "atoi"), line)


if __name__ == "__main__":
    live.main()
