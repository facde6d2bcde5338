/* Says each of its arguments once. */
#include <stdio.h>

__attribute__((noinline)) void say(const char* text) { __asm__ volatile("" : "+r"(text)); }

int main(int argc, char** argv) {
  for (int i = 1; i < argc; i++) {
    fprintf(stderr, "%.0s", argv[i]); /* the page is touched: a probe can read it */
    say(argv[i]);
  }
  return 0;
}
