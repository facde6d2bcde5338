#include "ir/error_places.h"

#include "ir/walk.h"

namespace coretap::ir {

ErrorPlaces::ErrorPlaces(const Module& module) {
  auto add = [&](const Block& block) {
    for_each_inst(block, [&](const Inst& inst) {
      const bool may_fail = info(inst.op).can_fail && !has_own_places(module, inst);
      if (!may_fail || !inst.span) return;
      const auto number = static_cast<uint32_t>(all_.size() + 1);
      if (numbers_.try_emplace({inst.span.file, inst.span.begin}, number).second)
        all_.push_back(inst.span);
    });
  };
  for (const KernelHandler& handler : module.kernel_handlers) add(handler.body.block);
  for (const Function& function : module.functions)
    if (function.side == Side::Kernel) add(function.body.block);
}

uint32_t ErrorPlaces::number_of(const Inst& inst) const {
  if (!inst.span) return 0;
  auto found = numbers_.find({inst.span.file, inst.span.begin});
  if (found == numbers_.end()) no_case(inst.op, "ErrorPlaces");
  return found->second;
}

}  // namespace coretap::ir
