// What a function calls, as far as its code says so.
#pragma once

#include <vector>

#include "dwarf/module.h"

namespace coretap::debug {

class DebugData;

/// The calls that a function, or one inlined copy of a function, makes itself; not those of what is inlined into it.
std::vector<Call> find_calls(const DebugData& data, const Function& caller);

}  // namespace coretap::debug
