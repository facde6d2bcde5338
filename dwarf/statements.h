// Which line-table rows of one source line are places where an execution of the line begins.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace coretap::debug {

class DebugData;
struct LineRow;
struct Unit;

/// Picks among `rows` (indexes of is_stmt rows of one line within one function or inlined copy, in
/// address order) those that are sites, so that each execution of the line passes exactly one.
std::vector<size_t> statement_starts(const DebugData& data, const Unit& unit,
                                     const std::vector<size_t>& rows);

/// Where the probe for a row goes: the row's address, except at the entry of a function with a
/// prologue, where it is the prologue's end (as gdb does).
uint64_t site_address(const DebugData& data, const Unit& unit, const LineRow& row);

}  // namespace coretap::debug
