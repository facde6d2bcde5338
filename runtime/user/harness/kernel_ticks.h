// How often the kernel's clock ticks.
#pragma once

namespace ct {

/// The kernel's CONFIG_HZ, without its configuration, which containers and minimal systems do not show: the coarse clocks advance
/// once a tick, and say so (KTIME_LOW_RES, kernel/time/hrtimer.c; clock_getres(2)).
unsigned ticks_per_second();

}  // namespace ct
