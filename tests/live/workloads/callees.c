/* Functions that call each other: directly, by pointer, inlined, recursively and by a jump. Each notes who called it, and who
 * called that one. Also compiled as C++ and as a library. Prints "OUTER MIDDLE CALLER CALLEE TIMES". */
#include <stdio.h>
#include <stdlib.h>

enum who { NOBODY, MAIN, LEAF, MIDDLE, HELPER, RECURSE, LANDED, PASSES_ON, DEEP, POINTER, FUNCTIONS };
static const char* const names[] = {"-", "main", "leaf", "middle", "helper", "recurse", "landed", "passes_on", "deep", "pointer"};
static enum who stack[100];
static volatile int top = 2;
static long noted[FUNCTIONS][FUNCTIONS][FUNCTIONS][FUNCTIONS];
volatile int sink;

#define ENTER(function)                                                          \
  do {                                                                           \
    noted[stack[top - 2]][stack[top - 1]][stack[top]][function]++;               \
    stack[++top] = function;                                                     \
  } while (0)
#define LEAVE (top = top - 1)
#ifdef __clang__
#define NOINLINE __attribute__((noinline))
#else
#define NOINLINE __attribute__((noinline, noipa))
#endif

#ifdef __cplusplus
extern "C" {
#endif

NOINLINE int leaf(int n) {
  ENTER(LEAF);
  sink = n;
  LEAVE;
  return n + 1;
}

NOINLINE int landed(int n) {
  ENTER(LANDED);
  sink = n;
  LEAVE;
  return n + 2;
}

/* With optimisation this is a jump. Whoever called passes_on() is the one that landed() returns to. */
NOINLINE int passes_on(int n) {
  ENTER(PASSES_ON);
  LEAVE;
  return landed(n);
}

static inline __attribute__((always_inline)) int helper(int n) {
  ENTER(HELPER);
  int result = n;
  if (n != 1) result += leaf(n);
  LEAVE;
  return result;
}

NOINLINE int deep(int n) {
  ENTER(DEEP);
  char room[200];
  room[n % 200] = (char)sink;
  int result = leaf(n) + helper(n) + room[n % 200];
  LEAVE;
  return result;
}

NOINLINE int middle(int n, int a, int b, int c, int d, int e, int f, int g) {
  ENTER(MIDDLE);
  int result = a + b + c + d + e + f + g;
  for (int i = 0; i < n; i++) result += leaf(i);
  result += deep(n) + helper(n + 2);
  LEAVE;
  return result;
}

NOINLINE int recurse(int n) {
  ENTER(RECURSE);
  int result = n == 0 ? leaf(n) : recurse(n - 1) + 1;
  LEAVE;
  return result;
}

int main(int argc, char** argv) {
  int n = argc > 1 ? atoi(argv[1]) : 3, total = 0;
  int (*volatile pointer)(int) = leaf;
  stack[top] = MAIN;
  for (int i = 0; i < n; i++) total += middle(i, 1, 2, 3, 4, 5, 6, 7);
  total += leaf(n) + recurse(n) + landed(n) + passes_on(n) + helper(n + 1) + deep(n);
  stack[++top] = POINTER;
  for (int i = 0; i < n; i++) total += pointer(i);
  LEAVE;
  for (int a = 0; a < FUNCTIONS; a++)
    for (int b = 0; b < FUNCTIONS; b++)
      for (int c = 0; c < FUNCTIONS; c++)
        for (int d = 0; d < FUNCTIONS; d++)
          if (noted[a][b][c][d]) printf("%s %s %s %s %ld\n", names[a], names[b], names[c], names[d], noted[a][b][c][d]);
  return total == 12345;
}

#ifdef __cplusplus
}
#endif
