// The kernel object of a script as one C translation unit, for clang -target bpf.
#pragma once

#include <string>

#include "emit/flavour.h"
#include "ir/ir.h"

namespace coretap {

/// C text that includes runtime/bpf/coretap.bpf.h; deterministic. The module has passed
/// ir::verify(). #line directives point to the script.
/// In the base flavour it must have no base_obstacles().
std::string emit_kernel_c(const ir::Module& module, Flavour flavour = Flavour::Modern);

}  // namespace coretap
