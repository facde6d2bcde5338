// Where arguments are and results are left in 32-bit programs (EM_386); compile_return_location() and
// compile_argument_location() of location_compile.h ask here.
#pragma once

#include "dwarf/location_compile.h"

namespace coretap::debug {

/// Where a result of `type` is when a function has just returned. `is_c`: it is written in C or C++.
VarLocation i386_return_location(const Type& type, bool is_c);

/// Where `parameter` of the C or C++ function `function` is on entry; nothing if that cannot be known.
std::optional<VarLocation> i386_argument_location(const DebugData& data, Dwarf_Die function,
                                                  const Dwarf_Die& parameter);

}  // namespace coretap::debug
