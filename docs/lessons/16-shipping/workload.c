// The new version of a program: what was one function has a new one around it.
#include <stdio.h>
#include <stdlib.h>

static long fetches, old;

static void fetch(long size) { old += size >= 0; }

static void fetch2(long size) {
  fetches++;
  if (size < 10) fetch(size);
}

int main(void) {
  for (long i = 0; i < 50; i++) fetch2(i % 25);
  const char* path = getenv("CORETAP_TRUTH");
  FILE* truth = path ? fopen(path, "w") : NULL;
  if (!truth) return 1;
  fprintf(truth, "fetches=%ld\nold=%ld\nboth=%ld\n", fetches, old, fetches + old);
  return fclose(truth) != 0;
}
