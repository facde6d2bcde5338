// The command line of a built binary.
#pragma once

#include <string>

#include "session.h"

namespace ct {

/// Reads the arguments. Returns false when the program must end now with `status`: after --help
/// and --version (printed), or after a usage error (reported on stderr).
bool parse_options(const Program& program, int argc, char** argv, RunOptions& options, int& status);

}  // namespace ct
