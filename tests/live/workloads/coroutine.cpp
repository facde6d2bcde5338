// A C++20 coroutine with variables in blocks, that is resumed, left and destroyed. Prints what a probe must see.
#include <coroutine>
#include <cstdio>

#define NOINLINE __attribute__((noinline))

struct Generator {
  struct promise_type {
    int current = 0;
    Generator get_return_object() {
      return {std::coroutine_handle<promise_type>::from_promise(*this)};
    }
    std::suspend_always initial_suspend() noexcept { return {}; }
    std::suspend_always final_suspend() noexcept { return {}; }
    std::suspend_always yield_value(int value) noexcept {
      current = value;
      return {};
    }
    void return_void() {}
    void unhandled_exception() {}
  };
  std::coroutine_handle<promise_type> handle;
};

static int steps;

NOINLINE void tell(int from, int i, int square) {
  steps++;
  std::printf("%d %d %d\n", from, i, square);
}

NOINLINE Generator squares(int from, int count) {
  for (int i = from; i < from + count; i++) {
    int square = i * i;
    if (square % 2 == 0) {
      int half = square / 2;
      square += half;
    }
    tell(from, i, square);  // HERE
    co_yield square;
  }
}

int main() {
  Generator one = squares(3, 4), other = squares(20, 2);
  int sum = 0;
  while (!one.handle.done()) {
    one.handle.resume();
    sum += one.handle.promise().current;
    if (steps == 2) other.handle.resume();
  }
  one.handle.destroy();
  other.handle.destroy();
  return sum == 0;
}
