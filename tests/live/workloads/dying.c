/* dying PROCESSES DEPTH: so many processes end within down(), one after the other. Then down(DEPTH) calls itself
 * down to down(1), and all return. */
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static int ends;

__attribute__((noinline, noclone)) long down(long n) {
  if (ends) _exit(0);
  return n <= 1 ? 1 : down(n - 1) + 1;
}

int main(int argc, char **argv) {
  (void)argc;
  long depth = atol(argv[2]);
  for (long i = atol(argv[1]); i > 0; i--) {
    pid_t child = fork();
    if (child < 0) return 1;
    if (child == 0) {
      ends = 1;
      down(1);
    }
    waitpid(child, 0, 0);
  }
  return down(depth) == depth ? 0 : 1;
}
