// From a position in source text to the ids of what stands there.
#pragma once

#include <map>
#include <set>
#include <utility>

#include "explain/story.h"
#include "support/source.h"

namespace coretap::explain {

class Places {
 public:
  /// `script` has the id of each of its lines: "s" and the line's number.
  explicit Places(const SourceFile& script) : script_(script) {}

  const SourceFile& script() const { return script_; }
  Id line_id(uint32_t line) const { return "s" + std::to_string(line); }

  /// A name of the script: what an expression that is exactly `at` means.
  void add_name(const Span& at, const Id& id);
  /// Text of a tapset. A later piece that stands in an earlier one is the one that is meant.
  void add_piece(const Span& at, const Id& id);

  /// What was written at `at`: the names in it, or its line where it has none. Of what a tapset wrote, its piece, and what the
  /// script wrote that brought it in.
  std::set<Id> of(const Span& at) const;
  /// The line alone, for statements that hold others.
  std::set<Id> line_of(const Span& at) const;
  /// Of a line of a file that is not known to be a span.
  std::set<Id> of_line(const std::string& file, uint32_t line) const;
  /// The script's line that `at` is in or was brought in by; 0: there is none.
  uint32_t script_line(const Span& at) const;

 private:
  Id piece_at(const Span& at) const;

  const SourceFile& script_;
  std::map<std::pair<uint32_t, uint32_t>, Id> names_;  ///< by begin and end in the script
  std::map<const SourceFile*, std::map<uint32_t, std::pair<uint32_t, Id>>> pieces_;
};

}  // namespace coretap::explain
