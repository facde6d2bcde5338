// What the language server asks of the driver, which is above it.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "support/compile_input.h"
#include "support/diagnostics.h"
#include "support/lookups.h"
#include "syntax/parse.h"

namespace coretap::language_server {

struct Services {
  /// Everything that decides what a script of this name and text compiles to. False after reporting.
  std::function<bool(const std::string& name, const std::string& text, CompileInput&, Diagnostics&)>
      input;
  std::function<PreprocessorFacts(const CompileInput&, Lookups&)> facts;
  std::function<std::optional<int64_t>(const std::string&, const CompileInput&, Lookups&)>
      header_constant;
  /// What the beginning of a probe point can go on with: longer texts that begin with the same.
  std::function<std::vector<std::string>(const std::string&)> complete_points;
  /// The text in canonical layout; nothing if it has syntax errors.
  std::function<std::optional<std::string>(const std::string& name, const std::string& text)>
      formatted;
};

}  // namespace coretap::language_server
