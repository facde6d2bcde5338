// The string argument of .function and .statement: "FUNCTION[@FILE[:LINES|+LINE]]".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "support/diagnostics.h"

namespace coretap::probes {

struct LineRange {
  uint32_t first = 0, last = 0;
};

struct PointSpec {
  std::string function;                   ///< shell pattern, "*" if the text begins with '@'
  std::optional<std::string> parameters;  ///< "int, char*" of "f(int, char*)": only this overload
  std::string file;                       ///< shell pattern, "" = any file
  std::vector<LineRange> lines;           ///< empty: no line was given
  bool relative = false;                  ///< "+N": counted from the function's declaration
  bool every_line = false;                ///< ":*"
  bool has_lines() const { return every_line || !lines.empty(); }
  /// Is `line` of a function declared at `decl` one that was asked for?
  bool contains(uint32_t line, uint32_t decl) const;
};

/// Parses `text`, written at `at`; nothing after reporting `probe-spec`.
std::optional<PointSpec> parse_point_spec(const std::string& text, const Span& at,
                                          Diagnostics& diagnostics);

/// Functions of `known` that may be meant by `name`, which matches none: instances of a template of that name, with or
/// without its scopes, else those whose names are close to it.
std::vector<std::string> similar_functions(const std::string& name,
                                           const std::vector<std::string>& known);

}  // namespace coretap::probes
