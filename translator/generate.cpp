#include "generate.h"

#include "emit/kernel_c.h"
#include "emit/user_cpp.h"
#include "ir/error_places.h"
#include "runtime/user/kernel/kernel_features.h"

namespace coretap {

namespace {

void emit_kernel(ir::Module& module, const CompileInput& input, GeneratedCode& code) {
  bool both = input.flavours == KernelFlavours::Both;
  bool base = input.flavours == KernelFlavours::Base ||
              (input.flavours == KernelFlavours::ForThisKernel && !ct::probably_takes_modern());
  bool has_base = base_obstacles(module).empty();
  module.for_sleepable_uprobes = !both && !base && ct::has_sleepable_uprobes();
  if (both || !base || !has_base) code.kernel_c = emit_kernel_c(module);
  if (has_base && (both || base)) code.kernel_base_c = emit_kernel_c(module, Flavour::Base);
}

}  // namespace

GeneratedCode generate(ir::Module& module, const CompileInput& input) {
  GeneratedCode code;
  ir::number_error_places(module);
  if (!module.kernel_handlers.empty()) emit_kernel(module, input, code);
  code.harness_cpp = emit_user_cpp(module);
  return code;
}

}  // namespace coretap
