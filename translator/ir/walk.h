// Small walks over IR bodies that several passes need.
#pragma once

#include "ir/ir.h"

namespace coretap {

/// Calls `f` for every instruction of a block, which may be const: outer before inner, in program order.
template <typename Block, typename F>
void for_each_inst(Block& block, F&& f) {
  for (auto& inst : block) {
    f(inst);
    for (auto& child : inst.blocks) for_each_inst(child, f);
  }
}

/// Calls `f(LocalId)` for every local that `inst` itself reads (not its blocks).
template <typename F>
void for_each_read(const ir::Inst& inst, F&& f) {
  for (const ir::Operand& arg : inst.args)
    if (arg.kind == ir::Operand::Local) f(arg.local);
}

/// Calls `f(LocalId)` for every local that `inst` itself writes.
template <typename F>
void for_each_write(const ir::Inst& inst, F&& f) {
  if (inst.dst != ir::kNone) f(inst.dst);
  if (inst.declined != ir::kNone) f(inst.declined);
  if (inst.foreach) {
    for (ir::LocalId key : inst.foreach->keys) f(key);
    if (inst.foreach->value != ir::kNone) f(inst.foreach->value);
  }
}

}  // namespace coretap
