#include "emit/loop_bounds.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace coretap::kernel {

using ir::Inst;
using ir::Op;

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

}  // namespace

LoopBounds::LoopBounds(const ir::Module& module) : costs_(module, Flavour::Base, true) {
  for (const ir::Function& f : module.functions) {
    if (f.side != ir::Side::Kernel) continue;
    body_ = &f.body;
    bound_body(f.body.block, {kBudget.steps / kFunctionShare, kBudget.branches / kFunctionShare},
               module.max_action);
  }
  for (const ir::KernelHandler& h : module.kernel_handlers) {
    body_ = &h.body;
    bound_body(h.body.block, kBudget, module.actions_of(h));
  }
}

void LoopBounds::bound_body(const ir::Block& block, WalkCost budget, int64_t most_actions) {
  std::vector<const Inst*> loops;
  collect_loops(block, loops);
  for (const Inst* loop : loops)
    bound(*loop, {budget.steps / loops.size(), budget.branches / loops.size()},
          static_cast<uint64_t>(std::max<int64_t>(1, most_actions)));
}

/// Nested loops get equal bounds: how many turns of the innermost the budget pays for, and of that
/// the root.
void LoopBounds::bound(const Inst& loop, WalkCost budget, uint64_t most) {
  std::vector<const Inst*> inner = inner_loops(loop);
  for (const Inst* l : inner) costs_.set_turns(*l, 1);
  WalkCost turn = {4, 2};
  for (const ir::Block& b : loop.blocks) turn += costs_.of(*body_, b);
  uint64_t affordable = std::min(budget.steps / turn.steps, budget.branches / turn.branches);
  uint64_t levels = nesting(loop);
  double root = std::pow(static_cast<double>(affordable), 1.0 / static_cast<double>(levels));
  if (levels > 1) most = std::min(most, levels == 2 ? kNestedTwice : kNestedDeeper);
  uint64_t turns = std::clamp<uint64_t>(static_cast<uint64_t>(root), 1, most);
  costs_.set_turns(loop, turns);
  for (const Inst* l : inner)
    bound(*l, {budget.steps / turns / inner.size(), budget.branches / turns / inner.size()}, most);
}

}  // namespace coretap::kernel
