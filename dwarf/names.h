// Types and file-level variables by name, over all units. Built on first use.
#pragma once

#include <elfutils/libdw.h>

#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace coretap::debug {

class DebugData;
struct Unit;

class NameIndex {
 public:
  explicit NameIndex(const DebugData& data);
  /// Key: "struct foo", "union u", "enum e", or a typedef's or base type's name. Definitions only.
  std::optional<Dwarf_Die> type(const std::string& name) const;
  /// All enums, those without a name too.
  const std::vector<Dwarf_Die>& enums() const { return enums_; }
  /// A variable with storage, by plain or qualified name.
  std::optional<Dwarf_Die> global(const std::string& name) const;
  /// A variable that C units only declare, by name: what the linker or an assembler defines has no other description.
  std::optional<Dwarf_Die> declared(const std::string& name) const;

 private:
  void walk(const Unit& unit, Dwarf_Die* parent, const std::string& scope, int depth);
  void add_type(Dwarf_Die* die, const std::string& scope);
  void note_variable(const Unit& unit, Dwarf_Die* die, const std::string& scope);
  std::unordered_map<std::string, Dwarf_Die> types_, globals_, declared_;
  std::vector<Dwarf_Die> enums_;
  std::vector<Dwarf_Die> stored_;  ///< variables with storage, until all scopes are known
  std::unordered_map<const void*, std::string> scope_by_die_;  ///< of declarations, by address
};

/// A variable with storage at the top level of a unit whose main source file matches `file_glob`.
std::optional<Dwarf_Die> find_variable_of_unit(const DebugData& data, const std::string& name,
                                               const std::string& file_glob);

}  // namespace coretap::debug
