// The kernel's clocks as one number.
#pragma once

#include <time.h>

#include <cstdint>

namespace ct {

/// Nanoseconds of a clock (clock_gettime(2)). CLOCK_MONOTONIC is what bpf_ktime_get_ns() reads.
inline int64_t clock_ns(clockid_t clock) {
  timespec t;
  clock_gettime(clock, &t);
  return t.tv_sec * 1'000'000'000ll + t.tv_nsec;
}

/// CLOCK_MONOTONIC, unsigned as the kernel's records have it.
inline uint64_t now_ns() { return static_cast<uint64_t>(clock_ns(CLOCK_MONOTONIC)); }

}  // namespace ct
