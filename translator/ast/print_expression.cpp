// Expressions as text, with parentheses only where stap's precedence needs them.
#include "ast/print.h"
#include "ast/text.h"

namespace coretap::ast {

namespace {

template <typename Node>
const Node& as(const Expr& expr) {
  return static_cast<const Node&>(expr);
}

Level level_of(const Expr& expr) {
  switch (expr.kind) {
    case ExprKind::Assign: return Level::Assign;
    case ExprKind::Ternary: return Level::Ternary;
    case ExprKind::Logical: return info(as<Logical>(expr).op).level;
    case ExprKind::Binary: return info(as<Binary>(expr).op).level;
    case ExprKind::ArrayIn:
    case ExprKind::HistIn: return Level::In;
    case ExprKind::Compare:
    case ExprKind::Regex: return Level::Compare;
    case ExprKind::Concat: return Level::Concat;
    case ExprKind::Unary:
    case ExprKind::PreIncDec: return Level::Unary;
    case ExprKind::Number: return as<Number>(expr).value < 0 ? Level::Unary : Level::Postfix;
    case ExprKind::Target: return as<Target>(expr).address_of ? Level::Unary : Level::Postfix;
    case ExprKind::Cast: return as<Cast>(expr).address_of ? Level::Unary : Level::Postfix;
    case ExprKind::AtVar: return as<AtVar>(expr).address_of ? Level::Unary : Level::Postfix;
    default: return Level::Postfix;
  }
}

/// `expr` where something of at least `least` is needed.
std::string at_level(const Expr& expr, Level least) {
  std::string text = print(expr);
  return level_of(expr) < least ? "(" + text + ")" : text;
}

std::string list(const std::vector<ExprPtr>& items) {
  std::string out;
  for (const ExprPtr& each : items) {
    if (!out.empty()) out += ", ";
    out += each ? print(*each) : "*";
  }
  return out;
}

std::string infix(const Expr& left, Operator op, const Expr& right) {
  Level level = info(op).level, tighter = static_cast<Level>(static_cast<int>(level) + 1);
  return at_level(left, level) + " " + spelling(op) + " " + at_level(right, tighter);
}

std::string with_components(std::string out, const std::vector<Component>& components) {
  for (const Component& each : components) {
    switch (each.kind) {
      case Component::Member: out += "->" + each.name; break;
      case Component::LiteralIndex: out += "[" + std::to_string(each.number) + "]"; break;
      case Component::ExprIndex: out += "[" + print(*each.index) + "]"; break;
      case Component::Pretty: out.append(static_cast<size_t>(each.number), '$'); break;
    }
  }
  return out;
}

std::string addressed(bool address_of, const std::string& text) {
  return address_of ? "&" + text : text;
}

std::string print_cast(const Cast& cast) {
  std::string head;
  if (cast.type_name.empty()) {
    // A value whose type is inferred. $a->b without parentheses would be one target variable.
    bool indexed = !cast.components.empty() && cast.components[0].kind != Component::Member &&
                   cast.components[0].kind != Component::Pretty;
    bool parenthesise = cast.operand->kind == ExprKind::Target ||
                        cast.operand->kind == ExprKind::Cast ||
                        cast.operand->kind == ExprKind::AtVar ||
                        (cast.operand->kind == ExprKind::Symbol && indexed);
    head =
        parenthesise ? "(" + print(*cast.operand) + ")" : at_level(*cast.operand, Level::Postfix);
  } else {
    head = "@cast(" + print(*cast.operand) + ", " + quote(cast.type_name);
    if (!cast.module.empty()) head += ", " + quote(cast.module);
    head += ")";
  }
  return addressed(cast.address_of, with_components(head, cast.components));
}

std::string print_at_var(const AtVar& var) {
  std::string head = "@var(" + quote(var.target);
  if (!var.module.empty()) head += ", " + quote(var.module);
  return addressed(var.address_of, with_components(head + ")", var.components));
}

std::string print_unary(const Unary& unary) {
  std::string operand = at_level(*unary.operand, Level::Unary);
  // "--x" would be a decrement.
  if (operand[0] == spelling(unary.op)[0]) operand = "(" + operand + ")";
  return spelling(unary.op) + operand;
}

std::string print_in(const ArrayIn& in) {
  const std::vector<ExprPtr>& indexes = in.array->indexes;
  std::string key = indexes.size() == 1 && indexes[0] ? at_level(*indexes[0], Level::Compare)
                                                      : "[" + list(indexes) + "]";
  return key + " in " + print(*in.array->base);
}

std::string print_hist(const Hist& hist) {
  if (!hist.linear) return "@hist_log(" + print(*hist.operand) + ")";
  return "@hist_linear(" + print(*hist.operand) + ", " + std::to_string(hist.low) + ", " +
         std::to_string(hist.high) + ", " + std::to_string(hist.step) + ")";
}

std::string print_stat(const Stat& stat) {
  std::string out = std::string("@") + stat_fn_name(stat.fn) + "(" + print(*stat.operand);
  if (stat.shift) out += ", " + std::to_string(*stat.shift);
  return out + ")";
}

std::string print_print(const Print& call) {
  std::string out = call.name + "(";
  if (call.with_format) out += quote(call.format);
  if (call.with_delimiter) out += quote(call.delimiter);
  if ((call.with_format || call.with_delimiter) && !call.args.empty()) out += ", ";
  return out + list(call.args) + ")";
}

std::string print_ternary(const Ternary& ternary) {
  return at_level(*ternary.condition, Level::Or) + " ? " + print(*ternary.then_value) + " : " +
         at_level(*ternary.else_value, Level::Ternary);
}

std::string print_inc_dec(const IncDec& node) {
  if (node.kind == ExprKind::PreIncDec)
    return spelling(node.op) + at_level(*node.operand, Level::Unary);
  return at_level(*node.operand, Level::Postfix) + spelling(node.op);
}

}  // namespace

std::string print(const Expr& expr) {
  switch (expr.kind) {
    case ExprKind::Number: return std::to_string(as<Number>(expr).value);
    case ExprKind::String: return quote(as<String>(expr).value);
    case ExprKind::Symbol: return as<Symbol>(expr).name;
    case ExprKind::Target: {
      auto& target = as<Target>(expr);
      return addressed(target.address_of, with_components(target.name, target.components));
    }
    case ExprKind::Cast: return print_cast(as<Cast>(expr));
    case ExprKind::AtVar: return print_at_var(as<AtVar>(expr));
    case ExprKind::Entry: return "@entry(" + print(*as<Entry>(expr).operand) + ")";
    case ExprKind::Defined: return "@defined(" + print(*as<Defined>(expr).operand) + ")";
    case ExprKind::AtOp:
      return std::string("@") + info(as<AtOp>(expr).op).spelling + "(" + list(as<AtOp>(expr).args) +
             ")";
    case ExprKind::PerfOp: return "@perf(" + print(*as<PerfOp>(expr).operand) + ")";
    case ExprKind::Index:
      return print(*as<Index>(expr).base) + "[" + list(as<Index>(expr).indexes) + "]";
    case ExprKind::Call: return as<Call>(expr).function + "(" + list(as<Call>(expr).args) + ")";
    case ExprKind::Unary: return print_unary(as<Unary>(expr));
    case ExprKind::PreIncDec:
    case ExprKind::PostIncDec: return print_inc_dec(as<IncDec>(expr));
    case ExprKind::Binary: {
      auto& node = as<Binary>(expr);
      return infix(*node.left, node.op, *node.right);
    }
    case ExprKind::Logical: {
      auto& node = as<Logical>(expr);
      return infix(*node.left, node.op, *node.right);
    }
    case ExprKind::Ternary: return print_ternary(as<Ternary>(expr));
    case ExprKind::Assign: {
      auto& node = as<Assign>(expr);
      return at_level(*node.left, Level::Ternary) + " " + spelling(node.op) + " " +
             print(*node.right);
    }
    case ExprKind::Concat:
      return infix(*as<Concat>(expr).left, Operator::Concat, *as<Concat>(expr).right);
    case ExprKind::Compare: {
      auto& node = as<Compare>(expr);
      return infix(*node.left, node.op, *node.right);
    }
    case ExprKind::Regex: {
      auto& node = as<Regex>(expr);
      return at_level(*node.left, Level::Compare) + " " +
             spelling(node.negated ? Operator::NotMatch : Operator::Match) + " " +
             quote(node.pattern);
    }
    case ExprKind::ArrayIn: return print_in(as<ArrayIn>(expr));
    case ExprKind::HistIn:
      return at_level(*as<HistIn>(expr).index, Level::Compare) + " in " +
             print(*as<HistIn>(expr).hist);
    case ExprKind::Stat: return print_stat(as<Stat>(expr));
    case ExprKind::Hist: return print_hist(as<Hist>(expr));
    case ExprKind::Print: return print_print(as<Print>(expr));
    case ExprKind::Embedded: return "%{" + as<EmbeddedExpr>(expr).c.text + "%}";
  }
  return {};
}

}  // namespace coretap::ast
