/* Labels, of which an optimiser removes some, and calls of several kinds. */
volatile int sink;
static inline __attribute__((always_inline)) int three(int n) {
again:
  n--;
  if (n > 0) goto again;
  return n;
}
__attribute__((noinline)) int leaf(int n) { return n + sink; }
__attribute__((noinline)) int passes_on(int n) {
  sink++;
  return leaf(n);
}
__attribute__((noinline)) int jump(int n) {
  int total = three(3);
  if (n < 0) goto negative;
  total += leaf(n) + leaf(2 * n);
  goto finish;
negative:
  total = 1;
finish:
  return total;
}
__attribute__((noinline)) int recurse(int n) { return n == 0 ? leaf(n) : recurse(n - 1) + leaf(n); }
int main(int argc, char** argv) {
  int (*pointer)(int) = argc > 1 ? leaf : jump;
  (void)argv;
  return jump(argc) + passes_on(argc) + recurse(argc) + pointer(argc) == 12345;
}
