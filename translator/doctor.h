// `coretap --doctor`: what this machine can do, what is missing, and the command that mends it.
#pragma once

#include <iosfwd>

namespace coretap {

/// Writes the findings to `out`, one line each, as they are made. Compiles and runs small scripts: takes a few seconds. Returns the
/// exit status: 1 if no script with probes can run here.
int examine(std::ostream& out);

}  // namespace coretap
