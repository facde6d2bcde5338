// What a BPF program is told of its way into the kernel before it is loaded.
#pragma once

#include "ladder.h"
#include "runtime/common/result.h"

struct bpf_program;

namespace ct {

/// Sets what the kernel must know about a program before it is loaded. Fails if this way is not open
/// on this kernel.
Status prepare_program(bpf_program* program, const Rung& rung, const KernelHandler& handler);

}  // namespace ct
