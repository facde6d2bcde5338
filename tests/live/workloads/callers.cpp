// C++: names to demangle, a function that is inlined, an exception that is thrown through frames.
#include <stdexcept>
#include <string>
#include <vector>

volatile int sink;

namespace shop {
template <typename T>
struct Basket {
  std::vector<T> items;
  __attribute__((noinline)) int weigh(const T& item) const {
    sink = sink + static_cast<int>(items.size()) + item;
    return sink;
  }
};
inline __attribute__((always_inline)) int pay(const Basket<int>& basket, int n) {
  return basket.weigh(n) + 1;  // the call
}
__attribute__((noinline)) int checkout(const Basket<int>& basket, int n) {
  return pay(basket, n) * 2;  // inlined here
}
}  // namespace shop

int main() {
  shop::Basket<int> basket{{1, 2, 3}};
  return shop::checkout(basket, 4) == 42;
}
