// How arrays are used: with how many keys, and what a loop over one may do to it.
//
// The number of keys is settled before anything is left out, as in SystemTap: `if (1 in g) { }`
// says that g is an array, though the statement does nothing. What a loop may do is asked after
// that: a branch that is never taken does not count.
#include <map>
#include <set>
#include <utility>

#include "analyse/program.h"
#include "ast/visitor.h"

namespace coretap {

namespace {

ast::VarDecl* variable_of(ast::Expr& expr) {
  if (expr.kind == ast::ExprKind::Symbol) return static_cast<ast::Symbol&>(expr).decl;
  if (expr.kind == ast::ExprKind::Index) return variable_of(*static_cast<ast::Index&>(expr).base);
  return nullptr;
}

/// What an assignment or increment changes; null for other expressions.
ast::Expr* changed_by(ast::Expr& expr) {
  switch (expr.kind) {
    case ast::ExprKind::Assign: return static_cast<ast::Assign&>(expr).left.get();
    case ast::ExprKind::PreIncDec:
    case ast::ExprKind::PostIncDec: return static_cast<ast::IncDec&>(expr).operand.get();
    default: return nullptr;
  }
}

class ArityCheck {
 public:
  explicit ArityCheck(Program& program) : program_(program) {}

  void run() {
    for (ast::VarDecl* global : program_.globals)
      if (global->init && !global->declared_array) use(*global, 0, global->init->span);
    for (ElaboratedProbe& probe : program_.probes) {
      for (auto& condition : probe.conditions) expr(*condition);
      stmt(*probe.body);
    }
    for (ast::FunctionDecl* function : program_.functions) {
      for (auto& parameter : function->parameters) parameter->arity = 0;
      if (function->body) stmt(*function->body);
    }
    for (ast::VarDecl* global : program_.globals) refuse_wrapping_scalar(*global);
  }

 private:
  void expr(ast::Expr& expr) {
    switch (expr.kind) {
      case ast::ExprKind::Symbol:
        if (ast::VarDecl* variable = variable_of(expr)) use(*variable, 0, expr.span);
        return;
      case ast::ExprKind::Index: {
        auto& index = static_cast<ast::Index&>(expr);
        if (ast::VarDecl* array = variable_of(expr)) {
          element(*array, index, expr.span);
          return;
        }
        break;
      }
      case ast::ExprKind::ArrayIn: {
        ast::Index& index = *static_cast<ast::ArrayIn&>(expr).array;
        if (ast::VarDecl* array = variable_of(index)) element(*array, index, expr.span);
        return;
      }
      default: break;
    }
    ast::for_each_child(expr, [this](ast::ExprPtr& child) { this->expr(*child); });
  }

  void element(ast::VarDecl& array, ast::Index& index, const Span& at) {
    use(array, static_cast<int>(index.indexes.size()), at);
    for (auto& key : index.indexes)
      if (key) expr(*key);
  }

  void stmt(ast::Stmt& stmt) {
    if (stmt.kind == ast::StmtKind::Foreach) return loop(static_cast<ast::Foreach&>(stmt));
    if (stmt.kind == ast::StmtKind::Delete &&
        static_cast<ast::Delete&>(stmt).target->kind == ast::ExprKind::Symbol)
      return;  // `delete x` does not say what x is
    ast::for_each_child(
        stmt, [this](ast::ExprPtr& e) { expr(*e); }, [this](ast::StmtPtr& s) { this->stmt(*s); });
  }

  void loop(ast::Foreach& loop) {
    ast::VarDecl* array = variable_of(*loop.base);
    if (array) use(*array, static_cast<int>(loop.keys.size()), loop.base->span);
    if (array && array->is_refused)
      for (const std::unique_ptr<ast::Symbol>& key : loop.keys)
        if (key->decl) key->decl->is_refused = true;
    ast::for_each_child(
        static_cast<ast::Stmt&>(loop),
        [&](ast::ExprPtr& e) {
          if (!array || e != loop.base) expr(*e);
        },
        [this](ast::StmtPtr& s) { stmt(*s); });
  }

  static std::string as_used(int arity) {
    if (arity == 0) return "a single value";
    return "an array with " + std::to_string(arity) + (arity == 1 ? " key" : " keys");
  }

  void use(ast::VarDecl& variable, int arity, const Span& at) {
    if (arity == 0 && variable.declared_array) {
      if (!told_.insert(&variable).second) return;
      program_.diagnostics
          .semantic_error("arity-mismatch", at,
                          "'" + variable.name + "' is used as a single value here, but is an array")
          .see(variable.span, "declared as one here");
      return;
    }
    if (variable.arity < 0) {
      variable.arity = arity;
      variable.key_types.assign(static_cast<size_t>(arity), ast::Type::Unknown);
      first_use_[&variable] = at;
      return;
    }
    if (variable.arity == arity) return;
    auto& diagnostic =
        program_.diagnostics.semantic_error("arity-mismatch", at,
                                            "'" + variable.name + "' is used as " + as_used(arity) +
                                                " here, but is " + as_used(variable.arity));
    if (auto it = first_use_.find(&variable); it != first_use_.end())
      diagnostic.see(it->second, "first used that way here");
    if (variable.storage != ast::VarDecl::Local) return;
    diagnostic.hint("only a global can be an array: add 'global " + variable.name + "'");
    variable.is_refused = true;
  }

  void refuse_wrapping_scalar(const ast::VarDecl& global) {
    if (!global.wrap || global.arity != 0) return;
    program_.diagnostics
        .semantic_error("wrapping-scalar", global.span,
                        "'" + global.name + "' is a single value, and only an array can wrap")
        .hint("leave the '%' out: it lets the newest elements of a full array replace the oldest");
  }

  Program& program_;
  std::map<const ast::VarDecl*, Span> first_use_;
  std::set<const ast::VarDecl*> told_;
};

/// Refuses to change an array while a foreach goes through it. `delete array` is allowed, as in
/// SystemTap: the loop has its elements already.
class LoopCheck {
 public:
  explicit LoopCheck(Program& program) : program_(program) {}

  void run() {
    for (ElaboratedProbe& probe : program_.probes) stmt(*probe.body);
    for (ast::FunctionDecl* function : program_.functions)
      if (function->body) stmt(*function->body);
  }

 private:
  void stmt(ast::Stmt& stmt) {
    if (stmt.kind == ast::StmtKind::Foreach) return loop(static_cast<ast::Foreach&>(stmt));
    if (stmt.kind == ast::StmtKind::Delete) refuse(*static_cast<ast::Delete&>(stmt).target);
    ast::for_each_child(
        stmt, [this](ast::ExprPtr& e) { expr(*e); }, [this](ast::StmtPtr& s) { this->stmt(*s); });
  }

  void loop(ast::Foreach& loop) {
    ast::Expr* base = loop.base.get();
    if (base->kind == ast::ExprKind::Hist) base = static_cast<ast::Hist&>(*base).operand.get();
    auto [place, is_new] = open_.try_emplace(variable_of(*base), loop.span);
    ast::for_each_child(
        static_cast<ast::Stmt&>(loop), [this](ast::ExprPtr& e) { expr(*e); },
        [this](ast::StmtPtr& s) { stmt(*s); });
    if (is_new) open_.erase(place);
  }

  void expr(ast::Expr& expr) {
    if (open_.empty()) return;
    if (ast::Expr* place = changed_by(expr)) refuse(*place);
    if (expr.kind == ast::ExprKind::Call) call(static_cast<ast::Call&>(expr));
    ast::for_each_child(expr, [this](ast::ExprPtr& child) { this->expr(*child); });
  }

  void refuse(ast::Expr& place) {
    if (place.kind != ast::ExprKind::Index) return;
    auto loop = open_.find(variable_of(place));
    if (loop == open_.end()) return;
    report(place.span, "variable '" + loop->first->name + "' modified during 'foreach' iteration",
           loop->second);
  }

  void call(ast::Call& call) {
    for (const auto& [array, at] : open_) {
      if (!array || !calls_change(call.callees, array)) continue;
      report(call.span,
             "function '" + call.function + "' modifies variable '" + array->name +
                 "' during 'foreach' iteration",
             at);
    }
  }

  void report(const Span& at, const std::string& message, const Span& loop) {
    program_.diagnostics.semantic_error("foreach-modifies", at, message)
        .see(loop, "the loop begins here")
        .hint(
            "collect what is to change in a second array, and change the first one after the loop");
  }

  /// Whether one of the functions, or one that they call, writes an element of the array.
  bool calls_change(const std::vector<ast::FunctionDecl*>& functions, const ast::VarDecl* array) {
    std::set<const ast::FunctionDecl*> seen(functions.begin(), functions.end());
    std::vector<ast::FunctionDecl*> todo(functions.begin(), functions.end());
    while (!todo.empty()) {
      ast::FunctionDecl* now = todo.back();
      todo.pop_back();
      const Effects& effects = effects_of(*now);
      if (effects.changed.count(array)) return true;
      for (ast::FunctionDecl* callee : effects.called)
        if (seen.insert(callee).second) todo.push_back(callee);
    }
    return false;
  }

  /// What a function itself does.
  struct Effects {
    std::set<const ast::VarDecl*> changed;  ///< arrays of which it writes an element
    std::set<ast::FunctionDecl*> called;
  };

  const Effects& effects_of(ast::FunctionDecl& function) {
    auto [entry, is_new] = effects_.try_emplace(&function);
    Effects& effects = entry->second;
    if (!is_new || !function.body) return effects;
    ast::Walker walker;
    auto changes = [&](ast::Expr& place) {
      if (place.kind == ast::ExprKind::Index) effects.changed.insert(variable_of(place));
    };
    walker.expr = [&](ast::ExprPtr& slot) {
      if (ast::Expr* place = changed_by(*slot)) changes(*place);
      if (slot->kind == ast::ExprKind::Call) {
        auto& callees = static_cast<ast::Call&>(*slot).callees;
        effects.called.insert(callees.begin(), callees.end());
      }
      return true;
    };
    walker.stmt = [&](ast::StmtPtr& slot) {
      if (slot->kind == ast::StmtKind::Delete) changes(*static_cast<ast::Delete&>(*slot).target);
      return true;
    };
    ast::walk(function.body, walker);
    return effects;
  }

  Program& program_;
  std::map<const ast::VarDecl*, Span> open_;  ///< arrays that the loops around are going through
  std::map<const ast::FunctionDecl*, Effects> effects_;
};

}  // namespace

void settle_arities(Program& program) { ArityCheck(program).run(); }

void check_loops(Program& program) { LoopCheck(program).run(); }

}  // namespace coretap
