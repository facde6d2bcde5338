// The command line of a built binary.
#pragma once

#include <string>

#include "session.h"

namespace ct {

/// "coretap" and its version.
extern const char* const kVersion;

/// "MB[,N]" of -S: megabytes of one output file, and how many are kept (0: all). False if it is not that.
bool parse_rotation(const std::string& text, unsigned& megabytes, unsigned& files);

/// Reads the arguments. Returns false when the program must end now with `status`: after --help
/// and --version (printed), or after a usage error (reported on stderr).
bool parse_options(const Program& program, int argc, char** argv, RunOptions& options, int& status);

}  // namespace ct
