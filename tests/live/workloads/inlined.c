/* Calls that are inlined: several that begin at one address, one in another, and one that is duplicated with its loop. How often a
   line runs is //@N, and of which function it is: the name behind it. */
#define INLINE static inline __attribute__((always_inline))
#define NOINLINE __attribute__((noinline))

int sink;

INLINE int same(int x) {
  int d = x * 7; //@3 same
  sink = d; //@3 same
  return d + 3; //@3 same
}

INLINE int leaf(int x, int y) {
  int d = x - y; //@3 leaf
  sink += d; //@3 leaf
  return d * d; //@3 leaf
}

INLINE int middle(int v) {
  int a = leaf(v, 1); //@1 middle
  int b = leaf(v, 2); //@1 middle
  return a + b; //@1 middle
}

INLINE int top(int v) {
  return middle(v) + leaf(v, 3); //@1 top
}

INLINE int turn(int x, int y) {
  int d = x - y; //@3 turn
  sink += d; //@3 turn
  return d * d; //@3 turn
}

INLINE int whole(const int *p) {
  int all = 0;
  for (int i = 0; i < 40; i++) //@1 whole
    all = (all ^ p[i]) * 3; //@40 whole
  return all; //@1 whole
}

NOINLINE int loop_within(const int *p) {
  return whole(p);
}

NOINLINE int at_one_address(int v) {
  return same(v) + same(v + 1) + same(v + 2);
}

NOINLINE int nested(int v) {
  return top(v);
}

NOINLINE int unrolled(const int *p) {
  int sum = 0;
  for (int i = 0; i < 3; i++)
    sum += turn(p[i], i); //@3 unrolled
  return sum;
}

/* Two markers of the body come to one address. */
NOINLINE int merged(const int *p) {
  int sum = 0;
  for (int i = 0; i < 3; i++)
    sum += p[i]; //@3 merged
  return sum;
}

int main(void) {
  int v[3] = {7, 3, 9};
  static int many[40] = {1, 2};
  sink += loop_within(many);
  return at_one_address(v[0]) + nested(v[1]) + unrolled(v) + merged(v) == 0;
}
