/* What a 32-bit program passes, keeps and returns, each with a value that its source says. */
#include <stdio.h>
#include <stdlib.h>

struct node {
  int key;
  const char* name;
  struct node* next;
  long long wide;
  unsigned flag : 3;
};
struct pair {
  int low;
  short high;
};

struct node last = {-7, "last", 0, -5000000000LL, 5};
struct node first = {41, "first", &last, 0x123456789abcdefLL, 2};
int counter;

__attribute__((noinline)) int sum(int a, long b, const char* text, struct node* list) {
  int total = a + (int)b;
  for (; list; list = list->next) total += list->key;
  counter++;
  return total + text[0];
}

__attribute__((noinline)) long long widen(long long value, char letter, unsigned short half) {
  counter++;
  return value * 3 + letter + half;
}

__attribute__((noinline)) struct pair make_pair(int low, short high) {
  struct pair made = {low + 1, (short)(high - 1)};
  counter++;
  return made;
}

__attribute__((noinline)) int take_pair(struct pair given, int more) {
  counter++;
  return given.low + given.high + more;
}

__attribute__((noinline)) double halve(double value, int times) {
  counter++;
  while (times-- > 0) value /= 2;
  return value;
}

__attribute__((noinline)) unsigned depth(unsigned n) {
  unsigned below = n ? depth(n - 1) : 0;
  counter++;
  return below + n;
}

__attribute__((noinline, regparm(3))) int registers(char a, int b, int c) {
  counter++;
  return a + b * c;
}

__attribute__((noinline)) int choose(int kind, int value) {
  switch (kind) {
    case 0: return value + 1;
    case 1: return value * 5;
    case 2: return value - 9;
    case 3: return value ^ 85;
    case 4: value += counter;
    case 5: return value / 3;
    case 6: return -value;
    case 7: return value << 2;
    default: return 0;
  }
}

int main(int argc, char** argv) {
  (void)argv;
  int total = 0;
  for (int i = 0; i < 4; i++) total += sum(-100 - i, 7, "Az", &first);
  long long wide = widen(-3000000000LL, 'x', 65535);
  struct pair made = make_pair(70000, -300);
  int taken = take_pair(made, 11);
  double half = halve(20, 2);
  unsigned deep = depth(9);
  int fast = registers(-3, 7, argc + 1);
  int chosen = 0;
  for (int i = 0; i < 90; i++) chosen += choose(i % 9, i);
  printf("total %d wide %lld pair %d %d taken %d half %g deep %u fast %d chosen %d counter %d\n", total, wide, made.low,
         made.high, taken, half, deep, fast, chosen, counter);
  return 0;
}
