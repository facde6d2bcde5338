// Names of the ways into the kernel, as messages and JSON show them.
#pragma once

#include "program.h"

namespace ct {

const char* mechanism_name(Mechanism mechanism);

}  // namespace ct
