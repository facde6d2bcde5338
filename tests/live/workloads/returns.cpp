// The ways to leave a function in C++. Each mode prints what it counted itself.
#include <coroutine>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <stdexcept>

#define NOINLINE __attribute__((noinline))

static long returns, results, arguments, caught, cleaned, turn;

static inline __attribute__((always_inline)) long returned(long result, long argument) {
  returns++;
  results += result;
  arguments += argument;
  return result;
}

// Throws itself, and sometimes returns.
extern "C" NOINLINE long thrower(long n) {
  if (n % 3 == 0) throw std::runtime_error("three");
  return returned(n * 2, n);
}

struct Guard {
  ~Guard() { cleaned++; }
};

// Exceptions pass through: cleans up on the way.
extern "C" NOINLINE long passed(long n) {
  Guard guard;
  long result = 0;
  if (n == 0) {
    if (turn++ % 2 == 0) throw std::runtime_error("zero");
  } else {
    result = passed(n - 1);
  }
  return returned(result + n, n);
}

// Catches what comes, and goes on.
extern "C" NOINLINE long catcher(long n) {
  try {
    passed(n);
    return 1;
  } catch (const std::exception&) {
    caught++;
  }
  return 2;
}

// Catches and throws anew.
extern "C" NOINLINE long rethrower(long n) {
  try {
    return returned(thrower(n) + 1, n);
  } catch (const std::exception&) {
    if (n % 2) throw;
    return returned(-1, n);
  }
}

extern "C" NOINLINE long tail_end(long n, long given) { return returned(n + 1, given); }
extern "C" NOINLINE long tail(long n) { return tail_end(n * 2, n); }

// A coroutine, which is left and entered anew; `resumes` counts by itself.
struct Task {
  struct promise_type {
    long value = 0;
    Task get_return_object() { return {std::coroutine_handle<promise_type>::from_promise(*this)}; }
    std::suspend_always initial_suspend() noexcept { return {}; }
    std::suspend_always final_suspend() noexcept { return {}; }
    std::suspend_always yield_value(long v) noexcept {
      value = v;
      return {};
    }
    void return_void() {}
    void unhandled_exception() { throw; }
  };
  std::coroutine_handle<promise_type> handle;
};

NOINLINE long given(long n) { return returned(n * 5, n); }

NOINLINE Task numbers(long count) {
  for (long n = 0; n < count; n++) {
    if (n == 6) thrower(n);
    co_yield given(n);
  }
}

static void coroutine(long count) {
  Task task = numbers(count);
  try {
    while (!task.handle.done()) task.handle.resume();
  } catch (const std::exception&) {
    caught++;
  }
  task.handle.destroy();
}

int main(int, char** argv) {
  const char* mode = argv[1];
  const long count = atol(argv[2]);
  for (long i = 0; i < count; i++) {
    try {
      if (!strcmp(mode, "throw")) thrower(i);
      if (!strcmp(mode, "rethrow")) rethrower(i);
      if (!strcmp(mode, "tail")) tail(i);
    } catch (const std::exception&) {
      caught++;
    }
  }
  if (!strcmp(mode, "pass"))
    for (long i = 0; i < count; i++) catcher(i);
  if (!strcmp(mode, "coroutine")) coroutine(count);
  printf("%ld %ld %ld %ld %ld\n", returns, results, arguments, caught, cleaned);
}
