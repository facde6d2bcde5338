#include "dwarf/evidence.h"

#include <cstring>
#include <set>

#include "dwarf/debug_data.h"
#include "dwarf/die.h"
#include "dwarf/functions.h"
#include "dwarf/location_list.h"
#include "dwarf/location_machine.h"
#include "dwarf/location_merge.h"
#include "dwarf/scopes.h"

namespace coretap::debug {
namespace {

bool is_variable(Dwarf_Die* die) {
  const int tag = dwarf_tag(die);
  return tag == DW_TAG_variable || tag == DW_TAG_formal_parameter;
}

VarLocation compiled(const DebugData& data, Dwarf_Attribute* attr, const Dwarf_Op* ops,
                     size_t count, CodePoint point) {
  VarLocation location;
  if (count == 0) return location;
  try {
    return run_location(location_context(data, point), attr, ops, count);
  } catch (const CannotCompile& problem) {
    location.kind = VarLocation::Unsupported;
    location.why = problem.why;
    return location;
  }
}

/// Finds the variables of one name in the scopes of one function.
class NameSearch {
 public:
  NameSearch(const DebugData& data, const UnitScopes& scopes, const std::string& name)
      : data_(data), scopes_(scopes), name_(name) {}

  std::vector<ScopedVariable> in_function(int function) {
    for (size_t i = 0; i < scopes_.all().size(); i++) {
      const int scope = static_cast<int>(i);
      if (scopes_.real_function_of(scope) == function) add_of_scope(scope);
    }
    // What a copy of the code kept nothing of is still in the function as it was written.
    for (size_t i = 0; i < scopes_.all().size(); i++) {
      const int scope = static_cast<int>(i);
      if (scopes_.at(scope).is_function() && scopes_.real_function_of(scope) == function &&
          having_.count(scope) == 0)
        add_of_source(scope);
    }
    return std::move(found_);
  }

 private:
  void add(Dwarf_Die* die, int scope, ScopedVariable::Scope kind) {
    ScopedVariable one;
    one.variable = make_variable(data_, die, false);
    one.scope = kind;
    Dwarf_Die function = scopes_.at(scopes_.function_of(scope)).die;
    one.function = function_name(data_, &function);
    Dwarf_Die own = scopes_.at(scope).die;
    for_each_range(&own, [&](uint64_t lo, uint64_t hi) { one.ranges.emplace_back(lo, hi); });
    found_.push_back(std::move(one));
  }

  void add_of_scope(int scope) {
    const Scope& own = scopes_.at(scope);
    const ScopedVariable::Scope kind = !own.is_function() ? ScopedVariable::Block
                                       : own.is_inlined() ? ScopedVariable::InlinedCopy
                                                          : ScopedVariable::Function;
    Dwarf_Die die = own.die;
    for_each_child(&die, [&](Dwarf_Die* child) {
      if (!is_variable(child) || name_ != die_name(child)) return true;
      having_.insert(scopes_.function_of(scope));
      add(child, scope, kind);
      return true;
    });
  }

  void add_of_source(int function) {
    Dwarf_Die origin = die_origin(scopes_.at(function).die);
    look_in_source(&origin, function, 0);
  }

  void look_in_source(Dwarf_Die* parent, int function, int depth) {
    for_each_child(parent, [&](Dwarf_Die* child) {
      if (is_variable(child) && name_ == die_name(child))
        add(child, function, ScopedVariable::Source);
      else if (dwarf_tag(child) == DW_TAG_lexical_block && depth < kMaxDieDepth)
        look_in_source(child, function, depth + 1);
      return true;
    });
  }

  const DebugData& data_;
  const UnitScopes& scopes_;
  const std::string& name_;
  std::set<int> having_;  ///< functions and copies of which one was found
  std::vector<ScopedVariable> found_;
};

}  // namespace

LocationEvidence find_evidence(const DebugData& data, const Variable& variable, CodePoint point) {
  LocationEvidence evidence;
  std::optional<Dwarf_Die> die = data.die_at(variable.die_offset);
  if (!die) return evidence;
  Dwarf_Attribute attr, views_attr;
  if (!dwarf_attr_integrate(&*die, DW_AT_location, &attr)) {
    evidence.form = dwarf_attr_integrate(&*die, DW_AT_const_value, &attr)
                        ? LocationEvidence::Constant
                    : die_own_flag(&*die, DW_AT_declaration) ? LocationEvidence::Elsewhere
                                                             : LocationEvidence::Nothing;
    return evidence;
  }
  Dwarf_Attribute* views = dwarf_attr_integrate(&*die, DW_AT_GNU_locviews, &views_attr);
  const LocationContext context = location_context(data, point);
  const MergedLocation here = find_merged_location(context, &attr, views);
  const LocationLists::List& list = data.location_lists().of(&attr, views);
  evidence.form = list.is_expression ? LocationEvidence::Expression : LocationEvidence::List;
  evidence.is_whole = list.is_whole;
  for (const LocationLists::Entry& each : list.entries) {
    LocationEvidence::Entry entry;
    if (!list.is_expression) {
      entry.start = each.start;
      entry.end = each.end;
    }
    const CodePoint begin = list.is_expression ? point : CodePoint(each.start);
    entry.location = compiled(data, &attr, each.ops, each.count, begin);
    entry.holds = here.ops && here.ops->ops == each.ops;
    evidence.entries.push_back(std::move(entry));
  }
  return evidence;
}

std::vector<ScopedVariable> find_variables_called(const DebugData& data, const std::string& name,
                                                  uint64_t pc) {
  const Unit* unit = data.unit_at(pc);
  if (!unit) return {};
  const UnitScopes& scopes = data.scopes(*unit);
  const int function = scopes.real_function_of(scopes.innermost(pc));
  return function < 0 ? std::vector<ScopedVariable>()
                      : NameSearch(data, scopes, name).in_function(function);
}

}  // namespace coretap::debug
