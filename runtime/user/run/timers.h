// timer.* probes: one timerfd each.
#pragma once

#include <cstddef>
#include <vector>

#include "runtime/common/result.h"
#include "runtime/user/harness/program.h"

namespace ct {

class Timers {
 public:
  ~Timers();
  /// Makes a timer for each Timer handler; they start to run with start(). Fails where no descriptors are left.
  Status open(const Program& program);
  void start();
  int fd(size_t i) const { return timers_[i].fd; }
  size_t size() const { return timers_.size(); }
  /// True if the timer has expired since the last call. Expirations that the session was too busy
  /// to serve count once, as in stap: a late timer is not made up for.
  bool expired(size_t i);
  const UserHandler& handler(size_t i) const { return *timers_[i].handler; }

 private:
  struct Timer {
    const UserHandler* handler;
    int fd;
  };
  void arm(const Timer& timer);
  std::vector<Timer> timers_;
};

}  // namespace ct
