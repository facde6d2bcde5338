"""process.plt: calls through the procedure linkage table, of every form that linkers write; beside objdump and stap."""
import pathlib
import re
import shutil
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "agreement"))
import agreement
import live
from live import LiveTest, build, run, script

# Name of the form: compiler and flags.
FORMS = {
    "lazy": ("gcc", "-O2"),
    "now": ("gcc", "-O2", "-Wl,-z,now"),
    "ibt": ("gcc", "-O2", "-fcf-protection", "-Wl,-z,ibtplt"),
    "fixed": ("gcc", "-O2", "-no-pie"),
    "stripped": ("gcc", "-O2", "-s"),
    "lld": ("clang", "-O2", "-fuse-ld=lld"),
    "lld_ibt": ("clang", "-O2", "-fcf-protection", "-fuse-ld=lld", "-Wl,-z,force-ibt"),
}


def program(form):
    compiler, *flags = FORMS[form]
    return build("plt", *flags, compiler=compiler, out="plt_" + form)


def entries(path):
    """Of objdump: names of the functions that have an entry, without those that only bind lazily."""
    text = run("objdump", "-d", "-j", ".plt", "-j", ".plt.sec", "-j", ".plt.got", path).stdout
    return sorted(set(re.findall(r"^[0-9a-f]+ <([^>@+]+)@plt>:", text, re.M)))


class Plt(LiveTest):
    def test_counts(self):
        for form in FORMS:
            with self.subTest(form):
                prog = program(form)
                result = script(f'''
                    global getenvs, ppids, uids, all, back, right
                    probe process("{prog}").plt("getenv") {{ getenvs++ if (user_string(pointer_arg(1)) == "CT_NOT_THERE") right++ }}
                    probe process("{prog}").plt("getppid") {{ ppids++ }}
                    probe process("{prog}").plt("getui[d]") {{ uids++ }}
                    probe process("{prog}").plt {{ all[$$name]++ }}
                    probe process("{prog}").plt("getppid").return {{ if (returnval() == ppid()) back++ }}
                    probe end {{ println(getenvs, " ", right, " ", ppids, " ", uids, " ", back)
                                 println(all["getenv"], " ", all["getppid"], " ", all["getuid"], " ", all["exit"], " ", all["_setjmp"]) }}''',
                                "-c", f"{prog} 7")
                self.assertEqual(self.lines(result), ["7 7 14 7 14", "7 14 7 1 1"])

    def test_the_same_entries_as_objdump(self):
        for form in FORMS:
            with self.subTest(form):
                prog = program(form)
                ours = re.findall(r'\.plt\("([^"]+)"\)$', live.coretap("-l", f'process("{prog}").plt').stdout, re.M)
                self.assertEqual(sorted(set(ours)), entries(prog))
                self.assertIn("getenv", ours)

    def test_the_same_list_as_stap(self):
        """stap takes the entries by the order of .rela.plt, and so has none of .plt.got."""
        tree = agreement.fake_kernel(live.TMP / "kernel")
        with open(tree / ".config", "a") as config:
            config.write("CONFIG_TRACEPOINTS=y\nCONFIG_ARCH_SUPPORTS_UPROBES=y\nCONFIG_UPROBES=y\n")
        for path in ("/usr/bin/ls", "/usr/bin/bash", "/usr/bin/python3.11", "/usr/lib/x86_64-linux-gnu/libstdc++.so.6", program("lazy")):
            if not pathlib.Path(path).exists():
                print(f"SKIPPED: {path} is not installed", file=sys.stderr)
                continue
            for name in ('"mem*"', '"get*"', '"*"'):
                point = f'process("{path}").plt({name})'
                theirs = set(run("stap", "-r", tree, "-L", point).stdout.splitlines())
                ours = set(live.coretap("-L", point).stdout.splitlines())
                got = run("objdump", "-d", "-j", ".plt.got", path).stdout
                more = {line for line in ours if f'<{line.split(chr(34))[3]}@plt>:' in got}
                self.assertEqual(ours - more, theirs - more, point)

    def test_of_a_library(self):
        libc = next(line.split()[2] for line in run("ldd", program("lazy")).stdout.splitlines() if "libc.so.6" in line)
        theirs = entries(libc)
        ours = re.findall(r'\.plt\("([^"]+)"\)$', live.coretap("-l", f'process("{program("lazy")}").library("libc.so.6").plt').stdout, re.M)
        # objdump names stubs of the library's own ifuncs by their address.
        self.assertEqual(sorted(set(ours)), [name for name in theirs if not name.startswith("*ABS*")])

    def test_returns_that_cannot_be(self):
        """setjmp() keeps its return address; exit() never returns; of a wildcard's functions both are left out."""
        prog = program("lazy")
        refused = live.coretap("-p2", "-e", f'probe process("{prog}").plt("_setjmp").return {{ exit() }}')
        self.assertNotEqual(refused.returncode, 0)
        self.assertIn("[return-address-read]", refused.stderr)
        result = script(f'''global n probe process("{prog}").plt.return {{ n[$$name]++ }}
                            probe end {{ foreach (name+ in n) println(name, " ", n[name]) }}''', "-c", f"{prog} 3")
        self.assertEqual([line for line in self.lines(result) if not line.startswith(("__", "atoi", "strtol"))],
                         ["getenv 3", "getppid 6", "getuid 3"])

    def test_no_table(self):
        static = build("plt", "-O2", "-static", out="plt_static")
        refused = live.coretap("-l", f'process("{static}").plt("getenv")')
        self.assertNotEqual(refused.returncode, 0)
        self.assertIn("it is linked statically, or with -fno-plt", refused.stderr)


if __name__ == "__main__":
    live.main()
