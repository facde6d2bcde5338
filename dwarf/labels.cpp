// DWARF has an entry for each label of a function (DW_TAG_label), with the address where its code begins. In unoptimised code
// that is true. Optimisers move and remove code, and the address stays with what happens to come next: gcc -O2 gives the label of
// a block that it moved to the end of the function an address in the middle of other code.
//
// So in optimised code the line table has to agree. What runs when a label is passed is the statement behind it, which is the
// function's first line at or below the label that has a statement in this copy. The label is where DWARF says if such a
// statement begins there; else the compiler has removed it. If that line begins in several places, or the line table may not
// have them all (statements.h), the compiler may have copied the code behind the label, and DWARF names one of the copies.
//
// clang leaves nothing of a statement that it removed, so there the first line that is left may be a later one. Only the
// label's own line and the next are believed to be exact.
#include "dwarf/labels.h"

#include <algorithm>

#include "dwarf/debug_data.h"
#include "dwarf/die.h"
#include "dwarf/functions.h"
#include "dwarf/lines.h"
#include "dwarf/scopes.h"
#include "dwarf/statements.h"

namespace coretap::debug {
namespace {

class LabelFinder {
 public:
  LabelFinder(const DebugData& data, const Unit& unit, int function)
      : data_(data), unit_(unit), scopes_(data.scopes(unit)), function_(function) {}

  std::vector<Label> run() {
    Dwarf_Die die = scopes_.at(function_).die;
    collect(&die, 0);
    std::stable_sort(found_.begin(), found_.end(), [](const Label& one, const Label& other) {
      return one.source.line < other.source.line;
    });
    return std::move(found_);
  }

 private:
  /// Labels are in the function's DIE and in those of its blocks, also of blocks without code.
  void collect(Dwarf_Die* parent, int depth) {
    if (depth > kMaxDieDepth) return;
    for_each_child(parent, [&](Dwarf_Die* die) {
      switch (dwarf_tag(die)) {
        case DW_TAG_label: add(die); break;
        case DW_TAG_lexical_block:
        case DW_TAG_try_block:
        case DW_TAG_catch_block: collect(die, depth + 1); break;
        default: break;
      }
      return true;
    });
  }

  void add(Dwarf_Die* die) {
    Label label;
    label.name = die_name(die);
    if (label.name.empty()) return;
    int line = 0;
    if (dwarf_decl_line(die, &line) == 0) label.source.line = static_cast<uint32_t>(line);
    label.source.file = declaration_file(*die);
    Dwarf_Addr pc = 0;
    if (dwarf_lowpc(die, &pc) == 0 && data_.object().file_offset(pc)) place(label, pc);
    found_.push_back(std::move(label));
  }

  void place(Label& label, uint64_t pc) {
    const bool is_optimised =
        unit_.producer.gcc ? unit_.producer.optimized : scopes_.is_optimised();
    if (!is_optimised) {
      label.pc = pc;
      return;
    }
    const UnitLines& lines = data_.lines(unit_);
    const std::vector<size_t> rows = statement_behind(label);
    const bool agrees = std::any_of(rows.begin(), rows.end(), [&](size_t row) {
      return lines.rows[row].is_stmt && lines.rows[row].address == pc;
    });
    if (!agrees) return;
    label.pc = pc;
    const StatementStarts found = statement_starts(data_, unit_, rows);
    const bool is_only = found.starts.size() == 1 && found.starts.front().point.pc == pc;
    const bool is_next = lines.rows[rows.front()].line <= label.source.line + 1;
    label.may_miss = !is_only || found.may_miss || (!is_next && !unit_.producer.statement_markers);
  }

  /// The rows of the line whose statement runs when the label is passed; empty if none is left.
  std::vector<size_t> statement_behind(const Label& label) {
    if (!own_rows_) read_own_rows();
    const UnitLines& lines = data_.lines(unit_);
    uint32_t line = 0;
    std::vector<size_t> rows;
    for (size_t i : *own_rows_) {
      const LineRow& row = lines.rows[i];
      if (!row.is_stmt || row.line < label.source.line || (line != 0 && row.line >= line)) continue;
      if (lines.files[row.file] == label.source.file) line = row.line;
    }
    for (size_t i : *own_rows_)
      if (line != 0 && lines.rows[i].line == line &&
          lines.files[lines.rows[i].file] == label.source.file)
        rows.push_back(i);
    return rows;
  }

  void read_own_rows() {
    own_rows_.emplace();
    const UnitLines& lines = data_.lines(unit_);
    for (size_t i = 0; i < lines.rows.size(); i++) {
      const LineRow& row = lines.rows[i];
      if (row.end_sequence || row.line == 0) continue;
      if (scopes_.function_of(scopes_.scope_of_row(lines, row)) == function_)
        own_rows_->push_back(i);
    }
  }

  const DebugData& data_;
  const Unit& unit_;
  const UnitScopes& scopes_;
  int function_;
  std::optional<std::vector<size_t>> own_rows_;  ///< of the line table, of this function or copy
  std::vector<Label> found_;
};

}  // namespace

std::vector<Label> find_labels(const DebugData& data, const Function& function) {
  const Unit* unit = data.unit_at(function.entry_pc);
  if (!unit || function.die_offset == 0) return {};
  const int scope = data.scopes(*unit).index_of(function.die_offset);
  return scope < 0 ? std::vector<Label>() : LabelFinder(data, *unit, scope).run();
}

}  // namespace coretap::debug
