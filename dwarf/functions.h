// Every function that has code, by name and address, and the queries of Module about functions.
#pragma once

#include <elfutils/libdw.h>

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "dwarf/module.h"

namespace coretap::debug {

class DebugData;
struct Unit;
class UnitScopes;

/// A function DIE with code (or an abstract one that may have inlined copies).
struct FunctionRecord {
  Dwarf_Die die;
  const Unit* unit = nullptr;
  const char* base_name = "";  ///< without scopes
  const char* linkage = nullptr;
  std::string scope;  ///< "ns::cls::", or empty
  uint64_t entry = 0;
};

/// Built in one pass over the units' top levels, without looking into function bodies.
class FunctionIndex {
 public:
  explicit FunctionIndex(const DebugData& data);
  const std::vector<FunctionRecord>& with_code() const { return with_code_; }
  /// Abstract instances: functions that were inlined somewhere.
  const std::vector<FunctionRecord>& abstract() const { return abstract_; }
  const FunctionRecord* at_entry(uint64_t entry) const;
  /// "ns::cls::" of any function DIE, by the place of its first declaration.
  std::string scope_of(Dwarf_Die* die) const;

 private:
  void walk(const Unit& unit, Dwarf_Die* parent, const std::string& scope, int depth);
  std::vector<FunctionRecord> with_code_, abstract_;
  std::unordered_map<uint64_t, size_t> by_entry_;
  std::unordered_map<const void*, std::string> scope_by_die_;  ///< key: DIE address
};

/// A function as a script names it.
struct NameQuery {
  std::string glob;
  bool is_bare =
      false;  ///< templates are meant, without the arguments of theirs and of the classes around them
};
/// What a written name may mean, the first that there is: itself, then the instances of the templates of that name.
std::vector<NameQuery> queries_of(const std::string& glob);

/// Does shell pattern `glob` match? Plain names are compared, not matched. "" and "*" match all.
bool glob_matches(const std::string& glob, const char* text);
/// Suffix match on path components: "main.c" and "src/main.c" match "/x/src/main.c".
bool file_matches(const std::string& glob, const std::string& path);
/// The file where a function DIE was declared, absolute; "" if not known.
std::string declaration_file(Dwarf_Die die);
/// Absolute, without "./" and "x/..".
std::string absolute_source_path(const char* path, const std::string& comp_dir);

/// Qualified name of a function or inlined copy.
std::string function_name(const DebugData& data, Dwarf_Die* die);
bool function_name_matches(const DebugData& data, Dwarf_Die* die, const NameQuery& query);
ParameterTypes parameters_of(const DebugData& data, Dwarf_Die function);
/// Of a C++ function that has nothing but its mangled symbol; nothing of other names.
std::optional<std::vector<std::string>> demangled_parameters(const std::string& symbol);
/// Everything Module promises about the function or inlined copy `die`.
Function describe_function(const DebugData& data, const Unit& unit, const UnitScopes* scopes,
                           int scope_index, Dwarf_Die die);
std::vector<Function> find_functions(const DebugData& data, const std::string& name_glob,
                                     const std::string& file_glob, bool inlines);
/// The function that is entered at `address`; nothing if none that is known begins there.
std::optional<Function> find_function_entered_at(const DebugData& data, uint64_t address);
std::optional<Function> find_function_at(const DebugData& data, uint64_t pc, bool innermost_inline);

/// Does the thunk of a virtual function only move `this` and go on in the function? From -O1 on it may hold a copy of the function's
/// code instead: then it is one that runs.
bool leads_away(const DebugData& data, uint64_t thunk);

}  // namespace coretap::debug
