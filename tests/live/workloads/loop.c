/* The line marked LOOP runs 18 times: 3 calls of 6 rounds. Compiled with -O2. */
#include <stdio.h>
#include <stdlib.h>

static volatile int sink;

struct point {
  int x, y;
  const char *label;
};

__attribute__((noinline)) int sum(const int *values, int n, struct point *p) {
  int total = 0;
  for (int i = 0; i < n; i++) {
    total += values[i] * p->x; /* LOOP */
    sink = total;
  }
  return total;
}

static inline __attribute__((always_inline)) int twice(int v) {
  int result = v * 2;
  sink = result; /* INLINED */
  return result;
}

__attribute__((noinline)) int first_user(int a) { return twice(a + 1); }
__attribute__((noinline)) int second_user(int a) { return twice(a + 2) + twice(a); }

int main(int argc, char **argv) {
  int values[6] = {1, 2, 3, 4, 5, 6};
  struct point p = {argc + 1, 7, "origin"};
  int total = 0;
  for (int round = 0; round < 3; round++) total += sum(values, 6, &p);
  total += first_user(10) + second_user(20);
  printf("%d %s\n", total, argv[0] ? "done" : "");
  return 0;
}
