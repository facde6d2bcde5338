// A unit's scopes nest, but a scope's addresses are scattered: cold parts, inlined code moved by
// the scheduler. So the tree is painted onto the address line, parents first and children over
// them, and an address is then looked up in one sorted list. Where corrupt data overlaps, the last
// painted wins and nothing breaks.
//
// A row of the line table has no scope. Often the address tells, but optimisers leave many rows at one
// address, of code that vanished or that runs as part of the instruction there, and instructions of a caller
// in the range of what was inlined into it. What else is known of a row: its place among those of its
// address (its view, and gcc writes the view at which an inlined copy begins), and its source line, which
// can only be one of a function that was declared above it. So a row belongs to the function, among
// those around its address and those that begin there, that was declared last above its line; never to one
// that has not begun, nor to one that is called on a line that is not below it.
#include "dwarf/scopes.h"

#include <algorithm>
#include <cstring>
#include <map>
#include <unordered_set>

#include "dwarf/debug_data.h"
#include "dwarf/die.h"
#include "dwarf/functions.h"
#include "dwarf/lines.h"
#include "dwarf/types_dwarf.h"

namespace coretap::debug {
namespace {

constexpr int kNoScope = -1;

bool may_hold_code(int tag) {
  switch (tag) {
    case DW_TAG_subprogram:
    case DW_TAG_inlined_subroutine:
    case DW_TAG_lexical_block:
    case DW_TAG_try_block:
    case DW_TAG_catch_block:
    case DW_TAG_with_stmt:
    case DW_TAG_namespace:
    case DW_TAG_module:
    case DW_TAG_class_type:
    case DW_TAG_structure_type: return true;
    default: return false;
  }
}

/// Overwrites [lo, hi) with `scope` in a map from start of a stretch to its scope.
void paint(std::map<uint64_t, int>& line, uint64_t lo, uint64_t hi, int scope) {
  auto end = line.upper_bound(hi);
  int after = end == line.begin() ? kNoScope : std::prev(end)->second;
  line.erase(line.lower_bound(lo), line.lower_bound(hi));
  line[lo] = scope;
  line[hi] = after;
}

/// The row behind this one in the unit's table.
std::vector<LineRow>::const_iterator next_row(const UnitLines& lines, const LineRow& row) {
  return std::upper_bound(
      lines.rows.begin(), lines.rows.end(), row, [](const LineRow& one, const LineRow& other) {
        return one.address != other.address ? one.address < other.address : one.view < other.view;
      });
}

/// Is there no code between the row and the next one? Of gcc's rows, this is a marker of a statement. It belongs to what comes before
/// it in the source, while an instruction at its address may have been moved there.
bool is_marker(const UnitLines& lines, const LineRow& row) {
  auto next = next_row(lines, row);
  return row.is_stmt && next != lines.rows.end() && next->address == row.address &&
         !next->end_sequence;
}

/// Where an inlined copy begins; at address 0 if the linker discarded it.
CodePoint entry_of_copy(const ElfFile& object, Dwarf_Die* die) {
  std::optional<uint64_t> pc = die_entry_pc(die);
  if (!pc || !object.file_offset(*pc)) return {};
  return {*pc, static_cast<uint32_t>(
                   die_unsigned(die, DW_AT_GNU_entry_view).value_or(CodePoint::kInstruction))};
}

}  // namespace

bool Scope::is_function() const {
  return tag == DW_TAG_subprogram || tag == DW_TAG_inlined_subroutine;
}
bool Scope::is_inlined() const { return tag == DW_TAG_inlined_subroutine; }

UnitScopes::UnitScopes(const ElfFile& object, const Unit& unit) {
  Dwarf_Die die = unit.die;
  add(&die, kNoScope, 0);
  for (size_t i = 0; i < scopes_.size(); i++) {
    if (!scopes_[i].is_inlined()) continue;
    scopes_[i].entry = entry_of_copy(object, &scopes_[i].die);
    if (scopes_[i].entry.pc != 0)
      copies_by_entry_.emplace(scopes_[i].entry.pc, static_cast<int>(i));
  }
  std::map<uint64_t, int> line;
  for (int scope : outer_first())
    for_each_range(&scopes_[static_cast<size_t>(scope)].die, [&](uint64_t lo, uint64_t hi) {
      if (object.file_offset(lo)) paint(line, lo, hi, scope);
    });
  segments_.reserve(line.size());
  for (auto [start, scope] : line) segments_.push_back({start, scope});
}

/// All scopes, each behind what encloses it: its parent, and those of its siblings that overlap it and are larger. In the
/// tree, gcc puts the blocks of a coroutine beside the block that spans all of its code, and gdb takes the smallest, too.
std::vector<int> UnitScopes::outer_first() const {
  std::vector<uint64_t> sizes(scopes_.size(), 0);
  std::vector<std::vector<int>> children(scopes_.size());
  std::vector<int> order, pending;
  for (size_t i = 0; i < scopes_.size(); i++) {
    Dwarf_Die die = scopes_[i].die;
    for_each_range(&die, [&](uint64_t lo, uint64_t hi) { sizes[i] += hi - lo; });
    const int parent = scopes_[i].parent;
    (parent < 0 ? pending : children[static_cast<size_t>(parent)]).push_back(static_cast<int>(i));
  }
  std::reverse(pending.begin(), pending.end());
  while (!pending.empty()) {
    const int scope = pending.back();
    pending.pop_back();
    order.push_back(scope);
    std::vector<int>& inner = children[static_cast<size_t>(scope)];
    std::stable_sort(inner.begin(), inner.end(), [&](int one, int other) {
      return sizes[static_cast<size_t>(one)] > sizes[static_cast<size_t>(other)];
    });
    pending.insert(pending.end(), inner.rbegin(), inner.rend());
  }
  return order;
}

void UnitScopes::add(Dwarf_Die* parent_die, int parent, int depth) {
  if (depth > kMaxDieDepth) return;
  for_each_child(parent_die, [&](Dwarf_Die* die) {
    int tag = dwarf_tag(die);
    if (!may_hold_code(tag)) return true;
    int scope = parent;
    if (die_has_code(die)) {
      scope = static_cast<int>(scopes_.size());
      scopes_.push_back({*die, tag, parent, {}});
    } else if (tag == DW_TAG_subprogram) {
      return true;  // an abstract instance or a declaration
    }
    add(die, scope, depth + 1);
    return true;
  });
}

int UnitScopes::innermost(uint64_t pc) const {
  auto after = std::upper_bound(segments_.begin(), segments_.end(), pc,
                                [](uint64_t value, const Segment& s) { return value < s.start; });
  return after == segments_.begin() ? kNoScope : std::prev(after)->scope;
}

int UnitScopes::innermost_in(uint64_t pc, uint64_t die_number) const {
  const int deepest = innermost(pc);
  if (die_number == 0) return deepest;
  int inner = deepest;
  for (int i = deepest; i >= 0; i = at(i).parent) {
    Scope scope = at(i);
    if (dwarf_dieoffset(&scope.die) == offset_in_file(die_number))
      return scope.is_function() ? inner : i;
    if (scope.is_function()) inner = scope.parent;
  }
  // gcc may place the entry of an inlined copy where none of its ranges reaches (location views).
  const int placed = index_of(die_number);
  return placed < 0 ? deepest : placed;
}

int UnitScopes::index_of(uint64_t die_number) const {
  for (size_t i = 0; i < scopes_.size(); i++)
    if (dwarf_dieoffset(const_cast<Dwarf_Die*>(&scopes_[i].die)) == offset_in_file(die_number))
      return static_cast<int>(i);
  return kNoScope;
}

/// What is called where the function is the body of a coroutine, as g++ describes it: artificial, declared nowhere, and with a
/// parameter that is declared where the body ends. It is the last function of the same name that is declared above.
std::optional<Dwarf_Die> UnitScopes::called_coroutine(int function) const {
  Dwarf_Die body = at(function).die;
  int end = 0, line = 0;
  if (at(function).is_inlined() || dwarf_decl_line(&body, &line) == 0) return std::nullopt;
  for_each_child(&body, [&](Dwarf_Die* die) {
    const bool is_frame =
        dwarf_tag(die) == DW_TAG_formal_parameter && std::strcmp(die_name(die), "frame_ptr") == 0;
    if (is_frame) dwarf_decl_line(die, &end);
    return !is_frame;
  });
  std::optional<Dwarf_Die> found;
  int last = 0;
  for (const Scope& scope : scopes_) {
    Dwarf_Die die = scope.die;
    if (scope.tag != DW_TAG_subprogram || dwarf_decl_line(&die, &line) != 0 || line > end ||
        line <= last || std::strcmp(die_name(&die), die_name(&body)) != 0)
      continue;
    last = line;
    found = die;
  }
  return found;
}

const UnitScopes::Declaration& UnitScopes::declaration(int function) const {
  auto [found, is_new] = declarations_.try_emplace(function);
  if (is_new) {
    Dwarf_Die die = at(function).die;
    int line = 0;
    found->second.origin = die_origin(die).addr;
    if (std::optional<Dwarf_Die> called = called_coroutine(function)) die = *called;
    if (dwarf_decl_line(&die, &line) == 0) found->second.line = static_cast<uint32_t>(line);
    found->second.file = declaration_file(die);
  }
  return found->second;
}

/// The functions around the row's address and those that begin there, innermost first.
std::vector<int> UnitScopes::functions_at(const LineRow& row) const {
  std::vector<int> found;
  auto add_chain = [&](int scope) {
    for (int i = function_of(scope); i >= 0; i = function_of(at(i).parent)) {
      if (std::find(found.begin(), found.end(), i) != found.end()) return;
      found.push_back(i);
      if (!at(i).is_inlined()) return;
    }
  };
  add_chain(innermost(row.address));
  auto [first, last] = copies_by_entry_.equal_range(row.address);
  for (auto copy = first; copy != last; ++copy) add_chain(copy->second);
  return found;
}

/// Has the inlined copy begun at the row, as far as that is known?
bool UnitScopes::has_begun(int function, const LineRow& row) const {
  const Scope& scope = at(function);
  if (!scope.is_inlined() || scope.entry.pc != row.address) return true;
  if (scope.entry.view != CodePoint::kInstruction) return row.view >= scope.entry.view;
  Dwarf_Die die = scope.die;
  return die_unsigned(&die, DW_AT_call_line) != row.line;
}

bool UnitScopes::may_own(int function, const std::string& file, const LineRow& row) const {
  const Declaration& own = declaration(function);
  if (own.line == 0 || own.line > row.line || own.file != file) return false;
  const Scope& scope = at(function);
  if (!scope.is_inlined()) return true;
  const int caller = function_of(scope.parent);
  if (caller < 0 || declaration(caller).file != file) return true;
  for (int i = caller; i >= 0; i = function_of(at(i).parent))
    if (declaration(i).origin == own.origin) return true;  // it called itself
  Dwarf_Die die = scope.die;
  std::optional<uint64_t> call = die_unsigned(&die, DW_AT_call_line);
  return !call || *call <= own.line || row.line < *call;
}

/// Which of two functions that may both own the row does: the one declared last; of copies of one function, the one that began last.
int UnitScopes::better_owner(int one, int other, const LineRow& row) const {
  const Declaration &a = declaration(one), &b = declaration(other);
  if (a.line != b.line) return a.line > b.line ? one : other;
  auto began_at = [&](int function) {
    const CodePoint& entry = at(function).entry;
    return entry.pc == row.address ? static_cast<int64_t>(entry.view) : -1;
  };
  return began_at(other) > began_at(one) ? other : one;
}

/// The inlined copy that ends at the row, if the row's line may be its own and no other copy of its function begins
/// there; or -1. What optimisers leave of the last
/// statement of a copy, as the end of an unrolled loop, is often a row without code behind it.
int UnitScopes::copy_that_ends_at(int real, const std::string& file, const LineRow& row) const {
  int best = kNoScope;
  const int before = row.address == 0 ? kNoScope : innermost(row.address - 1);
  for (int i = function_of(before); i >= 0 && at(i).is_inlined(); i = function_of(at(i).parent))
    if (real_function_of(i) == real && may_own(i, file, row) &&
        (best < 0 || declaration(i).line > declaration(best).line))
      best = i;
  auto [first, last] = copies_by_entry_.equal_range(row.address);
  const bool is_begun_again = std::any_of(first, last, [&](const auto& copy) {
    return best >= 0 && declaration(copy.second).origin == declaration(best).origin &&
           has_begun(copy.second, row);
  });
  return is_begun_again ? kNoScope : best;
}

/// Did one copy of a function begin after another of it, and before the row, in the order that the rows say?
bool UnitScopes::began_later(int copy, int other, const LineRow& row) const {
  const CodePoint &one = at(copy).entry, &two = at(other).entry;
  if (declaration(copy).origin != declaration(other).origin) return false;
  if (one.view == CodePoint::kInstruction || two.view == CodePoint::kInstruction) return false;
  const std::pair place(one.pc, one.view);
  return place > std::pair(two.pc, two.view) && place <= std::pair(row.address, row.view);
}

/// The inlined copies in a real function of the one function that was declared last above the row's line, of those that are
/// inlined there and may own the row.
std::vector<int> UnitScopes::copies_of_owner(int real, const std::string& file,
                                             const LineRow& row) const {
  auto [found, is_new] = copies_in_.try_emplace(real);
  if (is_new)
    for (size_t i = 0; i < scopes_.size(); i++)
      if (scopes_[i].is_inlined() && real_function_of(static_cast<int>(i)) == real)
        found->second.push_back(static_cast<int>(i));
  std::vector<int> copies;
  for (int copy : found->second) {
    if (!may_own(copy, file, row)) continue;
    const uint32_t line = declaration(copy).line;
    const uint32_t best = copies.empty() ? 0 : declaration(copies.front()).line;
    if (line > best) copies.clear();
    if (line >= best) copies.push_back(copy);
  }
  return copies;
}

/// Is the row on the line that a copy was called on?
bool UnitScopes::is_on_call_of(int copy, const std::string& file, const LineRow& row) const {
  Dwarf_Die die = at(copy).die;
  const int caller = function_of(at(copy).parent);
  return die_unsigned(&die, DW_AT_call_line) == row.line && caller >= 0 &&
         declaration(caller).file == file;
}

/// Where no scope says that code at the row is of the function that was declared last above its line: the copy of that
/// function in the real function; or -1. Of several, the copy that the rows in front of this one call: a compiler that unrolls a
/// loop copies the marker of a call with those of what it calls, but may leave the addresses of all but one of them
/// out of the ranges of the inlined copy.
int UnitScopes::copy_of_owner(int real, const UnitLines& lines, const LineRow& row) const {
  const std::vector<int> copies = copies_of_owner(real, lines.files[row.file], row);
  if (copies.size() < 2 || !row.is_stmt) return copies.size() == 1 ? copies.front() : kNoScope;
  Dwarf_Die function = at(real).die;
  const std::optional<uint64_t> begin = die_entry_pc(&function);
  for (auto i = next_row(lines, row); i != lines.rows.begin();) {
    const LineRow& before = *--i;
    if (before.end_sequence || (begin && before.address < *begin && *begin <= row.address)) break;
    int called = kNoScope;
    size_t count = 0;
    for (int copy : copies) {
      if (!is_on_call_of(copy, lines.files[before.file], before)) continue;
      called = copy;
      count++;
    }
    if (count != 0) return count == 1 ? called : kNoScope;
  }
  return kNoScope;
}

int UnitScopes::scope_of_row(const UnitLines& lines, const LineRow& row) const {
  const int deepest = innermost(row.address);
  const std::vector<int> around = functions_at(row);
  if (around.empty()) return deepest;
  const std::string& file = lines.files[row.file];
  int owner = kNoScope, begun = kNoScope;
  for (int function : around) {
    if (!has_begun(function, row)) continue;
    if (begun < 0) begun = function;
    if (!may_own(function, file, row)) continue;
    owner = owner < 0 ? function : better_owner(owner, function, row);
  }
  const int real = real_function_of(around.front());
  if (owner >= 0 && real >= 0 && at(owner).is_inlined() && is_marker(lines, row)) {
    const int ending = copy_that_ends_at(real, file, row);
    if (ending >= 0 && began_later(ending, owner, row)) owner = ending;
  }
  if (owner < 0 && real >= 0) owner = copy_that_ends_at(real, file, row);
  if (owner < 0 && real >= 0) owner = copy_of_owner(real, lines, row);
  if (owner < 0) owner = begun;
  if (owner < 0) return deepest;
  // The innermost block at the address that is its own.
  int inner = deepest;
  for (int i = deepest; i >= 0; i = at(i).parent) {
    if (i == owner) return inner;
    if (at(i).is_function()) inner = at(i).parent;
  }
  return owner;
}

int UnitScopes::function_of(int index) const {
  while (index >= 0 && !at(index).is_function()) index = at(index).parent;
  return index;
}

int UnitScopes::real_function_of(int index) const {
  while (index >= 0 && at(index).tag != DW_TAG_subprogram) index = at(index).parent;
  return index;
}

bool UnitScopes::is_optimised() const {
  if (is_optimised_) return *is_optimised_;
  bool found = false;
  for (const Scope& scope : scopes_) {
    Dwarf_Die parent = scope.die;
    found = found || dwarf_hasattr(&parent, DW_AT_call_all_calls) ||
            dwarf_hasattr(&parent, DW_AT_GNU_all_call_sites);
    for_each_child(&parent, [&](Dwarf_Die* die) {
      if (dwarf_tag(die) != DW_TAG_variable && dwarf_tag(die) != DW_TAG_formal_parameter)
        return true;
      Dwarf_Attribute attribute;
      Dwarf_Block block;
      if (dwarf_attr(die, DW_AT_location, &attribute))
        found = found || dwarf_formblock(&attribute, &block) != 0;
      else
        found = found || !dwarf_hasattr(die, DW_AT_const_value);
      return !found;
    });
    if (found) break;
  }
  is_optimised_ = found;
  return found;
}

Variable make_variable(const DebugData& data, Dwarf_Die* die, bool is_global) {
  Variable variable;
  variable.name = die_name(die);
  variable.type = type_of(data, die);
  variable.is_parameter = dwarf_tag(die) == DW_TAG_formal_parameter;
  variable.is_global = is_global;
  int line = 0;
  if (dwarf_decl_line(die, &line) == 0) variable.decl_line = static_cast<uint32_t>(line);
  variable.die_offset = data.die_number(die);
  return variable;
}

std::vector<Variable> find_variables(const DebugData& data, uint64_t pc, bool globals,
                                     uint64_t scope_offset) {
  std::vector<Variable> found;
  std::unordered_set<std::string> seen;
  const Unit* unit = data.unit_at(pc);
  if (!unit) return found;
  auto collect = [&](Dwarf_Die* scope, int wanted_tag, bool global) {
    for_each_child(scope, [&](Dwarf_Die* die) {
      if (dwarf_tag(die) != wanted_tag) return true;
      const char* name = die_name(die);
      if (*name && seen.insert(name).second) found.push_back(make_variable(data, die, global));
      return true;
    });
  };
  const UnitScopes& scopes = data.scopes(*unit);
  for (int i = scopes.innermost_in(pc, scope_offset); i >= 0; i = scopes.at(i).parent) {
    Scope scope = scopes.at(i);
    collect(&scope.die, DW_TAG_formal_parameter, false);
    collect(&scope.die, DW_TAG_variable, false);
    // Code that was inlined sees nothing of the function that it was inlined into.
    if (scope.is_function()) break;
  }
  if (globals) {
    Dwarf_Die root = unit->die;
    collect(&root, DW_TAG_variable, true);
  }
  return found;
}

}  // namespace coretap::debug
