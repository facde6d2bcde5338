// Functions that are inlined: into each other, into loops that are unrolled, twice on one line.
#define NOIPA __attribute__((noinline, noclone))
#define INLINE static inline __attribute__((always_inline))

int sink;
volatile int input = 3;

INLINE int leaf(int x, int y) {
  int d = x - y;
  sink += d;
  return d * d;
}

INLINE int middle(int v) {
  int a = leaf(v, 1);
  int b = leaf(v, 2);
  return a + b;
}

INLINE int clamp(int v, int most) {
  if (v > most)
    return most;
  return v;
}

NOIPA int in_loop(const int *p) {
  int acc = 0;
  for (int i = 0; i < 3; i++) //@1
    acc += leaf(p[i], i); //@3
  return acc;
}

NOIPA int chain(int v) {
  int m = middle(v);
  sink += m;
  return clamp(m, 50) + clamp(v, 5); //@2
}

NOIPA int both(int a, int b) {
  return leaf(a, b) + leaf(b, a); //@1
}

NOIPA int first(int a) {
  return leaf(a, 4);
}

int main(void) {
  int v[3] = {7, input, 9};
  sink += in_loop(v);
  sink += chain(input);
  sink += chain(20);
  sink += both(input, 8);
  sink += first(input);
  return sink == 0;
}
