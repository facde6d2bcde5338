// Every kind of loop and way out of it.
#define NOIPA __attribute__((noinline, noclone))

int sink;

NOIPA int nested(int n, int limit) {
  int found = 0;
  for (int i = 0; i < n; i++) { //@2
    for (int j = i; j < n; j++) { //@6
      if (i * j > limit)
        break;
      found += i + j;
    }
    sink += found;
  }
  return found;
}

NOIPA int collatz(unsigned n) {
  int steps = 0;
  while (n != 1) {
    if (n % 2)
      n = 3 * n + 1;
    else
      n /= 2;
    steps++;
  }
  return steps;
}

NOIPA int digits(unsigned n) {
  int count = 0;
  do {
    count++;
    n /= 10;
  } while (n);
  return count;
}

NOIPA int unroll(const int *p) {
  int acc = 0;
  for (int i = 0; i < 4; i++) { //@2
    int x = p[i];
    acc += x * x;
    sink += acc;
  }
  return acc;
}

NOIPA int find(const int *p, int n, int wanted) {
  int at = 0;
  for (; at < n; at++) {
    if (p[at] < 0)
      continue;
    if (p[at] == wanted)
      goto out;
    sink++;
  }
  return -1;
out:
  sink += at;
  return at;
}

NOIPA int classify(int c) {
  int kind;
  switch (c) {
    case 0:
      kind = 10;
      break;
    case 1:
    case 2:
      kind = 20;
      break;
    case 3:
      kind = 30;
      sink++;
      break;
    case 4:
      kind = c * 11;
      break;
    default:
      kind = -1;
      break;
  }
  return kind;
}

NOIPA int gcd(int a, int b) {
  while (b) {
    int rest = a % b;
    a = b;
    b = rest;
  }
  return a;
}

int main(void) {
  int values[6] = {3, -1, 4, 1, -5, 9};
  sink += nested(4, 3);
  sink += nested(2, 0);
  sink += collatz(6);
  sink += collatz(1);
  sink += collatz(3);
  sink += digits(98765);
  sink += digits(0);
  sink += digits(42);
  sink += unroll(values);
  sink += unroll(values + 2);
  sink += find(values, 6, 1);
  sink += find(values, 6, 77);
  for (int c = 0; c < 7; c++) //@1
    sink += classify(c);
  sink += gcd(48, 36);
  sink += gcd(17, 5);
  return sink == 0;
}
