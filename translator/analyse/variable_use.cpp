#include "analyse/variable_use.h"

#include <algorithm>

#include "ast/visitor.h"

namespace coretap {

namespace {

void collect_embedded(const EmbeddedC& c, VariableUse& use) {
  use.acts |= !c.pure;
  use.read_by_c.insert(c.reads.begin(), c.reads.end());
  use.written_by_c.insert(c.writes.begin(), c.writes.end());
}

class Collector {
 public:
  Collector(bool matches_are_kept, VariableUse& use)
      : matches_are_kept_(matches_are_kept), use_(use) {}

  void stmt(ast::Stmt& stmt) {
    switch (stmt.kind) {
      case ast::StmtKind::Foreach: return loop(static_cast<ast::Foreach&>(stmt));
      case ast::StmtKind::Delete:
        return access(*static_cast<ast::Delete&>(stmt).target, true, true);
      case ast::StmtKind::Try: {
        auto& guarded = static_cast<ast::Try&>(stmt);
        this->stmt(*guarded.body);
        if (guarded.message) access(*guarded.message, false, true);
        return this->stmt(*guarded.handler);
      }
      case ast::StmtKind::Embedded:
        collect_embedded(static_cast<ast::EmbeddedStmt&>(stmt).c, use_);
        break;
      default: break;
    }
    ast::for_each_child(
        stmt, [this](ast::ExprPtr& e) { expr(*e); }, [this](ast::StmtPtr& s) { this->stmt(*s); });
  }

  void expr(ast::Expr& expr) {
    switch (expr.kind) {
      case ast::ExprKind::Symbol: return access(expr, true, false);
      case ast::ExprKind::Assign: {
        auto& assign = static_cast<ast::Assign&>(expr);
        access(*assign.left,
               assign.op != ast::Operator::Assign && assign.op != ast::Operator::Aggregate, true);
        return this->expr(*assign.right);
      }
      case ast::ExprKind::PreIncDec:
      case ast::ExprKind::PostIncDec:
        return access(*static_cast<ast::IncDec&>(expr).operand, true, true);
      case ast::ExprKind::Call: {
        auto& callees = static_cast<ast::Call&>(expr).callees;
        use_.called.insert(callees.begin(), callees.end());
        break;
      }
      case ast::ExprKind::Print: use_.acts |= !static_cast<ast::Print&>(expr).to_string; break;
      case ast::ExprKind::Embedded:
        collect_embedded(static_cast<ast::EmbeddedExpr&>(expr).c, use_);
        break;
      case ast::ExprKind::Regex: use_.acts |= matches_are_kept_; break;
      default: break;
    }
    children(expr);
  }

 private:
  void children(ast::Expr& parent) {
    ast::for_each_child(parent, [this](ast::ExprPtr& child) { expr(*child); });
  }

  /// The variable that `place` names, or whose element it names.
  void access(ast::Expr& place, bool reads, bool writes) {
    if (place.kind == ast::ExprKind::Symbol) {
      const ast::VarDecl* variable = static_cast<ast::Symbol&>(place).decl;
      if (reads) use_.read.insert(variable);
      if (writes) use_.written.insert(variable);
    } else if (place.kind == ast::ExprKind::Index) {
      auto& element = static_cast<ast::Index&>(place);
      access(*element.base, reads, writes);
      for (auto& index : element.indexes)
        if (index) expr(*index);
    } else {
      use_.acts |= writes;  // what cannot be written is reported later
      children(place);
    }
  }

  /// SystemTap takes the sorting for a write, so a sorted array is never "never assigned".
  void loop(ast::Foreach& loop) {
    for (auto& key : loop.keys) access(*key, false, true);
    if (loop.value) access(*loop.value, false, true);
    access(*loop.base, true, loop.base->kind == ast::ExprKind::Symbol && loop.sort_direction != 0);
    for (auto& key : loop.slice)
      if (key) expr(*key);
    if (loop.limit) expr(*loop.limit);
    stmt(*loop.body);
  }

  bool matches_are_kept_;
  VariableUse& use_;
};

}  // namespace

void collect_use(ast::Expr& expr, bool matches_are_kept, VariableUse& use) {
  Collector(matches_are_kept, use).expr(expr);
}

void collect_use(ast::Stmt& stmt, bool matches_are_kept, VariableUse& use) {
  Collector(matches_are_kept, use).stmt(stmt);
}

bool asks_for_groups(const Program& program) {
  return std::any_of(
      program.functions.begin(), program.functions.end(), [](const ast::FunctionDecl* function) {
        return function->c &&
               (function->c->call == CallMeans::Matched || function->c->call == CallMeans::Ngroups);
      });
}

ProgramUse::ProgramUse(const Program& program) : matches_are_kept_(asks_for_groups(program)) {
  for (const ElaboratedProbe& probe : program.probes) {
    for (const auto& condition : probe.conditions) collect_use(*condition, matches_are_kept_, all_);
    collect_use(*probe.body, matches_are_kept_, all_);
  }
  std::vector<const ast::FunctionDecl*> todo(all_.called.begin(), all_.called.end());
  while (!todo.empty()) {
    const VariableUse& use = own(todo.back());
    todo.pop_back();
    all_.read.insert(use.read.begin(), use.read.end());
    all_.written.insert(use.written.begin(), use.written.end());
    all_.read_by_c.insert(use.read_by_c.begin(), use.read_by_c.end());
    all_.written_by_c.insert(use.written_by_c.begin(), use.written_by_c.end());
    for (const ast::FunctionDecl* callee : use.called)
      if (all_.called.insert(callee).second) todo.push_back(callee);
  }
  for (const ast::FunctionDecl* function : program.functions) own(function);
  settle_embedded(program);
}

/// Embedded C says by name which globals it uses.
void ProgramUse::settle_embedded(const Program& program) {
  for (const ast::VarDecl* global : program.globals) {
    if (all_.read_by_c.count(global->name)) all_.read.insert(global);
    if (all_.written_by_c.count(global->name)) all_.written.insert(global);
  }
}

const VariableUse& ProgramUse::own(const ast::FunctionDecl* function) {
  auto [entry, is_new] = functions_.try_emplace(function);
  VariableUse& use = entry->second;
  if (!is_new) return use;
  if (function->c) collect_embedded(*function->c, use);
  if (function->body) collect_use(*function->body, matches_are_kept_, use);
  return use;
}

bool ProgramUse::acts_itself(const ast::FunctionDecl* function) const {
  const VariableUse& use = functions_.at(function);
  return use.acts || !use.written_by_c.empty() ||
         std::any_of(use.written.begin(), use.written.end(), [](const ast::VarDecl* variable) {
           return variable->storage == ast::VarDecl::Global;
         });
}

bool ProgramUse::has_effect(const ast::FunctionDecl* function) const {
  if (auto known = effects_.find(function); known != effects_.end()) return known->second;
  std::set<const ast::FunctionDecl*> seen{function};
  std::vector<const ast::FunctionDecl*> todo{function};
  bool found = false;
  while (!todo.empty() && !found) {
    const ast::FunctionDecl* now = todo.back();
    todo.pop_back();
    found = acts_itself(now);
    for (const ast::FunctionDecl* callee : functions_.at(now).called)
      if (seen.insert(callee).second) todo.push_back(callee);
  }
  return effects_[function] = found;
}

bool ProgramUse::has_effect(ast::Expr& expr) const {
  VariableUse use;
  collect_use(expr, matches_are_kept_, use);
  return use.acts || !use.written.empty() || !use.written_by_c.empty() ||
         std::any_of(use.called.begin(), use.called.end(),
                     [this](const ast::FunctionDecl* callee) { return has_effect(callee); });
}

}  // namespace coretap
