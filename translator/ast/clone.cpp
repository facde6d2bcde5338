#include "ast/ast.h"

namespace coretap::ast {

namespace {

template <typename Node>
std::unique_ptr<Node> like(const Node& node) {
  auto copy = std::make_unique<Node>();
  copy->span = node.span;
  return copy;
}

ExprPtr copy(const ExprPtr& expr) { return expr ? clone(*expr) : nullptr; }
StmtPtr copy(const StmtPtr& stmt) { return stmt ? clone(*stmt) : nullptr; }

/// A child whose static type is more precise than Expr.
template <typename Node>
std::unique_ptr<Node> copy_as(const std::unique_ptr<Node>& node) {
  if (!node) return nullptr;
  return std::unique_ptr<Node>(static_cast<Node*>(clone(*node).release()));
}

template <typename Pointer>
std::vector<Pointer> copy(const std::vector<Pointer>& list) {
  std::vector<Pointer> out;
  out.reserve(list.size());
  for (const Pointer& each : list) out.push_back(copy(each));
  return out;
}

template <typename Node>
ExprPtr copy_operand(const Node& node) {
  auto out = like(node);
  out->operand = copy(node.operand);
  return out;
}

template <typename Node>
std::unique_ptr<Node> copy_sides(const Node& node) {
  auto out = like(node);
  out->left = copy(node.left);
  out->right = copy(node.right);
  return out;
}

template <typename Node>
ExprPtr copy_operation(const Node& node) {
  auto out = copy_sides(node);
  out->op = node.op;
  if constexpr (requires { node.op_span; }) out->op_span = node.op_span;
  return out;
}

ExprPtr clone_node(const Number& node) {
  auto out = like(node);
  out->value = node.value;
  return out;
}
ExprPtr clone_node(const String& node) {
  auto out = like(node);
  out->value = node.value;
  return out;
}
ExprPtr clone_node(const Symbol& node) {
  auto out = like(node);
  out->name = node.name;
  return out;
}
ExprPtr clone_node(const Target& node) {
  auto out = like(node);
  out->name = node.name;
  out->address_of = node.address_of;
  out->components = clone(node.components);
  return out;
}
ExprPtr clone_node(const Cast& node) {
  auto out = like(node);
  out->operand = copy(node.operand);
  out->type_name = node.type_name;
  out->module = node.module;
  out->address_of = node.address_of;
  out->components = clone(node.components);
  return out;
}
ExprPtr clone_node(const AtVar& node) {
  auto out = like(node);
  out->target = node.target;
  out->module = node.module;
  out->address_of = node.address_of;
  out->components = clone(node.components);
  return out;
}
ExprPtr clone_node(const AtOp& node) {
  auto out = like(node);
  out->op = node.op;
  out->args = copy(node.args);
  return out;
}
ExprPtr clone_node(const Index& node) {
  auto out = like(node);
  out->base = copy(node.base);
  out->indexes = copy(node.indexes);
  return out;
}
ExprPtr clone_node(const Call& node) {
  auto out = like(node);
  out->function = node.function;
  out->args = copy(node.args);
  return out;
}
ExprPtr clone_node(const Unary& node) {
  auto out = like(node);
  out->op = node.op;
  out->operand = copy(node.operand);
  return out;
}
ExprPtr clone_node(const IncDec& node) {
  auto out = std::make_unique<IncDec>(node.kind);
  out->span = node.span;
  out->op = node.op;
  out->operand = copy(node.operand);
  return out;
}
ExprPtr clone_node(const Ternary& node) {
  auto out = like(node);
  out->condition = copy(node.condition);
  out->then_value = copy(node.then_value);
  out->else_value = copy(node.else_value);
  return out;
}
ExprPtr clone_node(const Regex& node) {
  auto out = like(node);
  out->negated = node.negated;
  out->left = copy(node.left);
  out->pattern = node.pattern;
  out->pattern_span = node.pattern_span;
  return out;
}
ExprPtr clone_node(const ArrayIn& node) {
  auto out = like(node);
  out->array = copy_as(node.array);
  return out;
}
ExprPtr clone_node(const HistIn& node) {
  auto out = like(node);
  out->index = copy(node.index);
  out->hist = copy_as(node.hist);
  return out;
}
ExprPtr clone_node(const Stat& node) {
  auto out = like(node);
  out->fn = node.fn;
  out->operand = copy(node.operand);
  out->shift = node.shift;
  return out;
}
ExprPtr clone_node(const Hist& node) {
  auto out = like(node);
  out->linear = node.linear;
  out->operand = copy(node.operand);
  out->low = node.low;
  out->high = node.high;
  out->step = node.step;
  return out;
}
ExprPtr clone_node(const Print& node) {
  auto out = like(node);
  out->name = node.name;
  out->to_string = node.to_string;
  out->with_format = node.with_format;
  out->with_delimiter = node.with_delimiter;
  out->with_newline = node.with_newline;
  out->is_char = node.is_char;
  out->format = node.format;
  out->pieces = node.pieces;
  out->delimiter = node.delimiter;
  out->args = copy(node.args);
  return out;
}
ExprPtr clone_node(const EmbeddedExpr& node) {
  auto out = like(node);
  out->c = node.c;
  out->arguments = copy(node.arguments);
  return out;
}

StmtPtr clone_node(const Block& node) {
  auto out = like(node);
  out->statements = copy(node.statements);
  return out;
}
StmtPtr clone_node(const ExprStmt& node) {
  auto out = like(node);
  out->expr = copy(node.expr);
  return out;
}
StmtPtr clone_node(const If& node) {
  auto out = like(node);
  out->condition = copy(node.condition);
  out->then_branch = copy(node.then_branch);
  out->else_branch = copy(node.else_branch);
  return out;
}
StmtPtr clone_node(const While& node) {
  auto out = like(node);
  out->condition = copy(node.condition);
  out->body = copy(node.body);
  return out;
}
StmtPtr clone_node(const For& node) {
  auto out = like(node);
  out->init = copy(node.init);
  out->condition = copy(node.condition);
  out->step = copy(node.step);
  out->body = copy(node.body);
  return out;
}
StmtPtr clone_node(const Foreach& node) {
  auto out = like(node);
  for (const auto& key : node.keys) out->keys.push_back(copy_as(key));
  out->value = copy_as(node.value);
  out->base = copy(node.base);
  out->slice = copy(node.slice);
  out->sort_direction = node.sort_direction;
  out->sort_column = node.sort_column;
  out->sort_stat = node.sort_stat;
  out->limit = copy(node.limit);
  out->body = copy(node.body);
  return out;
}
StmtPtr clone_node(const Return& node) {
  auto out = like(node);
  out->value = copy(node.value);
  return out;
}
StmtPtr clone_node(const Delete& node) {
  auto out = like(node);
  out->target = copy(node.target);
  return out;
}
StmtPtr clone_node(const Try& node) {
  auto out = like(node);
  out->body = copy(node.body);
  out->message = copy_as(node.message);
  out->handler = copy(node.handler);
  return out;
}
StmtPtr clone_node(const EmbeddedStmt& node) {
  auto out = like(node);
  out->c = node.c;
  out->arguments = copy(node.arguments);
  return out;
}

template <typename Node, typename Base>
const Node& as(const Base& node) {
  return static_cast<const Node&>(node);
}

}  // namespace

ExprPtr clone(const Expr& expr) {
  switch (expr.kind) {
    case ExprKind::Number: return clone_node(as<Number>(expr));
    case ExprKind::String: return clone_node(as<String>(expr));
    case ExprKind::Symbol: return clone_node(as<Symbol>(expr));
    case ExprKind::Target: return clone_node(as<Target>(expr));
    case ExprKind::Cast: return clone_node(as<Cast>(expr));
    case ExprKind::AtVar: return clone_node(as<AtVar>(expr));
    case ExprKind::Entry: return copy_operand(as<Entry>(expr));
    case ExprKind::Defined: return copy_operand(as<Defined>(expr));
    case ExprKind::AtOp: return clone_node(as<AtOp>(expr));
    case ExprKind::PerfOp: return copy_operand(as<PerfOp>(expr));
    case ExprKind::Index: return clone_node(as<Index>(expr));
    case ExprKind::Call: return clone_node(as<Call>(expr));
    case ExprKind::Unary: return clone_node(as<Unary>(expr));
    case ExprKind::PreIncDec:
    case ExprKind::PostIncDec: return clone_node(as<IncDec>(expr));
    case ExprKind::Binary: return copy_operation(as<Binary>(expr));
    case ExprKind::Logical: return copy_operation(as<Logical>(expr));
    case ExprKind::Ternary: return clone_node(as<Ternary>(expr));
    case ExprKind::Assign: return copy_operation(as<Assign>(expr));
    case ExprKind::Concat: return copy_sides(as<Concat>(expr));
    case ExprKind::Compare: return copy_operation(as<Compare>(expr));
    case ExprKind::Regex: return clone_node(as<Regex>(expr));
    case ExprKind::ArrayIn: return clone_node(as<ArrayIn>(expr));
    case ExprKind::Stat: return clone_node(as<Stat>(expr));
    case ExprKind::Hist: return clone_node(as<Hist>(expr));
    case ExprKind::HistIn: return clone_node(as<HistIn>(expr));
    case ExprKind::Print: return clone_node(as<Print>(expr));
    case ExprKind::Embedded: return clone_node(as<EmbeddedExpr>(expr));
  }
  return nullptr;
}

StmtPtr clone(const Stmt& stmt) {
  switch (stmt.kind) {
    case StmtKind::Null: return like(as<NullStmt>(stmt));
    case StmtKind::Block: return clone_node(as<Block>(stmt));
    case StmtKind::Expr: return clone_node(as<ExprStmt>(stmt));
    case StmtKind::If: return clone_node(as<If>(stmt));
    case StmtKind::While: return clone_node(as<While>(stmt));
    case StmtKind::For: return clone_node(as<For>(stmt));
    case StmtKind::Foreach: return clone_node(as<Foreach>(stmt));
    case StmtKind::Return: return clone_node(as<Return>(stmt));
    case StmtKind::Break: return like(as<Break>(stmt));
    case StmtKind::Continue: return like(as<Continue>(stmt));
    case StmtKind::Next: return like(as<Next>(stmt));
    case StmtKind::Delete: return clone_node(as<Delete>(stmt));
    case StmtKind::Try: return clone_node(as<Try>(stmt));
    case StmtKind::Embedded: return clone_node(as<EmbeddedStmt>(stmt));
  }
  return nullptr;
}

ProbePoint clone(const ProbePoint& point) {
  ProbePoint out;
  out.span = point.span;
  out.components = point.components;
  out.optional = point.optional;
  out.sufficient = point.sufficient;
  out.condition = copy(point.condition);
  return out;
}

std::vector<Component> clone(const std::vector<Component>& components) {
  std::vector<Component> out;
  out.reserve(components.size());
  for (const Component& each : components) {
    Component& next = out.emplace_back();
    next.kind = each.kind;
    next.span = each.span;
    next.name = each.name;
    next.number = each.number;
    next.index = copy(each.index);
  }
  return out;
}

}  // namespace coretap::ast
