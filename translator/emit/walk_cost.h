// What the verifier pays for a piece of a kernel-side body, estimated from the IR: it decides how often
// loops may turn in the base flavour, and where a large handler is cut into parts.
#pragma once

#include <cstdint>
#include <map>

#include "emit/flavour.h"
#include "ir/ir.h"

namespace coretap::kernel {

/// What the verifier pays for walking something once.
struct WalkCost {
  uint64_t steps = 0;     ///< instructions
  uint64_t branches = 0;  ///< put aside, if all are open at once
  WalkCost& operator+=(const WalkCost& other) {
    steps += other.steps;
    branches += other.branches;
    return *this;
  }
};

class WalkCosts {
 public:
  /// `in_loop`: what a turn of a C loop costs, with what the verifier walks again, and with the hashes of
  /// keys. Without it, what a handler is cut by: a hash is one piece that no cut makes cheaper.
  WalkCosts(const ir::Module& module, Flavour flavour, bool in_loop = false)
      : module_(module), flavour_(flavour), in_loop_(in_loop) {}

  WalkCost of(const ir::Body& body, const ir::Block& block) const;
  WalkCost of(const ir::Body& body, const ir::Inst& inst) const;

  /// How often a loop is walked; once if nobody has said anything else.
  void set_turns(const ir::Inst& loop, uint64_t turns) { turns_[&loop] = turns; }
  uint64_t turns(const ir::Inst& loop) const {
    auto it = turns_.find(&loop);
    return it == turns_.end() ? 1 : it->second;
  }

 private:
  WalkCost string_cost(const ir::Body& body, const ir::Inst& inst) const;
  WalkCost call_cost(const ir::Inst& inst) const;

  const ir::Module& module_;
  Flavour flavour_;
  bool in_loop_;
  std::map<const ir::Inst*, uint64_t> turns_;
};

}  // namespace coretap::kernel
