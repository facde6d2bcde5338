#include "emit/variants.h"

#include "emit/layout.h"

namespace coretap {

using ir::Mechanism;

namespace {

struct Reads {
  bool user_memory = false;
  bool perf_counter = false;  ///< its map is closed to sleepable programs
};

void note_reads(const ir::Module& module, const ir::Block& block, Reads& reads) {
  for (const ir::Inst& inst : block) {
    bool loads =
        inst.op == ir::Op::Load || inst.op == ir::Op::LoadStr || inst.op == ir::Op::LoadBytes;
    reads.user_memory |= loads && inst.space == ir::Space::User;
    reads.perf_counter |= inst.op == ir::Op::PerfRead;
    if (inst.op == ir::Op::EmbeddedC)
      reads.user_memory |= inst.name.find("/* user-memory */") != std::string::npos;
    if (inst.op == ir::Op::Call) {
      const ir::Function& callee = module.functions[inst.function];
      reads.user_memory |= callee.reads_user_memory;
      note_reads(module, callee.body.block, reads);
    }
    for (const ir::Block& inner : inst.blocks) note_reads(module, inner, reads);
  }
}

/// Has a sleepable program something to wait for, and may it do all that the handler does?
bool can_sleep(const ir::Module& module, const ir::KernelHandler& handler) {
  Reads reads;
  note_reads(module, handler.body.block, reads);
  return reads.user_memory && !reads.perf_counter;
}

}  // namespace

std::vector<Variant> variants(const ir::Module& module, const ir::KernelHandler& handler,
                              Flavour flavour) {
  std::string name = layout::identifier(handler.name);
  // fentry and fexit belong to one function each, and to its first instruction.
  bool whole_function = handler.sites.size() == 1 && handler.sites[0].offset == 0;
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
      if (flavour == Flavour::Modern && can_sleep(module, handler))
        return {{name + "_sleepable", handler.mechanism, true}, {name, handler.mechanism}};
      break;
    case Mechanism::TpBtf: return {{name + "_btf", Mechanism::TpBtf}, {name, Mechanism::RawTp}};
    default: break;
  }
  return {{name, handler.mechanism}};
}

}  // namespace coretap
