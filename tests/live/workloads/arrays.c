/* Arrays of arrays, which clang describes so of typedefs, and numbers that are not read. */
#include <complex.h>

typedef int Row[3];
typedef char Name[4];
struct point { int x; };
typedef struct point Pair[2];
struct table { Row rows[2]; Name names[2]; };

Pair pairs[2] = {{{1}, {2}}, {{3}, {4}}};
int cube[2][2][2] = {{{1, 2}, {3, 4}}, {{5, 6}, {7, 8}}};
double complex both = 1.5 - 2.5 * I;
float complex halves[2] = {1, 2};
long double wide = 3.5L;
#ifndef __clang__
_Float128 quad = 2.25F128;
struct __attribute__((scalar_storage_order("big-endian"))) foreign { int x; } foreign = {0x01020304};
#endif

__attribute__((noinline)) int find(struct table *t, int i, int j) { return t->rows[i][j]; }
__attribute__((noinline)) double complex turned(void) { return both * I; }

int main(void) {
  struct table t = {{{1, 2, 3}, {4, 5, 6}}, {"abc", "def"}};
  __asm__ volatile("" : : "r"(&t) : "memory");
  return find(&t, 1, 2) + (int)creal(turned()) != 8;
}
