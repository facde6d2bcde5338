#include "lower/autocast.h"

#include "ast/visitor.h"
#include "lower/lower_body.h"

namespace coretap {

Autocast::Autocast(Program& program, probes::ResolveContext& context) : context_(context) {
  for (ElaboratedProbe& probe : program.probes) collect(probe.body, &probe, nullptr);
  for (ast::FunctionDecl* function : program.functions)
    if (function->body) collect(function->body, nullptr, function);
}

void Autocast::collect(ast::StmtPtr& body, const ElaboratedProbe* probe,
                       const ast::FunctionDecl* function) {
  ast::Walker walker;
  walker.expr = [&](ast::ExprPtr& expr) {
    if (expr->kind != ast::ExprKind::Assign) return true;
    auto& assign = static_cast<ast::Assign&>(*expr);
    if (assign.op != ast::Operator::Assign || assign.left->kind != ast::ExprKind::Symbol)
      return true;
    if (const ast::VarDecl* decl = static_cast<ast::Symbol&>(*assign.left).decl)
      assigned_[decl].push_back({assign.right.get(), probe});
    return true;
  };
  walker.stmt = [&](ast::StmtPtr& stmt) {
    if (stmt->kind == ast::StmtKind::Return && function)
      if (const ast::Expr* value = static_cast<ast::Return&>(*stmt).value.get())
        returned_[function].push_back(value);
    return true;
  };
  ast::walk(body, walker);
}

void Autocast::join(Found& found, bool& conflict, const Found& next) {
  if (!next || conflict) return;
  if (!found)
    found = next;
  else
    conflict =
        found->is_kernel != next->is_kernel || found->type->spelling() != next->type->spelling();
}

/// A local is assigned where it is used. A global may come from another probe.
Autocast::Scopes Autocast::scopes_of(const Source& source, const ast::VarDecl& decl,
                                     Scopes current) const {
  if (decl.storage == ast::VarDecl::Local) return source.probe ? current : Scopes{};
  if (!source.probe || source.probe->sites.empty()) return {};
  const probes::ResolvedProbe& site = source.probe->sites.front();
  return {site.scope.get(), site.entry ? site.entry->scope.get() : nullptr};
}

Autocast::Found Autocast::type_of_variable(const ast::VarDecl& decl, Scopes scopes) {
  auto sources = assigned_.find(&decl);
  if (sources == assigned_.end() || !open_.insert(&decl).second) return std::nullopt;
  Found found;
  bool conflict = false;
  for (const Source& source : sources->second)
    join(found, conflict, type_of(*source.value, scopes_of(source, decl, scopes)));
  open_.erase(&decl);
  return conflict ? std::nullopt : found;
}

Autocast::Found Autocast::type_of_call(const ast::Call& call) {
  Found found;
  bool conflict = false;
  for (ast::FunctionDecl* callee : call.callees) {
    if (callee->c) {
      if (!callee->c->pointer.empty())
        join(found, conflict, probes::kernel_pointer(callee->c->pointer, call.span, context_));
      continue;
    }
    if (!open_.insert(callee).second) continue;
    for (const ast::Expr* value : returned_[callee]) join(found, conflict, type_of(*value, {}));
    open_.erase(callee);
  }
  return conflict ? std::nullopt : found;
}

std::optional<probes::ValueType> Autocast::base_of(const ast::Cast& cast, Scopes scopes) {
  return type_of(*cast.operand, scopes);
}

std::optional<probes::ValueType> Autocast::type_of(const ast::Expr& expr, Scopes scopes) {
  switch (expr.kind) {
    case ast::ExprKind::Symbol: {
      const ast::VarDecl* decl = static_cast<const ast::Symbol&>(expr).decl;
      return decl ? type_of_variable(*decl, scopes) : std::nullopt;
    }
    case ast::ExprKind::Target:
    case ast::ExprKind::AtVar: {
      Found found = probes::value_type(expr, scopes.here, context_);
      return found || !scopes.entry ? found : probes::value_type(expr, scopes.entry, context_);
    }
    case ast::ExprKind::Cast: {
      auto& cast = static_cast<const ast::Cast&>(expr);
      if (!cast.type_name.empty()) return probes::value_type(expr, scopes.here, context_);
      Found base = base_of(cast, scopes);
      return base ? probes::member_type(*base, cast) : std::nullopt;
    }
    case ast::ExprKind::Entry:
      return type_of(*static_cast<const ast::Entry&>(expr).operand, {scopes.entry, nullptr});
    case ast::ExprKind::Assign: {
      auto& assign = static_cast<const ast::Assign&>(expr);
      return assign.op == ast::Operator::Assign ? type_of(*assign.right, scopes) : std::nullopt;
    }
    case ast::ExprKind::Ternary: {
      auto& choice = static_cast<const ast::Ternary&>(expr);
      Found found;
      bool conflict = false;
      join(found, conflict, type_of(*choice.then_value, scopes));
      join(found, conflict, type_of(*choice.else_value, scopes));
      return conflict ? std::nullopt : found;
    }
    case ast::ExprKind::Call: return type_of_call(static_cast<const ast::Call&>(expr));
    default: return std::nullopt;
  }
}

}  // namespace coretap
