// A global variable of the script as a JSON object: docs/json-output.md.
#pragma once

#include <string>

#include "runtime/user/harness/program.h"

namespace ct {

/// `slot` is the value of a scalar that is a number or a string; else it is not used.
std::string global_json(u32 index, const Global& global, const char* slot);

}  // namespace ct
