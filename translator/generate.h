// The IR as texts: which flavours of the kernel side are made, and the harness.
#pragma once

#include "build/compile.h"
#include "ir/ir.h"
#include "support/compile_input.h"

namespace coretap {

/// Decides, too, whether the module is made for sleepable uprobes only.
GeneratedCode generate(ir::Module& module, const CompileInput& input);

}  // namespace coretap
