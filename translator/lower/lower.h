// From the tree to the IR.
#pragma once

#include "analyse/program.h"
#include "ir/ir.h"

namespace coretap {

/// AST to IR, one body per distinct meaning of its sites. After it: kernel bodies may still hold
/// user-only instructions.
ir::Module lower(Program& program, probes::ResolveContext& context);

}  // namespace coretap
