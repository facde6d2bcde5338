// -t: what each handler was called for, how often, and how long it took. The report has the layout
// of SystemTap's, with nanoseconds where that has processor cycles.
#pragma once

#include <string>
#include <vector>

#include "runtime/user/attach/kernel_object.h"
#include "runtime/user/values/statistic.h"

namespace ct {

/// Monotonic clock for the times of user-side code.
u64 timing_clock();

class Timing {
 public:
  /// Nothing is noted before.
  void enable(const Program& program);
  bool enabled() const { return enabled_; }

  void user_handler(u32 index, u64 ns) { note(user_, index, ns); }
  void segment(u32 index, u64 ns) { note(segments_, index, ns); }
  /// What the kernel side counted, once nothing runs there any more.
  void read(const Program& program, const KernelObject& object, const Ladder& ladder);

  /// Prints the report, as text or as JSON. Nothing if not enabled.
  void report(const Program& program) const;

 private:
  static void note(std::vector<Statistic>& all, u32 index, u64 ns);

  bool enabled_ = false;
  std::vector<Statistic> sites_;  ///< of all kernel handlers, in turn
  std::vector<bool> mixed_;       ///< by handler: its first site's times are those of all
  std::vector<Statistic> user_, segments_;
};

}  // namespace ct
