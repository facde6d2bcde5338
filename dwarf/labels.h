// The labels of a function, and which of them still mark a place in its code.
#pragma once

#include <vector>

#include "dwarf/module.h"

namespace coretap::debug {

class DebugData;

/// The labels of a function, or of one inlined copy of it, in the order of the source; not those of what is inlined into it.
std::vector<Label> find_labels(const DebugData& data, const Function& function);

}  // namespace coretap::debug
