// The command of -c: started stopped, let go when the probes are live. A session that ends before
// its command leaves it running, as stap does.
//
// No system call of the waiting process is an event of the target. So it waits in two steps: in read(2) while probes
// are attached, which may take seconds, and then, from the moment before the handlers are live to the one after it, in a
// loop without system calls. The first event of the target is its execve(2).
#pragma once

#include <stdint.h>
#include <sys/types.h>

#include <atomic>
#include <string>
#include <vector>

#include "runtime/common/result.h"
#include "runtime/user/harness/harness.h"

namespace ct {

class Target {
 public:
  ~Target();
  /// Forks; the child waits.
  Status start(const std::string& command);
  /// Wakes the child: from here to go(), which must follow soon, it makes no system call, and keeps a CPU busy.
  void wake();
  /// Lets the command run, after wake(). Fails with errno's text if it cannot be executed.
  Status go();
  bool started() const { return pid_ > 0; }
  pid_t pid() const { return pid_; }
  /// The same process as BPF programs number it: another number where this session lives in a pid
  /// namespace. -1: not known.
  s64 pid_in_kernel() const { return pid_in_kernel_; }
  /// True once the command has ended; it may be asked again.
  bool ended();
  /// The child's wait status; only after ended().
  int status() const { return status_; }

 private:
  pid_t pid_ = 0;
  s64 pid_in_kernel_ = 0;
  int go_fd_ = -1;  ///< one byte written here wakes the child
  /// How far the child is; in memory that it shares.
  enum class Step : uint32_t { Asleep, Awake, Released };
  std::atomic<Step>* step_ = nullptr;
  int error_fd_ = -1;  ///< errno of a failed exec comes from here
  bool ended_ = false;
  bool released_ = false;
  int status_ = 0;

  [[noreturn]] static void run_child(const std::string& command, int go_fd, int answer_fd,
                                     std::atomic<Step>& step);
};

}  // namespace ct
