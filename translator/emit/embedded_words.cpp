#include "emit/embedded_words.h"

#include <algorithm>
#include <string>

#include "ir/mechanism.h"

namespace coretap {

using ir::Inst;
using ir::Op;

bool mentions(const ir::Module& module, const Inst& inst, const char* word) {
  if (inst.op == Op::EmbeddedC) return inst.c->text.find(word) != std::string::npos;
  if (inst.op != Op::Call) return false;
  const std::optional<EmbeddedC>& c = module.functions[inst.function].c;
  return c && c->text.find(word) != std::string::npos;
}

bool walks_stack(const ir::Module& module, const ir::Body& body, const Inst& inst) {
  bool walks = false;
  for_each_reached(module, body, inst, [&](const ir::Body&, const Inst& i) {
    walks = walks || mentions(module, i, "ct_stack_") || mentions(module, i, "bpf_get_stack");
  });
  return walks;
}

bool walks_stack_of_event(const ir::Module& module) {
  auto walks = [&](const ir::KernelHandler& handler) {
    return std::any_of(handler.body.block.begin(), handler.body.block.end(),
                       [&](const Inst& inst) { return walks_stack(module, handler.body, inst); });
  };
  return std::any_of(module.kernel_handlers.begin(), module.kernel_handlers.end(),
                     [&](const ir::KernelHandler& handler) {
                       return ir::info(handler.mechanism).family ==
                                  ir::MechanismInfo::Family::Event &&
                              !ir::is_perf_event(handler.mechanism) && walks(handler);
                     });
}

}  // namespace coretap
