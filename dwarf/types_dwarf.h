// Types from DWARF.
#pragma once

#include <elfutils/libdw.h>

#include "dwarf/debug_data.h"
#include "dwarf/types.h"

namespace coretap::debug {

/// The type that `die` (a variable, member, function …) refers to by DW_AT_type; null for void.
TypePtr type_of(const DebugData& data, Dwarf_Die* die);
/// A handle of the type DIE itself.
TypePtr make_type(const DebugData& data, const Dwarf_Die& die);
/// The DIE behind typedefs and qualifiers, or nothing for void.
std::optional<Dwarf_Die> strip_type(Dwarf_Die die);

}  // namespace coretap::debug
