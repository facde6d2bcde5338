// gcc -O3 unrolls the loop, and leaves most copies of the calls out of the ranges of the inlined functions.
struct point {
  int x, y;
};
volatile int sink;

static inline int doubled(int v) {  //@10 doubled
  sink = v;                         //@10 doubled
  return v * 2;
}

static inline int add(struct point a, struct point b) {  //@5 add
  int t = a.x + b.x;                                     //@5 add
  int u = a.y * b.y;                                     //@5 add
  sink = t;                                              //@5 add
  sink = u;                                              //@5 add
  return doubled(t) ^ doubled(u);
}

int main(int argc, char **argv) {
  int total = 0;
  for (int i = 0; i < 4; i++) {
    struct point p = {i, i + 1}, q = {i * 2, argc};
    total += add(p, q);
    switch ((i + argc) & 3) {
      case 0: sink = 1; break;
      case 1: sink = 2; break;
      case 2: sink = 3;
      default: sink = i;
    }
  }
  total += add((struct point){100, 200}, (struct point){argc, 3});
  return total == 0;
}
