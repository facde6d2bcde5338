// DWARF has one entry for an inlined copy, but when a compiler duplicates the code around it (it unrolls a loop, or peels a turn),
// all duplicates are ranges of one DW_TAG_inlined_subroutine.
//
// gcc (since 8) puts a marker where an inlined call begins: a row of the line that opens the function. Such markers are duplicated
// with the code. So the entries are where executions of that line begin, by the rule for all lines (statements.cpp), provided
// that the DIE's own entry is one of them.
//
// clang has no such markers. Where the copy begins with a loop, or is the body of one, its lowest address is that of the padding in
// front of the loop, which does not run in each turn, and on some of which the kernel takes no breakpoint: the entry is what comes
// behind it.
#include "dwarf/inlined_copies.h"

#include <algorithm>
#include <set>

#include "dwarf/code_flow.h"
#include "dwarf/debug_data.h"
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

CodePoint CopyEntries::behind_padding(uint64_t pc) const {
  const CodeFlow* code = data_.code_flow(pc);
  std::optional<size_t> index = code ? code->index_of(pc) : std::nullopt;
  if (!index) return pc;
  const std::vector<Instruction>& all = code->instructions();
  while (*index + 1 < all.size() && all[*index].is_padding &&
         all[*index].flow == Instruction::Flow::Next)
    ++*index;
  return all[*index].address;
}

std::vector<CodePoint> CopyEntries::of(int copy) {
  const CodePoint entry = data_.scopes(unit_).at(copy).entry;
  if (entry.pc == 0) return {};
  if (!unit_.producer.statement_markers) return {behind_padding(entry.pc)};
  if (!has_read_) read_opening_rows();
  const std::vector<size_t>& rows = opening_rows_[copy];
  const UnitLines& lines = data_.lines(unit_);
  const auto markers = std::count_if(rows.begin(), rows.end(),
                                     [&](size_t row) { return lines.rows[row].is_stmt; });
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
