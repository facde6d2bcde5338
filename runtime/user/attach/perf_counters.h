// The events behind @perf("NAME"), opened when the kernel object is loaded and before any script
// code runs.
#pragma once

#include <vector>

#include "kernel_object.h"
#include "runtime/common/result.h"

namespace ct {

/// Each counter counts either everything on each CPU, read on the CPU where the handler runs; or one
/// process, the command of -c from its execution on or that of -x from now on, by an event for each
/// thread that it has now. The kernel lets BPF read no event that later threads inherit
/// (perf_event_read_local), so in those @perf is a run-time error.
class PerfCounters {
 public:
  PerfCounters() = default;
  ~PerfCounters() { close_all(); }
  PerfCounters(const PerfCounters&) = delete;
  PerfCounters& operator=(const PerfCounters&) = delete;

  /// `pid` is 0 if neither -c nor -x was given; `is_command`: it is that of -c, not yet executed.
  /// May be called again, for another try.
  Status open(const Program& program, const KernelObject& object, s64 pid, bool is_command);

 private:
  Status open_on_cpus(const NamedCounter& counter, int map);
  Status open_for_threads(const NamedCounter& counter, int map, bool is_command);
  void close_all();

  std::vector<int> fds_;
  std::vector<int> threads_;
};

}  // namespace ct
