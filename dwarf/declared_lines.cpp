#include "dwarf/declared_lines.h"

#include "dwarf/die.h"

namespace coretap::debug {
namespace {

/// Calls `visit(line, die)` for each variable that is declared directly in a scope.
template <typename Visitor>
void for_each_declaration(Dwarf_Die* scope, Visitor&& visit) {
  for_each_child(scope, [&](Dwarf_Die* die) {
    int line = 0;
    if (dwarf_tag(die) == DW_TAG_variable && dwarf_decl_line(die, &line) == 0)
      visit(static_cast<uint32_t>(line), die);
    return true;
  });
}

void add_lines_within(Dwarf_Die* block, std::unordered_set<uint32_t>& lines, int depth) {
  for_each_declaration(block, [&](uint32_t line, Dwarf_Die*) { lines.insert(line); });
  if (depth == kMaxDieDepth) return;
  for_each_child(block, [&](Dwarf_Die* die) {
    if (dwarf_tag(die) == DW_TAG_lexical_block) add_lines_within(die, lines, depth + 1);
    return true;
  });
}

}  // namespace

DeclaredLines::DeclaredLines(const UnitScopes& scopes) : scopes_(scopes) {
  for (size_t i = 0; i < scopes.all().size(); i++)
    own_scopes_[scopes.function_of(static_cast<int>(i))].push_back(static_cast<int>(i));
}

const DeclaredLines::Declared& DeclaredLines::in_function(int function) {
  auto [known, is_new] = declared_.try_emplace(function);
  Declared& declared = known->second;
  if (!is_new) return declared;
  for (int scope : own_scopes_[function]) {
    Dwarf_Die die = scopes_.at(scope).die;
    for_each_declaration(&die, [&](uint32_t line, Dwarf_Die* variable) {
      declared.scope.try_emplace(line, scope);
      int column = 0;
      uint16_t& least = declared.columns[{scope, line}];
      if (dwarf_decl_column(variable, &column) == 0 && (least == 0 || column < least))
        least = static_cast<uint16_t>(column);
    });
  }
  return declared;
}

int DeclaredLines::declaring_scope(int function, uint32_t line) {
  const Declared& declared = in_function(function);
  auto found = declared.scope.find(line);
  return found == declared.scope.end() ? -1 : found->second;
}

uint16_t DeclaredLines::column(int function, int scope, uint32_t line) {
  const Declared& declared = in_function(function);
  auto found = declared.columns.find({scope, line});
  return found == declared.columns.end() ? 0 : found->second;
}

bool DeclaredLines::is_in_origin(int function, uint32_t line) {
  Dwarf_Die origin = die_origin(scopes_.at(function).die);
  auto [known, is_new] = origins_.try_emplace(origin.addr);
  if (is_new) add_lines_within(&origin, known->second, 0);
  return known->second.count(line) != 0;
}

}  // namespace coretap::debug
