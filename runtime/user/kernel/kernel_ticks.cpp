#include "runtime/user/harness/kernel_ticks.h"

#include <time.h>

namespace ct {

unsigned ticks_per_second() {
  constexpr long kSecond = 1000000000;
  timespec tick = {};
  clock_getres(CLOCK_MONOTONIC_COARSE, &tick);  // it cannot fail: all kernels have this clock
  return static_cast<unsigned>((kSecond + tick.tv_nsec / 2) / tick.tv_nsec);
}

}  // namespace ct
