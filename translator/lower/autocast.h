// What the values of a script point to, for `x->member` without @cast.
//
// A $variable, a @cast and a tapset function that says so (`/* pointer TYPE */`) have a type from
// debug information. It goes on to the scalar that it is assigned to (local or global) and to the
// calls of the function that returns it. Assignments of values without a type (`x = 0`) say nothing;
// two that name different types leave the variable without one.
#pragma once

#include <map>
#include <set>
#include <vector>

#include "analyse/program.h"

namespace coretap {

class Autocast {
 public:
  Autocast(Program& program, probes::ResolveContext& context);

  /// Where target variables mean something: the probe's scope, and that of the function's entry in
  /// a return probe. Both may be null.
  struct Scopes {
    probes::ContextScope* here = nullptr;
    probes::ContextScope* entry = nullptr;
  };
  /// The type of the value of `expr`, or nothing.
  std::optional<probes::ValueType> type_of(const ast::Expr& expr, Scopes scopes);
  /// The type by which `->` of an automatic cast reads its operand, or nothing.
  std::optional<probes::ValueType> base_of(const ast::Cast& cast, Scopes scopes);

 private:
  struct Source {
    const ast::Expr* value;
    const ElaboratedProbe* probe;  ///< null: in a function
  };
  using Found = std::optional<probes::ValueType>;

  void collect(ast::StmtPtr& body, const ElaboratedProbe* probe, const ast::FunctionDecl* function);
  Found type_of_variable(const ast::VarDecl& decl, Scopes scopes);
  Found type_of_call(const ast::Call& call);
  Scopes scopes_of(const Source& source, const ast::VarDecl& decl, Scopes current) const;
  /// One type for all, where those that are known agree.
  static void join(Found& found, bool& conflict, const Found& next);

  probes::ResolveContext& context_;
  std::map<const ast::VarDecl*, std::vector<Source>> assigned_;
  std::map<const ast::FunctionDecl*, std::vector<const ast::Expr*>> returned_;
  std::set<const void*> open_;  ///< being asked about: `x = x->next` says nothing about x
};

}  // namespace coretap
