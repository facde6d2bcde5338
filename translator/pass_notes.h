// The lines "Pass N: …" of -v and --vp.
#pragma once

#include <string>

#include "analyse/program.h"
#include "options.h"
#include "support/diagnostics.h"

namespace coretap {

class PassNotes {
 public:
  explicit PassNotes(const Options& options) : options_(options) {}

  /// Writes a line that begins with "Pass N:", if -v or --vp wants to hear of that pass; with
  /// `least` 2, only what -vv hears.
  void say(const std::string& line, int least = 1) const;

  /// Where C without a pragma runs, because it names nothing of either side.
  void say_sides(const Program& program) const;

 private:
  const Options& options_;
};

/// After a pass: writes what was reported; errors end the run with stap's summary line. `what`: "analysis", for example.
bool pass_failed(Diagnostics& diagnostics, int pass, const char* what);

/// "Pass 2: analyzed script: …", as stap counts.
std::string summary(const Program& program);

/// Of this process, as stap's -v shows it: "105908virt/87864res/7680shr/80256data kb", from /proc/self/statm.
std::string memory_use();

}  // namespace coretap
