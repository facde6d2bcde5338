// DWARF has one entry for an inlined copy, but when a compiler duplicates the code around it (it unrolls a loop, or peels a turn),
// all duplicates are ranges of one DW_TAG_inlined_subroutine.
//
// gcc (since 8) puts a marker where an inlined call begins: a row of the line that opens the function. Such markers are duplicated
// with the code. So the entries are where executions of that line begin, by the rule for all lines (statements.cpp), provided
// that the DIE's own entry is one of them.
//
// clang has no such markers. The lowest address of a copy is often that of the padding in front of a loop. If the copy is in the
// loop, that does not run in each turn, and the entry is what comes behind it. If the loop is in the copy, the entry is in the
// padding, on some of which the kernel takes no breakpoint.
#include "dwarf/inlined_copies.h"

#include <algorithm>
#include <set>

#include "dwarf/code_flow.h"
#include "dwarf/debug_data.h"
#include "dwarf/flow_graph.h"
#include "dwarf/functions.h"
#include "dwarf/lines.h"
#include "dwarf/scopes.h"
#include "dwarf/statements.h"

namespace coretap::debug {

void CopyEntries::read_opening_rows() {
  has_read_ = true;
  const UnitScopes& scopes = data_.scopes(unit_);
  const UnitLines& lines = data_.lines(unit_);
  // What is cheap first: the scope of a row is asked for where its line opens some function that was inlined.
  std::map<std::string, uint32_t> index_of_file;
  for (uint32_t i = 0; i < lines.files.size(); i++) index_of_file.try_emplace(lines.files[i], i);
  using Place = std::pair<uint32_t, uint32_t>;  // file and line
  std::map<int, Place> opened_at;
  std::set<Place> places;
  for (size_t i = 0; i < scopes.all().size(); i++) {
    Dwarf_Die die = scopes.all()[i].die;
    int line = 0;
    if (!scopes.all()[i].is_inlined() || dwarf_decl_line(&die, &line) != 0) continue;
    auto file = index_of_file.find(declaration_file(die));
    if (file == index_of_file.end()) continue;
    const Place place{file->second, static_cast<uint32_t>(line)};
    opened_at.emplace(static_cast<int>(i), place);
    places.insert(place);
  }
  for (size_t i = 0; i < lines.rows.size(); i++) {
    const LineRow& row = lines.rows[i];
    const Place place{row.file, row.line};
    if (row.end_sequence || places.count(place) == 0) continue;
    const int function = scopes.function_of(scopes.scope_of_row(lines, row));
    auto found = opened_at.find(function);
    if (found != opened_at.end() && found->second == place) opening_rows_[function].push_back(i);
  }
}

bool CopyEntries::is_within(uint64_t pc, int copy) const {
  const UnitScopes& scopes = data_.scopes(unit_);
  int scope = scopes.innermost(pc);
  while (scope >= 0 && scope != copy) scope = scopes.at(scope).parent;
  return scope == copy;
}

CodePoint CopyEntries::without_padding(uint64_t pc, int copy) const {
  const FlowGraph* graph = data_.flow_graph(pc);
  const std::optional<size_t> first = graph ? graph->index_of(pc) : std::nullopt;
  if (!first) return pc;
  size_t behind = *first;
  while (behind + 1 < graph->code().instructions().size() && graph->at(behind).is_padding &&
         graph->at(behind).flow == Instruction::Flow::Next)
    behind++;
  const auto& loops = graph->loops();
  const bool is_own_loop = std::any_of(loops.begin(), loops.end(), [&](const auto& loop) {
    return loop.header == behind &&
           std::all_of(loop.latches.begin(), loop.latches.end(),
                       [&](size_t latch) { return is_within(graph->at(latch).address, copy); });
  });
  if (!is_own_loop) return graph->at(behind).address;
  for (size_t i = *first; i < behind; i++)
    if (!graph->at(i).is_refused) return graph->at(i).address;
  return pc;
}

std::vector<CodePoint> CopyEntries::of(int copy) {
  const CodePoint entry = data_.scopes(unit_).at(copy).entry;
  if (entry.pc == 0) return {};
  if (!unit_.producer.statement_markers) return {without_padding(entry.pc, copy)};
  if (!has_read_) read_opening_rows();
  const std::vector<size_t>& rows = opening_rows_[copy];
  const UnitLines& lines = data_.lines(unit_);
  const auto markers =
      std::count_if(rows.begin(), rows.end(), [&](size_t row) { return lines.rows[row].is_stmt; });
  if (markers < 2) return {entry};
  std::vector<CodePoint> found;
  for (const StatementStart& start : statement_starts(data_, unit_, rows).starts)
    found.push_back(start.point);
  const bool has_own = std::any_of(found.begin(), found.end(),
                                   [&](const CodePoint& point) { return point.pc == entry.pc; });
  if (!has_own) return {entry};
  for (CodePoint& point : found)
    if (point.pc == entry.pc) point.view = entry.view;
  return found;
}

}  // namespace coretap::debug
