// The answers of -l, -L and --lines, kept in the cache.
//
// The cache keeps the answer, not an index of the binary. What decides an answer is known to it already, from scripts: the
// CompileInput is the key, with the point, the options and the build-id of coretap; and each question to the world around
// (Lookups) is asked again before the answer is shown: the object and every file where its debug information was looked
// for, the tapsets, the kernel's files. So an answer cannot be stale, and reading it takes milliseconds, whatever it took to
// find. An index of names and lines would have to be checked in the same way, and the variables of each line, which take most
// of the time of -L, would still have to be found.
// Ownership, damage, concurrent runs and the limit of size are the cache's (build/cache.h).
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "analyse/program.h"
#include "build/cache.h"
#include "options.h"
#include "pass_notes.h"
#include "support/compile_input.h"
#include "support/diagnostics.h"
#include "support/lookups.h"

namespace coretap {

class CachedListing {
 public:
  /// All of them outlive this; `input` is complete when show() is called.
  CachedListing(const Options& options, const CompileInput& input, const Lookups& lookups,
                const PassNotes& notes);

  /// Prints the kept answer, with the warnings of the run that found it. False if there is none, or the options do
  /// not ask for the cache.
  bool show();

  /// Finds and prints the answer, of a program whose probes are elaborated. Returns the exit status.
  int make(Program& program, probes::ResolveContext& context);

 private:
  /// Keeps `text`, the whole answer of a run without errors, if finding it took so long that it is worth a place. What goes
  /// wrong here is only told with -vv: the answer is printed already.
  void keep(const std::string& text, const Diagnostics& diagnostics);
  ct::Status write(const std::string& text, const Diagnostics& diagnostics);

  const Options& o_;
  const CompileInput& input_;
  const Lookups& lookups_;
  const PassNotes& notes_;
  std::unique_ptr<Cache> cache_;  ///< null: neither looked at nor written
  std::string key_;
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

}  // namespace coretap
