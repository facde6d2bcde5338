// Locations as gdb computes them.
#pragma once

#include <string>

#include "dwarf/module.h"

namespace coretap::debug {

/// The tree as a gdb expression of an unsigned long, or "" if gdb cannot compute it (values on function entry).
std::string gdb_expression(const LocExpr& tree);

/// The value of a number of `type` at `location` as a gdb expression of type long, or "".
std::string scalar_expression(const Type& type, const VarLocation& location);

}  // namespace coretap::debug
