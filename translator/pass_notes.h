// The lines "Pass N: …" of -v and --vp.
#pragma once

#include <iostream>
#include <string>

#include "options.h"
#include "runtime/common/terminal.h"

namespace coretap {

class PassNotes {
 public:
  explicit PassNotes(const Options& options) : options_(options) {}

  /// Writes a line that begins with "Pass N:", if -v or --vp wants to hear of that pass; with
  /// `least` 2, only what -vv hears.
  void say(const std::string& line, int least = 1) const {
    int pass = line[5] - '1';
    if (options_.verbose + options_.pass_verbose[pass] >= least)
      std::cerr << ct::terminal_safe(line) << std::endl;
  }

 private:
  const Options& options_;
};

}  // namespace coretap
