// A unit's scopes nest, but a scope's addresses are scattered: cold parts, inlined code moved by
// the scheduler. So the tree is painted onto the address line, parents first and children over
// them, and an address is then looked up in one sorted list. Where corrupt data overlaps, the last
// painted wins and nothing breaks.
#include "dwarf/scopes.h"

#include <algorithm>
#include <map>
#include <unordered_set>

#include "dwarf/debug_data.h"
#include "dwarf/die.h"
#include "dwarf/functions.h"
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

}  // namespace

bool Scope::is_function() const {
  return tag == DW_TAG_subprogram || tag == DW_TAG_inlined_subroutine;
}
bool Scope::is_inlined() const { return tag == DW_TAG_inlined_subroutine; }

UnitScopes::UnitScopes(const ElfFile& object, const Unit& unit) {
  Dwarf_Die die = unit.die;
  add(&die, kNoScope, 0);
  std::map<uint64_t, int> line;
  for (size_t i = 0; i < scopes_.size(); i++)
    for_each_range(&scopes_[i].die, [&](uint64_t lo, uint64_t hi) {
      if (object.file_offset(lo)) paint(line, lo, hi, static_cast<int>(i));
    });
  segments_.reserve(line.size());
  for (auto [start, scope] : line) segments_.push_back({start, scope});
}

void UnitScopes::add(Dwarf_Die* parent_die, int parent, int depth) {
  if (depth > kMaxDieDepth) return;
  for_each_child(parent_die, [&](Dwarf_Die* die) {
    int tag = dwarf_tag(die);
    if (!may_hold_code(tag)) return true;
    int scope = parent;
    if (die_has_code(die)) {
      scope = static_cast<int>(scopes_.size());
      scopes_.push_back({*die, tag, parent});
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

int UnitScopes::innermost_in(uint64_t pc, uint64_t die_offset) const {
  const int deepest = innermost(pc);
  if (die_offset == 0) return deepest;
  int inner = deepest;
  for (int i = deepest; i >= 0; i = at(i).parent) {
    Scope scope = at(i);
    if (dwarf_dieoffset(&scope.die) == die_offset) return scope.is_function() ? inner : i;
    if (scope.is_function()) inner = scope.parent;
  }
  // gcc may place the entry of an inlined copy where none of its ranges reaches (location views).
  for (size_t i = 0; i < scopes_.size(); i++)
    if (dwarf_dieoffset(const_cast<Dwarf_Die*>(&scopes_[i].die)) == die_offset)
      return static_cast<int>(i);
  return deepest;
}

int UnitScopes::scope_of_line(uint64_t pc, uint32_t line) const {
  const int deepest = innermost(pc);
  for (int i = function_of(deepest); i >= 0;) {
    Scope scope = at(i);
    if (!scope.is_inlined() || die_entry_pc(&scope.die) != pc) break;
    if (die_unsigned(&scope.die, DW_AT_call_line) == line) return scope.parent;
    i = function_of(scope.parent);
  }
  return deepest;
}

int UnitScopes::function_of(int index) const {
  while (index >= 0 && !at(index).is_function()) index = at(index).parent;
  return index;
}

int UnitScopes::real_function_of(int index) const {
  while (index >= 0 && at(index).tag != DW_TAG_subprogram) index = at(index).parent;
  return index;
}

Variable make_variable(const DebugData& data, Dwarf_Die* die, bool is_global) {
  Variable variable;
  variable.name = die_name(die);
  variable.type = type_of(data, die);
  variable.is_parameter = dwarf_tag(die) == DW_TAG_formal_parameter;
  variable.is_global = is_global;
  int line = 0;
  if (dwarf_decl_line(die, &line) == 0) variable.decl_line = static_cast<uint32_t>(line);
  variable.die_offset = dwarf_dieoffset(die);
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
