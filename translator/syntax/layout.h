// The canonical layout of a script: what --format prints, and the language server's formatting.
#pragma once

#include <optional>
#include <string>

#include "support/diagnostics.h"
#include "support/source.h"

namespace coretap {

/// The text of `file` with other blanks and line breaks, and nothing else: the tokens are the same, and so are the comments, but for
/// blanks at the ends and beginnings of their lines. What is laid out is laid out to itself.
/// The text must have been parsed without errors. Nothing, after reporting, if it is nested too deep.
std::optional<std::string> canonical_layout(const SourceFile& file, Diagnostics& diagnostics);

/// The highest N of the script's `$N` and `@N`, at most 1000; 0 if there is none.
size_t highest_argument(const SourceFile& file);

}  // namespace coretap
