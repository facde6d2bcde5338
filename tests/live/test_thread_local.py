"""Thread-local variables of programs and libraries: each thread's own, against what the threads themselves know."""
import subprocess

import live
from live import TMP, LiveTest, narrow_missing, run, script

SOURCE = '''
#include <pthread.h>
#include <stdio.h>
struct pair { int left; long right; };
__thread int counter = 7;
static __thread struct pair both = {1, 2};
__thread char text[24] = "of this thread";
static __thread _Alignas(64) unsigned short aligned = 300;
__thread int *where;
__attribute__((noinline, noipa)) int at(int id, int turn, const void *address) { return id + turn; }
static void *turns(void *p) {
  int id = (int)(long)p;
  where = &counter;
  for (int turn = 0; turn < 3; turn++) {
    counter += id;
    both.left = counter * 2;
    both.right -= id;
    text[0] = 'a' + id;
    aligned++;
    at(id, turn, &aligned);
  }
  return p;
}
int main(void) {
  pthread_t threads[4];
  for (long i = 0; i < 4; i++) pthread_create(threads + i, 0, turns, (void *)(i + 1));
  for (int i = 0; i < 4; i++) pthread_join(threads[i], 0);
  turns((void *)5);
  return 0;
}
'''
LIBRARY = """
__thread int own = 3;
static __thread long hidden[2] = {5, 6};
__attribute__((noipa, visibility("default"))) int note(const int *own_at, const long *hidden_at, int copy) { return *own_at + copy; }
__attribute__((noipa, visibility("default"))) int idle(int n) { return n; }
__attribute__((noipa, visibility("default"))) int step(int id) {
  own += id;
  hidden[1] -= id;
  return note(&own, hidden, own);
}
"""
USER = """
#include <pthread.h>
int step(int);
static void *twice(void *id) { step((int)(long)id); step((int)(long)id); return id; }
int main(void) {
  pthread_t threads[2];
  for (long i = 0; i < 2; i++) pthread_create(threads + i, 0, twice, (void *)(i + 1));
  for (int i = 0; i < 2; i++) pthread_join(threads[i], 0);
  twice((void *)3);
  return 0;
}
"""
LOADER = """
#include <dlfcn.h>
#include <pthread.h>
static int (*idle)(int), (*step)(int);
static void *use(void *none) { idle(1); step(4); idle(2); return none; }
int main(void) {
  pthread_t thread;
  void *library = dlopen("%s", RTLD_NOW);
  idle = dlsym(library, "idle");
  step = dlsym(library, "step");
  pthread_create(&thread, 0, use, 0);
  pthread_join(thread, 0);
  return 0;
}
"""


def build(*flags):
    source, program = TMP / "thread_local.c", TMP / ("thread_local" + "".join(flags))
    source.write_text(SOURCE)
    subprocess.run(["gcc", "-g", "-pthread", *flags, "-o", str(program), str(source)], check=True)
    return str(program)


class ThreadLocal(LiveTest):
    def test_each_thread_has_its_own(self):
        expected = sorted((id, turn, 7 + id * (turn + 1), 2 * (7 + id * (turn + 1)), 2 - id * (turn + 1), chr(ord("a") + id) + "f this thread",
                           301 + turn, 1, 1) for id in range(1, 6) for turn in range(3))
        for flags in (["-O0"], ["-O2"], ["-O2", "-no-pie"], ["-O1", "-static"], ["-O1", "-static-pie"]):
            prog = build(*flags)
            out = self.lines(script(f'''probe process("{prog}").function("at") {{
                printf("%d,%d,%d,%d,%d,%s,%d,%d,%d\\n", $id, $turn, $counter, $both->left, @var("both@thread_local.c")->right, user_string(&$text),
                       $aligned, &$aligned == $address, &$counter == $where) }}''', "-c", prog))
            self.assertEqual(sorted(tuple(int(word) if word.lstrip("-").isdigit() else word for word in line.split(",")) for line in out), expected)

    def test_where_a_function_returns(self):
        prog = build("-O2")
        out = self.lines(script(f'''probe process("{prog}").function("at").return {{ printf("%d %d\\n", $return, $counter) }}''', "-c", prog))
        self.assertEqual(sorted(out), sorted(f"{id + turn} {7 + id * (turn + 1)}" for id in range(1, 6) for turn in range(3)))

    def library(self, name, *flags, source=LIBRARY):
        path = TMP / f"lib{name}.so"
        (TMP / f"{name}.c").write_text(source)
        subprocess.run(["gcc", "-g", "-O1", "-fPIC", "-shared", *flags, "-o", str(path), str(TMP / f"{name}.c")], check=True)
        return path

    def test_of_libraries(self):
        """By each model of access: the address is that which the library's code has, in each thread."""
        expected = sorted(f"{3 + id * turn} 1 1 5 {6 - id * turn} 1" for id in (1, 2, 3) for turn in (1, 2))
        user = TMP / "user.c"
        user.write_text(USER)
        for model in ("global-dynamic", "local-dynamic", "initial-exec"):
            path = self.library("own" + model[0], f"-ftls-model={model}", *(["-fvisibility=hidden"] if model == "local-dynamic" else []))
            relocations = run("readelf", "-rW", path).stdout
            self.assertIn("R_X86_64_TPOFF64" if model == "initial-exec" else "R_X86_64_DTPMOD64", relocations)
            prog = TMP / ("user" + model[0])
            subprocess.run(["gcc", "-g", "-O1", "-pthread", "-o", str(prog), str(user), str(path), f"-Wl,-rpath,{TMP}"], check=True)
            out = self.lines(script(f"""probe process("{path}").function("note") {{
                println($own, " ", &$own == $own_at, " ", &$hidden == $hidden_at, " ", $hidden[0], " ", $hidden[1], " ", $copy == $own) }}""",
                                    "-c", str(prog)))
            with self.subTest(model=model):
                self.assertEqual(sorted(out), expected)

    def test_of_a_library_that_is_loaded_later(self):
        """A thread has its variables when it has used them, and not before."""
        path, user, prog = self.library("late"), TMP / "loader.c", TMP / "loader"
        user.write_text(LOADER % path)
        subprocess.run(["gcc", "-g", "-O1", "-pthread", "-o", str(prog), str(user)], check=True)
        out = self.lines(script(f"""
            probe process("{path}").function("idle") {{ try {{ println($n, " ", $own) }} catch (why) {{ println($n, " ", why) }} }}
            probe process("{path}").function("note") {{ println($own, " ", &$own == $own_at, " ", &$hidden == $hidden_at, " ", $hidden[1]) }}""",
                                "-c", str(prog)))
        self.assertEqual(out, ["1 this thread has not used the thread-local variables of the object yet", "7 1 1 2", "2 7"])

    def test_what_is_not_known(self):
        programs = [(str(self.library("described", "-mtls-dialect=gnu2")), "idle", "own")]
        if not narrow_missing():
            programs.append((build("-O1", "-m32"), "at", "counter"))
        for path, function, name in programs:
            refused = script(f'probe process("{path}").function("{function}") {{ println(${name}) }}')
            self.assertNotEqual(refused.returncode, 0)
            self.assertIn(f"'${name}' cannot be read here: it is thread-local, and nothing in the object says where a thread has it", refused.stderr)


if __name__ == "__main__":
    live.main()
