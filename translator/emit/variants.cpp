#include "emit/variants.h"

#include "emit/layout.h"

namespace coretap {

using ir::Mechanism;

namespace {

struct Reads {
  bool user_memory = false;
  bool perf_counter = false;  ///< its map is closed to sleepable programs
  bool own_c = false;         ///< C of the script: who knows what it calls
  bool queue = false;         ///< changes an a%[N]: the map of its queue is closed to them on 6.1
};

void note_reads(const ir::Module& module, const ir::Block& block, Reads& reads) {
  for (const ir::Inst& inst : block) {
    bool loads =
        inst.op == ir::Op::Load || inst.op == ir::Op::LoadStr || inst.op == ir::Op::LoadBytes;
    reads.user_memory |= loads && inst.space == ir::Space::User;
    reads.perf_counter |= inst.op == ir::Op::PerfRead;
    reads.queue |= writes_global(inst) && layout::is_ordered(module.globals[inst.global]);
    if (inst.op == ir::Op::EmbeddedC) {
      reads.user_memory |= inst.c->user_memory;
      reads.own_c |= inst.span && inst.span.file->is_user_script;
    }
    if (inst.op == ir::Op::Call) {
      const ir::Function& callee = module.functions[inst.function];
      reads.user_memory |= callee.c && callee.c->user_memory;
      reads.own_c |= callee.c && callee.span && callee.span.file->is_user_script;
      note_reads(module, callee.body.block, reads);
    }
    for (const ir::Block& inner : inst.blocks) note_reads(module, inner, reads);
  }
}

std::vector<Variant> uprobe_variants(const ir::Module& module, const ir::KernelHandler& handler,
                                     const std::string& name) {
  Variant plain{name, handler.mechanism}, sleepable{name + "_sleepable", handler.mechanism, true};
  Reads reads;
  note_reads(module, handler.body.block, reads);
  if (!reads.user_memory || reads.perf_counter) return {plain};
  if (module.for_sleepable_uprobes && !reads.own_c && !reads.queue) return {sleepable};
  return {sleepable, plain};
}

}  // namespace

std::vector<Variant> variants(const ir::Module& module, const ir::KernelHandler& handler,
                              Flavour flavour) {
  std::string name = layout::identifier(handler.name);
  // fentry and fexit belong to one function each, and to its first instruction.
  // What debug information placed reads the registers, and its function may be one of several that share a name.
  bool whole_function =
      handler.sites.size() == 1 && handler.sites[0].offset == 0 && !ir::is_bound(handler.sites[0]);
  switch (handler.mechanism) {
    case Mechanism::Kprobe:
      if (whole_function) return {{name + "_fentry", Mechanism::Fentry}, {name, Mechanism::Kprobe}};
      break;
    case Mechanism::Kretprobe:
      if (flavour == Flavour::Modern && whole_function)
        return {{name + "_fexit", Mechanism::Fexit}, {name, Mechanism::Kretprobe}};
      break;
    case Mechanism::Uprobe:
    case Mechanism::UprobeAtReturn:
    case Mechanism::Uretprobe:
      if (flavour == Flavour::Modern) return uprobe_variants(module, handler, name);
      break;
    case Mechanism::TpBtf: return {{name + "_btf", Mechanism::TpBtf}, {name, Mechanism::RawTp}};
    case Mechanism::RawTp:
    case Mechanism::Tracepoint:
    case Mechanism::SyscallEntry:
    case Mechanism::SyscallExit:
    case Mechanism::PerfEvent:
    case Mechanism::DataWatch:
    case Mechanism::TestRun:
    case Mechanism::Fentry:
    case Mechanism::Fexit: break;
  }
  return {{name, handler.mechanism}};
}

}  // namespace coretap
