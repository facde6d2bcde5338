// flush() is called from three functions.
#include <stdio.h>
#include <stdlib.h>

static long flushed;

static void flush(int bytes) { flushed += bytes; }
static void on_timer(void) { flush(1); }
static void on_full(void) { flush(4096); }
static void on_close(void) { flush(100); }

static void serve(void) {
  for (int i = 0; i < 60; i++) {
    on_timer();
    if (i % 3 == 0) on_full();
  }
}

int main(void) {
  for (int i = 0; i < 2; i++) {
    serve();
    on_close();
  }
  const char* path = getenv("CORETAP_TRUTH");
  FILE* truth = path ? fopen(path, "w") : NULL;
  if (!truth) return 1;
  fprintf(truth, "most=on_timer\nlargest=on_full\nself=flush\ngrandparent=serve\n");
  return fclose(truth) != 0;
}
