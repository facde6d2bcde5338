#include "dwarf/extent.h"

#include <algorithm>

#include "dwarf/debug_data.h"
#include "dwarf/die.h"
#include "dwarf/scopes.h"

namespace coretap::debug {
namespace {

/// Of code that belongs to no known function: enough to tell another build, too little to reach far
/// into a neighbour.
constexpr uint64_t kNearbyBytes = 64;

Extent dwarf_extent(const DebugData& data, uint64_t pc) {
  Extent extent;
  const Unit* unit = data.unit_at(pc);
  if (!unit) return extent;
  const UnitScopes& scopes = data.scopes(*unit);
  int function = scopes.real_function_of(scopes.innermost(pc));
  if (function < 0) return extent;
  Dwarf_Die die = scopes.at(function).die;
  extent.entry = die_entry_pc(&die).value_or(0);
  for_each_range(&die, [&](uint64_t lo, uint64_t hi) {
    if (lo < hi) extent.ranges.emplace_back(lo, hi);
  });
  std::sort(extent.ranges.begin(), extent.ranges.end());
  return extent;
}

/// Assemblers do not always give a size: such a function goes on to the next symbol.
Extent symbol_extent(const DebugData& data, uint64_t pc) {
  const std::vector<FunctionSymbol>& sorted = data.symbols();
  auto after = std::upper_bound(
      sorted.begin(), sorted.end(), pc,
      [](uint64_t value, const FunctionSymbol& symbol) { return value < symbol.address; });
  if (after == sorted.begin()) return {};
  const FunctionSymbol& symbol = *std::prev(after);
  uint64_t size = symbol.size;
  if (size == 0) {
    size = data.object().code_bytes(symbol.address, SIZE_MAX).size();
    if (after != sorted.end()) size = std::min(size, after->address - symbol.address);
  }
  if (pc - symbol.address >= size) return {};
  Extent extent{symbol.address, {{symbol.address, symbol.address + size}}, Extent::Symbol};
  if (const FunctionSymbol* cold = data.cold_part(symbol.name))
    extent.ranges.emplace_back(cold->address, cold->address + cold->size);
  std::sort(extent.ranges.begin(), extent.ranges.end());
  return extent;
}

}  // namespace

Extent find_extent(const DebugData& data, uint64_t pc) {
  Extent extent = dwarf_extent(data, pc);
  if (extent.ranges.empty()) extent = symbol_extent(data, pc);
  if (!extent.ranges.empty()) return extent;
  uint64_t size = data.object().code_bytes(pc, kNearbyBytes).size();
  if (size == 0) return {};
  return {pc, {{pc, pc + size}}, Extent::Nearby};
}

}  // namespace coretap::debug
