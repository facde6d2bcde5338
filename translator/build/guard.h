// What ends the compilers if coretap ends before them.
//
// A compiler would otherwise go on for as long as it takes, by itself, after coretap was ended by
// a signal, and the folder that it writes to would stay. A handler in coretap cannot see to that
// after SIGKILL; PR_SET_PDEATHSIG reaches g++ but not the cc1plus that it started. So a small
// process waits on a socket whose other end coretap holds: the kernel closes that however coretap
// ends. All compilers are in the guard's process group, which it then ends with SIGTERM and
// SIGKILL, and it removes the folder.
#pragma once

#include <sys/types.h>

#include <string>

#include "support/descriptor.h"

namespace coretap {

class Guard {
 public:
  /// Starts guarding the folder `name` in the open folder `parent`. Without a process to spare it guards
  /// nothing, and group() is 0.
  Guard(int parent, const std::string& name);
  Guard(const Guard&) = delete;
  /// Compilers have ended and the folder is taken care of: the guard goes.
  ~Guard();

  /// The process group for compilers; 0: there is none.
  pid_t group() const { return pid_ > 0 ? pid_ : 0; }

 private:
  pid_t pid_ = -1;
  Descriptor alive_;  ///< written to: a farewell; closed without one: coretap is gone
};

}  // namespace coretap
