// Calls a function with more different numbers than a table has room for by itself, each third of them twice.
#include <stdio.h>
#include <stdlib.h>

enum { kDifferent = 3000 };

static long calls, sum;

static void work(long number) {
  calls++;
  sum += number;
}

int main(void) {
  for (long i = 0; i < kDifferent; i++) {
    work(i * 7);
    if (i % 3 == 0) work(i * 7);
  }
  const char* path = getenv("CORETAP_TRUTH");
  FILE* truth = path ? fopen(path, "w") : NULL;
  if (!truth) return 1;
  fprintf(truth, "calls=%ld\ndifferent=%d\nsum=%ld\n", calls, kDifferent, sum);
  return fclose(truth) != 0;
}
