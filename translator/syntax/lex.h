// Source text to tokens, with a diagnostic for every byte sequence that is not a token.
#pragma once

#include "support/diagnostics.h"
#include "syntax/token.h"

namespace coretap::syntax {

struct Lexed {
  Tokens tokens;
  /// The rest is missing: a comment or embedded code has no end, or the file is not text.
  bool truncated = false;
};

/// All tokens of `file`, without comments and without an end mark. `expanded_from` is copied into
/// every span (the place where a script argument was pasted), or null. Bad characters and unclosed
/// strings are tokens too: they are no mistake in a branch that the preprocessor skips.
Lexed lex(const SourceFile& file, const Span* expanded_from, Diagnostics& diagnostics);

/// Reports a token that is bad. An unclosed string becomes a string, so that there is one message
/// and not two; false: the token is to be left out.
bool accept(Token& token, Diagnostics& diagnostics);

}  // namespace coretap::syntax
