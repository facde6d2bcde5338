// What the embedded C of a script or a tapset asks of the handler that it runs in. The emitter does not parse that C: a
// handler asks for a thing if the word that stands for it (a macro or function of runtime/bpf) is in the text.
#pragma once

#include "ir/ir.h"

namespace coretap {

/// Calls visit(body, inst) for `inst` of `body`, for what is in its blocks, and, with their own bodies, for what the kernel
/// functions do that they call.
template <typename Visit>
void for_each_reached(const ir::Module& module, const ir::Body& body, const ir::Inst& inst,
                      Visit&& visit) {
  visit(body, inst);
  if (inst.op == ir::Op::Call) {
    const ir::Function& callee = module.functions[inst.function];
    if (callee.side == ir::Side::Kernel)
      for (const ir::Inst& i : callee.body.block) for_each_reached(module, callee.body, i, visit);
  }
  for (const ir::Block& block : inst.blocks)
    for (const ir::Inst& i : block) for_each_reached(module, body, i, visit);
}

/// Is `inst` embedded C, or a call of an embedded-C function, that has `word` in it?
bool mentions(const ir::Module& module, const ir::Inst& inst, const char* word);

/// Does `inst`, or what it reaches, walk the kernel's stack? It counts BPF's own frames, so it must not be
/// called from a frame more.
bool walks_stack(const ir::Module& module, const ir::Body& body, const ir::Inst& inst);

/// Does a handler of a kernel event, a tracepoint or a system call, walk the kernel's stack?
bool walks_stack_of_event(const ir::Module& module);

}  // namespace coretap
