/* A function that leaves by a tail call, in a program that seems to be what LIKE_… says. */
#include <ucontext.h>

#ifdef LIKE_GO
__attribute__((section(".note.go.buildid"), used)) static const int note = 1;
#endif
#ifdef LIKE_CPP
void __cxa_throw(void) {}
#endif

__attribute__((noinline)) int last(int n) {
  __asm__ volatile("" : "+r"(n));
  return n + 1;
}

__attribute__((noinline)) int leaving(int n) {
  return last(n * 2);
}

int main(int argc, char **argv) {
#ifdef LIKE_COROUTINES
  static ucontext_t one, other;
  if (argc > 100) swapcontext(&one, &other);
#endif
  return leaving(argc) == (argv[0] != 0);
}
