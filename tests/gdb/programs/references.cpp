// References, range-for, lambdas, templates, enum classes.
#define NOIPA __attribute__((noinline))

enum class Level : unsigned char { Low = 1, High = 9 };

struct Pt {
  int x, y;
};

int sink;

template <int N>
NOIPA int total(int (&values)[N]) {
  int sum = 0;
  for (int v : values) {  //@2
    int twice = v * 2;
    sum += twice;
  }
  return sum;
}

NOIPA int refs(int (&a)[3], Pt& p, Pt*& q, int& r, const double& d) {
  r += a[1];
  p.y = r + q->x;
  q = &p;
  sink += static_cast<int>(d);
  return p.y;
}

template <typename T>
NOIPA T largest(const T& a, const T& b) {
  if (a < b) return b;
  return a;
}

template <typename F>
NOIPA int apply(F f, int k) {
  int r = f(k);
  return r + 1;
}

NOIPA int outer(int k) {
  int base = 10;
  auto twice = [](int v) { return 2 * v; };  //@outer=1,operator()=1
  auto shifted = [base, &k](int v) {         //@outer=1,operator()=1
    k++;
    return base + v;
  };  //@outer=1,operator()=1
  int sum = apply(twice, k);
  sum += apply(shifted, sum);
  return sum + k;
}

NOIPA int rate(Level level, const Pt* p) {
  if (level == Level::High) return p->x * 10;
  return p->y;
}

int main() {
  int three[3] = {10, 20, 30};
  int two[2] = {-1, 5};
  Pt p{1, 2}, other{7, 8};
  Pt* q = &other;
  int r = 5;
  double d = 2.5;
  sink += total(three);
  sink += total(two);
  sink += refs(three, p, q, r, d);
  sink += largest(3, 8);
  sink += largest(9L, 4L) > 0;
  sink += outer(4);
  sink += rate(Level::High, q);
  sink += rate(Level::Low, &other);
  return sink == 0;
}
