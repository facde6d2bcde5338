// Where calls of a function begin that were inlined.
#pragma once

#include <map>
#include <tuple>
#include <vector>

#include "dwarf/location.h"

namespace coretap::debug {

class DebugData;
struct Unit;

/// The entries of the inlined copies of one unit. The unit's data must outlive it.
class CopyEntries {
 public:
  CopyEntries(const DebugData& data, const Unit& unit) : data_(data), unit_(unit) {}

  /// Each place where a call of the function begins whose inlined copy is the scope `copy` of the unit. Several if the compiler
  /// duplicated the copy. Empty if the linker discarded it.
  std::vector<CodePoint> of(int copy);

 private:
  void read_opening_rows();
  bool is_within(uint64_t pc, int copy) const;
  CodePoint without_padding(uint64_t pc, int copy) const;

  const DebugData& data_;
  const Unit& unit_;
  bool has_read_ = false;
  std::map<int, std::vector<size_t>> opening_rows_;  ///< by copy
};

}  // namespace coretap::debug
