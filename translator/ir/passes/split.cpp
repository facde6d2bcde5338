// Moves out of kernel handlers what only user space can do: printing, iterating arrays, reading
// statistics, tapset functions with a harness body only.
//
// A maximal run of such instructions in a block becomes a *segment*: a user-side body that starts
// with the values it needs (its captures), and in the kernel one Send of those values. The kernel
// part then goes on; segments run later, in the order of their records. choose_sides.cpp decides what is user space's, and
// make_segments.cpp moves it.
//
// The session itself runs some handlers: the kernel parts of begin probes and the like. What their segments still need of the
// kernel they ask it for (ask_kernel.cpp).
//
// A global that a segment writes is written late: events may come before the segment runs. So if kernel
// code reads it, or writes it too, every use of it moves to user space, where records are handled in the
// order of their events and each sees what the ones before it wrote. The same holds if a segment has to
// read what kernel code writes. Only reports are as late as their segment: what a foreach goes through and
// looks up, and statistics. To move those would send a record for each event that is counted.
#include "ir/passes/passes.h"
#include "ir/passes/split_parts.h"
#include "ir/walk.h"

namespace coretap {

using ir::Inst;
using ir::LocalId;
using ir::Op;

bool touches(Inst& inst, const std::set<LocalId>& ids) {
  bool any = false;
  auto look = [&](Inst& i) {
    for_each_read(i, [&](LocalId id) { any |= ids.count(id) != 0; });
    for_each_write(i, [&](LocalId id) { any |= ids.count(id) != 0; });
  };
  look(inst);
  for (ir::Block& block : inst.blocks) for_each_inst(block, look);
  return any;
}

bool is_invisible(const ir::Module& module, const Inst& inst) {
  if (inst.op != Op::Call) return ir::info(inst.op).pure && !ir::info(inst.op).can_fail;
  const ir::Function& callee = module.functions[inst.function];
  return callee.c && callee.c->pure && !callee.c->may_raise;
}

void refuse_continuation(Diagnostics& diagnostics, const Inst& inst) {
  diagnostics
      .semantic_error("continuation-needs-kernel", inst.span,
                      "this reads the probed context inside a part of the handler that can only "
                      "run in user space, and depends on what that part computes")
      .hint("read it into a variable before the loop or function that needs user space");
}

namespace {

/// Who uses globals, and how, once handlers are split.
struct GlobalUses {
  std::set<ir::GlobalId> read_by_kernel, written_by_kernel;
  std::set<ir::GlobalId> read_by_segments, written_by_segments;  ///< except for reports
  std::set<ir::GlobalId> replaced_by_segments;                   ///< written, not only added to
};

void note_segment(const ir::Block& block, bool in_foreach, GlobalUses& uses) {
  for (const Inst& inst : block) {
    if (writes_global(inst)) uses.written_by_segments.insert(inst.global);
    switch (inst.op) {
      case Op::GlobalSet:
      case Op::ArraySet:
      case Op::ArrayDelete:
      case Op::GlobalUpdate:
      case Op::ArrayUpdate: uses.replaced_by_segments.insert(inst.global); break;
      case Op::GlobalGet:
      case Op::ArrayGet:
      case Op::ArrayIn:
        if (!in_foreach) uses.read_by_segments.insert(inst.global);
        break;
      default: break;
    }
    for (const ir::Block& child : inst.blocks)
      note_segment(child, in_foreach || inst.op == Op::Foreach, uses);
  }
}

/// Globals that events would not be seen in the order of in, were they not user space's alone.
std::set<ir::GlobalId> used_late(ir::Module& module) {
  GlobalUses uses;
  // Segments of what the session runs are not late: it waits for them, and within a run choose_sides() keeps their order.
  auto is_late = [](const ir::KernelHandler& handler) {
    return handler.mechanism != ir::Mechanism::TestRun;
  };
  for (auto& handler : module.kernel_handlers) {
    if (!is_late(handler)) continue;
    for_each_inst(handler.body.block, [&](Inst& inst) {
      if (reads_global(inst)) uses.read_by_kernel.insert(inst.global);
      if (writes_global(inst)) uses.written_by_kernel.insert(inst.global);
    });
  }
  for (const ir::Segment& segment : module.segments)
    if (is_late(module.kernel_handlers[segment.handler]))
      note_segment(segment.body.block, false, uses);
  std::set<ir::GlobalId> late;
  for (ir::GlobalId global = 0; global < module.globals.size(); global++) {
    bool by_kernel = uses.written_by_kernel.count(global) != 0;
    if ((uses.written_by_segments.count(global) && uses.read_by_kernel.count(global)) ||
        (by_kernel &&
         (uses.read_by_segments.count(global) || uses.replaced_by_segments.count(global))))
      late.insert(global);
  }
  return late;
}

void split_handler(ir::Module& module, Diagnostics& diagnostics, ir::KernelHandler& handler,
                   const std::set<ir::GlobalId>& user_globals) {
  const Sides sides = choose_sides(module, diagnostics, handler, user_globals);
  if (sides.any_moved) make_segments(module, diagnostics, handler, sides.user_locals);
}

}  // namespace

void split(ir::Module& module, Diagnostics& diagnostics) {
  const ir::Module whole = module;
  std::set<ir::GlobalId> user_globals;
  for (;;) {
    Diagnostics::Attempt attempt(diagnostics);
    for (auto& handler : module.kernel_handlers)
      split_handler(module, diagnostics, handler, user_globals);
    std::set<ir::GlobalId> late = used_late(module);
    size_t before = user_globals.size();
    user_globals.insert(late.begin(), late.end());
    if (user_globals.size() == before) break;
    attempt.drop();
    module = whole;  // again, with those globals in user space
  }
  for (ir::GlobalId global : user_globals) module.globals[global].kept_in_order = true;
  ask_kernel(module, diagnostics);
  module.stage = ir::Stage::Split;
}

}  // namespace coretap
