// Where each global lives and what is kept of it, from how the finished bodies use it.
#include <set>

#include "ir/passes/passes.h"
#include "ir/walk.h"

namespace coretap {

using ir::Inst;
using ir::Op;

namespace {

void note_kernel_use(ir::Module& module, ir::Body& body) {
  for_each_inst(body.block, [&](Inst& inst) {
    if (!ir::info(inst.op).names_global()) return;
    ir::Global& global = module.globals[inst.global];
    global.shared = true;
    // A scalar stays where it is when user code takes what is there: kernel code may look at it.
    bool adds = inst.op == Op::StatAdd || inst.op == Op::GlobalAdd || inst.op == Op::GlobalGet ||
                (inst.op == Op::ArrayAdd && inst.dst == ir::kNone);
    if (!adds) global.additive = false;
  });
}

/// Functions that some body calls, directly or not.
std::set<ir::FunctionId> reachable(ir::Module& module) {
  std::set<ir::FunctionId> seen;
  std::vector<ir::FunctionId> todo;
  auto scan = [&](ir::Body& body) {
    for_each_inst(body.block, [&](Inst& inst) {
      if (inst.op == Op::Call && seen.insert(inst.function).second) todo.push_back(inst.function);
    });
  };
  for (auto& handler : module.kernel_handlers) scan(handler.body);
  for (auto& handler : module.user_handlers) scan(handler.body);
  for (auto& segment : module.segments) scan(segment.body);
  while (!todo.empty()) {
    ir::FunctionId id = todo.back();
    todo.pop_back();
    scan(module.functions[id].body);
  }
  return seen;
}

/// Renumbers functions so that unreachable ones (twins nobody needed) are gone.
void drop_unreachable(ir::Module& module) {
  std::set<ir::FunctionId> keep = reachable(module);
  std::vector<ir::FunctionId> renamed(module.functions.size(), ir::kNone);
  std::vector<ir::Function> kept;
  for (ir::FunctionId id : keep) {
    renamed[id] = static_cast<ir::FunctionId>(kept.size());
    kept.push_back(std::move(module.functions[id]));
    kept.back().twin = ir::kNone;
  }
  module.functions = std::move(kept);
  auto rename = [&](ir::Body& body) {
    for_each_inst(body.block, [&](Inst& inst) {
      if (inst.op == Op::Call) inst.function = renamed[inst.function];
    });
  };
  for (auto& handler : module.kernel_handlers) rename(handler.body);
  for (auto& handler : module.user_handlers) rename(handler.body);
  for (auto& segment : module.segments) rename(segment.body);
  for (auto& function : module.functions) rename(function.body);
}

}  // namespace

void place_globals(ir::Module& module) {
  drop_unreachable(module);
  module.stage = ir::Stage::Placed;
  for (ir::Global& global : module.globals) {
    global.additive = true;
    global.displayed_at_end =
        module.displays_globals && global.span && global.span.file->is_user_script;
  }
  for (auto& handler : module.kernel_handlers) note_kernel_use(module, handler.body);
  for (auto& function : module.functions)
    if (function.side == ir::Side::Kernel) note_kernel_use(module, function.body);
  // The order of an a%[N] is that of one map.
  for (ir::Global& global : module.globals)
    if (!global.shared || (global.wrap && global.is_array())) global.additive = false;

  std::set<ir::GlobalId> written;
  auto note_reads = [&](ir::Body& body) {
    for_each_inst(body.block, [&](Inst& inst) {
      if (reads_global(inst)) module.globals[inst.global].displayed_at_end = false;
      if (writes_global(inst) && inst.op != Op::Clear && inst.op != Op::ArrayDelete)
        written.insert(inst.global);
    });
  };
  for (auto& handler : module.kernel_handlers) note_reads(handler.body);
  for (auto& handler : module.user_handlers) note_reads(handler.body);
  for (auto& segment : module.segments) note_reads(segment.body);
  for (auto& function : module.functions) note_reads(function.body);
  for (ir::GlobalId id = 0; id < module.globals.size(); id++) {
    ir::Global& global = module.globals[id];
    if (!written.count(id) && !global.written_by_never) global.displayed_at_end = false;
    if (global.read_by_never) global.displayed_at_end = false;
    // What is shown at the end of a statistic: count, min, max, sum, avg.
    if (global.displayed_at_end && global.is_stat) global.need_min_max = true;
  }
}

}  // namespace coretap
