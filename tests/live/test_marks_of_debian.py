"""The USDT marks of Python and libstdc++ as Debian builds them, beside what the programs themselves know."""
import re
import subprocess

import live
from live import LiveTest, TMP, script

PYTHON = "/usr/bin/python3.11"

# Prints how often its functions return, and what the garbage collector says of each generation; ends without the
# interpreter's clean-up, which would collect once more. Python 3.11 passes function__entry only where an exception
# is thrown into a generator, as close() does (bpftrace counts the same).
PROGRAM = '''
import gc, os, sys
gc.disable()

def leaf(n):
    return n

def several():
    for i in range(6):
        leaf(i)

def recurse(n):
    return n and recurse(n - 1)

def steps():
    yield 1
    yield 2

for _ in range(5):
    several()
recurse(20)
list(steps())
for _ in range(4):
    closed = steps()
    next(closed)
    closed.close()
try:
    (lambda: 1 / 0)()
except ZeroDivisionError:
    pass
for i in range(3):
    sys.audit("coretap.event", i)
for i in range(4):
    a = []
    a.append(a)
    del a
    gc.collect(1)
print("leaf", 30)
print("several", 5)
print("recurse", 21)
print("steps", 3 + 4 * 2)  # it returns at each step and at its end
print("<lambda>", 1)
print("<genexpr>", 3 + 1)  # below
for generation, said in enumerate(gc.get_stats()):
    print("generation", generation, said["collections"], flush=True)
print("collected", sum(said["collected"] + said["uncollectable"] for said in gc.get_stats()), flush=True)
os._exit(0)
'''

THROWS = r'''
#include <cstdio>
#include <stdexcept>
#include <typeinfo>

struct Own { int value; };

int main() {
  for (int i = 0; i < 6; i++) {
    try {
      try {
        if (i % 2) throw std::runtime_error("odd");
        throw Own{i};
      } catch (Own& own) {
        std::printf("catch %p %s\n", static_cast<void*>(&own), typeid(Own).name());
        if (i == 4) throw;
      }
    } catch (std::exception& e) {
      std::printf("catch %p %s\n", static_cast<void*>(&e), typeid(e).name());
    } catch (...) {
      std::printf("catch - %s\n", typeid(Own).name());
    }
  }
}
'''


class OfDebian(LiveTest):
    def test_python(self):
        program = TMP / "program.py"
        program.write_text(PROGRAM)
        counted = self.lines(script(f"""
            global entries, returns, lines, events, starts, collected
            probe process("{PYTHON}").mark("function__entry") {{
              if (user_string($arg1) == "{program}") entries[user_string($arg2)]++ }}
            probe process("{PYTHON}").mark("function__return") {{
              if (user_string($arg1) == "{program}") {{ returns[user_string($arg2)]++; lines[user_string($arg2)] = $arg3 }} }}
            probe process("{PYTHON}").mark("audit") {{ if (user_string($arg1) == "coretap.event") events++ }}
            probe process("{PYTHON}").mark("gc__start") {{ if (target_set_pid(pid())) starts[$arg1]++ }}
            probe process("{PYTHON}").mark("gc__done") {{ if (target_set_pid(pid())) collected += $arg1 }}
            probe end {{
              foreach (f in entries) printf("entry %s %d\\n", f, entries[f])
              foreach (f in returns) printf("%s %d %d\\n", f, returns[f], lines[f])
              for (i = 0; i < 3; i++) printf("generation %d %d\\n", i, starts[i])
              printf("collected %d\\nevents %d\\n", collected, events)
            }}""", "-c", f"{PYTHON} -I -S {program} >{TMP}/truth"))
        truth = (TMP / "truth").read_text().splitlines()
        self.assertEqual(sorted(counted[-5:]), sorted(truth[6:] + ["events 3"]))
        self.assertEqual(counted[0], "entry steps 4")
        returns = [line.split() for line in counted[1:-5]]
        self.assertEqual(sorted(f"{name} {count}" for name, count, _ in returns), sorted(truth[:6]))
        source, at = PROGRAM.splitlines(), {name: int(line) for name, _, line in returns}
        for name, text in (("leaf", "    return n"), ("recurse", "    return n and recurse(n - 1)")):
            self.assertEqual(source[at[name] - 1], text)

    def test_libstdcxx(self):
        """throw, catch and rethrow: how often, of which type, and where the exception is."""
        source, prog = TMP / "throws.cpp", TMP / "throws"
        source.write_text(THROWS)
        subprocess.run(["g++", "-O1", "-o", prog, source], check=True)
        found = self.lines(script(f"""
            probe process("{prog}").library("libstdc++.so.6").provider("libstdcxx").mark("*") {{
              if (!target_set_pid(pid())) next
              # The second word of a type's information is its name.
              printf("%s %p %s\\n", $$name, $arg1, user_string(user_long($arg2 + 8)))
            }}""", "-c", f"{prog} >{TMP}/caught"))
        truth = (TMP / "caught").read_text().splitlines()
        places = [re.sub("0x0*", "0x", line) for line in found]
        kinds = [line.split() for line in places]
        self.assertEqual([(kind, name) for kind, _, name in kinds if kind != "catch"],
                         [("throw", "3Own"), ("throw", "St13runtime_error")] * 2
                         + [("throw", "3Own"), ("rethrow", "3Own"), ("throw", "St13runtime_error")])
        caught = [line for line in places if line.startswith("catch")]
        self.assertEqual(len(caught), len(truth))
        for said, seen in zip(truth, caught):
            # `catch (...)` is not told where the exception is.
            self.assertEqual(said, seen if " 0x" in said else re.sub("0x[0-9a-f]+", "-", seen))


if __name__ == "__main__":
    live.main()
