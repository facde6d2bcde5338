// Which entry of a location list holds at a point.
#pragma once

#include <elfutils/libdw.h>

#include <cstddef>
#include <functional>
#include <optional>

#include "dwarf/location.h"

namespace coretap::debug {

/// The operations of one location; owned by libdw.
struct LocationOps {
  Dwarf_Op* ops = nullptr;
  size_t count = 0;
  /// The entry ends at a view of the point's address: it says nothing about the instruction there.
  bool ends_before_instruction = false;
};

/// The location in `attr` (an expression or a list) that holds at `point`, or nothing. `views` is the variable's
/// DW_AT_GNU_locviews, or null. `at_entry`: the point is the first instruction of its function.
std::optional<LocationOps> find_location(Dwarf_Attribute* attr, Dwarf_Attribute* views,
                                         CodePoint point, bool at_entry);

/// Do two lists of operations say the same?
bool same_location(Dwarf_Attribute* attr, const LocationOps& a, const LocationOps& b);

}  // namespace coretap::debug
