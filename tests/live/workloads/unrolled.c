// An inlined function in a loop that -O3 unrolls.
int sink;

static inline __attribute__((always_inline)) int leaf(int x, int y) {
  int d = x - y;  //@3
  sink += d;
  return d * d;
}

__attribute__((noipa)) int f(int *p) {
  int sum = 0;
  for (int i = 0; i < 3; i++)
    sum += leaf(p[i], i);
  return sum;
}

int main(void) {
  int v[3] = {7, 3, 9};
  return f(v) == 102 ? 0 : 1;
}
