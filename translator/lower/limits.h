// -D NAME=VALUE: the session's limits.
#pragma once

#include "analyse/program.h"

namespace coretap {

/// Sets the limits of `module` from the command line; reports values that cannot be, and warns of
/// names that mean nothing here nor in stap.
void set_limits(const Program& program, ir::Module& module);

}  // namespace coretap
