// Who reads and who writes which variable, and what code does besides: what the elision of code
// without effect asks.
#pragma once

#include <map>
#include <set>
#include <string>

#include "analyse/program.h"
#include "ast/ast.h"

namespace coretap {

/// What a piece of code does when it runs. Reads of memory and divisions are no effect: what may
/// fail in a value that nobody looks at is no error, as in SystemTap.
struct VariableUse {
  std::set<const ast::VarDecl*> read, written;
  std::set<const ast::FunctionDecl*> called;
  /// Names in `pragma:read:` and `pragma:write:` comments of embedded C.
  std::set<std::string> read_by_c, written_by_c;
  bool acts = false;  ///< prints, or runs C that does not say it is pure
};

/// Adds what `expr` or `stmt` itself does to `use`; what the functions that it calls do is left out.
void collect_use(ast::Expr& expr, bool matches_are_kept, VariableUse& use);
void collect_use(ast::Stmt& stmt, bool matches_are_kept, VariableUse& use);

/// Does anything ask for the groups of the last `=~`? Then a match is more than its result.
bool asks_for_groups(const Program& program);

/// The uses of a program as it is when the object is made; a pass that changes bodies makes a new
/// one when it has to know the present state.
class ProgramUse {
 public:
  explicit ProgramUse(const Program& program);

  bool is_read(const ast::VarDecl* variable) const { return all_.read.count(variable) != 0; }
  bool is_written(const ast::VarDecl* variable) const { return all_.written.count(variable) != 0; }
  /// Functions that probes lead to.
  const std::set<const ast::FunctionDecl*>& reachable() const { return all_.called; }

  /// Does evaluating it change anything but its value? Locals of the functions that it calls do not
  /// count.
  bool has_effect(ast::Expr& expr) const;
  bool has_effect(const ast::FunctionDecl* function) const;
  bool matches_are_kept() const { return matches_are_kept_; }

 private:
  const VariableUse& own(const ast::FunctionDecl* function);
  void settle_embedded(const Program& program);
  bool acts_itself(const ast::FunctionDecl* function) const;

  bool matches_are_kept_;
  VariableUse all_;
  std::map<const ast::FunctionDecl*, VariableUse> functions_;  ///< of each its own
  mutable std::map<const ast::FunctionDecl*, bool> effects_;   ///< with those that it calls
};

}  // namespace coretap
