// Code of the kernel that stands between an event and the programs that trace it, and is not part of the stack that the
// event happened on.
#pragma once

#include <vector>

#include "runtime/shared/abi.h"

namespace ct {

/// The functions of the running kernel and its modules that only call tracers, neighbours joined, in the order of their
/// addresses; CT_TRACERS of them, the last ones empty. All are empty where /proc/kallsyms hides addresses.
std::vector<ct_code> tracers();

}  // namespace ct
