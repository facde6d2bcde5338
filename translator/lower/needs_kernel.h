// Whether a handler whose probe fires in user space has to go on in the kernel.
#pragma once

#include "analyse/program.h"
#include "ast/ast.h"

namespace coretap {

/// Does a begin, end, error, timer or procfs handler, or a function that it calls, read kernel memory or call what only the
/// kernel has? Then the session runs a kernel part for it (ir::Mechanism::TestRun). What it cannot have there either, for it
/// has no event, does not count.
bool needs_kernel(ElaboratedProbe& probe);

/// Does a cast read what its operand points to? `&@cast(p, "type")[n]` is arithmetic with the type's size.
bool reads_memory(const ast::Cast& cast);

}  // namespace coretap
