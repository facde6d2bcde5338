// --remote: the script is built as by --build, and run on other machines.
#pragma once

#include <functional>

#include "options.h"

namespace coretap {

/// `translate` makes the binary of Options::build, and returns the exit status of that. Returns that of the whole.
int run_remotely(const Options& options, const std::function<int(const Options&)>& translate);

}  // namespace coretap
