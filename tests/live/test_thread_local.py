"""Thread-local variables of programs: each thread's own, against what the threads themselves know."""
import subprocess

import live
from live import TMP, LiveTest, narrow_missing, script

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

    def test_what_is_not_known(self):
        source, library = TMP / "library.c", TMP / "liblibrary.so"
        source.write_text("__thread int own = 3; int get(void) { return ++own; }")
        subprocess.run(["gcc", "-g", "-O1", "-fPIC", "-shared", "-o", str(library), str(source)], check=True)
        programs = [(str(library), "get", "own")]
        if not narrow_missing():
            programs.append((build("-O1", "-m32"), "at", "counter"))
        for path, function, name in programs:
            refused = script(f'probe process("{path}").function("{function}") {{ println(${name}) }}')
            self.assertNotEqual(refused.returncode, 0)
            self.assertIn(f"'${name}' cannot be read here: it is thread-local, and where a library's (or a 32-bit program's) "
                          "thread-local variables are is not known", refused.stderr)


if __name__ == "__main__":
    live.main()
