// What this kernel can do, found by trying, never by version.
#pragma once

#include "program.h"

struct bpf_program;

namespace ct {

/// One program on many uprobe sites of one file with one system call (Linux 6.6, commit
/// 89ae89f53d20 "bpf: Add multi uprobe link").
bool has_uprobe_multi();

/// True if `handler` has so many sites that uprobe_multi is worth it, and the kernel has it.
bool wants_uprobe_multi(const KernelHandler& handler);

/// Sets what the kernel must know about a program before it is loaded.
void prepare_program(bpf_program* program, const KernelHandler& handler);

}  // namespace ct
