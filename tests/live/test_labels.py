"""process.function.label: labels of functions and inlined copies, beside the workload's own counts and stap's list."""
import pathlib
import re
import shutil
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "agreement"))
import agreement
import live
from live import LiveTest, build, coretap, run, script

BUILDS = [("gcc", "-O0"), ("gcc", "-O1"), ("gcc", "-O2"), ("gcc", "-O3", "-no-pie"), ("gcc", "-O2", "-gdwarf-4"),
          ("clang", "-O0"), ("clang", "-O1"), ("clang", "-O3"), ("clang", "-O0", "-no-pie"),
          ("g++", "-x", "c++", "-O0"), ("g++", "-x", "c++", "-O2"), ("clang++", "-x", "c++", "-O1")]
INEXACT = "/* inexact: may count less than it runs */"
LINE = re.compile(r'\.function\("([^@"]+)@[^"]*"\)\.label\("([^"]+)"\)(.*)$')
REMOVED = re.compile(r"'(\w+)' of '([\w:]+)'")
# With optimisation clang leaves little of them; nobody jumps to `nothing`, and it is not counted.
LABELS = {("work", "retry"), ("copied", "step"), ("work", "skip"), ("work", "finish"), ("work", "bail"), ("recurse", "deeper"),
          ("recurse", "block"), ("idle", "nothing")}


def bare(function):
    return function.split("::")[-1]


def pattern(prog):
    return f'process("{prog}").function("*@labels.c").label("*")'


def listed(prog):
    """By function and label: is some copy inexact? And the labels of which a copy has no code, as the warning says."""
    result = coretap("-L", pattern(prog))
    assert result.returncode == 0, result.stderr
    labels = {}
    for line in result.stdout.splitlines():
        function, label, rest = LINE.search(line).groups()
        labels[bare(function), label] = labels.get((bare(function), label), False) or INEXACT in rest
    removed = {(bare(function), label) for label, function in REMOVED.findall(result.stderr)}
    assert bool(removed) == ("[removed-label]" in result.stderr), result.stderr
    return labels, removed


def counted(prog, *arguments):
    """What the workload says of itself, and what a probe of all its labels counts."""
    truth = {}
    for line in run(prog, *arguments).stdout.splitlines():
        function, label, times = line.split()
        truth[function, label] = int(times)
    result = script(f'global n probe {pattern(prog)} {{ n[probefunc(), pp()]++ }} '
                    'probe end { foreach ([f, p] in n) println(f, " ", p, " ", n[f, p]) }', "-w", "-c", " ".join([prog, *arguments]) + " >/dev/null")
    assert result.returncode == 0, result.stderr
    counts = {}
    for line in result.stdout.splitlines():
        function, point, times = re.match(r"(\S+) (.*) (\d+)$", line).groups()
        named, label, _ = LINE.search(point).groups()
        assert named == function, line
        counts[bare(function), label] = counts.get((bare(function), label), 0) + int(times)
    return truth, counts


class Labels(LiveTest):
    def test_counts(self):
        """Exact, or marked, or said to be removed."""
        exact = 0
        for compiler, *flags in BUILDS:
            prog = build("labels", *flags, compiler=compiler)
            labels, removed = listed(prog)
            with self.subTest(compiler=compiler, flags=flags):
                self.assertEqual(set(labels) | removed, LABELS)
                if "-O0" in flags:
                    self.assertEqual((set(labels), removed, any(labels.values())), (LABELS, set(), False))
                for turns in ("6", "1"):
                    truth, counts = counted(prog, turns)
                    truth["idle", "nothing"] = 1
                    for label in LABELS:
                        if label in labels and not labels[label] and label not in removed:
                            self.assertEqual(counts.get(label, 0), truth[label], label)
                            exact += 1
                        else:
                            self.assertLessEqual(counts.get(label, 0), truth[label], label)
        # Most are exact: a rule that gives up everywhere would pass the above.
        self.assertGreater(exact, 2 * len(BUILDS) * len(LABELS) * 3 / 4)

    def test_of_a_library(self):
        library = live.TMP / "liblabels.so"
        run("gcc", "-g", "-O2", "-shared", "-fPIC", "-Dmain=labels", "-o", library, live.HERE / "workloads/labels.c")
        caller = live.TMP / "caller.c"
        caller.write_text("int labels(int, char**); int main(int argc, char** argv) { return labels(argc, argv); }\n")
        prog = live.TMP / "uses_labels"
        run("gcc", "-o", prog, caller, "-L", live.TMP, "-llabels", f"-Wl,-rpath,{live.TMP}")
        truth = re.search(r"work retry (\d+)", run(prog, "6").stdout)[1]
        result = script(f'global n probe process("{prog}").library("liblabels.so").function("work").label("retry") {{ n++ }} '
                        'probe end { println(n) }', "-c", f"{prog} 6 >/dev/null")
        self.assertEqual(self.lines(result), [truth])

    def test_variables(self):
        """At the label its function's variables have the values of that moment."""
        for compiler, *flags in BUILDS:
            prog = build("labels", *flags, compiler=compiler)
            if listed(prog)[0].get(("work", "skip"), True):
                continue
            with self.subTest(compiler=compiler, flags=flags):
                result = script(f'probe process("{prog}").function("work").label("skip") {{ printf("%d ", $n) }}',
                                "-c", f"{prog} 5 >/dev/null")
                self.assertEqual(self.ok(result), "0 1 3 4 ")

    def test_lists_can_be_pasted(self):
        for prog in (build("labels", "-O0"), build("labels", "-O2"), build("labels", "-x", "c++", "-O2", compiler="g++")):
            points = self.lines(coretap("-l", pattern(prog)))
            self.assertGreater(len(points), 5)
            for point in points:
                self.assertEqual(self.lines(coretap("-l", point)), [point])

    def test_the_same_list_as_stap(self):
        """stap does not ask whether there is code; with clang's DWARF 5 it finds no labels."""
        if not shutil.which("stap"):
            self.skipTest("there is no stap")
        tree = agreement.fake_kernel(live.TMP / "kernel")
        with open(tree / ".config", "a") as config:
            config.write("CONFIG_TRACEPOINTS=y\nCONFIG_ARCH_SUPPORTS_UPROBES=y\nCONFIG_UPROBES=y\n")
        for flags in (("-O0",), ("-O1",), ("-O2",), ("-O2", "-gdwarf-4"), ("-O3", "-no-pie")):
            prog = build("labels", *flags)
            for point in (pattern(prog), f'process("{prog}").function("work").label("[rs]*")'):
                theirs = set(run("stap", "-r", tree, "-l", point).stdout.splitlines())
                ours = coretap("-l", point)
                removed = REMOVED.findall(ours.stderr)
                missing = theirs - set(ours.stdout.splitlines())
                self.assertTrue(theirs)
                self.assertEqual(set(ours.stdout.splitlines()) - theirs, set(), point)
                for line in missing:
                    function, label, _ = LINE.search(line).groups()
                    self.assertIn((label, function), removed)


if __name__ == "__main__":
    live.main()
