// How often the loops of a body may turn in the base flavour.
//
// Without bpf_loop a loop is a C loop, and the verifier walks its body as often as it turns. It gives
// up after a million instructions, or with 8192 branches that it has put aside for later
// (BPF_COMPLEXITY_LIMIT_INSNS, BPF_COMPLEXITY_LIMIT_JMP_SEQ in kernel/bpf/verifier.c). So each loop has
// a bound, a constant: MAXACTION, or as many turns as a handler's share of that pays for. The price
// of a turn is estimated from the IR; what a loop does costs turns, above all long strings. A simple
// counting loop gets its 1000 turns; one that appends to strings of 512 bytes gets about 160, and one with a
// key of 512 bytes 25 (walk_cost.h).
//
// Nested loops get 16 turns each, or 8 if there are three. The verifier of 5.10 forgets states that
// it compared in vain a few times; with more turns it walks the same ways again and again (measured
// with counting loops: 20 x 20 and 12 x 12 x 12 load in a second, 16 x 16 x 16 not in seven). The
// bounds are for kernels that need this flavour: 6.12 may refuse what 5.10 and 6.1 take.
#pragma once

#include <cstdint>

#include "emit/walk_cost.h"
#include "ir/ir.h"

namespace coretap::kernel {

class LoopBounds {
 public:
  explicit LoopBounds(const ir::Module& module);
  uint64_t turns(const ir::Inst& loop) const { return costs_.turns(loop); }

 private:
  void bound_body(const ir::Block& block, WalkCost budget, int64_t most_actions);
  void bound(const ir::Inst& loop, WalkCost budget, uint64_t most);

  const ir::Body* body_ = nullptr;  ///< whose loops are being bounded
  WalkCosts costs_;
};

}  // namespace coretap::kernel
