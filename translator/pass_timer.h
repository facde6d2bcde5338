// Times the passes as stap's -v does.
#pragma once

#include <sys/resource.h>

#include <chrono>
#include <string>

namespace coretap {

/// Measures from construction; user and system time include finished child processes.
class PassTimer {
 public:
  PassTimer()
      : wall_(std::chrono::steady_clock::now()),
        self_(usage(RUSAGE_SELF)),
        children_(usage(RUSAGE_CHILDREN)) {}

  /// "5usr/1sys/7real ms"
  std::string elapsed() const {
    rusage self = usage(RUSAGE_SELF), children = usage(RUSAGE_CHILDREN);
    long usr =
        ms(self.ru_utime) - ms(self_.ru_utime) + ms(children.ru_utime) - ms(children_.ru_utime);
    long sys =
        ms(self.ru_stime) - ms(self_.ru_stime) + ms(children.ru_stime) - ms(children_.ru_stime);
    auto real = std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::steady_clock::now() - wall_);
    return std::to_string(usr) + "usr/" + std::to_string(sys) + "sys/" +
           std::to_string(real.count()) + "real ms.";
  }

 private:
  static rusage usage(int who) {
    rusage result{};
    getrusage(who, &result);
    return result;
  }
  static long ms(const timeval& t) { return t.tv_sec * 1000 + t.tv_usec / 1000; }

  std::chrono::steady_clock::time_point wall_;
  rusage self_, children_;
};

}  // namespace coretap
