// `coretap --format`.
#pragma once

#include <iosfwd>
#include <optional>
#include <string>

#include "options.h"
#include "support/diagnostics.h"
#include "support/source.h"

namespace coretap {

/// The text of a script, or of a file of macros if its name ends in ".stpm", in canonical layout. Nothing, with the messages in
/// `diagnostics`, if it has syntax errors. `options` say which macros there are; script arguments are not needed.
std::optional<std::string> formatted(const SourceFile& script, const Options& options,
                                     Sources& sources, Diagnostics& diagnostics);

/// Prints the scripts of the command line in canonical layout, or with --in-place writes those that are not. Returns the exit status:
/// 1 if a script has syntax errors or cannot be read or written; it is left as it is, and the others are done.
int format_scripts(const Options& options, std::ostream& out, std::ostream& messages);

}  // namespace coretap
