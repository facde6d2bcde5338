// The scopes of one compilation unit that own machine code: functions, inlined copies, lexical
// blocks; and which of them is innermost at an address.
#pragma once

#include <elfutils/libdw.h>

#include <cstdint>
#include <vector>

#include "dwarf/module.h"

namespace coretap::debug {

class DebugData;
class ElfFile;
struct Unit;

struct Scope {
  Dwarf_Die die;
  int tag = 0;
  int parent = -1;           ///< index of the enclosing scope, or -1
  bool is_function() const;  ///< a function or an inlined copy of one
  bool is_inlined() const;
};

class UnitScopes {
 public:
  /// Scopes of functions that the linker discarded have no address here.
  UnitScopes(const ElfFile& object, const Unit& unit);
  const std::vector<Scope>& all() const { return scopes_; }
  const Scope& at(int index) const { return scopes_[static_cast<size_t>(index)]; }
  int innermost(uint64_t pc) const;  ///< index, or -1
  /// The innermost scope at pc that belongs to the scope whose DIE is at `die_offset`, not to
  /// code inlined into it; the innermost of all if there is none such (or `die_offset` is 0).
  int innermost_in(uint64_t pc, uint64_t die_offset) const;
  /// The innermost scope that source line `line` at `pc` belongs to: where inlined code begins at
  /// pc and was called on that line, the line is the caller's.
  int scope_of_line(uint64_t pc, uint32_t line) const;
  /// The function or inlined copy that scope `index` belongs to, or -1.
  int function_of(int index) const;
  /// The function whose frame is live in scope `index`: inlined copies skipped, or -1.
  int real_function_of(int index) const;

 private:
  void add(Dwarf_Die* parent_die, int parent, int depth);
  std::vector<Scope> scopes_;
  struct Segment {
    uint64_t start;
    int scope;
  };
  std::vector<Segment> segments_;  ///< sorted; each reaches to the next one's start
};

/// Variables in scope at pc (see Module::variables_at).
std::vector<Variable> find_variables(const DebugData& data, uint64_t pc, bool globals,
                                     uint64_t scope_offset);
/// Describes a variable or parameter DIE.
Variable make_variable(const DebugData& data, Dwarf_Die* die, bool is_global);

}  // namespace coretap::debug
