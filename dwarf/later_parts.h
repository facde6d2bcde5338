// Which of a line's possible beginnings only carry on with an execution that another one began, or lead into it.
#pragma once

#include <cstddef>
#include <set>
#include <vector>

#include "dwarf/line_rows.h"

namespace coretap::debug {

/// What drop_parts() left.
struct KeptStarts {
  std::vector<size_t> rows;
  std::set<size_t>
      lead_ins;  ///< rows that were left out because they only lead to one that was kept
  /// A row was left out that could also be a copy with nothing to load: the line may count less than it runs.
  bool is_uncertain = false;
};

/// Leaves out those of `starts`, rows of `line`, that are parts of an execution that another of them stands for. `firsts` are
/// the rows that control can come to before any other row of the line. The code must be known.
KeptStarts drop_parts(const LineRows& line, const std::vector<size_t>& starts,
                      const std::set<size_t>& firsts);

/// `candidates` without those that only load, in front of a loop, what the line's code in the loop works on and stores again.
std::vector<size_t> without_hoisted_loads(const LineRows& line,
                                          const std::vector<size_t>& candidates);

}  // namespace coretap::debug
