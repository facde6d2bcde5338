// What this machine can do for scripts, in words: `coretap --doctor`.
#pragma once

#include <string>
#include <vector>

namespace ct {

/// One thing that was looked at.
struct Finding {
  enum State {
    Good,
    Limited,  ///< scripts run, but not all of them
    Missing,  ///< no script with probes runs
  };
  State state = Good;
  std::string what;   ///< "kernel functions"
  std::string found;  ///< what was found, or why it is not there
  std::string mend;   ///< a command or a sentence; "" if there is nothing to do
};

/// What this process may do, and what the kernel has and can do. Each finding is of a trial, not of a version. Without the
/// rights to trace nothing is tried, which is said.
std::vector<Finding> examine_machine();

}  // namespace ct
