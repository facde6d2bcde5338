// The target namespaces: those whose numbers ns_pid(), ns_uid() and the like give.
#pragma once

#include <string>
#include <vector>

#include "runtime/common/result.h"
#include "runtime/shared/abi.h"

namespace ct {

/// The pid and the user namespace of one process, as they are when it is asked: the process may end afterwards.
class TargetNamespaces {
 public:
  /// Of the process `pid`; of the calling one if it is 0. Fails if there is no such process.
  Status read(long pid);

  /// The inode by which the kernel knows the pid namespace; 0 if /proc does not tell.
  u64 pid_namespace() const { return pid_namespace_; }

  /// A user's number in the kernel's first user namespace, or a group's, as the target has it; the kernel's overflow id if it has
  /// none (user_namespaces(7), "Unmapped user and group IDs").
  s64 translate(s64 id, bool is_group) const;

 private:
  /// `count` numbers from `inside` on are those from `outside` on.
  struct Range {
    s64 inside, outside, count;
  };
  struct Map {
    std::vector<Range> ranges;
    s64 overflow = 65534;
  };
  static Map read_map(const std::string& process, const char* kind);

  u64 pid_namespace_ = 0;
  Map users_, groups_;
};

}  // namespace ct
