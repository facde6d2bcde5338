// What the rooms of split() give each other: which side each instruction runs on (choose_sides.cpp), the moving
// (make_segments.cpp), and what moved code asks the kernel for (ask_kernel.cpp).
#pragma once

#include <set>

#include "ir/ir.h"
#include "support/diagnostics.h"

namespace coretap {

struct Sides {
  bool any_moved = false;             ///< is anything user space's?
  std::set<ir::LocalId> user_locals;  ///< computed by user space; each lives in one segment
};

/// Decides what of a handler's body user space runs, and marks it (Inst::moved). Every use of one of `user_globals` is user
/// space's. Reports what would have to run on both sides.
Sides choose_sides(ir::Module& module, Diagnostics& diagnostics, ir::KernelHandler& handler,
                   const std::set<ir::GlobalId>& user_globals);

/// Moves what choose_sides() has marked into segments of the module, and leaves a Send of the values that each needs.
void make_segments(ir::Module& module, Diagnostics& diagnostics, ir::KernelHandler& handler,
                   const std::set<ir::LocalId>& user_locals);

/// Replaces what only the kernel can do in the segments of handlers that the session runs: each run of such instructions
/// becomes a kernel handler that the segment runs there (Op::RunKernel), and that leaves its results in globals.
void ask_kernel(ir::Module& module, Diagnostics& diagnostics);

/// Does `inst`, or what is in it, read or write one of the locals?
bool touches(ir::Inst& inst, const std::set<ir::LocalId>& ids);

/// Can nobody see when it runs? It has no effect besides its result, and raises no error.
bool is_invisible(const ir::Module& module, const ir::Inst& inst);

/// Reports that `inst` can run on neither side.
void refuse_continuation(Diagnostics& diagnostics, const ir::Inst& inst);

}  // namespace coretap
