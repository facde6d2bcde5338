#include "analyse/alias_chain.h"

namespace coretap {

void AliasClone::place(Span& span) const {
  if (!span.expanded_from) {
    span.expanded_from = use_;
    return;
  }
  // Text that a macro put into the alias: the macro's invocation is what the use expands.
  Span from = *span.expanded_from;
  place(from);
  span.expanded_from = sources_.remember(from);
}

void AliasClone::place(ast::Expr& expr) const {
  place(expr.span);
  std::vector<ast::Component>* components = nullptr;
  if (expr.kind == ast::ExprKind::Target)
    components = &static_cast<ast::Target&>(expr).components;
  else if (expr.kind == ast::ExprKind::AtVar)
    components = &static_cast<ast::AtVar&>(expr).components;
  else if (expr.kind == ast::ExprKind::Cast)
    components = &static_cast<ast::Cast&>(expr).components;
  if (!components) return;
  for (ast::Component& component : *components) place(component.span);
}

ast::Walker AliasClone::walker() const {
  ast::Walker walker;
  walker.expr = [this](ast::ExprPtr& expr) {
    place(*expr);
    return true;
  };
  walker.stmt = [this](ast::StmtPtr& stmt) {
    place(stmt->span);
    return true;
  };
  return walker;
}

ast::StmtPtr AliasClone::body(const ast::Stmt& body) const {
  ast::StmtPtr copy = ast::clone(body);
  ast::walk(copy, walker());
  return copy;
}

ast::ProbePoint AliasClone::point(const ast::ProbePoint& point) const {
  ast::ProbePoint copy = ast::clone(point);
  place(copy.span);
  for (ast::ProbeComponent& component : copy.components) place(component.span);
  if (copy.condition) ast::walk(copy.condition, walker());
  return copy;
}

}  // namespace coretap
