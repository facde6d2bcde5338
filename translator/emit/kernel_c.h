// The kernel object of a script as one C translation unit, for clang -target bpf.
#pragma once

#include <string>

#include "ir/ir.h"

namespace coretap {

/// C text that includes runtime/bpf/coretap.bpf.h; deterministic. The module has passed
/// ir::verify(). #line directives point to the script.
std::string emit_kernel_c(const ir::Module& module);

}  // namespace coretap
