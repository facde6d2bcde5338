#include "ast/visitor.h"

namespace coretap::ast {

namespace {

template <typename Node, typename Base>
Node& as(Base& node) {
  return static_cast<Node&>(node);
}

void visit(ExprPtr& slot, const ExprSlot& on_expr) {
  if (slot) on_expr(slot);
}

void visit(std::vector<ExprPtr>& slots, const ExprSlot& on_expr) {
  for (ExprPtr& each : slots) visit(each, on_expr);
}

/// A child that is held by a pointer to its own class: lent out as an ExprPtr and taken back.
template <typename Node>
void visit_precise(std::unique_ptr<Node>& slot, const ExprSlot& on_expr) {
  if (!slot) return;
  ExprPtr lent = std::move(slot);
  on_expr(lent);
  slot.reset(static_cast<Node*>(lent.release()));
}

void visit(std::vector<Component>& components, const ExprSlot& on_expr) {
  for (Component& each : components) visit(each.index, on_expr);
}

template <typename Node>
void visit_sides(Node& node, const ExprSlot& on_expr) {
  visit(node.left, on_expr);
  visit(node.right, on_expr);
}

void visit_stmt(StmtPtr& slot, const StmtSlot& on_stmt) {
  if (slot) on_stmt(slot);
}

}  // namespace

void for_each_child(Expr& expr, const ExprSlot& on_expr) {
  switch (expr.kind) {
    case ExprKind::Number:
    case ExprKind::String:
    case ExprKind::Symbol: break;
    case ExprKind::Embedded: visit(as<EmbeddedExpr>(expr).arguments, on_expr); break;
    case ExprKind::Target: visit(as<Target>(expr).components, on_expr); break;
    case ExprKind::Cast:
      visit(as<Cast>(expr).operand, on_expr);
      visit(as<Cast>(expr).components, on_expr);
      break;
    case ExprKind::AtVar: visit(as<AtVar>(expr).components, on_expr); break;
    case ExprKind::Entry: visit(as<Entry>(expr).operand, on_expr); break;
    case ExprKind::Defined: visit(as<Defined>(expr).operand, on_expr); break;
    case ExprKind::AtOp: visit(as<AtOp>(expr).args, on_expr); break;
    case ExprKind::PerfOp: visit(as<PerfOp>(expr).operand, on_expr); break;
    case ExprKind::Index:
      visit(as<Index>(expr).base, on_expr);
      visit(as<Index>(expr).indexes, on_expr);
      break;
    case ExprKind::Call: visit(as<Call>(expr).args, on_expr); break;
    case ExprKind::Unary: visit(as<Unary>(expr).operand, on_expr); break;
    case ExprKind::PreIncDec:
    case ExprKind::PostIncDec: visit(as<IncDec>(expr).operand, on_expr); break;
    case ExprKind::Binary: visit_sides(as<Binary>(expr), on_expr); break;
    case ExprKind::Logical: visit_sides(as<Logical>(expr), on_expr); break;
    case ExprKind::Ternary:
      visit(as<Ternary>(expr).condition, on_expr);
      visit(as<Ternary>(expr).then_value, on_expr);
      visit(as<Ternary>(expr).else_value, on_expr);
      break;
    case ExprKind::Assign: visit_sides(as<Assign>(expr), on_expr); break;
    case ExprKind::Concat: visit_sides(as<Concat>(expr), on_expr); break;
    case ExprKind::Compare: visit_sides(as<Compare>(expr), on_expr); break;
    case ExprKind::Regex: visit(as<Regex>(expr).left, on_expr); break;
    case ExprKind::ArrayIn: visit_precise(as<ArrayIn>(expr).array, on_expr); break;
    case ExprKind::HistIn:
      visit(as<HistIn>(expr).index, on_expr);
      visit_precise(as<HistIn>(expr).hist, on_expr);
      break;
    case ExprKind::Stat: visit(as<Stat>(expr).operand, on_expr); break;
    case ExprKind::Hist: visit(as<Hist>(expr).operand, on_expr); break;
    case ExprKind::Print: visit(as<Print>(expr).args, on_expr); break;
  }
}

namespace {

void visit_foreach(Foreach& loop, const ExprSlot& on_expr, const StmtSlot& on_stmt) {
  visit_precise(loop.value, on_expr);
  for (auto& key : loop.keys) visit_precise(key, on_expr);
  visit(loop.base, on_expr);
  visit(loop.slice, on_expr);
  visit(loop.limit, on_expr);
  visit_stmt(loop.body, on_stmt);
}

}  // namespace

void for_each_child(Stmt& stmt, const ExprSlot& on_expr, const StmtSlot& on_stmt) {
  switch (stmt.kind) {
    case StmtKind::Null:
    case StmtKind::Break:
    case StmtKind::Continue:
    case StmtKind::Next: break;
    case StmtKind::Embedded: visit(as<EmbeddedStmt>(stmt).arguments, on_expr); break;
    case StmtKind::Block:
      for (StmtPtr& each : as<Block>(stmt).statements) visit_stmt(each, on_stmt);
      break;
    case StmtKind::Expr: visit(as<ExprStmt>(stmt).expr, on_expr); break;
    case StmtKind::If:
      visit(as<If>(stmt).condition, on_expr);
      visit_stmt(as<If>(stmt).then_branch, on_stmt);
      visit_stmt(as<If>(stmt).else_branch, on_stmt);
      break;
    case StmtKind::While:
      visit(as<While>(stmt).condition, on_expr);
      visit_stmt(as<While>(stmt).body, on_stmt);
      break;
    case StmtKind::For:
      visit(as<For>(stmt).init, on_expr);
      visit(as<For>(stmt).condition, on_expr);
      visit(as<For>(stmt).step, on_expr);
      visit_stmt(as<For>(stmt).body, on_stmt);
      break;
    case StmtKind::Foreach: visit_foreach(as<Foreach>(stmt), on_expr, on_stmt); break;
    case StmtKind::Return: visit(as<Return>(stmt).value, on_expr); break;
    case StmtKind::Delete: visit(as<Delete>(stmt).target, on_expr); break;
    case StmtKind::Try:
      visit_stmt(as<Try>(stmt).body, on_stmt);
      visit_precise(as<Try>(stmt).message, on_expr);
      visit_stmt(as<Try>(stmt).handler, on_stmt);
      break;
  }
}

void walk(ExprPtr& expr, const Walker& walker) {
  if (!expr) return;
  if (walker.expr && !walker.expr(expr)) return;
  for_each_child(*expr, [&](ExprPtr& child) { walk(child, walker); });
}

void walk(StmtPtr& stmt, const Walker& walker) {
  if (!stmt) return;
  if (walker.stmt && !walker.stmt(stmt)) return;
  for_each_child(
      *stmt, [&](ExprPtr& child) { walk(child, walker); },
      [&](StmtPtr& child) { walk(child, walker); });
}

void walk(ProbeDecl& probe, const Walker& walker) {
  for (ProbePoint& point : probe.points) walk(point.condition, walker);
  walk(probe.body, walker);
  walk(probe.epilogue_body, walker);
}

void walk(FunctionDecl& function, const Walker& walker) { walk(function.body, walker); }

void walk(File& file, const Walker& walker) {
  for (auto& each : file.functions) walk(*each, walker);
  for (auto& each : file.aliases) walk(*each, walker);
  for (auto& each : file.probes) walk(*each, walker);
}

}  // namespace coretap::ast
