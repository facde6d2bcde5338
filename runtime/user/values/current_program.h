// The script that this process runs, for the code whose callers do not know it: a script's own functions.
#pragma once

#include "runtime/user/harness/program.h"

namespace ct {

/// Names it, before any of its code runs. It must live as long as that does.
void set_current_program(const Program& program);

const Program& current_program();

}  // namespace ct
