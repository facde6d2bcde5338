// Macros of @define: one kind for a script's own and for those of .stpm libraries.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "syntax/parse.h"
#include "syntax/token.h"

namespace coretap {

namespace syntax {

/// `@define name(parameters) %( body %)`. The body is kept unexpanded.
struct Macro {
  std::string name;
  std::vector<std::string> parameters;
  Tokens body;
  Span span;
};
using MacroMap = std::map<std::string, Macro, std::less<>>;

}  // namespace syntax

class MacroLibrary {
 public:
  /// Keeps what spans in the bodies and in messages about the library point to.
  Sources sources;
  syntax::MacroMap macros;
};

}  // namespace coretap
