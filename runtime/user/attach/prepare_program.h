// What a BPF program is told of its way into the kernel before it is loaded.
#pragma once

#include <string>

#include "ladder.h"

struct bpf_program;

namespace ct {

/// Sets what the kernel must know about a program before it is loaded. Returns why this way is not
/// open on this kernel, or "".
std::string prepare_program(bpf_program* program, const Rung& rung, const KernelHandler& handler);

}  // namespace ct
