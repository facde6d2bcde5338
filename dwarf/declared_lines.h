// On which lines a unit's functions declare local variables.
#pragma once

#include <cstdint>
#include <map>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "dwarf/scopes.h"

namespace coretap::debug {

/// Each function is read when it is first asked about. `scopes` must outlive it.
class DeclaredLines {
 public:
  explicit DeclaredLines(const UnitScopes& scopes);

  /// The first scope of the function, or inlined copy, `function` that declares a variable on the line; or -1. Scopes of what is
  /// inlined into it are not its own.
  int declaring_scope(int function, uint32_t line);
  /// The least column of a variable that is declared on the line in a scope of `function`; 0: not known.
  uint16_t column(int function, int scope, uint32_t line);
  /// Does the function that all its copies refer to declare one? clang leaves out of an inlined copy what it optimised away
  /// there.
  bool is_in_origin(int function, uint32_t line);

 private:
  struct Declared {
    std::unordered_map<uint32_t, int> scope;               ///< the first, by line
    std::map<std::pair<int, uint32_t>, uint16_t> columns;  ///< by scope and line
  };
  const Declared& in_function(int function);

  const UnitScopes& scopes_;
  std::unordered_map<int, std::vector<int>>
      own_scopes_;  ///< by function or copy, in the order of the unit
  std::unordered_map<int, Declared> declared_;
  std::unordered_map<const void*, std::unordered_set<uint32_t>> origins_;  ///< by DIE
};

}  // namespace coretap::debug
