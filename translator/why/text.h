// Words that answers are made of.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "dwarf/location.h"
#include "dwarf/records.h"
#include "probes/dwarf_scope.h"

namespace coretap::why {

/// "0x1139"
std::string hex(uint64_t value);
/// "loop.c:12", without folders; "" if the line is not known.
std::string short_place(const debug::SourceLine& source);
/// "1 site", "3 sites"
std::string count_of(size_t count, const std::string& what);

/// Where a variable is, by its location: "in memory, at rbp - 20", "in register rax", "the constant 7". For what cannot be read,
/// what the debug information says: "nowhere: it is optimised out".
std::string location_sentence(const debug::VarLocation& location, uint16_t machine);

/// The variable of that name that code at the place sees.
std::optional<debug::Variable> visible_variable(const probes::CodePlace& place,
                                                const std::string& name);

/// Line numbers with the nearest to `from` first: "15, 14, 17 and 4 more".
std::string nearest_first(std::vector<uint32_t> lines, uint32_t from);

}  // namespace coretap::why
