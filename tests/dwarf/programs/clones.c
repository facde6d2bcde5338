/* What gcc makes of functions: inlined copies, partial and constant-propagated clones, cold parts,
   aliases, indirect functions. */
#include <stdio.h>
#include <stdlib.h>

volatile int sink;

static inline __attribute__((always_inline)) int copied(int v) {
  int doubled = v * 2;
  sink = doubled;
  return doubled;
}

__attribute__((noinline)) int first_user(int v) { return copied(v) + 1; }
__attribute__((noinline)) int second_user(int v) {
  if (v > sink) return copied(v + 1);
  return copied(v + 2) - copied(v + 3);
}

__attribute__((noinline)) int with_cold_part(int v) {
  if (__builtin_expect(v == 12345, 0)) {
    fprintf(stderr, "unlikely %d\n", v);
    abort();
  }
  return v + sink;
}

static __attribute__((noinline)) int specialised(int v, int factor) { return sink += v * factor; }

int real_name(int v) { return v + sink; }
int other_name(int v) __attribute__((alias("real_name")));

static int plain(int v) { return v + 1; }
static int (*resolve_chosen(void))(int) { return plain; }
int chosen(int v) __attribute__((ifunc("resolve_chosen")));

int main(int argc, char **argv) {
  (void)argv;
  int total = first_user(argc) + second_user(argc) + with_cold_part(argc);
  total += specialised(argc, 3) + specialised(argc + 1, 3) + other_name(total) + chosen(total);
  printf("%d\n", total);
  return 0;
}
