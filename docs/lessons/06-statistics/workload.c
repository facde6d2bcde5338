// Stores blocks of known sizes.
#include <stdio.h>
#include <stdlib.h>

static long sum;

static void store(int size) { sum += size; }

int main(void) {
  static const int sizes[] = {40, 7, 512, 40, 99, 7, 7, 300, 40};
  const int count = sizeof sizes / sizeof *sizes;
  for (int i = 0; i < count; i++) store(sizes[i]);
  const char* path = getenv("CORETAP_TRUTH");
  FILE* truth = path ? fopen(path, "w") : NULL;
  if (!truth) return 1;
  fprintf(truth, "count=%d\nleast=7\nlargest=512\nsum=%ld\ndistinct=5\n", count, sum);
  return fclose(truth) != 0;
}
