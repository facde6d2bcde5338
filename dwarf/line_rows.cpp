#include "dwarf/line_rows.h"

#include <algorithm>
#include <iterator>
#include <optional>

namespace coretap::debug {

LineRows::LineRows(const DebugData& data, const Unit& unit, const std::vector<size_t>& rows)
    : unit_(unit),
      lines_(data.lines(unit)),
      scopes_(data.scopes(unit)),
      graph_(data.flow_graph(lines_.rows[rows.front()].address)),
      rows_(rows) {}

uint64_t LineRows::end_of(size_t row) const {
  size_t next = row + 1;
  while (next < lines_.rows.size() && !at(next).end_sequence && at(next).address == at(row).address)
    next++;
  return next < lines_.rows.size() ? at(next).address : at(row).address;
}

uint64_t LineRows::end_of_statement(size_t row) const {
  size_t next = row + 1;
  while (next < lines_.rows.size() && !at(next).end_sequence &&
         (at(next).address == at(row).address || !at(next).is_stmt))
    next++;
  return next < lines_.rows.size() ? at(next).address : at(row).address;
}

/// What begins at the row's address and lies in front of `end`.
std::span<const Instruction> LineRows::code_between(size_t row, uint64_t end) const {
  const std::optional<size_t> first = graph_->index_of(at(row).address);
  if (!first) return {};
  const std::span<const Instruction> rest =
      std::span(graph_->code().instructions()).subspan(*first);
  const auto behind = std::find_if(rest.begin(), rest.end(),
                                   [&](const Instruction& one) { return one.address >= end; });
  return rest.first(static_cast<size_t>(behind - rest.begin()));
}

std::span<const Instruction> LineRows::code_of(size_t row) const {
  return code_between(row, end_of(row));
}

std::span<const Instruction> LineRows::code_of_statement(size_t row) const {
  return code_between(row, end_of_statement(row));
}

size_t LineRows::row_of(size_t instruction) const {
  const uint64_t address = graph_->at(instruction).address;
  auto after =
      std::upper_bound(lines_.rows.begin(), lines_.rows.end(), address,
                       [](uint64_t value, const LineRow& row) { return value < row.address; });
  return after == lines_.rows.begin() ? kNoRow
                                      : static_cast<size_t>(std::prev(after) - lines_.rows.begin());
}

bool LineRows::is_own_or_inlined(size_t instruction) const {
  const LineRow& row = at(row_of(instruction));
  return row.line == 0 || same_line(row, first()) ||
         scopes_.function_of(scopes_.scope_of_row(lines_, row)) != instance();
}

std::vector<uint64_t> LineRows::addresses_of(const std::vector<size_t>& rows) const {
  std::vector<uint64_t> addresses;
  for (size_t row : rows) addresses.push_back(at(row).address);
  return addresses;
}

const LineRow* LineRows::neighbour(size_t row, int step) const {
  for (size_t i = row + static_cast<size_t>(step); i < lines_.rows.size();
       i += static_cast<size_t>(step)) {
    if (at(i).end_sequence) return nullptr;
    if (at(i).line != 0 && !same_line(at(i), at(row))) return &at(i);
  }
  return nullptr;
}

/// The shapes of the first instructions of the statement at `row`.
std::vector<uint32_t> LineRows::beginning_of(size_t row) const {
  return graph_->code().shapes(at(row).address, end_of_statement(row));
}

size_t LineRows::alike(size_t first_row, size_t second_row) const {
  std::vector<uint32_t> a = beginning_of(first_row), b = beginning_of(second_row);
  const size_t common = std::min(a.size(), b.size());
  const bool equal = std::equal(a.begin(), a.begin() + static_cast<ptrdiff_t>(common), b.begin());
  return equal ? common : 0;
}

bool LineRows::begin_alike(size_t first_row, size_t second_row) const {
  const size_t common = alike(first_row, second_row);
  if (common != 1) return common > 1;
  // One instruction is alike too easily. It must compute something, and stand between the same lines.
  std::optional<size_t> index = graph_->index_of(at(first_row).address);
  if (!index || graph_->at(*index).is_transfer) return false;
  auto same_neighbour = [&](int step) {
    const LineRow *a = neighbour(first_row, step), *b = neighbour(second_row, step);
    return a && b && same_line(*a, *b);
  };
  return same_neighbour(-1) || same_neighbour(1);
}

}  // namespace coretap::debug
