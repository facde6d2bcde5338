#include "timers.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "runtime/user/harness/kernel_ticks.h"

namespace ct {
namespace {

timespec to_timespec(u64 ns) {
  if (ns == 0) ns = 1;  // 0 would switch the timer off
  return {static_cast<time_t>(ns / 1000000000), static_cast<long>(ns % 1000000000)};
}

u64 nanoseconds(const UserHandler& handler, u64 units) {
  return handler.in_ticks ? units * 1000000000 / ticks_per_second() : units;
}

}  // namespace

Timers::~Timers() {
  for (const Timer& t : timers_) close(t.fd);
}

Status Timers::open(const Program& program) {
  for (u32 i = 0; i < program.user_handler_count; ++i) {
    const UserHandler& h = program.user_handlers[i];
    if (h.event != UserEvent::Timer) continue;
    int fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    if (fd < 0) return Status::of_errno(errno, "cannot make a timer: ");
    timers_.push_back({&h, fd});
  }
  return {};
}

/// A steady timer repeats by itself; a randomized one (period ± randomize) is armed anew each time.
void Timers::arm(const Timer& timer) {
  const UserHandler& h = *timer.handler;
  itimerspec spec = {};
  const u64 period = nanoseconds(h, h.period), spread = nanoseconds(h, h.randomize);
  if (spread == 0) {
    spec.it_interval = spec.it_value = to_timespec(period);
  } else {
    u64 range = 2 * spread + 1;
    u64 random = (static_cast<u64>(::random()) << 31 | static_cast<u64>(::random())) % range;
    spec.it_value = to_timespec(period + random > spread ? period + random - spread : 1);
  }
  timerfd_settime(timer.fd, 0, &spec, nullptr);
}

void Timers::start() {
  for (const Timer& t : timers_) arm(t);
}

bool Timers::expired(size_t i) {
  u64 count = 0;
  if (read(timers_[i].fd, &count, sizeof count) != sizeof count || count == 0) return false;
  if (timers_[i].handler->randomize != 0) arm(timers_[i]);
  return true;
}

}  // namespace ct
