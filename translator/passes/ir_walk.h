// Small walks over IR bodies that several passes need.
#pragma once

#include "ir/ir.h"

namespace coretap {

/// Kernel C that names the current thread: process and thread id in one number. Values saved at a
/// function's entry have it as a key.
inline constexpr char kThreadKey[] = "STAP_RETVALUE = bpf_get_current_pid_tgid();";

/// Calls `f(Inst&)` for every instruction, outer before inner, in program order.
template <typename F>
void for_each_inst(ir::Block& block, F&& f) {
  for (ir::Inst& inst : block) {
    f(inst);
    for (ir::Block& child : inst.blocks) for_each_inst(child, f);
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

/// Does `op` name a global in inst.global?
inline bool uses_global(ir::Op op) {
  using ir::Op;
  switch (op) {
    case Op::GlobalGet:
    case Op::GlobalSet:
    case Op::GlobalAdd:
    case Op::ArrayGet:
    case Op::ArraySet:
    case Op::ArrayAdd:
    case Op::ArrayIn:
    case Op::ArrayDelete:
    case Op::Clear:
    case Op::StatAdd:
    case Op::StatGet:
    case Op::HistGet:
    case Op::StrToHist:
    case Op::PrintHist:
    case Op::Foreach: return true;
    default: return false;
  }
}

/// Does `inst` look at the value of its global (so that it must be exact at that moment)?
inline bool reads_global(const ir::Inst& inst) {
  using ir::Op;
  switch (inst.op) {
    case Op::GlobalGet:
    case Op::ArrayGet:
    case Op::ArrayIn:
    case Op::StatGet:
    case Op::HistGet:
    case Op::StrToHist:
    case Op::PrintHist:
    case Op::Foreach: return true;
    case Op::GlobalAdd:
    case Op::ArrayAdd: return inst.dst != ir::kNone;
    default: return false;
  }
}

inline bool writes_global(const ir::Inst& inst) {
  using ir::Op;
  switch (inst.op) {
    case Op::GlobalSet:
    case Op::GlobalAdd:
    case Op::ArraySet:
    case Op::ArrayAdd:
    case Op::ArrayDelete:
    case Op::Clear:
    case Op::StatAdd: return true;
    default: return false;
  }
}

}  // namespace coretap
