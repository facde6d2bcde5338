#include "emit/loop_bounds.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <vector>

#include "emit/kernel_plan.h"

namespace coretap::kernel {

using ir::Inst;
using ir::Op;
using ir::Operand;
using ir::Ty;

namespace {

// A handler's loops may take this much together: well below the verifier's limits, for the costs are
// estimates, and a branch that was put aside is walked too until it meets a known state.
constexpr WalkCost kBudget = {400000, 5000};
// A function may be called in loops, and by several handlers: its own loops get a small share.
constexpr uint64_t kFunctionShare = 16;
// Turns of each of two loops in one another, and of more.
constexpr uint64_t kNestedTwice = 16, kNestedDeeper = 8;

void collect_loops(const ir::Block& block, std::vector<const Inst*>& loops) {
  for (const Inst& inst : block) {
    if (inst.op == Op::Loop) {
      loops.push_back(&inst);
      continue;
    }
    for (const ir::Block& b : inst.blocks) collect_loops(b, loops);
  }
}

std::vector<const Inst*> inner_loops(const Inst& loop) {
  std::vector<const Inst*> loops;
  for (const ir::Block& b : loop.blocks) collect_loops(b, loops);
  return loops;
}

uint64_t nesting(const Inst& loop) {
  uint64_t deepest = 0;
  for (const Inst* inner : inner_loops(loop)) deepest = std::max(deepest, nesting(*inner));
  return deepest + 1;
}

uint64_t words(uint64_t bytes) { return (bytes + 7) / 8; }

/// Copies longer than this are a helper's work: CT_COPY_INLINE in runtime/bpf/string.bpf.h.
WalkCost copy_cost(uint64_t cap) { return {cap > 128 ? 12 : words(cap) * 2 + 4, 0}; }
/// A search for the end of `to` by halves, and a helper call.
WalkCost append_cost(uint64_t to) {
  uint64_t halves = static_cast<uint64_t>(std::bit_width(to));
  return {halves * 12 + 30, halves + 2};
}

}  // namespace

LoopBounds::LoopBounds(const ir::Module& module) : module_(module) {
  for (const ir::Function& f : module.functions) {
    if (f.side != ir::Side::Kernel) continue;
    body_ = &f.body;
    bound_body(f.body.block, {kBudget.steps / kFunctionShare, kBudget.branches / kFunctionShare});
  }
  for (const ir::KernelHandler& h : module.kernel_handlers) {
    body_ = &h.body;
    bound_body(h.body.block, kBudget);
  }
}

void LoopBounds::bound_body(const ir::Block& block, WalkCost budget) {
  std::vector<const Inst*> loops;
  collect_loops(block, loops);
  for (const Inst* loop : loops)
    bound(*loop, {budget.steps / loops.size(), budget.branches / loops.size()},
          static_cast<uint64_t>(std::max<int64_t>(1, module_.max_action)));
}

/// Nested loops get equal bounds: how many turns of the innermost the budget pays for, and of that
/// the root.
void LoopBounds::bound(const Inst& loop, WalkCost budget, uint64_t most) {
  std::vector<const Inst*> inner = inner_loops(loop);
  for (const Inst* l : inner) turns_[l] = 1;
  WalkCost turn = {4, 2};
  for (const ir::Block& b : loop.blocks) turn += cost(*body_, b);
  uint64_t affordable = std::min(budget.steps / turn.steps, budget.branches / turn.branches);
  uint64_t levels = nesting(loop);
  double root = std::pow(static_cast<double>(affordable), 1.0 / static_cast<double>(levels));
  if (levels > 1) most = std::min(most, levels == 2 ? kNestedTwice : kNestedDeeper);
  uint64_t turns = std::clamp<uint64_t>(static_cast<uint64_t>(root), 1, most);
  turns_[&loop] = turns;
  for (const Inst* l : inner)
    bound(*l, {budget.steps / turns / inner.size(), budget.branches / turns / inner.size()}, most);
}

WalkCost LoopBounds::cost(const ir::Body& body, const ir::Block& block) const {
  WalkCost sum;
  for (const Inst& inst : block) sum += cost(body, inst);
  return sum;
}

WalkCost LoopBounds::cost(const ir::Body& body, const Inst& inst) const {
  WalkCost inside;
  for (const ir::Block& b : inst.blocks) inside += cost(body, b);
  switch (inst.op) {
    case Op::Loop: {
      uint64_t turns = turns_.count(&inst) ? turns_.at(&inst) : 1;
      return {(inside.steps + 4) * turns + 10, (inside.branches + 2) * turns + 2};
    }
    case Op::If: return inside += {2, 1};
    case Op::Try: return inside += {inst.dst == ir::kNone ? 4u : 250u, 4};
    case Op::Div:
    case Op::Mod: return {16, 4};
    case Op::ArraySet:
    case Op::ArrayAdd: return string_cost(body, inst) += {80, 24};
    case Op::StatAdd: return string_cost(body, inst) += {200, 30};
    case Op::ArrayGet:
    case Op::ArrayIn:
    case Op::ArrayDelete: return string_cost(body, inst) += {30, 4};
    case Op::Load:
    case Op::LoadStr:
    case Op::LoadBytes: return string_cost(body, inst) += {20, 3};
    case Op::CoreField: return {40, 5};
    case Op::Call:
    case Op::EmbeddedC: return call_cost(inst);
    case Op::Send: return string_cost(body, inst) += {60, 4};
    default: return string_cost(body, inst) += {4, 1};
  }
}

/// What the strings that `inst` reads and writes cost besides.
WalkCost LoopBounds::string_cost(const ir::Body& body, const Inst& inst) const {
  auto cap_of = [&](const Operand& o) -> uint64_t {
    if (o.kind == Operand::StrLit) return std::min<uint64_t>(o.str.size() + 1, module_.max_string);
    if (o.kind != Operand::Local || body.locals[o.local].type.ty != Ty::Str) return 0;
    return capacity(module_, body.locals[o.local].type);
  };
  bool to_string = inst.dst != ir::kNone && body.locals[inst.dst].type.ty == Ty::Str;
  uint64_t to = to_string ? capacity(module_, body.locals[inst.dst].type) : 0;
  WalkCost sum;
  if (to_string) sum += {words(to) + 2, 0};
  for (const Operand& arg : inst.args) {
    uint64_t from = cap_of(arg);
    switch (inst.op) {
      case Op::Concat: sum += append_cost(to); break;
      case Op::StrEq:
      case Op::StrCmp: sum += {words(from) * 6, inst.op == Op::StrCmp ? words(from) : 0}; break;
      case Op::RegexMatch: sum += {words(from) * 90 + 20, words(from)}; break;
      case Op::Sprintf:
        sum += append_cost(to);
        if (!from) sum += {21 * 50, 2};  // ct_number_text
        break;
      default:
        if (from) sum += copy_cost(from);
    }
  }
  if (inst.op == Op::Sprintf && inst.format)
    for (const ast::FormatPiece& piece : *inst.format)
      if (piece.kind == ast::FormatPiece::Literal) sum += append_cost(to);
  return sum;
}

/// Embedded C is priced by what it may call: the functions of runtime/bpf/text.bpf.h go through a
/// string byte by byte.
WalkCost LoopBounds::call_cost(const Inst& inst) const {
  if (inst.op == Op::EmbeddedC) return {100, 10};
  const ir::Function& f = module_.functions[inst.function];
  uint64_t widest = f.result.ty == Ty::Str ? capacity(module_, f.result) : 0;
  WalkCost sum = {20, 2};
  for (uint32_t i = 0; i < f.parameters; ++i) {
    if (f.body.locals[i].type.ty != Ty::Str) continue;
    uint64_t cap = capacity(module_, f.body.locals[i].type);
    sum += copy_cost(cap);
    widest = std::max(widest, cap);
  }
  if (!f.is_embedded) return sum += cost(f.body, f.body.block);
  bool by_bytes = f.embedded_c.find("ct_text_") != std::string::npos;
  return sum += by_bytes ? WalkCost{widest * 100, widest * 3} : WalkCost{200 + widest, 15};
}

}  // namespace coretap::kernel
