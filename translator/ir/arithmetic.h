// What arithmetic on constants gives: the one place for it, so that folding never differs from running.
#pragma once

#include <cstdint>
#include <optional>

#include "ir/ir.h"

namespace coretap::ir {

/// The result of an operation on two longs as it is at run time: 64 bits that wrap, shift counts & 63,
/// comparisons 0 or 1. Nothing where it fails (division by zero), and for every other operation.
std::optional<int64_t> constant(Op op, int64_t left, int64_t right);

}  // namespace coretap::ir
