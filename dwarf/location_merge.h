// Which location holds where control comes together.
#pragma once

#include <string>

#include "dwarf/location_list.h"
#include "dwarf/location_machine.h"

namespace coretap::debug {

/// What a variable's location list says at a point that several ways lead to.
struct MergedLocation {
  std::optional<LocationOps> ops;  ///< nothing: no entry holds on every way
  std::string why;                 ///< if an entry holds on one of the ways only; else empty
};

/// The entry of the list `attr` that holds at `context.point`, whichever way control came there. `views` is as for
/// find_location.
MergedLocation find_merged_location(const LocationContext& context, Dwarf_Attribute* attr,
                                    Dwarf_Attribute* views);

}  // namespace coretap::debug
