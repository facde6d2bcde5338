// Which line-table rows of one source line are places where an execution of the line begins.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "dwarf/line_evidence.h"
#include "dwarf/location.h"

namespace coretap::debug {

class DebugData;
struct LineRow;
struct Unit;

/// Where executions of a line begin.
struct StatementStart {
  size_t row;       ///< index of the row that stands for it
  CodePoint point;  ///< where the probe goes: nearly always the row's place
};
struct StatementStarts {
  std::vector<StatementStart> starts;
  /// The compiler left signs of executions that pass none of them, or of several that share one.
  bool may_miss = false;
  // Only if they are asked for:
  Doubt doubt = Doubt::Nothing;  ///< why it may miss
  uint64_t doubt_at = 0;         ///< the instruction that shows it; 0: there is none
  SiteRule rule = SiteRule::ControlFlow;
  std::vector<RowRole> roles;  ///< of each of the rows
};

/// Picks the sites among `rows`: indexes of all rows, is_stmt or not, of one line within one function or inlined copy, in
/// the table's order. Each execution of the line passes exactly one, as far as the compiler left traces. Empty if no
/// row is_stmt. `with_reasons`: says of each row what it is.
StatementStarts statement_starts(const DebugData& data, const Unit& unit,
                                 const std::vector<size_t>& rows, bool with_reasons = false);

/// Where the probe for a row goes: the row's address, except at the entry of a function with a
/// prologue, where it is the prologue's end (as gdb does).
CodePoint site_point(const DebugData& data, const Unit& unit, const LineRow& row);

}  // namespace coretap::debug
