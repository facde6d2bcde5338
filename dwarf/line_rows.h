// The rows of one source line within one function or inlined copy, with the code that they stand for: what the questions of
// statements.cpp and later_parts.cpp are asked of.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "dwarf/debug_data.h"
#include "dwarf/flow_graph.h"
#include "dwarf/lines.h"
#include "dwarf/scopes.h"

namespace coretap::debug {

inline bool same_line(const LineRow& a, const LineRow& b) {
  return a.line == b.line && a.file == b.file;
}

/// Rows are indexes into the line table of the unit. The unit's data and the list of rows must outlive it.
class LineRows {
 public:
  LineRows(const DebugData& data, const Unit& unit, const std::vector<size_t>& rows);

  /// In the place of a row: code in front of all rows, as a damaged table, or one that somebody wrote by hand, leaves it.
  static constexpr size_t kNoRow = SIZE_MAX;

  /// Of kNoRow: a row of no line.
  const LineRow& at(size_t row) const {
    static constexpr LineRow kOfNoLine;
    return row == kNoRow ? kOfNoLine : lines_.rows[row];
  }
  const LineRow& first() const { return at(rows_.front()); }
  /// The function, or inlined copy, that the line's first row is of.
  int instance() const { return scopes_.function_of(scopes_.scope_of_row(lines_, first())); }
  /// The code of the function; null where it cannot be decoded. The questions below need it, but for the ends.
  const FlowGraph* graph() const { return graph_; }

  /// Where the code of a row ends: at the next row of another address.
  uint64_t end_of(size_t row) const;
  /// Where the code ends that begins at `row` and belongs to no later statement.
  uint64_t end_of_statement(size_t row) const;
  /// The instructions of a row, and of the statement that begins at it; none if no instruction begins at its address.
  std::span<const Instruction> code_of(size_t row) const;
  std::span<const Instruction> code_of_statement(size_t row) const;
  /// The row that an instruction belongs to, or kNoRow.
  size_t row_of(size_t instruction) const;
  /// Is an instruction's row of the line, or of no line, or of a function that is inlined into it?
  bool is_own_or_inlined(size_t instruction) const;
  std::vector<uint64_t> addresses_of(const std::vector<size_t>& rows) const;
  /// The nearest row of another line before `row`, or after it.
  const LineRow* neighbour(size_t row, int step) const;
  /// How many instructions the statements at two rows begin with alike: all of the shorter one, or none.
  size_t alike(size_t first_row, size_t second_row) const;
  /// Do the statements of two rows begin with the same code, so that one is a copy of the other?
  bool begin_alike(size_t first_row, size_t second_row) const;

 protected:
  const Unit& unit_;
  const UnitLines& lines_;
  const UnitScopes& scopes_;
  const FlowGraph* graph_;
  const std::vector<size_t>& rows_;

 private:
  std::span<const Instruction> code_between(size_t row, uint64_t end) const;
  std::vector<uint32_t> beginning_of(size_t row) const;
};

}  // namespace coretap::debug
