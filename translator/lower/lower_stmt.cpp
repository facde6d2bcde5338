// Statements to IR, including `return` of functions that are lowered inline.
//
// An inlined body has no place to return to, so a return stores the result and skips the rest:
// when both ways of an If always return, what follows moves into the other branch; otherwise a
// flag is set and the rest of each enclosing block is guarded by it (and loops are left).
#include <algorithm>

#include "ast/print.h"
#include "ast/visitor.h"
#include "lower/lower_body.h"

namespace coretap {

using ir::Op;
using ir::Ty;

/// In a function `next` ends it, as `return` does.
bool BodyLowering::is_function_end(ast::StmtKind kind) {
  return kind == ast::StmtKind::Return || kind == ast::StmtKind::Next;
}

bool BodyLowering::may_return(ast::Stmt& stmt) const {
  if (is_function_end(stmt.kind)) return true;
  bool any = false;
  ast::for_each_child(
      stmt, [](ast::ExprPtr&) {}, [&](ast::StmtPtr& s) { any |= may_return(*s); });
  return any;
}

bool BodyLowering::always_returns(const ast::Stmt& stmt) const {
  switch (stmt.kind) {
    case ast::StmtKind::Return:
    case ast::StmtKind::Next: return true;
    case ast::StmtKind::Block: {
      auto& statements = static_cast<const ast::Block&>(stmt).statements;
      for (const auto& s : statements)
        if (always_returns(*s)) return true;
      return false;
    }
    case ast::StmtKind::If: {
      auto& choice = static_cast<const ast::If&>(stmt);
      return choice.else_branch && always_returns(*choice.then_branch) &&
             always_returns(*choice.else_branch);
    }
    default: return false;
  }
}

void BodyLowering::stmt(ast::Stmt& stmt) {
  b_.at(stmt.span);
  if (stmt.kind != ast::StmtKind::Null && stmt.kind != ast::StmtKind::Block) actions++;
  switch (stmt.kind) {
    case ast::StmtKind::Null: return;
    case ast::StmtKind::Block: return block(static_cast<ast::Block&>(stmt), 0);
    case ast::StmtKind::Expr: return effect(*static_cast<ast::ExprStmt&>(stmt).expr);
    case ast::StmtKind::If: return if_stmt(static_cast<ast::If&>(stmt));
    case ast::StmtKind::While: {
      auto& w = static_cast<ast::While&>(stmt);
      return loop(nullptr, w.condition.get(), nullptr, *w.body);
    }
    case ast::StmtKind::For: {
      auto& f = static_cast<ast::For&>(stmt);
      return loop(f.init.get(), f.condition.get(), f.step.get(), *f.body);
    }
    case ast::StmtKind::Foreach: return foreach(static_cast<ast::Foreach&>(stmt));
    case ast::StmtKind::Return: return return_stmt(static_cast<ast::Return&>(stmt));
    case ast::StmtKind::Break: b_.append(Op::Break); return;
    case ast::StmtKind::Continue: b_.append(Op::Continue); return;
    case ast::StmtKind::Next: return next_stmt();
    case ast::StmtKind::Delete: return delete_stmt(static_cast<ast::Delete&>(stmt));
    case ast::StmtKind::Try: return try_stmt(static_cast<ast::Try&>(stmt));
    case ast::StmtKind::Embedded: return embedded(static_cast<ast::EmbeddedStmt&>(stmt));
  }
}

void BodyLowering::block(ast::Block& block, size_t from) {
  bool inlining = !inlined_.empty();
  for (size_t i = from; i < block.statements.size(); i++) {
    ast::Stmt& s = *block.statements[i];
    bool last = i + 1 == block.statements.size();
    if (!inlining || last || !may_return(s)) {
      stmt(s);
      if (inlining && always_returns(s)) return;  // what follows is unreachable
      continue;
    }
    if (always_returns(s)) {
      stmt(s);
      return;
    }
    auto* choice = s.kind == ast::StmtKind::If ? static_cast<ast::If*>(&s) : nullptr;
    if (choice && !choice->else_branch && always_returns(*choice->then_branch)) {
      Operand condition = value(*choice->condition);
      if (condition.kind == Operand::Int) {
        if (condition.num) return stmt(*choice->then_branch);
        continue;
      }
      actions++;
      std::vector<ir::Block> blocks =
          either([&] { stmt(*choice->then_branch); }, [&] { this->block(block, i + 1); });
      b_.at(s.span);
      b_.append(Op::If, {condition}).blocks = std::move(blocks);
      return;
    }
    InlineFrame& frame = inlined_.back();
    if (frame.returned == ir::kNone) {
      // Declared before the statement that may set it; initialised where the call begins.
      frame.returned = b_.temp(Ty::Long);
      b_.append(Op::Copy, {Operand::integer(0)}, frame.returned);
    }
    stmt(s);
    ir::LocalId flag = inlined_.back().returned;
    std::vector<ir::Block> blocks(2);
    blocks[1] = b_.nested([&] { this->block(block, i + 1); });
    b_.append(Op::If, {Operand::of(flag)}).blocks = std::move(blocks);
    return;
  }
}

/// Two branches, of which one runs: the longer one counts.
std::vector<ir::Block> BodyLowering::either(const std::function<void()>& first,
                                            const std::function<void()>& second) {
  std::vector<ir::Block> blocks;
  int64_t before = actions;
  blocks.push_back(b_.nested(first));
  int64_t after_first = std::exchange(actions, before);
  blocks.push_back(b_.nested(second));
  actions = std::max(actions, after_first);
  return blocks;
}

void BodyLowering::if_stmt(ast::If& stmt_) {
  if (update_extreme(stmt_)) return;
  Operand condition = value(*stmt_.condition);
  if (condition.kind == Operand::Int) {
    if (condition.num)
      stmt(*stmt_.then_branch);
    else if (stmt_.else_branch)
      stmt(*stmt_.else_branch);
    return;
  }
  bool negated = false, asks = asks_defined(*stmt_.condition, negated);
  auto branch = [&](ast::StmtPtr& body, bool other) {
    auto fill = [&] {
      if (body) stmt(*body);
    };
    if (!asks || !other) return fill();
    b_.append(other_kernels(fill));
  };
  std::vector<ir::Block> blocks = either([&] { branch(stmt_.then_branch, negated); },
                                         [&] { branch(stmt_.else_branch, !negated); });
  b_.at(stmt_.span);
  b_.append(Op::If, {condition}).blocks = std::move(blocks);
}

void BodyLowering::loop(ast::Expr* init, ast::Expr* condition, ast::Expr* step, ast::Stmt& body) {
  Span span = b_.span();
  if (init) effect(*init);
  ir::LocalId going = b_.temp(Ty::Long);
  bool returns = !inlined_.empty() && may_return(body);
  if (returns && inlined_.back().returned == ir::kNone) {
    inlined_.back().returned = b_.temp(Ty::Long);
    b_.append(Op::Copy, {Operand::integer(0)}, inlined_.back().returned);
  }
  int64_t outside = std::exchange(actions, 0);
  std::vector<ir::Block> blocks;
  blocks.push_back(b_.nested([&] {
    Operand test = condition ? value(*condition) : Operand::integer(1);
    b_.append(Op::Copy, {test}, going);
  }));
  loop_depth_in_function_++;
  blocks.push_back(b_.nested([&] {
    stmt(body);
    if (returns) {
      std::vector<ir::Block> leave(2);
      leave[0] = b_.nested([&] { b_.append(Op::Break); });
      b_.append(Op::If, {Operand::of(inlined_.back().returned)}).blocks = std::move(leave);
    }
  }));
  loop_depth_in_function_--;
  blocks.push_back(b_.nested([&] {
    if (step) effect(*step);
  }));
  b_.at(span);
  ir::Inst& inst = b_.append(Op::Loop, {Operand::of(going)});
  inst.blocks = std::move(blocks);
  inst.imm = std::max<int64_t>(1, std::exchange(actions, outside));
}

void BodyLowering::foreach(ast::Foreach& loop) {
  auto spec = std::make_shared<ir::ForeachSpec>();
  std::vector<Operand> args;
  if (loop.limit) {
    spec->has_limit = true;
    args.push_back(value(*loop.limit));
  }
  spec->slice_from = args.size();
  for (auto& key : loop.keys) spec->keys.push_back(local(*key->decl));
  if (loop.base->kind == ast::ExprKind::Hist) {
    auto& hist = static_cast<ast::Hist&>(*loop.base);
    StatRef ref = stat_ref(*hist.operand);
    spec->over_hist = true;
    spec->array = ref.global;
    spec->hist = hist_spec(hist, ref.global);
    args.insert(args.end(), ref.keys.begin(), ref.keys.end());
    if (loop.value) spec->value = local(*loop.value->decl);
  } else {
    auto* decl = static_cast<ast::Symbol&>(*loop.base).decl;
    if (!decl || !is_global(*decl)) {
      diagnostics().semantic_error("foreach-not-array", loop.base->span,
                                   "foreach needs a global array");
      return;
    }
    spec->array = outer_.global(*decl);
    for (auto& key : keys(loop.slice)) args.push_back(key);
    if (loop.value) spec->value = local(*loop.value->decl);
    ir::Global& global = outer_.module.globals[spec->array];
    if (loop.sort_stat == StatFn::Min || loop.sort_stat == StatFn::Max) global.need_min_max = true;
    spec->sort_direction = loop.sort_direction;
    spec->sort_column = loop.sort_column;
    spec->sort_stat = loop.sort_stat.value_or(StatFn::Count);
  }
  int64_t outside = std::exchange(actions, 0);
  ir::Block body = b_.nested([&] { stmt(*loop.body); });
  b_.at(loop.span);
  ir::Inst& inst = b_.append(Op::Foreach, std::move(args));
  inst.global = spec->array;
  inst.foreach = spec;
  inst.imm = std::max<int64_t>(1, std::exchange(actions, outside));
  inst.blocks.push_back(std::move(body));
}

void BodyLowering::return_stmt(ast::Return& stmt_) {
  if (inlined_.empty()) {
    std::vector<Operand> args;
    if (stmt_.value) args.push_back(value(*stmt_.value));
    b_.at(stmt_.span);
    b_.append(Op::Return, std::move(args));
    return;
  }
  if (stmt_.value) {
    Operand result = value(*stmt_.value);
    b_.at(stmt_.span);
    if (inlined_.back().result != ir::kNone) b_.append(Op::Copy, {result}, inlined_.back().result);
  }
  if (inlined_.back().returned != ir::kNone)
    b_.append(Op::Copy, {Operand::integer(1)}, inlined_.back().returned);
}

void BodyLowering::next_stmt() {
  if (inlined_.empty()) {
    b_.append(in_function ? Op::Decline : Op::Next);
    return;
  }
  b_.append(Op::Copy, {Operand::integer(1)}, inlined_.back().declined);
  if (inlined_.back().returned != ir::kNone)
    b_.append(Op::Copy, {Operand::integer(1)}, inlined_.back().returned);
}

void BodyLowering::delete_stmt(ast::Delete& stmt_) {
  ast::Expr& target = *stmt_.target;
  if (target.kind == ast::ExprKind::Symbol) {
    auto* decl = static_cast<ast::Symbol&>(target).decl;
    if (decl && is_global(*decl)) {
      ir::GlobalId id = outer_.global(*decl);
      b_.append(Op::Clear).global = id;
    } else if (decl) {
      b_.append(Op::Copy, {missing(decl->type)}, local(*decl));
    }
    return;
  }
  if (target.kind == ast::ExprKind::Index &&
      static_cast<ast::Index&>(target).base->kind == ast::ExprKind::Symbol) {
    auto& index = static_cast<ast::Index&>(target);
    ir::GlobalId id = outer_.global(*static_cast<ast::Symbol&>(*index.base).decl);
    std::vector<Operand> k = keys(index.indexes);
    b_.append(Op::ArrayDelete, std::move(k)).global = id;
    return;
  }
  diagnostics()
      .semantic_error("delete-operand", target.span,
                      "'" + ast::print(target) + "' cannot be deleted")
      .hint("delete takes a variable, an array, or an array element");
}

void BodyLowering::try_stmt(ast::Try& stmt_) {
  ir::LocalId message = ir::kNone;
  bool global_message = false;
  if (stmt_.message && stmt_.message->decl) {
    global_message = is_global(*stmt_.message->decl);
    message = global_message ? b_.temp(Ty::Str) : local(*stmt_.message->decl);
  }
  std::vector<ir::Block> blocks;
  blocks.push_back(b_.nested([&] { stmt(*stmt_.body); }));
  blocks.push_back(b_.nested([&] {
    if (global_message) {
      ir::GlobalId id = outer_.global(*stmt_.message->decl);
      b_.append(Op::GlobalSet, {Operand::of(message)}).global = id;
    }
    if (stmt_.handler) stmt(*stmt_.handler);
  }));
  b_.at(stmt_.span);
  b_.append(Op::Try, {}, message).blocks = std::move(blocks);
}

}  // namespace coretap
