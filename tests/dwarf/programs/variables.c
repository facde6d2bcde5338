/* Variables of many kinds; lines with "STOP" are where the tests compare them with gdb. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum colour { RED, GREEN = 200, BLUE = -3 };
typedef struct {
  int first;
  union {
    long wide;
    char bytes[8];
  };
  struct {
    short inner;
  };
} mixed_t;
struct bits {
  unsigned low : 3;
  int middle : 7;
  unsigned long high : 40;
  unsigned char tail;
  _Bool flag : 1;
};
struct pair {
  long left, right;
};
struct big {
  long data[5];
};

int global_counter = 7;
static long file_static = -5;
volatile int sink;
_Thread_local int per_thread = 3;

__attribute__((noinline)) long many_parameters(int a, long b, char c, short d, unsigned char e,
                                               void *f, long on_stack, int also_on_stack) {
  sink = a; /* STOP */
  return a + b + c + d + e + (f != 0) + on_stack + also_on_stack;
}

__attribute__((noinline)) static void escape(void *pointer) { sink = pointer != 0; }

__attribute__((noinline)) long locals(int n, const char *text) {
  static int calls = 40;
  int8_t tiny = -1;
  uint16_t half = 65535;
  enum colour colour = n > 2 ? GREEN : BLUE;
  struct pair pair = {n, n * 2};
  mixed_t mixed = {n, {5}, {6}};
  calls++;
  escape(&pair);
  escape(&mixed);
  sink = tiny; /* STOP */
  for (int i = 0; i < n; i++) {
    long square = (long)i * i;
    sink = (int)square; /* STOP */
    pair.left += square;
  }
  sink = half; /* STOP */
  sink = colour; /* STOP */
  return pair.left + mixed.first + (long)strlen(text) + file_static;
}

static inline long inlined(long x, int y) {
  long product = x * y;
  sink = (int)product; /* STOP */
  return product + x;
}

__attribute__((noinline)) long caller(long seed) {
  long result = inlined(seed, 3);
  sink = (int)result; /* STOP */
  result += inlined(result, 5);
  return result;
}

__attribute__((noinline)) struct pair returns_pair(long v) {
  struct pair p = {v, v + 1};
  return p;
}
__attribute__((noinline)) struct big returns_big(long v) {
  struct big b = {{v, v, v, v, v}};
  escape(&b);
  return b;
}
__attribute__((noinline)) double returns_double(long v) { return v * 1.5; }
__attribute__((noinline)) unsigned char returns_byte(long v) { return (unsigned char)(v + sink); }
__attribute__((noinline)) void returns_nothing(void) { sink = 0; }

__attribute__((noinline)) int by_value(struct pair p, struct big b, int last) {
  sink = last; /* STOP */
  return (int)(p.left + b.data[2] + last);
}

int main(int argc, char **argv) {
  struct bits bits = {5, -3, 1234567890123, 9, 1};
  struct big big = returns_big(4);
  escape(&bits);
  long total = many_parameters(argc, 1L << 40, 'x', -7, 200, &total, 77, 88);
  total += locals(argc + 3, argv[0]);
  total += caller(total & 7);
  total += returns_pair(2).right + (long)returns_double(3) + returns_byte(4);
  total += by_value(returns_pair(6), big, 42) + bits.low + per_thread + global_counter;
  returns_nothing();
  printf("%ld\n", total);
  return 0;
}
