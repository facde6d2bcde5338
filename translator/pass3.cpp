// Each pass over the IR is dumped if -d names it, timed for -vvv, and verified in debug builds and with -v.
#include "pass3.h"

#include <iostream>

#include "ir/passes/ir_passes.h"
#include "lower/lower.h"
#include "pass_timer.h"
#include "why/why_script.h"

namespace coretap {

bool Pass3::translate(Program& program, probes::ResolveContext& context, GeneratedCode& code) {
  check_runtime_limits(program);
  if (failed()) return false;
  ir::Module& module = module_.emplace(lower(program, context));
  module.kernel_build_id = input_.kernel_build_id;
  if (failed()) return false;
  if (dump("ir-lowered", [&] { return ir::print(module); })) return true;
  for (const IrPass& pass : ir_passes()) {
    PassTimer timer;
    pass.run(module, diagnostics_);
    if (failed()) return false;
    notes_.say(std::string("Pass 3: ") + pass.name + " in " + timer.elapsed(), 3);
    if (dump(pass.name, [&] { return ir::print(module); })) return true;
    if (!verified(module, pass.name)) return false;
  }
  if (o_.explain_script) {
    why::answer_script(module, std::cout);
    std::cout.flush();  // what the kernel has of it is written by the runtime
  }
  if (dump("ir", [&] { return ir::print(module); })) return true;
  code = generate(module, input_);
  if (dump("kernel-c", [&] { return code.kernel_c; }) ||
      dump("kernel-base-c", [&] { return code.kernel_base_c; }) ||
      dump("harness", [&] { return code.harness_cpp; }))
    return true;
  return o_.dump.empty() || refuse_unknown_dump();
}

bool Pass3::failed() { return pass_failed(diagnostics_, 3, "translation"); }

/// Prints what `text` gives if it is what -d asks for.
bool Pass3::dump(const char* stage, const std::function<std::string()>& text) {
  if (o_.dump != stage) return false;
  std::cout << text();
  has_dumped_ = true;
  return true;
}

bool Pass3::refuse_unknown_dump() {
  std::string stages = "ast ir-lowered";
  for (const IrPass& pass : ir_passes()) stages += std::string(" ") + pass.name;
  diagnostics_.error("unknown-dump", "there is no stage named '" + o_.dump + "'")
      .hint("stages: " + stages + " ir kernel-c kernel-base-c harness");
  return !failed();
}

bool Pass3::verified(const ir::Module& module, const char* after) {
#ifdef NDEBUG
  if (!o_.verbose && o_.dump.empty()) return true;
#endif
  std::string violation = ir::verify(module);
  if (violation.empty()) return true;
  diagnostics_.error("internal-ir", std::string("internal error after ") + after + ": " + violation)
      .hint("this is a bug in coretap; please report it with the script");
  failed();
  return false;
}

}  // namespace coretap
