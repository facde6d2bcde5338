// Where return addresses are on a stack whose calls are known.
#pragma once

#include <cstdint>
#include <vector>

#include "dwarf/location.h"
#include "runtime/common/result.h"

namespace coretap::debug {

class DebugData;

/// See Module::return_slots.
ct::Result<std::vector<LocExprPtr>> find_return_slots(const DebugData& data, uint64_t pc,
                                                      const std::vector<uint64_t>& callers);

}  // namespace coretap::debug
