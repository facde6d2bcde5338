// Which bytes are the function around an address.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

namespace coretap::debug {

class DebugData;

/// Link-time addresses of a function's code.
struct Extent {
  uint64_t entry = 0;
  std::vector<std::pair<uint64_t, uint64_t>> ranges;  ///< [start, end) each, sorted, not empty
  enum Source : uint8_t { Dwarf, Symbol, Nearby } source = Dwarf;
};

/// By DWARF all ranges of the real function whose code contains `pc`, cold parts included; else what
/// the symbol table calls a function there. Where neither knows of one, a few bytes from `pc` on.
/// Without ranges if `pc` is not in the file's code at all.
Extent find_extent(const DebugData& data, uint64_t pc);

}  // namespace coretap::debug
