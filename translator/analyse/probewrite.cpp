// @probewrite(var): does the handler that uses an alias write to `var`? The alias's bodies ask; what
// they ask about is the text of the handler's own body, so the answer is a constant of each probe.
#include "analyse/probewrite.h"

#include <set>
#include <string>

#include "ast/visitor.h"

namespace coretap {

namespace {

/// A variable with its array's keys and its members left out; "" for what is no variable.
std::string variable_of(const ast::Expr& expr) {
  switch (expr.kind) {
    case ast::ExprKind::Index: return variable_of(*static_cast<const ast::Index&>(expr).base);
    case ast::ExprKind::Symbol: return static_cast<const ast::Symbol&>(expr).name;
    case ast::ExprKind::Target: return "$" + static_cast<const ast::Target&>(expr).name;
    default: return "";
  }
}

std::set<std::string> written_in(ast::StmtPtr& handler) {
  std::set<std::string> names;
  ast::Walker walker;
  walker.expr = [&](ast::ExprPtr& expr) {
    if (expr->kind == ast::ExprKind::Assign)
      names.insert(variable_of(*static_cast<ast::Assign&>(*expr).left));
    if (expr->kind == ast::ExprKind::PreIncDec || expr->kind == ast::ExprKind::PostIncDec)
      names.insert(variable_of(*static_cast<ast::IncDec&>(*expr).operand));
    return true;
  };
  ast::walk(handler, walker);
  return names;
}

}  // namespace

void answer_probewrite(ast::StmtPtr& handler, ast::StmtPtr& whole) {
  std::set<std::string> written = written_in(handler);
  ast::Walker walker;
  walker.expr = [&](ast::ExprPtr& expr) {
    if (expr->kind != ast::ExprKind::AtOp) return true;
    const auto& op = static_cast<const ast::AtOp&>(*expr);
    if (op.op != ast::AtOperator::ProbeWrite) return true;
    std::string variable = variable_of(*op.args[0]);
    auto answer = std::make_unique<ast::Number>();
    answer->span = op.span;
    answer->value = !variable.empty() && written.contains(variable);
    expr = std::move(answer);
    return true;
  };
  ast::walk(whole, walker);
}

}  // namespace coretap
