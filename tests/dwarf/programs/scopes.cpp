// Names with scopes, templates, constructors, lambdas, references, inheritance, exceptions.
#include <cstdio>
#include <stdexcept>
#include <string>

volatile int sink;

namespace outer {
namespace {
__attribute__((noinline)) int hidden(int v) { return v + sink; }
}  // namespace

struct Base {
  long base_field = 1;
  virtual ~Base() = default;
  virtual int twist(int v) { return v + 1; }
};

class Widget : public Base {
 public:
  explicit Widget(int size) : size_(size) {}
  __attribute__((noinline)) int grow(int by) {
    size_ += by + hidden(by);
    return size_;
  }
  int twist(int v) override { return v * size_; }
  static int made(int n) { return n + sink; }
  static long shared;

 private:
  int size_;
};
long Widget::shared = 12;

template <typename T>
__attribute__((noinline)) T twice(T v) {
  return v + v;
}
}  // namespace outer

__attribute__((noinline)) int by_reference(const int& v, std::string&& text) {
  return v + static_cast<int>(text.size());
}

int main() {
  outer::Widget widget(3);
  int total = widget.grow(4) + outer::twice(5) + static_cast<int>(outer::twice(2.5));
  outer::Base& base = widget;
  total += base.twist(2) + outer::Widget::made(1) + static_cast<int>(outer::Widget::shared);
  auto lambda = [&](int v) { return v + total; };
  total += lambda(sink);
  try {
    if (total > 0) throw std::runtime_error("x");
  } catch (const std::exception& e) {
    total++;
  }
  std::printf("%d\n", total + by_reference(total, "abc"));
}
