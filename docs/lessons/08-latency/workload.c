// Looks things up. Some look-ups sleep first, and some look up another thing afterwards, which is quick.
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static int calls, slow, innermost;

static void lookup(int sleeps, int others) {
  calls++;
  if (sleeps) {
    slow++;
    innermost += others == 0;
    usleep(60000);
  }
  if (others > 0) lookup(0, others - 1);
}

int main(void) {
  static const struct {
    int sleeps, others;
  } asked[] = {{0, 0}, {1, 0}, {0, 2}, {1, 1}, {1, 2}, {0, 0}, {1, 0}, {1, 3}, {0, 1}, {0, 0}, {0, 0}, {0, 2}};
  for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) lookup(asked[i].sleeps, asked[i].others);
  const char* path = getenv("CORETAP_TRUTH");
  FILE* truth = path ? fopen(path, "w") : NULL;
  if (!truth) return 1;
  fprintf(truth, "calls=%d\nslow=%d\nfast=%d\ninnermost=%d\n", calls, slow, calls - slow, innermost);
  return fclose(truth) != 0;
}
