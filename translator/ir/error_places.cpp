#include "ir/error_places.h"

#include <map>
#include <utility>

#include "ir/walk.h"

namespace coretap::ir {

void number_error_places(Module& module) {
  std::map<std::pair<const SourceFile*, uint32_t>, uint32_t> numbers;  // by a span's file and begin
  module.error_places.clear();
  auto number = [&](Body& body) {
    for_each_inst(body.block, [&](Inst& inst) {
      const bool is_in_callee = inst.op == Op::Call && !module.functions[inst.function].c;
      if (!info(inst.op).can_fail || is_in_callee || !inst.span) return;
      const auto next = static_cast<uint32_t>(module.error_places.size() + 1);
      const auto [known, is_new] = numbers.try_emplace({inst.span.file, inst.span.begin}, next);
      if (is_new) module.error_places.push_back(inst.span);
      inst.error_place = known->second;
    });
  };
  for (KernelHandler& handler : module.kernel_handlers) number(handler.body);
  for (Function& function : module.functions)
    if (function.side == Side::Kernel) number(function.body);
}

}  // namespace coretap::ir
