// A token as the preprocessor and the tree builder see it: type numbers are StpLexer's, positions
// are spans. Independent of ANTLR's own token class, which only lives between filter and parser.
#pragma once

#include <string>
#include <vector>

#include "support/source.h"

namespace coretap::syntax {

/// One use of a macro, linked to the use whose body it stands in: refuses recursion.
struct MacroUse {
  const std::string* name;
  const MacroUse* parent;
};

struct Token {
  size_t type = 0;
  /// As written; for STRING_LITERAL the value without quotes, escapes resolved.
  std::string text;
  Span span;
  const MacroUse* inside = nullptr;  ///< set while preprocessing: the macro body this came from
  /// A string that no '"' ends, which is reported: it swallowed what stands behind it.
  bool is_unclosed = false;
};
using Tokens = std::vector<Token>;

/// "';'", "identifier 'foo'", "the end of the file": what a message calls this token.
std::string describe(const Token& token);

}  // namespace coretap::syntax
