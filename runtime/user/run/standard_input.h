// The session's standard input, a character at a time, for input.char and input.line.
#pragma once

#include <termios.h>

#include <functional>
#include <string>
#include <vector>

#include "runtime/common/result.h"
#include "runtime/user/harness/program.h"

namespace ct {

class StandardInput {
 public:
  StandardInput() = default;
  ~StandardInput() { close(); }
  StandardInput(const StandardInput&) = delete;
  StandardInput& operator=(const StandardInput&) = delete;

  /// If a handler asks for it. A terminal gives each key at once and does not show it, until close(). Fails where no descriptors are left.
  Status open(const Program& program);
  /// Readable when there is a character, or no more; -1: nobody asks.
  int fd() const { return fd_; }
  /// Runs all handlers with the next character. False: that was the end of the input.
  bool take(const std::function<void(const UserHandler&)>& run);
  void close();

 private:
  std::vector<const UserHandler*> handlers_;
  int fd_ = -1;
  bool is_own_ = false;  ///< fd_ is to be closed
  bool is_changed_ = false;
  termios before_ = {};
};

}  // namespace ct
