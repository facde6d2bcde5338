#include "StpLexer.h"
#include "support/internal_error.h"
#include "syntax/build_ast.h"
#include "syntax/literals.h"
#include "syntax/operator_tokens.h"

namespace coretap::syntax {

using namespace ast;
using P = StpParser;

namespace {

template <typename Tree>
Tree* as(antlr4::ParserRuleContext* tree) {
  return dynamic_cast<Tree*>(tree);
}

/// `x in a` and `[x, y] in a` as written, without parentheses around.
bool is_bare_in(P::ExprContext* tree) {
  return as<P::InExprContext>(tree) || as<P::TupleInExprContext>(tree);
}

/// Is the histogram with which `operand` begins the base of `[index]` or an argument of a call?
/// (Which calls take one is for the call to say.)
bool takes_histogram(P::OperandContext* operand) {
  if (!operand->suffix().empty()) return as<P::IndexSuffixContext>(operand->suffix(0));
  auto* expr = dynamic_cast<P::OperandExprContext*>(operand->parent);
  return expr && !expr->INCREMENT() && !expr->DECREMENT() &&
         dynamic_cast<P::ArgumentsContext*>(expr->parent) &&
         dynamic_cast<P::CallPrimaryContext*>(expr->parent->parent);
}

std::vector<Component>* components_of(Expr& expr) {
  switch (expr.kind) {
    case ExprKind::Target: return &static_cast<Target&>(expr).components;
    case ExprKind::Cast: return &static_cast<Cast&>(expr).components;
    case ExprKind::AtVar: return &static_cast<AtVar&>(expr).components;
    default: return nullptr;
  }
}

bool* address_flag_of(Expr& expr) {
  switch (expr.kind) {
    case ExprKind::Target: return &static_cast<Target&>(expr).address_of;
    case ExprKind::Cast: return &static_cast<Cast&>(expr).address_of;
    case ExprKind::AtVar: return &static_cast<AtVar&>(expr).address_of;
    default: return nullptr;
  }
}

bool can_be_assigned(const Expr& expr) {
  switch (expr.kind) {
    case ExprKind::Symbol:
    case ExprKind::Target:
    case ExprKind::Cast:
    case ExprKind::AtVar: return true;
    case ExprKind::Index: return static_cast<const Index&>(expr).base->kind == ExprKind::Symbol;
    default: return false;
  }
}

/// Takes the `$` or `$$` off the end of a name, and says how many there were.
size_t split_pretty(std::string& name) {
  size_t dollars = 0;
  while (name.size() > 1 && name.back() == '$') {
    name.pop_back();
    dollars++;
  }
  return dollars;
}

}  // namespace

ExprPtr Builder::optional_expr(P::ExprContext* tree) { return tree ? expr(tree) : nullptr; }

ExprPtr Builder::expr(P::ExprContext* tree) {
  if (auto* each = as<P::OperandExprContext>(tree)) {
    ExprPtr value = operand(each->operand());
    if (!each->INCREMENT() && !each->DECREMENT()) return value;
    return inc_dec(ExprKind::PostIncDec, token(each->stop), std::move(value), span(tree));
  }
  if (auto* each = as<P::PrefixExprContext>(tree))
    return inc_dec(ExprKind::PreIncDec, token(each->start), operand(each->operand()), span(tree));
  if (auto* each = as<P::BinaryExprContext>(tree)) return binary(each);
  if (auto* each = as<P::AssignExprContext>(tree)) return assignment(each);
  if (auto* each = as<P::UnaryExprContext>(tree)) return unary(each);
  if (auto* each = as<P::InExprContext>(tree)) return in_expression(each);
  if (auto* each = as<P::TupleInExprContext>(tree))
    return membership(index_list(each->index()), each->inArray(), span(tree));
  if (auto* each = as<P::TernaryExprContext>(tree)) {
    auto node = make<Ternary>(tree);
    node->condition = expr(each->expr(0));
    node->then_value = expr(each->expr(1));
    node->else_value = expr(each->expr(2));
    return node;
  }
  return error_value(span(tree));
}

/// The operand of an operator that binds tighter than `in`.
ExprPtr Builder::tight(P::ExprContext* tree) {
  if (is_bare_in(tree))
    error("in-operand", span(tree), "put this 'in' test in parentheses to use its result here");
  return expr(tree);
}

// ------------------------------------------------------------------ primaries

ExprPtr Builder::primary(P::PrimaryContext* tree) {
  if (auto* each = as<P::NumberPrimaryContext>(tree))
    return number(token(each->NUMBER()), span(tree), false);
  if (auto* each = as<P::StringPrimaryContext>(tree)) {
    auto node = make<String>(tree);
    node->value = token(each->STRING_LITERAL()).text;
    return node;
  }
  if (auto* each = as<P::NamePrimaryContext>(tree)) {
    auto node = make<Symbol>(tree);
    node->name = token(each->IDENTIFIER()).text;
    // Behind an error in the arguments the parser goes on with the name alone.
    if (is_print_name(node->name) && !diagnostics_.has_parse_errors())
      error("print-arguments", span(tree),
            "'" + node->name + "' needs its arguments in parentheses")
          .hint("it is not the name of a variable");
    // Before 2.6 a '$' at the end was a letter of the name.
    size_t dollars = is_before("2.6") ? 0 : split_pretty(node->name);
    ExprPtr result = std::move(node);
    add_pretty(result, dollars, span(tree));
    return result;
  }
  if (auto* each = as<P::TargetPrimaryContext>(tree)) {
    auto node = make<Target>(tree);
    node->name = token(each->TARGET()).text;
    size_t dollars = split_pretty(node->name);
    ExprPtr result = std::move(node);
    add_pretty(result, dollars, span(tree));
    return result;
  }
  if (auto* each = as<P::CallPrimaryContext>(tree)) return call(each);
  if (auto* each = as<P::AtPrimaryContext>(tree)) return at_call(each->atCall());
  if (auto* each = as<P::ParenthesisedPrimaryContext>(tree)) return expr(each->expr());
  if (auto* each = as<P::EmbeddedPrimaryContext>(tree)) {
    const Token& code = token(each->EMBEDDED());
    auto node = make<EmbeddedExpr>(tree);
    if (allow_embedded(code.span)) node->c = EmbeddedC(code.text.substr(2, code.text.size() - 4));
    for (const std::string& name : node->c.arguments) {
      auto symbol = make<Symbol>(tree);
      symbol->name = name;
      node->arguments.push_back(std::move(symbol));
    }
    return node;
  }
  return error_value(span(tree));
}

ExprPtr Builder::number(const Token& token, const Span& span, bool negative) {
  auto node = std::make_unique<Number>();
  node->span = span;
  node->value = number_value(token, negative);
  return node;
}

// ------------------------------------------------------------------ postfix

/// A value whose pointer type is inferred later: a Cast without a type name.
ExprPtr Builder::inferred_cast(ExprPtr value, const Span& at) {
  if (is_before("2.6"))
    error("autocast-compatible", at,
          "before stap 2.6 only target variables, @cast() and @var() could be dereferenced")
        .hint("--compatible=" + context_.facts->systemtap_version + " asks for that language");
  auto cast = std::make_unique<Cast>();
  cast->span = value->span;
  cast->operand = std::move(value);
  return cast;
}

/// Hangs `component` on what is left of it: a further step of a target variable, or else the
/// first step from a value.
void Builder::add_component(ExprPtr& base, Component component, const Span& span) {
  component.span = span;
  if (!components_of(*base)) base = inferred_cast(std::move(base), span);
  std::vector<Component>& components = *components_of(*base);
  if (!components.empty() && components.back().kind == Component::Pretty)
    error("after-pretty", span, "nothing can follow the '$' that prints a whole structure");
  components.push_back(std::move(component));
  base->span = span;
}

/// `primary` with its `[…]`, `->name` and `$`, from left to right.
ExprPtr Builder::operand(P::OperandContext* tree) {
  ExprPtr base = primary(tree->primary());
  if (base->kind == ExprKind::Hist && !takes_histogram(tree))
    error("histogram-value", base->span, "a histogram is not a number or a string")
        .hint("print it with print(), take one bucket with [index], or go over it with foreach");
  Span whole = span(tree);
  // ($a)->b and (x)[1] start anew from a value: only $a->b is one target variable, and only x[1]
  // is an element of a script's array.
  bool is_value = as<P::ParenthesisedPrimaryContext>(tree->primary());
  for (P::SuffixContext* suffix : tree->suffix()) {
    if (is_value) base = inferred_cast(std::move(base), whole);
    is_value = false;
    if (auto* each = as<P::MemberSuffixContext>(suffix)) {
      add_member(base, token(each->name()->start).text, whole);
    } else if (auto* each = as<P::IndexSuffixContext>(suffix)) {
      add_index(base, each->index(), whole);
    } else if (auto* each = as<P::PrettySuffixContext>(suffix)) {
      add_pretty(base, token(each->PRETTY()).text.size(), whole);
    }
  }
  return base;
}

void Builder::add_pretty(ExprPtr& base, size_t dollars, const Span& span) {
  if (!dollars) return;
  Component component;
  component.kind = Component::Pretty;
  component.number = static_cast<int64_t>(dollars);
  add_component(base, std::move(component), span);
}

void Builder::add_member(ExprPtr& base, std::string name, const Span& span) {
  Component member;
  member.kind = Component::Member;
  size_t dollars = split_pretty(name);
  member.name = std::move(name);
  add_component(base, std::move(member), span);
  add_pretty(base, dollars, span);
}

void Builder::add_index(ExprPtr& base, P::IndexContext* tree, const Span& span) {
  std::vector<ExprPtr> indexes = index_list(tree);
  if (base->kind == ExprKind::Symbol || base->kind == ExprKind::Hist) {
    auto node = std::make_unique<Index>();
    node->span = span;
    node->base = std::move(base);
    node->indexes = std::move(indexes);
    base = std::move(node);
    return;
  }
  // Not a script's array: an element of an array in the traced program.
  Component component;
  component.kind = Component::ExprIndex;
  if (indexes.size() != 1 || !indexes[0]) {
    error("target-index", this->span(tree), "an array in the target has one index at a time")
        .hint("write $a[i][j] for an array of arrays");
    indexes[0] = error_value(span);
  }
  if (indexes[0]->kind == ExprKind::Number) {
    component.kind = Component::LiteralIndex;
    component.number = static_cast<Number&>(*indexes[0]).value;
  } else {
    component.index = std::move(indexes[0]);
  }
  add_component(base, std::move(component), span);
}

std::vector<ExprPtr> Builder::index_list(P::IndexContext* tree) {
  std::vector<ExprPtr> indexes;
  for (P::IndexItemContext* item : tree->indexItem())
    indexes.push_back(optional_expr(item->expr()));
  return indexes;
}

// ------------------------------------------------------------------ operators

ExprPtr Builder::unary(P::UnaryExprContext* tree) {
  const Token& op = token(tree->start);
  ExprPtr value = tight(tree->expr());
  if (op.type == StpLexer::AMPERSAND) return address_of(tree, std::move(value), op.span);
  if (op.type == StpLexer::MINUS && value->kind == ExprKind::Number) {
    auto& literal = static_cast<Number&>(*value);
    literal.value = static_cast<int64_t>(0 - static_cast<uint64_t>(literal.value));
    literal.span = span(tree);
    return value;
  }
  auto node = make<Unary>(tree);
  node->op = operator_of(op.type, Shape::Unary);
  node->operand = std::move(value);
  return node;
}

/// Whether there is something that has an address is for later passes to say: the macro
/// @choose_defined makes &(@defined(x) ? x : y), which is decided and thereby turned into &x or &y.
ExprPtr Builder::address_of(P::UnaryExprContext* tree, ExprPtr value, const Span& at) {
  if (as<P::UnaryExprContext>(tree->expr()) || as<P::PrefixExprContext>(tree->expr()))
    error("address-of", at, "'&' cannot stand before another operator")
        .hint("write &$var, &$var->member or &@cast(p, \"type\")->member");
  bool* flag = address_flag_of(*value);
  if (flag && *flag) error("address-of", at, "this takes the address of an address");
  bool in_parentheses = token(tree->expr()->start).type == StpLexer::LPAREN;
  if (!flag || (in_parentheses && is_before("2.6"))) value = inferred_cast(std::move(value), at);
  *address_flag_of(*value) = true;
  value->span = span(tree);
  return value;
}

ExprPtr Builder::inc_dec(ExprKind kind, const Token& op, ExprPtr value, const Span& span) {
  if (!can_be_assigned(*value))
    diagnostics_.semantic_error("not-assignable", value->span,
                                "'" + op.text + "' changes a variable; this is only a value");
  auto node = std::make_unique<IncDec>(kind);
  node->span = span;
  node->op = operator_of(op.type, Shape::Step);
  node->operand = std::move(value);
  return node;
}

ExprPtr Builder::binary(P::BinaryExprContext* tree) {
  // The operator is the token between the operands: child 1 of three.
  auto* op_node = dynamic_cast<antlr4::tree::TerminalNode*>(tree->children[1]);
  Operator op = infix_operator(token(op_node).type);
  bool tighter_than_in = info(op).level > Level::In;
  auto fill = [&](auto node) -> ExprPtr {
    auto side = [&](P::ExprContext* each) { return tighter_than_in ? tight(each) : expr(each); };
    node->left = side(tree->expr(0));
    node->right = side(tree->expr(1));
    return node;
  };
  auto fill_op = [&](auto node) -> ExprPtr {
    node->op = op;
    return fill(std::move(node));
  };
  switch (info(op).shape) {
    case Shape::Arithmetic: {
      auto node = make<Binary>(tree);
      node->op_span = token(op_node).span;
      return fill_op(std::move(node));
    }
    case Shape::Concat: return fill(make<Concat>(tree));
    case Shape::Compare: return fill_op(make<Compare>(tree));
    case Shape::Match: return regex(tree, op);
    case Shape::Logical: return fill_op(make<Logical>(tree));
    case Shape::Step:
    case Shape::Unary:
    case Shape::Assign: break;
  }
  internal_error(std::string("binaryExpr with '") + spelling(op) + "'");
}

ExprPtr Builder::regex(P::BinaryExprContext* tree, Operator op) {
  auto node = make<Regex>(tree);
  node->negated = op == Operator::NotMatch;
  node->left = tight(tree->expr(0));
  ExprPtr pattern = tight(tree->expr(1));
  node->pattern_span = pattern->span;
  if (pattern->kind == ExprKind::String)
    node->pattern = static_cast<String&>(*pattern).value;
  else
    error(
        "regex-literal", pattern->span,
        std::string("the pattern of '") + spelling(op) + "' must be a string that is written here")
        .hint("patterns are compiled before the script runs; a variable cannot hold one");
  return node;
}

ExprPtr Builder::in_expression(P::InExprContext* tree) {
  std::vector<ExprPtr> indexes;
  indexes.push_back(tight(tree->expr()));
  return membership(std::move(indexes), tree->inArray(), span(tree));
}

ExprPtr Builder::membership(std::vector<ExprPtr> indexes, P::InArrayContext* array,
                            const Span& span) {
  if (array->atCall()) {
    ExprPtr hist = at_call(array->atCall());
    if (hist->kind != ExprKind::Hist || indexes.size() != 1 || !indexes[0]) {
      error("in-histogram", hist->span, "the right side of 'in' is an array or a histogram");
      return error_value(span);
    }
    auto node = std::make_unique<HistIn>();
    node->span = span;
    node->index = std::move(indexes[0]);
    node->hist.reset(static_cast<Hist*>(hist.release()));
    return node;
  }
  auto symbol = std::make_unique<Symbol>();
  symbol->span = token(array->IDENTIFIER()).span;
  symbol->name = token(array->IDENTIFIER()).text;
  auto node = std::make_unique<ArrayIn>();
  node->span = span;
  node->array = std::make_unique<Index>();
  node->array->span = span;
  node->array->base = std::move(symbol);
  node->array->indexes = std::move(indexes);
  return node;
}

ExprPtr Builder::assignment(P::AssignExprContext* tree) {
  auto* op_node = dynamic_cast<antlr4::tree::TerminalNode*>(tree->children[1]);
  auto node = make<Assign>(tree);
  node->op = operator_of(token(op_node).type, Shape::Assign);
  node->op_span = token(op_node).span;
  node->left = expr(tree->expr(0));
  node->right = expr(tree->expr(1));
  if (!can_be_assigned(*node->left))
    diagnostics_.semantic_error(
        "not-assignable", node->left->span,
        std::string("'") + spelling(node->op) + "' needs a variable on its left");
  return node;
}

}  // namespace coretap::syntax
