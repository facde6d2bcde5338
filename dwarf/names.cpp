#include "dwarf/names.h"

#include "dwarf/debug_data.h"
#include "dwarf/die.h"
#include "dwarf/functions.h"
#include "dwarf/location_machine.h"

namespace coretap::debug {
namespace {

const char* tag_keyword(int tag) {
  switch (tag) {
    case DW_TAG_structure_type:
    case DW_TAG_class_type: return "struct ";
    case DW_TAG_union_type: return "union ";
    case DW_TAG_enumeration_type: return "enum ";
    default: return "";
  }
}

/// Does the variable have an address where the program has nothing?
bool is_discarded(const DebugData& data, Dwarf_Die* variable) {
  Dwarf_Attribute attr;
  Dwarf_Op* ops = nullptr;
  size_t count = 0;
  if (!dwarf_attr(variable, DW_AT_location, &attr) || die_expression(&attr, &ops, &count) != 0 ||
      count != 1)
    return false;
  const std::optional<uint64_t> address = address_operand(&attr, ops[0]);
  return address && !data.object().is_allocated(*address);
}

bool has_storage(Dwarf_Die* variable) {
  return dwarf_hasattr(variable, DW_AT_location) || dwarf_hasattr(variable, DW_AT_const_value);
}

}  // namespace

NameIndex::NameIndex(const DebugData& data) {
  for (const Unit& unit : data.units()) {
    Dwarf_Die root = unit.die;
    walk(unit, &root, "", 0);
  }
  auto add = [&](Dwarf_Die die) {
    const char* name = die_name(&die);
    globals_.try_emplace(name, die);
    auto scope = scope_by_die_.find(die_origin(die).addr);
    if (scope != scope_by_die_.end()) globals_.try_emplace(scope->second + name, die);
  };
  // Those that the linker discarded come last: a name is theirs only where no other has it.
  for (Dwarf_Die& die : stored_)
    if (!is_discarded(data, &die)) add(die);
  for (const Dwarf_Die& die : stored_) add(die);
  // What dwz shared out is defined only in the alternate file.
  if (Dwarf* alternate = data.alternate_dwarf()) {
    Unit shared;
    Dwarf_CU* cu = nullptr;
    Dwarf_Half version;
    uint8_t type;
    while (dwarf_get_units(alternate, cu, &cu, &version, &type, &shared.die, nullptr) == 0) {
      shared.is_c = false;
      walk(shared, &shared.die, "", 0);
    }
  }
}

void NameIndex::note_variable(const Unit& unit, Dwarf_Die* die, const std::string& scope) {
  if (!scope.empty()) scope_by_die_.emplace(die->addr, scope);
  if (dwarf_tag(die) == DW_TAG_variable && has_storage(die))
    stored_.push_back(*die);
  else if (unit.is_c && die_own_flag(die, DW_AT_declaration))
    declared_.try_emplace(die_name(die), *die);
}

void NameIndex::add_type(Dwarf_Die* die, const std::string& scope) {
  const char* name = die_given_name(die);
  if (!name || die_own_flag(die, DW_AT_declaration)) return;
  types_.try_emplace(tag_keyword(dwarf_tag(die)) + scope + name, *die);
}

void NameIndex::walk(const Unit& unit, Dwarf_Die* parent, const std::string& scope, int depth) {
  if (depth > kMaxDieDepth) return;
  for_each_child(parent, [&](Dwarf_Die* die) {
    int tag = dwarf_tag(die);
    switch (tag) {
      case DW_TAG_namespace:
        if (const char* name = die_given_name(die))
          walk(unit, die, scope + name + "::", depth + 1);
        else
          walk(unit, die, scope, depth + 1);
        break;
      case DW_TAG_structure_type:
      case DW_TAG_class_type:
      case DW_TAG_union_type:
        add_type(die, scope);
        if (const char* name = unit.is_c ? nullptr : die_given_name(die))
          walk(unit, die, scope + name + "::", depth + 1);
        break;
      case DW_TAG_enumeration_type:
        enums_.push_back(*die);
        add_type(die, scope);
        break;
      case DW_TAG_typedef:
      case DW_TAG_base_type: add_type(die, scope); break;
      case DW_TAG_variable:
      case DW_TAG_member:  // a static member of a class, before DWARF 5
        note_variable(unit, die, scope);
        break;
      default: break;
    }
    return true;
  });
}

std::optional<Dwarf_Die> NameIndex::type(const std::string& name) const {
  auto found = types_.find(name);
  if (found == types_.end()) return std::nullopt;
  return found->second;
}

std::optional<Dwarf_Die> NameIndex::global(const std::string& name) const {
  auto found = globals_.find(name);
  if (found == globals_.end()) return std::nullopt;
  return found->second;
}

std::optional<Dwarf_Die> NameIndex::declared(const std::string& name) const {
  auto found = declared_.find(name);
  if (found == declared_.end()) return std::nullopt;
  return found->second;
}

std::optional<Dwarf_Die> find_variable_of_unit(const DebugData& data, const std::string& name,
                                               const std::string& file_glob) {
  std::optional<Dwarf_Die> found;
  for (const Unit& unit : data.units()) {
    Dwarf_Die root = unit.die;
    if (unit.is_partial ||
        !file_matches(file_glob, absolute_source_path(die_name(&root), unit.comp_dir)))
      continue;
    for_each_child(&root, [&](Dwarf_Die* die) {
      const bool is_stored = dwarf_tag(die) == DW_TAG_variable && has_storage(die);
      if (is_stored && name == die_name(die) && !is_discarded(data, die)) found = *die;
      return !found;
    });
    if (found) break;
  }
  return found;
}

}  // namespace coretap::debug
