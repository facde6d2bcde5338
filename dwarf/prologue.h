// Where the body of a function begins.
#pragma once

#include <elfutils/libdw.h>

#include <cstdint>

namespace coretap::debug {

class DebugData;
struct Unit;

/// Function::prologue_end: where the function's parameters can first be read through DWARF.
uint64_t find_prologue_end(const DebugData& data, const Unit& unit, Dwarf_Die* function,
                           uint64_t entry);

/// Does DWARF describe only the parameter's copy on the stack, which the prologue makes?
bool is_copied_by_prologue(const DebugData& data, Dwarf_Die* function, Dwarf_Die* parameter);

}  // namespace coretap::debug
