// Each mark `//@N` says how often the line before it runs, by arithmetic. `//@N!` is only for code that is not optimised.
#include <vector>
#ifdef __clang__
#define NOIPA __attribute__((noinline))
#else
#define NOIPA __attribute__((noipa))
#endif

volatile int sink;
volatile int input = 3;

struct Base {
  int id;
  Base(int i) : id(i) { sink++; }
  ~Base() { sink--; }
};

struct Box : Base {
  int v;
  Box(int x) : Base(x), v(x) { sink += x; }
};

template <typename F>
NOIPA int apply(F f, int k) {
  return f(k);  //@1
}

NOIPA int outer(int k) {
  auto twice = [](int v) {
    sink += v;  //@1
    return 2 * v;
  };
  return apply(twice, k);  //@1
}

template <typename T>
NOIPA T total(const std::vector<T>& values) {
  T sum = 0;
  for (T value : values) {  //@2!
    sum += value;           //@5
  }
  return sum;
}

NOIPA int count(int n) {
  int t = 0;
  for (int i = 0; i < n; i++) {  //@1!
    t += i;
    sink = t;  //@5
  }
  return t;  //@1!
}

NOIPA int halve(int n) {
  while (n > 1) {  //@5
    n /= 2;
    sink += n;  //@4
  }
  return n;
}

NOIPA int boxes(int k) {
  Box one(k);
  Box two(k + 1);
  sink += one.v + two.v;  //@1
  return sink;
}

int main() {
  std::vector<int> small{1, 2, 3};
  std::vector<long> large{4, 5};
  sink += total(small) + (int)total(large);  //@1!
  sink += count(input + 2);                  //@1
  sink += halve(input + 17);                 //@1
  sink += outer(input + 1) + boxes(input);   //@1
  return 0;
}
