// Expressions to IR. Operands are literals or locals, so everything else gets a temporary; a
// short-circuit or conditional operator becomes an If; an operator that @defined has decided at
// compile time leaves no trace of its other branch, which may not even be resolvable here.
#include <algorithm>

#include "analyse/operations.h"
#include "ast/print.h"
#include "ast/visitor.h"
#include "ir/arithmetic.h"
#include "ir/walk.h"
#include "lower/lower_body.h"
#include "support/internal_error.h"

namespace coretap {

using ast::Operator;
using ir::Op;
using ir::Ty;

ir::Ty ir_type(ast::Type type) {
  switch (type) {
    case ast::Type::String: return Ty::Str;
    case ast::Type::Void: return Ty::Void;
    default: return Ty::Long;
  }
}

ir::LocalId BodyLowering::local(const ast::VarDecl& decl) {
  auto& map = inlined_.empty() ? locals_ : inlined_.back().locals;
  auto it = map.find(&decl);
  if (it == map.end()) it = map.emplace(&decl, b_.named(decl.name, ir_type(decl.type))).first;
  return it->second;
}

ir::Operand BodyLowering::missing(ast::Type type) {
  return type == ast::Type::String ? Operand::string("") : Operand::integer(0);
}

namespace {
/// Can evaluating `expr` change a variable?
bool has_effect(const ast::Expr& expr) {
  switch (expr.kind) {
    case ast::ExprKind::Assign:
    case ast::ExprKind::PreIncDec:
    case ast::ExprKind::PostIncDec:
    case ast::ExprKind::Call:
    case ast::ExprKind::Embedded: return true;
    default: break;
  }
  bool any = false;
  ast::for_each_child(const_cast<ast::Expr&>(expr),
                      [&](ast::ExprPtr& e) { any |= has_effect(*e); });
  return any;
}
}  // namespace

ir::Operand BodyLowering::held(Operand operand, const ast::Expr& later) {
  if (operand.kind != Operand::Local || !has_effect(later)) return operand;
  Ty type = b_.body().locals[operand.local].type.ty;
  return b_.value(Op::Copy, {operand}, type);
}

ir::Operand BodyLowering::truth(Operand operand) {
  if (operand.kind == Operand::Int) return Operand::integer(operand.num != 0);
  return b_.value(Op::Ne, {operand, Operand::integer(0)});
}

std::vector<ir::Operand> BodyLowering::keys(std::vector<ast::ExprPtr>& indexes) {
  std::vector<Operand> result;
  for (size_t i = 0; i < indexes.size(); i++) {
    if (!indexes[i]) {
      result.emplace_back();
      continue;
    }
    Operand key = value(*indexes[i]);
    for (size_t j = i + 1; j < indexes.size(); j++)
      if (indexes[j]) key = held(key, *indexes[j]);
    result.push_back(key);
  }
  return result;
}

ir::Operand BodyLowering::value(ast::Expr& expr) {
  b_.at(expr.span);
  switch (expr.kind) {
    case ast::ExprKind::Number: return Operand::integer(static_cast<ast::Number&>(expr).value);
    case ast::ExprKind::String: return Operand::string(static_cast<ast::String&>(expr).text());
    case ast::ExprKind::Symbol: return symbol(static_cast<ast::Symbol&>(expr));
    case ast::ExprKind::Target:
    case ast::ExprKind::AtVar: return target(expr);
    case ast::ExprKind::Cast: return cast(static_cast<ast::Cast&>(expr));
    case ast::ExprKind::Entry: {
      ast::Expr& operand = *static_cast<ast::Entry&>(expr).operand;
      return entry(operand, expr.type);
    }
    case ast::ExprKind::Defined: return defined_here(*static_cast<ast::Defined&>(expr).operand);
    case ast::ExprKind::AtOp: return at_op(static_cast<ast::AtOp&>(expr));
    case ast::ExprKind::Index: return index(static_cast<ast::Index&>(expr));
    case ast::ExprKind::Call: return call(static_cast<ast::Call&>(expr), true);
    case ast::ExprKind::Unary: return unary(static_cast<ast::Unary&>(expr));
    case ast::ExprKind::PreIncDec:
    case ast::ExprKind::PostIncDec: return inc_dec(static_cast<ast::IncDec&>(expr), true);
    case ast::ExprKind::Binary: {
      auto& both = static_cast<ast::Binary&>(expr);
      Operand left = held(value(*both.left), *both.right);
      Operand right = value(*both.right);
      return binary(operation_of(both.op), left, right, both.op_span);
    }
    case ast::ExprKind::Logical: return logical(static_cast<ast::Logical&>(expr));
    case ast::ExprKind::Ternary: return ternary(static_cast<ast::Ternary&>(expr));
    case ast::ExprKind::Assign: return assign(static_cast<ast::Assign&>(expr), true);
    case ast::ExprKind::Concat: {
      auto& both = static_cast<ast::Concat&>(expr);
      Operand left = held(value(*both.left), *both.right);
      Operand right = value(*both.right);
      return b_.value(Op::Concat, {left, right}, Ty::Str);
    }
    case ast::ExprKind::Compare: return compare(static_cast<ast::Compare&>(expr));
    case ast::ExprKind::ArrayIn: {
      auto& array = *static_cast<ast::ArrayIn&>(expr).array;
      auto* decl = static_cast<ast::Symbol&>(*array.base).decl;
      ir::LocalId dst = b_.temp(Ty::Long);
      std::vector<Operand> k = keys(array.indexes);
      b_.append(Op::ArrayIn, std::move(k), dst).global = outer_.global(*decl);
      return Operand::of(dst);
    }
    case ast::ExprKind::Stat: {
      auto& stat = static_cast<ast::Stat&>(expr);
      StatRef ref = stat_ref(*stat.operand);
      ir::LocalId dst = b_.temp(Ty::Long);
      ir::Inst& inst = b_.append(Op::StatGet, ref.keys, dst);
      inst.global = ref.global;
      inst.stat_fn = stat.fn;
      inst.imm = stat.shift.value_or(0);
      ir::Global& global = outer_.module.globals[ref.global];
      if (stat.fn == StatFn::Min || stat.fn == StatFn::Max) global.need_min_max = true;
      if (stat.fn == StatFn::Variance) global.need_variance = true;
      return Operand::of(dst);
    }
    case ast::ExprKind::Print: {
      auto& printing = static_cast<ast::Print&>(expr);
      if (printing.to_string) return print(printing);
      diagnostics().semantic_error("void-value", expr.span,
                                   "'" + printing.name + "' returns no value");
      return missing(ast::Type::Long);
    }
    case ast::ExprKind::Embedded: return embedded(static_cast<ast::EmbeddedExpr&>(expr));
    case ast::ExprKind::Regex: return regex(static_cast<ast::Regex&>(expr));
    case ast::ExprKind::HistIn: {
      // What stap -p3 makes of it: the bucket's count, which is 0 where nothing fell into it.
      auto& in = static_cast<ast::HistIn&>(expr);
      return bucket(*in.hist, *in.index);
    }
    case ast::ExprKind::Hist:
      diagnostics().semantic_error(
          "histogram-use", expr.span,
          "a histogram can only be printed, indexed or iterated over with foreach");
      return Operand::integer(0);
    case ast::ExprKind::PerfOp: return perf_counter(static_cast<ast::PerfOp&>(expr));
  }
  return missing(expr.type);
}

ir::Operand BodyLowering::perf_counter(const ast::PerfOp& perf) {
  const std::string& name = static_cast<const ast::String&>(*perf.operand).value;
  std::vector<std::string> names;
  for (const ir::PerfCounter& counter : outer_.module.perf_counters) names.push_back(counter.name);
  auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) {
    Diagnostic& problem = diagnostics().semantic_error("no-perf-counter", perf.span,
                                                       "there is no perf counter \"" + name + "\"");
    for (const std::string& similar : similar_names(name, names, 3))
      problem.hint("similar: " + similar);
    problem.hint("define it: probe perf.type(TYPE).config(CONFIG).counter(\"" + name + "\") {}");
    return Operand::integer(0);
  }
  if (side_ == ir::Side::User || !has_event) {
    diagnostics()
        .semantic_error("perf-needs-event", perf.span,
                        "@perf reads a counter of the task that is probed, which a begin, end, "
                        "error or timer probe does not have")
        .hint("read it in the probe that observes the event and keep the value in a global");
    return Operand::integer(0);
  }
  ir::LocalId dst = b_.temp(ir::Ty::Long);
  b_.append(Op::PerfRead, {}, dst).imm = found - names.begin();
  return Operand::of(dst);
}

void BodyLowering::effect(ast::Expr& expr) {
  b_.at(expr.span);
  switch (expr.kind) {
    case ast::ExprKind::PreIncDec:
    case ast::ExprKind::PostIncDec: inc_dec(static_cast<ast::IncDec&>(expr), false); return;
    case ast::ExprKind::Assign: assign(static_cast<ast::Assign&>(expr), false); return;
    case ast::ExprKind::Call: call(static_cast<ast::Call&>(expr), false); return;
    case ast::ExprKind::Print: print(static_cast<ast::Print&>(expr)); return;
    case ast::ExprKind::Ternary: {
      auto& choice = static_cast<ast::Ternary&>(expr);
      Operand condition = value(*choice.condition);
      if (condition.kind == Operand::Int)
        return effect(condition.num ? *choice.then_value : *choice.else_value);
      auto blocks =
          either([&] { effect(*choice.then_value); }, [&] { effect(*choice.else_value); });
      b_.at(expr.span);
      b_.append(Op::If, {condition}).blocks = std::move(blocks);
      return;
    }
    default: value(expr); return;
  }
}

ir::Operand BodyLowering::symbol(ast::Symbol& symbol) {
  if (!symbol.decl) return missing(symbol.type);
  if (!is_global(*symbol.decl)) return Operand::of(local(*symbol.decl));
  ir::LocalId dst = b_.temp(ir_type(symbol.type));
  ir::GlobalId id = outer_.global(*symbol.decl);
  b_.append(Op::GlobalGet, {}, dst).global = id;
  return Operand::of(dst);
}

ir::Operand BodyLowering::target(ast::Expr& expr) {
  if (!scope_) {
    diagnostics()
        .semantic_error("target-in-function", expr.span,
                        "'" + ast::print(expr) +
                            "' has no meaning here: target variables belong "
                            "to the probe point of a handler")
        .hint(
            "a function that an event's probe calls, and that does not call itself, has them; else "
            "pass the value as an argument");
    return missing(expr.type);
  }
  if (expr.kind == ast::ExprKind::AtVar) {
    auto result = scope_->lower(static_cast<ast::AtVar&>(expr), *this);
    return result ? *result : missing(expr.type);
  }
  auto& target = static_cast<ast::Target&>(expr);
  if (is_return_probe && target.name == "$$vars") return both_ends(target);
  if (is_return_probe && !is_of_exit(target)) return entry(expr, expr.type);
  auto result = scope_->lower(target, *this);
  return result ? *result : missing(expr.type);
}

bool BodyLowering::is_of_exit(const ast::Target& target) const {
  return target.name == "$return" || target.name == "$$return" || scope_->reads_at_exit(target);
}

/// `$$vars` of a .return probe: parameters as they were at the entry, locals as they are now.
ir::Operand BodyLowering::both_ends(const ast::Target& vars) {
  auto part = [&](const char* name) {
    made_.push_back(ast::clone(vars));
    auto& made = static_cast<ast::Target&>(*made_.back());
    made.name = name;
    made.type = vars.type;
    return target(made);
  };
  const bool has_locals = scope_->group_size("$$locals") != 0;
  if (!has_locals || !entry_scope) return part("$$parms");
  if (entry_scope->group_size("$$parms") == 0) return part("$$locals");
  Operand spaced = b_.value(Op::Concat, {part("$$parms"), Operand::string(" ")}, Ty::Str);
  return b_.value(Op::Concat, {spaced, part("$$locals")}, Ty::Str);
}

ir::Operand BodyLowering::entry(const ast::Expr& expr, ast::Type type) {
  if (!is_return_probe) {
    diagnostics().semantic_error("entry-outside-return", expr.span,
                                 "@entry() is only meaningful in a .return probe");
    return missing(type);
  }
  std::string text = ast::print(expr);
  for (EntrySave& save : entry_saves)
    if (save.text == text) return Operand::of(save.local);
  EntrySave save;
  save.text = text;
  save.expr = &expr;
  save.type = ir_type(type);
  save.local = b_.named("entry" + std::to_string(entry_saves.size()), save.type);
  entry_saves.push_back(save);
  return Operand::of(save.local);
}

/// In a return probe everything but the result means its value at the function's entry.
bool BodyLowering::defined(const ast::Expr& expr) {
  if (expr.kind == ast::ExprKind::Cast)
    return outer_.autocast.type_of(expr, {scope_, entry_scope}).has_value();
  if (expr.kind == ast::ExprKind::Entry) {
    const ast::Expr& operand = *static_cast<const ast::Entry&>(expr).operand;
    return is_return_probe && entry_scope && entry_scope->defines(operand);
  }
  if (!scope_) return false;
  const bool of_entry = is_return_probe && entry_scope && expr.kind == ast::ExprKind::Target &&
                        !is_of_exit(static_cast<const ast::Target&>(expr));
  return (of_entry ? entry_scope : scope_)->defines(expr);
}

/// What the build machine does not have is not defined. What it has in the kernel, another kernel may
/// lack: the question is put to the one where the program runs, for every field on the way.
ir::Operand BodyLowering::defined_here(ast::Expr& expr) {
  if (!defined(expr)) return Operand::integer(0);
  if (side_ != ir::Side::Kernel) return Operand::integer(1);
  std::vector<ir::Inst> questions;
  ir::Block access = b_.nested([&] { value(expr); });
  for_each_inst(access, [&](ir::Inst& inst) {
    if (!inst.core && inst.binding == ir::kNone) return;
    ir::Inst question;
    question.op = Op::CoreExists;
    question.span = expr.span;
    question.core = inst.core;
    question.binding = inst.binding;
    questions.push_back(std::move(question));
  });
  Operand all = Operand::integer(1);
  for (ir::Inst& question : questions) {
    ir::LocalId answer = b_.temp(Ty::Long);
    ir::Inst& asked = b_.append(Op::CoreExists, {}, answer);
    asked.core = question.core;
    asked.binding = question.binding;
    all = all.kind == Operand::Int ? Operand::of(answer)
                                   : b_.value(Op::And, {all, Operand::of(answer)});
  }
  return all;
}

bool BodyLowering::asks_defined(const ast::Expr& condition, bool& negated) {
  const ast::Expr* asked = &condition;
  negated = asked->kind == ast::ExprKind::Unary &&
            static_cast<const ast::Unary&>(*asked).op == Operator::Not;
  if (negated) asked = static_cast<const ast::Unary&>(*asked).operand.get();
  return asked->kind == ast::ExprKind::Defined;
}

/// The branch for kernels that lack what the build machine has may name what only they have. The
/// build machine cannot know how to read that: there, it is a run-time error.
ir::Block BodyLowering::other_kernels(const std::function<void()>& fill) {
  Diagnostics::Attempt attempt(diagnostics());
  ir::Block block = b_.nested(fill);
  if (!attempt.has_errors()) return block;
  attempt.drop();
  return b_.nested([&] {
    b_.append(Op::Error, {Operand::string("this kernel lacks what @defined() asks for, and the "
                                          "kernel of the build machine lacks the alternative")});
  });
}

/// `&(…)` around something that is a target variable once @defined() has decided.
ir::Operand BodyLowering::address_of(ast::Expr& expr, const Span& at) {
  auto taken = [&](auto& place) {
    place.address_of = true;
    Operand address = value(expr);
    place.address_of = false;
    return address;
  };
  switch (expr.kind) {
    case ast::ExprKind::Ternary: {
      auto& choice = static_cast<ast::Ternary&>(expr);
      Operand condition = value(*choice.condition);
      if (condition.kind != Operand::Int) break;
      return address_of(condition.num ? *choice.then_value : *choice.else_value, at);
    }
    case ast::ExprKind::Target:
      if (!static_cast<ast::Target&>(expr).address_of)
        return taken(static_cast<ast::Target&>(expr));
      break;
    case ast::ExprKind::AtVar:
      if (!static_cast<ast::AtVar&>(expr).address_of) return taken(static_cast<ast::AtVar&>(expr));
      break;
    case ast::ExprKind::Cast:
      if (!static_cast<ast::Cast&>(expr).address_of) return taken(static_cast<ast::Cast&>(expr));
      break;
    default: break;
  }
  diagnostics()
      .semantic_error("address-of", at, "'&' gives the address of a target variable only")
      .hint("write &$var, &$var->member or &@cast(p, \"type\")->member");
  return Operand::integer(0);
}

ir::Operand BodyLowering::cast(ast::Cast& cast) {
  if (cast.type_name.empty() && cast.address_of && cast.components.empty())
    return address_of(*cast.operand, cast.span);
  Operand base = value(*cast.operand);
  b_.at(cast.span);
  std::optional<Operand> result;
  if (!cast.type_name.empty()) {
    result = probes::lower_cast(cast, base, scope_, outer_.context, *this);
  } else if (auto type = outer_.autocast.base_of(cast, {scope_, entry_scope})) {
    result = probes::lower_autocast(cast, base, *type, *this);
  } else {
    diagnostics()
        .semantic_error("autocast-type", cast.span,
                        "unknown type in dereference: nothing says what '" +
                            ast::print(*cast.operand) + "' points to")
        .hint("name the type: @cast(" + ast::print(*cast.operand) + ", \"TYPE\")->…");
  }
  return result ? *result : missing(cast.type);
}

ir::Operand BodyLowering::index(ast::Index& index) {
  if (index.base->kind == ast::ExprKind::Hist)
    return bucket(static_cast<ast::Hist&>(*index.base), *index.indexes[0]);
  return load(index, keys(index.indexes));
}

ir::Operand BodyLowering::bucket(ast::Hist& hist, ast::Expr& number) {
  Operand index = value(number);
  StatRef ref = stat_ref(*hist.operand);
  ir::LocalId dst = b_.temp(Ty::Long);
  std::vector<Operand> args{index};
  args.insert(args.end(), ref.keys.begin(), ref.keys.end());
  ir::HistSpec spec = hist_spec(hist, ref.global);
  ir::Inst& inst = b_.append(Op::HistGet, std::move(args), dst);
  inst.global = ref.global;
  inst.hist = spec;
  return Operand::of(dst);
}

BodyLowering::StatRef BodyLowering::stat_ref(ast::Expr& operand) {
  if (operand.kind == ast::ExprKind::Index) {
    auto& index = static_cast<ast::Index&>(operand);
    auto* decl = static_cast<ast::Symbol&>(*index.base).decl;
    return {outer_.global(*decl), keys(index.indexes)};
  }
  auto* decl = static_cast<ast::Symbol&>(operand).decl;
  return {outer_.global(*decl), {}};
}

ir::HistSpec BodyLowering::hist_spec(const ast::Hist& hist, ir::GlobalId global) {
  ir::HistSpec spec{hist.linear, hist.low, hist.high, hist.step};
  auto& kept = outer_.module.globals[global].hists;
  if (std::find(kept.begin(), kept.end(), spec) == kept.end()) kept.push_back(spec);
  return spec;
}

ir::Operand BodyLowering::unary(ast::Unary& unary) {
  Operand x = value(*unary.operand);
  b_.at(unary.span);
  switch (unary.op) {
    case Operator::Plus: return x;
    case Operator::Negate: return binary(Op::Sub, Operand::integer(0), x, unary.span);
    case Operator::Complement: return binary(Op::Xor, x, Operand::integer(-1), unary.span);
    case Operator::Not: return binary(Op::Eq, x, Operand::integer(0), unary.span);
    default: internal_error(std::string("Unary with '") + spelling(unary.op) + "'");
  }
}

ir::Operand BodyLowering::binary(Op op, Operand left, Operand right, const Span& at) {
  if (left.kind == Operand::Int && right.kind == Operand::Int)
    if (auto result = ir::constant(op, left.num, right.num)) return Operand::integer(*result);
  b_.at(at);
  return b_.value(op, {left, right});
}

ir::Operand BodyLowering::logical(ast::Logical& logical) {
  const bool is_and = !ast::settling_truth(logical.op);
  Operand left = value(*logical.left);
  if (left.kind == Operand::Int) {
    if ((left.num != 0) != is_and) return Operand::integer(is_and ? 0 : 1);
    return truth(value(*logical.right));
  }
  ir::LocalId result = b_.temp(Ty::Long);
  b_.append(Op::Copy, {Operand::integer(is_and ? 0 : 1)}, result);
  ir::Block right = b_.nested([&] {
    Operand operand = truth(value(*logical.right));
    b_.append(Op::Copy, {operand}, result);
  });
  b_.at(logical.span);
  ir::Inst& inst = b_.append(Op::If, {left});
  inst.blocks.resize(2);
  inst.blocks[is_and ? 0 : 1] = std::move(right);
  return Operand::of(result);
}

ir::Operand BodyLowering::ternary(ast::Ternary& ternary) {
  Operand condition = value(*ternary.condition);
  if (condition.kind == Operand::Int)
    return value(condition.num ? *ternary.then_value : *ternary.else_value);
  ir::LocalId result = b_.temp(ir_type(ternary.type));
  auto branch = [&](ast::Expr& expr) {
    return b_.nested([&] {
      Operand operand = value(expr);
      b_.append(Op::Copy, {operand}, result);
    });
  };
  bool negated = false, asks = asks_defined(*ternary.condition, negated);
  auto other_branch = [&](ast::Expr& expr, bool other) {
    if (!asks || !other) return branch(expr);
    return other_kernels([&] { b_.append(Op::Copy, {value(expr)}, result); });
  };
  std::vector<ir::Block> blocks;
  blocks.push_back(other_branch(*ternary.then_value, negated));
  blocks.push_back(other_branch(*ternary.else_value, !negated));
  b_.at(ternary.span);
  b_.append(Op::If, {condition}).blocks = std::move(blocks);
  return Operand::of(result);
}

ir::Operand BodyLowering::compare(ast::Compare& compare) {
  Operand left = held(value(*compare.left), *compare.right);
  Operand right = value(*compare.right);
  b_.at(compare.span);
  if (compare.left->type == ast::Type::String) {
    if (compare.op == Operator::Equal || compare.op == Operator::NotEqual) {
      Operand equal = b_.value(Op::StrEq, {left, right});
      bool negated = compare.op == Operator::NotEqual;
      return negated ? b_.value(Op::Eq, {equal, Operand::integer(0)}) : equal;
    }
    left = b_.value(Op::StrCmp, {left, right});
    right = Operand::integer(0);
  }
  switch (compare.op) {
    case Operator::Equal: return b_.value(Op::Eq, {left, right});
    case Operator::NotEqual: return b_.value(Op::Ne, {left, right});
    case Operator::Less: return b_.value(Op::Lt, {left, right});
    case Operator::LessEqual: return b_.value(Op::Le, {left, right});
    case Operator::Greater: return b_.value(Op::Lt, {right, left});
    case Operator::GreaterEqual: return b_.value(Op::Le, {right, left});
    default: internal_error(std::string("Compare with '") + spelling(compare.op) + "'");
  }
}

// ------------------------------------------------------------------ assignment

ir::Operand BodyLowering::load(ast::Expr& left, const std::vector<Operand>& keys) {
  if (left.kind == ast::ExprKind::Symbol) return symbol(static_cast<ast::Symbol&>(left));
  auto* decl = static_cast<ast::Symbol&>(*static_cast<ast::Index&>(left).base).decl;
  b_.at(left.span);
  ir::LocalId dst = b_.temp(ir_type(decl->type));
  ir::GlobalId id = outer_.global(*decl);
  b_.append(Op::ArrayGet, keys, dst).global = id;
  return Operand::of(dst);
}

void BodyLowering::store(ast::Expr& left, Operand value, const std::vector<Operand>& keys) {
  if (left.kind == ast::ExprKind::Symbol) {
    auto* decl = static_cast<ast::Symbol&>(left).decl;
    if (!decl) return;
    if (!is_global(*decl)) {
      b_.append(Op::Copy, {value}, local(*decl));
    } else {
      ir::GlobalId id = outer_.global(*decl);
      b_.append(Op::GlobalSet, {value}).global = id;
    }
    return;
  }
  auto* decl = static_cast<ast::Symbol&>(*static_cast<ast::Index&>(left).base).decl;
  std::vector<Operand> args{value};
  args.insert(args.end(), keys.begin(), keys.end());
  ir::GlobalId id = outer_.global(*decl);
  b_.append(Op::ArraySet, std::move(args)).global = id;
}

ir::Operand BodyLowering::add_to(ast::Expr& left, Operand delta, const std::vector<Operand>& keys,
                                 bool want_value) {
  if (left.kind == ast::ExprKind::Symbol) {
    auto* decl = static_cast<ast::Symbol&>(left).decl;
    if (!decl) return Operand::integer(0);
    if (!is_global(*decl)) {
      ir::LocalId id = local(*decl);
      b_.append(Op::Add, {Operand::of(id), delta}, id);
      return want_value ? b_.value(Op::Copy, {Operand::of(id)}) : Operand::of(id);
    }
    ir::LocalId dst = want_value ? b_.temp(Ty::Long) : ir::kNone;
    ir::GlobalId id = outer_.global(*decl);
    b_.append(Op::GlobalAdd, {delta}, dst).global = id;
    return Operand::of(dst);
  }
  auto* decl = static_cast<ast::Symbol&>(*static_cast<ast::Index&>(left).base).decl;
  ir::LocalId dst = want_value ? b_.temp(Ty::Long) : ir::kNone;
  std::vector<Operand> args{delta};
  args.insert(args.end(), keys.begin(), keys.end());
  ir::GlobalId id = outer_.global(*decl);
  b_.append(Op::ArrayAdd, std::move(args), dst).global = id;
  return Operand::of(dst);
}

namespace {
bool is_assignable(const ast::Expr& expr) {
  if (expr.kind == ast::ExprKind::Symbol) return true;
  return expr.kind == ast::ExprKind::Index &&
         static_cast<const ast::Index&>(expr).base->kind == ast::ExprKind::Symbol;
}

void refuse_change(const ast::Expr& expr, const std::string& what, Diagnostics& diagnostics) {
  auto& diagnostic =
      diagnostics.semantic_error("not-assignable", expr.span, "'" + ast::print(expr) + "' " + what);
  if (expr.kind == ast::ExprKind::Target || expr.kind == ast::ExprKind::Cast ||
      expr.kind == ast::ExprKind::AtVar)
    diagnostic.hint("coretap observes only: it does not write to the traced program or kernel");
}
}  // namespace

ir::Operand BodyLowering::inc_dec(ast::IncDec& expr, bool want_value) {
  if (!is_assignable(*expr.operand)) {
    refuse_change(*expr.operand, std::string("cannot be changed by '") + spelling(expr.op) + "'",
                  diagnostics());
    return Operand::integer(0);
  }
  std::vector<Operand> k;
  if (expr.operand->kind == ast::ExprKind::Index)
    k = keys(static_cast<ast::Index&>(*expr.operand).indexes);
  b_.at(expr.span);
  int64_t delta = expr.op == Operator::Increment ? 1 : -1;
  Operand after = add_to(*expr.operand, Operand::integer(delta), k, want_value);
  if (!want_value || expr.kind == ast::ExprKind::PreIncDec) return after;
  return b_.value(Op::Sub, {after, Operand::integer(delta)});
}

ir::Operand BodyLowering::assign(ast::Assign& assign, bool want_value) {
  ast::Expr& left = *assign.left;
  if (!is_assignable(left)) {
    refuse_change(left, "cannot be assigned to", diagnostics());
    return missing(assign.type);
  }
  if (assign.op == Operator::Aggregate) {
    StatRef ref = stat_ref(left);
    for (Operand& key : ref.keys) key = held(key, *assign.right);
    Operand sample = value(*assign.right);
    b_.at(assign.span);
    std::vector<Operand> args{sample};
    args.insert(args.end(), ref.keys.begin(), ref.keys.end());
    b_.append(Op::StatAdd, std::move(args)).global = ref.global;
    return sample;
  }
  bool adds = assign.op == Operator::AddTo || assign.op == Operator::SubtractFrom;
  if (assign.op != Operator::Append && !adds) {
    Operand updated;
    if (update(assign, want_value, updated)) return updated;
  }
  std::vector<Operand> k;
  if (left.kind == ast::ExprKind::Index) k = keys(static_cast<ast::Index&>(left).indexes);
  for (Operand& key : k) key = held(key, *assign.right);
  // As in stap, the keys come first and the target is read last: `x *= x++` multiplies the new x.
  Operand right = value(*assign.right);
  b_.at(assign.span);
  if (assign.op == Operator::Assign) {
    store(left, right, k);
    return right;
  }
  if (adds) {
    Operand delta = right;
    if (assign.op == Operator::SubtractFrom)
      delta = binary(Op::Sub, Operand::integer(0), delta, assign.span);
    return add_to(left, delta, k, want_value);
  }
  Operand old = load(left, k);
  b_.at(assign.span);
  Operator applied = ast::info(assign.op).applies;
  Operand result = applied == Operator::Concat
                       ? b_.value(Op::Concat, {old, right}, Ty::Str)
                       : binary(operation_of(applied), old, right, assign.op_span);
  store(left, result, k);
  return result;
}

}  // namespace coretap
