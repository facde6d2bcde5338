// Assignments nobody reads, statements that do nothing, values nobody wants.
//
// What has an effect stays, in its order. A division by zero or a bad address in what is dropped is
// no effect: SystemTap drops it too. Where SystemTap drops more (the function that a foreach's
// `limit` calls, a `=~` whose groups are asked for later), that is not followed.
#include <algorithm>

#include "analyse/elide.h"
#include "ast/visitor.h"

namespace coretap {

namespace {

template <typename Node, typename Base>
Node& as(Base& node) {
  return static_cast<Node&>(node);
}

ast::StmtPtr null_statement(const Span& at) {
  auto statement = std::make_unique<ast::NullStmt>();
  statement->span = at;
  return statement;
}

ast::StmtPtr statement_of(ast::ExprPtr expr) {
  auto statement = std::make_unique<ast::ExprStmt>();
  statement->span = expr->span;
  statement->expr = std::move(expr);
  return statement;
}

ast::ExprPtr negation(ast::ExprPtr condition) {
  if (condition->kind == ast::ExprKind::Unary &&
      as<ast::Unary>(*condition).op == ast::Operator::Not)
    return std::move(as<ast::Unary>(*condition).operand);
  auto negated = std::make_unique<ast::Unary>();
  negated->span = condition->span;
  negated->op = ast::Operator::Not;
  negated->operand = std::move(condition);
  return negated;
}

// ------------------------------------------------------------------ assignments

class AssignmentDropper {
 public:
  AssignmentDropper(const ProgramUse& use, const ElisionWarnings& warnings)
      : use_(use), warnings_(warnings) {}

  void stmt(ast::Stmt& stmt) {
    bool chosen = stmt.kind == ast::StmtKind::If && asks_defined(*as<ast::If>(stmt).condition);
    unsettled_ += chosen;
    ast::for_each_child(
        stmt, [this](ast::ExprPtr& e) { expr(e); }, [this](ast::StmtPtr& s) { this->stmt(*s); });
    unsettled_ -= chosen;
  }

  bool changed() const { return changed_; }

 private:
  void expr(ast::ExprPtr& slot) {
    ast::for_each_child(*slot, [this](ast::ExprPtr& child) { expr(child); });
    if (slot->kind != ast::ExprKind::Assign) return;
    auto& assign = as<ast::Assign>(*slot);
    if (assign.left->kind != ast::ExprKind::Symbol) return;
    const ast::VarDecl* variable = as<ast::Symbol>(*assign.left).decl;
    // A global that nobody reads is shown at the end.
    if (variable->storage == ast::VarDecl::Global || use_.is_read(variable)) return;
    // Which branch of an @defined() is compiled, and so whether the assignment is idle or just not
    // there, is decided for each site, later.
    if (!unsettled_)
      warnings_.warning("elided-assignment", assign.span,
                        "Eliding assignment to '" + variable->name + "'");
    ast::ExprPtr value = std::move(assign.right);
    slot = std::move(value);
    changed_ = true;
  }

  static bool asks_defined(const ast::Expr& condition) {
    if (condition.kind == ast::ExprKind::Defined) return true;
    bool found = false;
    ast::for_each_child(const_cast<ast::Expr&>(condition),
                        [&](ast::ExprPtr& child) { found |= asks_defined(*child); });
    return found;
  }

  const ProgramUse& use_;
  const ElisionWarnings& warnings_;
  int unsettled_ = 0;
  bool changed_ = false;
};

// ------------------------------------------------------------------ statements

class StatementDropper {
 public:
  StatementDropper(const ProgramUse& use, const ElisionWarnings& warnings)
      : use_(use), warnings_(warnings) {}

  /// Leaves null in the slot of a statement that is dropped.
  void stmt(ast::StmtPtr& slot) {
    if (!slot) return;
    switch (slot->kind) {
      case ast::StmtKind::Null: return drop(slot);
      case ast::StmtKind::Block: return block(slot);
      case ast::StmtKind::Expr: {
        if (use_.has_effect(*as<ast::ExprStmt>(*slot).expr)) return;
        warnings_.warning("elided-expression", slot->span, "Eliding side-effect-free expression");
        return drop(slot);
      }
      case ast::StmtKind::Embedded: {
        VariableUse own;
        collect_use(*slot, use_.matches_are_kept(), own);
        if (own.acts || !own.written_by_c.empty()) return;
        warnings_.warning("elided-expression", slot->span, "Eliding side-effect-free expression");
        return drop(slot);
      }
      case ast::StmtKind::If: return choice(slot);
      case ast::StmtKind::While: {
        auto& loop = as<ast::While>(*slot);
        if (keeps_body(loop.body) || use_.has_effect(*loop.condition)) return;
        return drop(slot);
      }
      case ast::StmtKind::For: {
        auto& loop = as<ast::For>(*slot);
        if (keeps_body(loop.body)) return;
        for (ast::ExprPtr* part : {&loop.init, &loop.condition, &loop.step})
          if (*part && use_.has_effect(**part)) return;
        return drop(slot);
      }
      case ast::StmtKind::Foreach: return foreach(slot);
      case ast::StmtKind::Try: {
        auto& guarded = as<ast::Try>(*slot);
        stmt(guarded.body);
        if (!guarded.body) return drop(slot);
        keeps_body(guarded.handler);
        return;
      }
      default: return;
    }
  }

  bool changed() const { return changed_; }

 private:
  void drop(ast::StmtPtr& slot) {
    slot.reset();
    changed_ = true;
  }

  /// Simplifies a body that has to be there; false if it does nothing.
  bool keeps_body(ast::StmtPtr& body) {
    if (body->kind == ast::StmtKind::Null) return false;
    Span at = body->span;
    stmt(body);
    if (body) return true;
    body = null_statement(at);
    return false;
  }

  void block(ast::StmtPtr& slot) {
    auto& statements = as<ast::Block>(*slot).statements;
    for (ast::StmtPtr& statement : statements) stmt(statement);
    std::erase(statements, nullptr);
    if (statements.empty()) drop(slot);
  }

  void choice(ast::StmtPtr& slot) {
    auto& choice = as<ast::If>(*slot);
    stmt(choice.then_branch);
    stmt(choice.else_branch);
    if (choice.then_branch) return;
    changed_ = true;
    if (choice.else_branch) {
      choice.condition = negation(std::move(choice.condition));
      choice.then_branch = std::move(choice.else_branch);
    } else if (use_.has_effect(*choice.condition)) {
      ast::ExprPtr condition = std::move(choice.condition);
      slot = statement_of(std::move(condition));
    } else {
      slot.reset();
    }
  }

  void foreach(ast::StmtPtr& slot) {
    auto& loop = as<ast::Foreach>(*slot);
    if (keeps_body(loop.body)) return;
    auto is_read = [this](const std::unique_ptr<ast::Symbol>& symbol) {
      return symbol &&
             (symbol->decl->storage == ast::VarDecl::Global || use_.is_read(symbol->decl));
    };
    if (is_read(loop.value) || std::any_of(loop.keys.begin(), loop.keys.end(), is_read)) return;
    if (loop.limit && use_.has_effect(*loop.limit)) return;
    for (const ast::ExprPtr& key : loop.slice)
      if (key && use_.has_effect(*key)) return;
    drop(slot);
  }

  const ProgramUse& use_;
  const ElisionWarnings& warnings_;
  bool changed_ = false;
};

// ------------------------------------------------------------------ values

class ValueDropper {
 public:
  explicit ValueDropper(const ProgramUse& use) : use_(use) {}

  void stmt(ast::StmtPtr& slot) {
    if (slot->kind != ast::StmtKind::Expr)
      return ast::for_each_child(
          *slot, [](ast::ExprPtr&) {}, [this](ast::StmtPtr& s) { stmt(s); });
    Span at = slot->span;
    const ast::Expr* whole = as<ast::ExprStmt>(*slot).expr.get();
    std::vector<ast::StmtPtr> parts = effects_of(std::move(as<ast::ExprStmt>(*slot).expr));
    bool same = parts.size() == 1 && parts[0]->kind == ast::StmtKind::Expr &&
                as<ast::ExprStmt>(*parts[0]).expr.get() == whole;
    if (same) {
      as<ast::ExprStmt>(*slot).expr = std::move(as<ast::ExprStmt>(*parts[0]).expr);
      return;
    }
    slot = joined(std::move(parts), at);
    changed_ = true;
  }

  bool changed() const { return changed_; }

 private:
  static ast::StmtPtr joined(std::vector<ast::StmtPtr> parts, const Span& at) {
    if (parts.size() == 1) return std::move(parts[0]);
    auto block = std::make_unique<ast::Block>();
    block->span = at;
    block->statements = std::move(parts);
    return block;
  }

  std::vector<ast::StmtPtr> effects_of(ast::ExprPtr expr) {
    std::vector<ast::StmtPtr> parts;
    if (!use_.has_effect(*expr)) return parts;
    switch (expr->kind) {
      case ast::ExprKind::Logical: return effects_of_logical(std::move(expr));
      case ast::ExprKind::Ternary: return effects_of_ternary(std::move(expr));
      case ast::ExprKind::Unary:
      case ast::ExprKind::Binary:
      case ast::ExprKind::Compare:
      case ast::ExprKind::Concat:
      case ast::ExprKind::Index:
      case ast::ExprKind::ArrayIn: break;
      case ast::ExprKind::Print:
        if (as<ast::Print>(*expr).to_string) break;
        parts.push_back(statement_of(std::move(expr)));
        return parts;
      case ast::ExprKind::Call: {
        auto& callees = as<ast::Call>(*expr).callees;
        bool acts = std::any_of(callees.begin(), callees.end(), [this](ast::FunctionDecl* callee) {
          return use_.has_effect(callee);
        });
        if (!acts) break;
        parts.push_back(statement_of(std::move(expr)));
        return parts;
      }
      default: parts.push_back(statement_of(std::move(expr))); return parts;
    }
    ast::for_each_child(*expr, [&](ast::ExprPtr& child) { add(parts, child); });
    return parts;
  }

  /// Adds what of a child does something.
  void add(std::vector<ast::StmtPtr>& parts, ast::ExprPtr& child) {
    if (!use_.has_effect(*child)) return;
    for (ast::StmtPtr& part : effects_of(std::move(child))) parts.push_back(std::move(part));
  }

  std::vector<ast::StmtPtr> effects_of_logical(ast::ExprPtr expr) {
    auto& logical = as<ast::Logical>(*expr);
    std::vector<ast::StmtPtr> right = effects_of(std::move(logical.right));
    if (right.empty()) return effects_of(std::move(logical.left));
    auto choice = std::make_unique<ast::If>();
    choice->span = expr->span;
    choice->condition = ast::settling_truth(logical.op) ? negation(std::move(logical.left))
                                                        : std::move(logical.left);
    choice->then_branch = joined(std::move(right), expr->span);
    return one(std::move(choice));
  }

  std::vector<ast::StmtPtr> effects_of_ternary(ast::ExprPtr expr) {
    auto& ternary = as<ast::Ternary>(*expr);
    std::vector<ast::StmtPtr> yes = effects_of(std::move(ternary.then_value)),
                              no = effects_of(std::move(ternary.else_value));
    if (yes.empty() && no.empty()) return effects_of(std::move(ternary.condition));
    auto choice = std::make_unique<ast::If>();
    choice->span = expr->span;
    choice->condition = std::move(ternary.condition);
    if (yes.empty()) {
      choice->condition = negation(std::move(choice->condition));
      std::swap(yes, no);
    }
    choice->then_branch = joined(std::move(yes), expr->span);
    if (!no.empty()) choice->else_branch = joined(std::move(no), expr->span);
    return one(std::move(choice));
  }

  static std::vector<ast::StmtPtr> one(ast::StmtPtr statement) {
    std::vector<ast::StmtPtr> parts;
    parts.push_back(std::move(statement));
    return parts;
  }

  const ProgramUse& use_;
  bool changed_ = false;
};

}  // namespace

bool drop_dead_assignments(ast::StmtPtr& body, const ProgramUse& use,
                           const ElisionWarnings& warnings) {
  AssignmentDropper dropper(use, warnings);
  dropper.stmt(*body);
  return dropper.changed();
}

bool drop_idle_statements(ast::StmtPtr& body, const ProgramUse& use,
                          const ElisionWarnings& warnings) {
  StatementDropper dropper(use, warnings);
  dropper.stmt(body);
  return dropper.changed();
}

bool keep_effects_only(ast::StmtPtr& body, const ProgramUse& use) {
  ValueDropper dropper(use);
  dropper.stmt(body);
  return dropper.changed();
}

}  // namespace coretap
