// Is a handler large? Small ones are written for speed: numbers in registers, everything in one C
// function. That ends somewhere between a hundred and a few hundred instructions of the IR:
//
//   - clang merges, hoists and reorders over the whole function; what it then keeps at a time exceeds
//     the 512 bytes of BPF stack, and a jump over 32,767 instructions cannot be encoded;
//   - for the verifier each `x = a < b`, each `x = c ? 1 : 2`, each element that may be missing is two
//     different constants, and n of them that live at a time are 2^n ways through the handler, of a
//     million instructions that it is willing to walk;
//   - the kernel's JIT compiles a function in at most 20 passes. A backward jump of about 128 bytes is
//     sometimes short and sometimes long, which moves the ones behind it: with some fifty of them the
//     code does not settle ("unexpected jump padding", error 524).
//
// A large handler keeps its numbers in its frame (kernel_plan.h), compares without branches and is cut
// into functions of a few hundred instructions (kernel_parts.cpp). That costs a few nanoseconds for
// each operation, so it is not for all.
#pragma once

#include "emit/walk_cost.h"
#include "ir/ir.h"

namespace coretap::kernel {

/// Instructions that the verifier walks in one part of a large body, once through everything.
constexpr uint64_t kPartSteps = 600;
/// The kernel takes 256 functions in a program (BPF_MAX_SUBPROGS in include/linux/bpf_verifier.h). Parts of inner blocks
/// may be short, and helpers and loops are functions, too. So parts grow where so many of full length would not do.
constexpr uint64_t kMostFullParts = 64;

bool is_large(const ir::Module& module, Flavour flavour, const ir::Body& body);

}  // namespace coretap::kernel
