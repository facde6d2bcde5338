// `x = … x …` as one atomic operation.
//
// SystemTap locks the globals of a handler, so `n = n + 1` counts right whatever runs side by side. BPF
// has no such lock: a read and a write of their own lose what another CPU writes between them. So an
// assignment that computes the new value from the old one becomes an update (ir::UpdateStep), which the
// emitters make with one atomic instruction or by compare-and-exchange, as they do `x op= e`.
//
// That is possible where x occurs once in its own new value, at the end of a chain of arithmetic whose other
// operands have nothing to do with x: `(k - x) * 2 % 10` is "reversed sub k, mul 2, mod 10". The larger and
// the smaller of x and a value are such steps too, as `x > e ? x : e` and as `if (e > x) x = e`.
// What remains a read and a write is for racing_updates.cpp to find.
#include <algorithm>
#include <set>

#include "analyse/operations.h"
#include "analyse/variable_use.h"
#include "ast/dump.h"
#include "ast/visitor.h"
#include "lower/lower_body.h"

namespace coretap {

using ast::Operator;
using ir::Op;
using ir::Ty;
using ir::UpdateStep;

namespace {

/// All that evaluating an expression does, with the functions that it calls.
VariableUse whole_use(const ast::Expr& expr) {
  VariableUse use;
  collect_use(const_cast<ast::Expr&>(expr), false, use);
  std::set<const ast::FunctionDecl*> seen;
  while (seen.size() < use.called.size()) {
    for (const ast::FunctionDecl* callee : std::set<const ast::FunctionDecl*>(use.called)) {
      if (!seen.insert(callee).second) continue;
      if (callee->c)
        use.acts |= !callee->c->pure;
      else if (callee->body)
        collect_use(*callee->body, false, use);
    }
  }
  return use;
}

const ast::VarDecl* variable_of(const ast::Expr& place) {
  if (place.kind == ast::ExprKind::Symbol) return static_cast<const ast::Symbol&>(place).decl;
  if (place.kind != ast::ExprKind::Index) return nullptr;
  const ast::Expr& base = *static_cast<const ast::Index&>(place).base;
  return base.kind == ast::ExprKind::Symbol ? static_cast<const ast::Symbol&>(base).decl : nullptr;
}

bool mentions(const ast::Expr& expr, const ast::VarDecl* variable) {
  VariableUse use = whole_use(expr);
  return use.read.count(variable) || use.written.count(variable) ||
         use.read_by_c.count(variable->name) || use.written_by_c.count(variable->name);
}

/// May it be evaluated once instead of twice?
bool is_repeatable(const ast::Expr& expr) {
  VariableUse use = whole_use(expr);
  bool writes_global =
      std::any_of(use.written.begin(), use.written.end(), [](const ast::VarDecl* variable) {
        return variable && variable->storage == ast::VarDecl::Global;
      });
  VariableUse own;
  collect_use(const_cast<ast::Expr&>(expr), false, own);
  return !use.acts && !writes_global && own.written.empty() && use.written_by_c.empty();
}

/// Do both name one variable, or one element of it?
bool same_place(const ast::Expr& a, const ast::Expr& b) {
  if (a.kind != b.kind || !variable_of(a) || variable_of(a) != variable_of(b)) return false;
  if (a.kind == ast::ExprKind::Symbol) return true;
  const auto& left = static_cast<const ast::Index&>(a).indexes;
  const auto& right = static_cast<const ast::Index&>(b).indexes;
  if (left.size() != right.size()) return false;
  for (size_t i = 0; i < left.size(); i++)
    if (!left[i] || !right[i] || !ast::equal(*left[i], *right[i]) || !is_repeatable(*left[i]))
      return false;
  return true;
}

/// `left > right`, `>=`, `<` or `<=`, as: which side is the larger one if it holds.
bool is_order(const ast::Expr& expr, bool& left_is_larger) {
  if (expr.kind != ast::ExprKind::Compare) return false;
  Operator op = static_cast<const ast::Compare&>(expr).op;
  left_is_larger = op == Operator::Greater || op == Operator::GreaterEqual;
  return left_is_larger || op == Operator::Less || op == Operator::LessEqual;
}

struct Step {
  UpdateStep step;
  ast::Expr* value = nullptr;  ///< or null: `constant`
  int64_t constant = 0;
};

/// How a new value comes from the old one.
class Chain {
 public:
  explicit Chain(const ast::Expr& place) : place_(place), variable_(variable_of(place)) {}

  std::vector<Step> steps;         ///< in the order in which they are done
  std::vector<ast::Expr*> values;  ///< the steps' values in the script's order

  bool follow(ast::Expr& expr) {
    if (same_place(expr, place_)) return true;
    switch (expr.kind) {
      case ast::ExprKind::Unary: return unary(static_cast<ast::Unary&>(expr));
      case ast::ExprKind::Binary: return binary(static_cast<ast::Binary&>(expr));
      case ast::ExprKind::Ternary: return ternary(static_cast<ast::Ternary&>(expr));
      default: return false;
    }
  }

  /// `if (value > x) x = value`.
  bool keeps_extreme(ast::Expr& condition, ast::Expr& value) {
    bool left_is_larger;
    if (!is_order(condition, left_is_larger)) return false;
    auto& compare = static_cast<ast::Compare&>(condition);
    bool value_left = same_place(*compare.right, place_) && ast::equal(*compare.left, value);
    bool value_right = same_place(*compare.left, place_) && ast::equal(*compare.right, value);
    if (value_left == value_right || !is_repeatable(value) || mentions(value, variable_))
      return false;
    values.push_back(&value);
    steps.push_back(
        {{value_left == left_is_larger ? UpdateStep::KeepLarger : UpdateStep::KeepSmaller},
         &value});
    return true;
  }

 private:
  bool unary(ast::Unary& expr) {
    if (expr.op == Operator::Not || !follow(*expr.operand)) return false;
    if (expr.op == Operator::Negate)
      steps.push_back({{UpdateStep::Arithmetic, Op::Sub, true}, nullptr, 0});
    if (expr.op == Operator::Complement)
      steps.push_back({{UpdateStep::Arithmetic, Op::Xor}, nullptr, -1});
    return true;
  }

  bool binary(ast::Binary& expr) {
    bool in_left = mentions(*expr.left, variable_), in_right = mentions(*expr.right, variable_);
    if (in_left == in_right) return false;
    ast::Expr &inner = in_left ? *expr.left : *expr.right,
              &value = in_left ? *expr.right : *expr.left;
    if (in_right) values.push_back(&value);
    if (!follow(inner)) return false;
    if (in_left) values.push_back(&value);
    UpdateStep step{UpdateStep::Arithmetic, operation_of(expr.op), in_right};
    static const std::set<Op> kCommute = {Op::Add, Op::Mul, Op::And, Op::Or, Op::Xor};
    if (kCommute.count(step.op)) step.reversed = false;
    if (step.reversed && (step.op == Op::Div || step.op == Op::Mod)) return false;  // x may be 0
    steps.push_back({step, &value});
    return true;
  }

  /// `x > value ? x : value`.
  bool ternary(ast::Ternary& expr) {
    bool left_is_larger;
    if (!is_order(*expr.condition, left_is_larger)) return false;
    auto& compare = static_cast<ast::Compare&>(*expr.condition);
    bool x_first = same_place(*expr.then_value, place_);
    ast::Expr &x = x_first ? *expr.then_value : *expr.else_value,
              &value = x_first ? *expr.else_value : *expr.then_value;
    bool x_left = same_place(*compare.left, place_);
    ast::Expr& compared = x_left ? *compare.right : *compare.left;
    if (!same_place(x, place_) || !same_place(x_left ? *compare.left : *compare.right, place_) ||
        !ast::equal(compared, value) || !is_repeatable(value) || mentions(value, variable_))
      return false;
    bool keeps_left = x_first == x_left;
    values.push_back(&value);
    steps.push_back(
        {{keeps_left == left_is_larger ? UpdateStep::KeepLarger : UpdateStep::KeepSmaller},
         &value});
    return true;
  }

  const ast::Expr& place_;
  const ast::VarDecl* variable_;
};

bool is_shared_number(const ast::Expr& place) {
  const ast::VarDecl* variable = variable_of(place);
  return variable && variable->storage == ast::VarDecl::Global && variable->type == ast::Type::Long;
}

/// The assignment that is all of a statement, or null.
ast::Assign* only_assignment(ast::Stmt* stmt) {
  while (stmt && stmt->kind == ast::StmtKind::Block) {
    auto& statements = static_cast<ast::Block&>(*stmt).statements;
    stmt = statements.size() == 1 ? statements[0].get() : nullptr;
  }
  if (!stmt || stmt->kind != ast::StmtKind::Expr) return nullptr;
  ast::Expr& expr = *static_cast<ast::ExprStmt&>(*stmt).expr;
  if (expr.kind != ast::ExprKind::Assign) return nullptr;
  auto& assign = static_cast<ast::Assign&>(expr);
  return assign.op == Operator::Assign ? &assign : nullptr;
}

}  // namespace

/// `x op= value`, or what Chain has found.
struct UpdateChain {
  std::vector<Step> steps;
  std::vector<ast::Expr*> values;
  bool only_changes = false;  ///< an element that would be made with 0 is not made
};

/// The sum that the chain adds to x, if it does no more than that.
std::optional<ir::Operand> BodyLowering::added_sum(
    const UpdateChain& chain, const std::map<const ast::Expr*, Operand>& operands, const Span& at) {
  Operand sum = Operand::integer(0);
  for (const Step& step : chain.steps) {
    bool adds = step.step.kind == UpdateStep::Arithmetic && !step.step.reversed && step.value &&
                (step.step.op == Op::Add || step.step.op == Op::Sub);
    if (!adds) return {};
    const Operand& value = operands.at(step.value);
    bool is_zero = sum.kind == Operand::Int && sum.num == 0;
    if (step.step.op == Op::Sub)
      sum = binary(Op::Sub, sum, value, at);
    else
      sum = is_zero ? value : binary(Op::Add, sum, value, at);
  }
  return sum;
}

/// Changes the global or element `left` by `chain`; the value after it if wanted.
ir::Operand BodyLowering::update(ast::Expr& left, const UpdateChain& chain, const Span& at,
                                 bool want_value) {
  std::vector<Operand> k;
  if (left.kind == ast::ExprKind::Index) k = keys(static_cast<ast::Index&>(left).indexes);
  for (Operand& key : k)
    for (const ast::Expr* each : chain.values) key = held(key, *each);
  std::map<const ast::Expr*, Operand> operands;
  for (size_t i = 0; i < chain.values.size(); i++) {
    Operand operand = value(*chain.values[i]);
    for (size_t j = i + 1; j < chain.values.size(); j++) operand = held(operand, *chain.values[j]);
    operands[chain.values[i]] = operand;
  }
  b_.at(at);
  if (auto sum = added_sum(chain, operands, at)) return add_to(left, *sum, k, want_value);
  auto steps = std::make_shared<std::vector<UpdateStep>>();
  std::vector<Operand> args;
  for (const Step& step : chain.steps) {
    steps->push_back(step.step);
    args.push_back(step.value ? operands.at(step.value) : Operand::integer(step.constant));
    bool divides = step.step.kind == UpdateStep::Arithmetic &&
                   (step.step.op == Op::Div || step.step.op == Op::Mod);
    if (divides && (args.back().kind != Operand::Int || args.back().num == 0))
      b_.value(Op::Div, {Operand::integer(0), args.back()});  // an update cannot fail
  }
  args.insert(args.end(), k.begin(), k.end());
  ir::LocalId dst = want_value ? b_.temp(Ty::Long) : ir::kNone;
  ir::GlobalId id = outer_.global(*const_cast<ast::VarDecl*>(variable_of(left)));
  bool element = left.kind == ast::ExprKind::Index;
  ir::Inst& inst = b_.append(element ? Op::ArrayUpdate : Op::GlobalUpdate, std::move(args), dst);
  inst.global = id;
  inst.steps = std::move(steps);
  inst.imm = chain.only_changes;
  return Operand::of(dst);
}

bool BodyLowering::update(ast::Assign& assign, bool want_value, Operand& result) {
  if (!is_shared_number(*assign.left)) return false;
  UpdateChain chain;
  if (assign.op == Operator::Assign) {
    Chain found(*assign.left);
    if (!found.follow(*assign.right) || found.steps.empty()) return false;
    chain = {std::move(found.steps), std::move(found.values)};
  } else {
    Op op = operation_of(ast::info(assign.op).applies);
    chain.values = {assign.right.get()};
    chain.steps = {{{UpdateStep::Arithmetic, op}, assign.right.get()}};
  }
  result = update(*assign.left, chain, assign.span, want_value);
  return true;
}

bool BodyLowering::update_extreme(ast::If& stmt) {
  if (stmt.else_branch) return false;
  ast::Assign* assign = only_assignment(stmt.then_branch.get());
  if (!assign || !is_shared_number(*assign->left)) return false;
  Chain found(*assign->left);
  if (!found.keeps_extreme(*stmt.condition, *assign->right)) return false;
  actions++;  // the assignment
  update(*assign->left, {std::move(found.steps), std::move(found.values), true}, stmt.span, false);
  return true;
}

}  // namespace coretap
