// Reads from a pipe that holds sometimes what is asked for and sometimes less. It is linked statically, so that these are all of
// its reads.
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int main(void) {
  static const int held[] = {64, 10, 64, 64, 1, 63, 64, 20, 64, 64, 64, 5};
  char buffer[64] = {0};
  int reads = 0, small = 0, ends[2];
  if (pipe(ends) != 0) return 1;
  for (size_t i = 0; i < sizeof held / sizeof *held; i++) {
    if (write(ends[1], buffer, (size_t)held[i]) != held[i]) return 1;
    const ssize_t got = read(ends[0], buffer, sizeof buffer);
    if (got != held[i]) return 1;
    reads++;
    small += (size_t)got < sizeof buffer;
  }
  const char* path = getenv("CORETAP_TRUTH");
  FILE* truth = path ? fopen(path, "w") : NULL;
  if (!truth) return 1;
  fprintf(truth, "reads=%d\nshort=%d\nfull=%d\n", reads, small, reads - small);
  return fclose(truth) != 0;
}
