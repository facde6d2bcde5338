/* Calls once() exactly once, with known arguments. */
#include <stdio.h>

struct pair { int first; long second; const char *name; };

__attribute__((noinline)) long once(struct pair *p, long number, const char *text) {
  long result = p->first + number + text[0];
  __asm__ volatile("" : "+r"(result) : "r"(p), "r"(text) : "memory");
  return result;
}

int main(void) {
  struct pair p = {-7, 1L << 40, "a name"};
  /* The kernel cannot read a page of the program that it has not touched yet. */
  const char *volatile text = "some text";
  fprintf(stderr, "%.0s%.0s", text, p.name);
  return once(&p, 42, text) == 0;
}
