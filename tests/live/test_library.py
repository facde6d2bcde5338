"""process.library("name"): the file that the dynamic linker takes for the program, as ldd says."""
import re
import subprocess

import live
from live import TMP, LiveTest, run, script


def make(folder, name, text, *flags):
    folder.mkdir(parents=True, exist_ok=True)
    source = TMP / (name + ".c")
    source.write_text(text)
    shared = ["-shared", "-fPIC", f"-Wl,-soname,{name}"] if name.startswith("lib") else []
    subprocess.run(["gcc", "-g", "-O1", *shared, "-o", str(folder / name), str(source), *flags], check=True)
    return folder / name


def world(root, tags):
    """A program that finds liba beside it by $ORIGIN, and loads liblater by its name; liba needs libb, which is in a folder that
    only liba names. In a folder that nobody names are others of the same names."""
    dtags = f"-Wl,--{tags}-new-dtags"
    make(root / "deep", "libb.so", "int b(int x) { return x + 1; }")
    make(root / "lib", "libctt_a.so", "int b(int); int a(int x) { return b(x) + b(x); }", f"-L{root}/deep", "-l:libb.so",
         f"-Wl,-rpath,{root}/deep", dtags)
    make(root / "lib", "libctt_later.so", "int later(int x) { return x; }")
    make(root / "wrong", "libb.so", "int b(int x) { return x; }")
    make(root / "wrong", "libctt_a.so", "int a(int x) { return x; }")
    return make(root / "bin", "program", r'''
        #include <dlfcn.h>
        #include <stdio.h>
        int a(int);
        int main(void) {
          int sum = a(1) + a(2);
          void *library = dlopen("libctt_later.so", RTLD_NOW);
          if (!library) return puts(dlerror()), 1;
          int (*later)(int) = (int (*)(int))dlsym(library, "later");
          for (int i = 0; i < 3; i++) sum += later(i);
          printf("%d\n", sum);
          return 0;
        }''', f"-L{root}/lib", "-l:libctt_a.so", f"-Wl,-rpath-link,{root}/deep", "-Wl,-rpath,$ORIGIN/../lib", dtags)


class Library(LiveTest):
    def listed(self, prog, library, function):
        return self.ok(live.coretap("-l", f'process("{prog}").library("{library}").function("{function}")'))

    def check(self, tags):
        root = TMP / tags
        prog = world(root, tags)
        self.assertEqual(run(prog).stdout, "13\n")
        by_ldd = dict(re.findall(r"^\s*(\S+) => (\S+)", run("ldd", prog).stdout, re.M))
        for library, function in (("libctt_a.so", "a"), ("libb.so", "b"), ("libc.so.6", "malloc")):
            path = str(live.pathlib.Path(by_ldd[library]).resolve())
            self.assertIn(f'process("{path}")', self.listed(prog, library, function))
        self.assertIn(f'process("{root}/lib/libctt_later.so")', self.listed(prog, "libctt_later.so", "later"))
        self.assertIn(f'process("{root}/deep/libb.so")', self.listed(prog, "lib[b].so", "b"))
        result = script(f'''global a, b, later
            probe process("{prog}").library("libctt_a.so").function("a") {{ a++ }}
            probe process("{prog}").library("libb.so").function("b") {{ b++ }}
            probe process("{prog}").library("libctt_later.so").function("later") {{ later++ }}
            probe end {{ println(a, " ", b, " ", later) }}''', "-c", str(prog))
        self.assertEqual(self.lines(result), ["13", "2 4 3"])

    def test_runpath(self):
        self.check("enable")

    def test_rpath(self):
        self.check("disable")

    def test_our_own_library_path_plays_no_part(self):
        root = TMP / "environment"
        prog = world(root, "enable")
        result = live.coretap("-l", f'process("{prog}").library("libb.so").function("b")',
                              env={**live.os.environ, "LD_LIBRARY_PATH": str(root / "wrong")})
        self.assertIn(f'process("{root}/deep/libb.so")', self.ok(result))

    def test_by_the_cache(self):
        """Libraries that the program does not need are found where ldconfig says that they are."""
        cached = re.findall(r"^\s*(\S+) \(libc6,x86-64\) => (\S+)", run("/sbin/ldconfig", "-p").stdout, re.M)
        self.assertGreater(len(cached), 10)
        elsewhere = [one for one in cached if not one[1].startswith(("/lib/", "/usr/lib/"))]
        for name, path in cached[:3] + elsewhere[:3]:
            told = live.coretap("-l", f'process("/bin/true").library("{name}").plt("no_such")').stderr
            self.assertIn(f"matches 'no_such' in {live.pathlib.Path(path).resolve()}: at", told)

    def test_a_change_of_the_world_is_noticed(self):
        """The search is part of what a cached script was compiled by."""
        root = TMP / "change"
        prog = world(root, "enable")
        text = f'probe process("{prog}").library("libb.so").function("b") {{ println("b") exit() }}'
        self.assertIn("b", self.lines(script(text, "-c", str(prog))))
        (root / "lib" / "libctt_a.so").unlink()
        make(root / "lib", "libctt_a.so", "int a(int x) { return x; }")
        gone = script(text, "-p2")
        self.assertIn("[no-such-object]", gone.stderr)


if __name__ == "__main__":
    live.main()
