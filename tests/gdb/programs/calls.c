// Many parameters, varargs, recursion, tail calls, longjmp, calls that do not return.
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#define NOIPA __attribute__((noinline, noclone))

int sink;
static jmp_buf back;

NOIPA long many(int a, long b, short c, char d, unsigned e, int f, int g, long h, const char *i, int j) {
  long sum = a + b + c + d;
  sum += e + f;
  sink += g;
  sum += h + j;
  return sum + *i;
}

NOIPA int sum(int n, ...) {
  va_list list;
  int total = 0;
  va_start(list, n);
  for (int i = 0; i < n; i++) { //@2
    int v = va_arg(list, int);
    total += v;
  }
  va_end(list); //@-
  return total;
}

NOIPA int fib(int n) {
  if (n < 2)
    return n;
  int a = fib(n - 1);
  int b = fib(n - 2);
  return a + b;
}

NOIPA int odd(int n);
NOIPA int even(int n) {
  if (n == 0)
    return 1;
  return odd(n - 1);
}
NOIPA int odd(int n) {
  if (n == 0)
    return 0;
  return even(n - 1);
}

NOIPA void jump(int level) {
  if (level == 0)
    longjmp(back, 5);
  sink += level;
  jump(level - 1);
  sink++;
}

NOIPA _Noreturn void die(int code) {
  sink += code;
  exit(sink == -1);
}

NOIPA int checked(int v) {
  if (v > 100)
    die(v);
  int half = v / 2;
  return half + 1;
}

NOIPA int callback(int (*f)(int), int v) {
  int r = f(v);
  sink += r;
  return r * 2;
}

int main(void) {
  sink += (int)many(1, 2, 3, 'd', 5, 6, 7, 8, "ij", 10);
  sink += sum(3, 10, 20, 30);
  sink += sum(1, 5);
  sink += fib(5);
  sink += even(4);
  sink += odd(3);
  int from = setjmp(back);
  if (from == 0)
    jump(2);
  sink += from;
  sink += callback(checked, 40);
  sink += checked(7);
  sink += checked(200);
  return sink == 0;
}
