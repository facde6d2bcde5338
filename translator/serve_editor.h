// `coretap --language-server`.
#pragma once

#include <ostream>

#include "options.h"

namespace coretap {

/// Serves an editor on standard input and output (language_server/server.h). The options of the command line, as -I, are those of
/// every script. Returns the exit status.
int serve_editor(const Options& options, std::ostream& messages);

}  // namespace coretap
