// The scopes of one compilation unit that own machine code: functions, inlined copies, lexical
// blocks; and which of them is innermost at an address.
#pragma once

#include <elfutils/libdw.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "dwarf/module.h"

namespace coretap::debug {

class DebugData;
class ElfFile;
struct Unit;
struct UnitLines;
struct LineRow;

struct Scope {
  Dwarf_Die die;
  int tag = 0;
  int parent = -1;  ///< index of the enclosing scope, or -1
  /// Of an inlined copy: where its execution begins; address 0 of any other scope.
  CodePoint entry;
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
  /// The innermost scope at pc that belongs to the scope whose DIE has the number `die_number`, not to
  /// code inlined into it; the innermost of all if there is none such (or `die_number` is 0).
  int innermost_in(uint64_t pc, uint64_t die_number) const;
  /// The scope whose DIE has this number, or -1.
  int index_of(uint64_t die_number) const;
  /// The innermost scope that the source line of a row belongs to. Where inlined copies begin at its
  /// address, that is not always the scope of the instruction: see the top of scopes.cpp.
  int scope_of_row(const UnitLines& lines, const LineRow& row) const;
  /// The function or inlined copy that scope `index` belongs to, or -1.
  int function_of(int index) const;
  /// The function whose frame is live in scope `index`: inlined copies skipped, or -1.
  int real_function_of(int index) const;
  /// Was the unit optimised, as far as its variables and functions tell: has one a list of locations, or no place at all, or are
  /// the calls of a function described? Compilers do none of that without optimising.
  bool is_optimised() const;

 private:
  /// Where the function of a scope was declared.
  struct Declaration {
    std::string file;
    uint32_t line = 0;
    const void* origin = nullptr;  ///< the DIE that all its copies refer to
  };
  void add(Dwarf_Die* parent_die, int parent, int depth);
  std::vector<int> outer_first() const;
  std::optional<Dwarf_Die> called_coroutine(int function) const;
  const Declaration& declaration(int function) const;
  std::vector<int> functions_at(const LineRow& row) const;
  bool has_begun(int function, const LineRow& row) const;
  bool may_own(int function, const std::string& file, const LineRow& row) const;
  int better_owner(int one, int other, const LineRow& row) const;
  bool began_later(int copy, int other, const LineRow& row) const;
  int copy_that_ends_at(int real, const std::string& file, const LineRow& row) const;
  std::vector<int> copies_of_owner(int real, const std::string& file, const LineRow& row) const;
  bool is_on_call_of(int copy, const std::string& file, const LineRow& row) const;
  int copy_of_owner(int real, const UnitLines& lines, const LineRow& row) const;
  std::vector<Scope> scopes_;
  struct Segment {
    uint64_t start;
    int scope;
  };
  std::vector<Segment> segments_;  ///< sorted; each reaches to the next one's start
  std::multimap<uint64_t, int> copies_by_entry_;
  mutable std::unordered_map<int, Declaration> declarations_;
  mutable std::optional<bool> is_optimised_;
  mutable std::unordered_map<int, std::vector<int>>
      copies_in_;  ///< inlined copies by real function
};

/// Variables in scope at pc (see Module::variables_at).
std::vector<Variable> find_variables(const DebugData& data, uint64_t pc, bool globals,
                                     uint64_t scope_offset);
/// Describes a variable or parameter DIE.
Variable make_variable(const DebugData& data, Dwarf_Die* die, bool is_global);

}  // namespace coretap::debug
