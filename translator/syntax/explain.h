// Why a token cannot stand where it does, in a sentence.
#pragma once

#include "support/diagnostics.h"
#include "syntax/token.h"

namespace coretap::syntax {

/// Reports that `tokens[at]` (or the end of the file, at `end`) is not what the syntax wants.
void explain(const Tokens& tokens, size_t at, const Span& end, Diagnostics& diagnostics);

}  // namespace coretap::syntax
