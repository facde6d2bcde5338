/* Labels that are passed by falling in and by goto, in functions, inlined copies and a recursion, each counted. Also compiled as
 * C++. Prints "FUNCTION LABEL TIMES" for each. */
#include <stdio.h>
#include <stdlib.h>

#ifdef __cplusplus
namespace ct {
#endif

enum place { RETRY, STEP, SKIP, FINISH, BAIL, DEEPER, BLOCK, PLACES };
static volatile long passed[PLACES];
volatile int sink;

static inline __attribute__((always_inline)) int copied(int n) {
  int turns = 0;
step:
  passed[STEP]++;
  turns += sink + n;
  if (--n > 0) goto step;
  return turns;
}

__attribute__((noinline)) int work(int n) {
  int total = 0, tries = 0;
  if (n < 0) goto bail;
retry:
  passed[RETRY]++;
  tries++;
  total += copied(n);
  if (total % 2 == 0 && tries < 3) goto retry;
  if (n == 2) goto finish;
skip: passed[SKIP]++;
  total += sink;
finish:
  passed[FINISH]++;
  return total + tries;
bail:
  passed[BAIL]++;
  sink = n;
  goto finish;
}

__attribute__((noinline)) int recurse(int depth) {
  if (depth == 0) return sink;
  {
    int here = depth * 2;
    if (here > 1000) goto block;
    sink = here - here;
  block:
    passed[BLOCK]++;
    sink = 0 * here;
  }
deeper:
  passed[DEEPER]++;
  return recurse(depth - 1) + 1;
}

__attribute__((noinline)) int plain(int n) { return n + sink; }

/* Nobody jumps to it, and its statement is nothing. */
__attribute__((noinline)) int idle(int n) {
  sink = n;
nothing:
  __attribute__((unused));
  return n;
}

#ifdef __cplusplus
}
using namespace ct;
#endif

int main(int argc, char** argv) {
  int n = argc > 1 ? atoi(argv[1]) : 4, total = 0;
  for (int i = -2; i < n; i++) total += work(i);
  total += copied(n) + recurse(n) + plain(n) + idle(n);
  printf("work retry %ld\n", passed[RETRY]);
  printf("copied step %ld\n", passed[STEP]);
  printf("work skip %ld\n", passed[SKIP]);
  printf("work finish %ld\n", passed[FINISH]);
  printf("work bail %ld\n", passed[BAIL]);
  printf("recurse deeper %ld\n", passed[DEEPER]);
  printf("recurse block %ld\n", passed[BLOCK]);
  return total == 12345;
}
