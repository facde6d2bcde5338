/* One program in several builds: -DSHIFT puts one instruction more into `foo`, and so moves all that
 * follows; -DBEFORE a function before it; -DDATA moves `counter`, and not one byte of code but its
 * uses; -DTRIPLE changes the code of `foo`, and nothing else. Each build calls `foo`, `later` and
 * `by_hand` 5 times and prints the sum of what they got. */
#include <stdio.h>
#include <unistd.h>

#ifdef DATA
long other = 1;
#endif
long counter = 7;

#ifdef BEFORE
__attribute__((noinline)) long before(long n) {
  __asm__ volatile("nop");
  return n * 3;
}
#endif

__attribute__((noinline)) long foo(long n) {
#ifdef SHIFT
  __asm__ volatile("nop");
#endif
  __asm__ volatile("" ::"r"(n));
#ifdef TRIPLE
  return n * 3;
#else
  return n * 2; /* line of foo */
#endif
}

static inline __attribute__((always_inline)) long inlined(long n) {
  __asm__ volatile("" ::"r"(n));
  return n ^ 1;
}

__attribute__((noinline)) long later(long n) {
  long twice = inlined(n) + inlined(n + 1);
  __asm__ volatile("" ::"r"(twice));
  return n;
}

/* A function without size, as assemblers leave it where nobody writes .size. */
long by_hand(long n);
__asm__(".text\n.globl by_hand\n.type by_hand, @function\nby_hand:\n  mov %rdi, %rax\n"
#ifdef SHIFT
        "  nop\n"
#endif
        "  ret\n");

int main(int argc, char **argv) {
  (void)argv;
  long sum = 0;
  for (long n = 0; n < 5; n++) sum += foo(n) + later(n) + by_hand(n);
#ifdef BEFORE
  sum += before(0);
#endif
  printf("%ld %ld\n", sum, counter);
  fflush(stdout);
  for (int turn = 0; argc > 1 && turn < 3000; turn++) {
    foo(turn);
    usleep(10000);
  }
  return 0;
}
