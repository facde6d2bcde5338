// Packets of two groups of sizes, with nothing between them.
#include <stdio.h>
#include <stdlib.h>

static long sum;

static void packet(int size) { sum += size; }

int main(void) {
  const int low = 130, high = 71;
  for (int i = 0; i < low; i++) packet(60 + i % 80);
  for (int i = 0; i < high; i++) packet(1300 + i % 150);
  const char* path = getenv("CORETAP_TRUTH");
  FILE* truth = path ? fopen(path, "w") : NULL;
  if (!truth) return 1;
  fprintf(truth, "low=%d\nhigh=%d\nall=%d\naverage=%ld\n", low, high, low + high, sum / (low + high));
  return fclose(truth) != 0;
}
