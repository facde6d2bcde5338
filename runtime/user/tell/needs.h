// --explain-needs: what a script needs of a kernel, and whether the one here has it.
#pragma once

#include "runtime/user/harness/program.h"

namespace ct {

/// Prints every probe point with its mechanism, the build it is bound to, the BPF helpers and map
/// types. Loads and attaches nothing, so it needs no rights. Returns 0, or 1 if something that
/// is not optional is missing here.
int explain_needs(const Program& program, bool as_json);

}  // namespace ct
