// The passes from IR to IR, in the order in which they run; each says what holds after it. They know of a script what
// the IR says.
#pragma once

#include "ir/ir.h"
#include "support/diagnostics.h"

namespace coretap {

/// Drops pure instructions whose results nobody uses: alias variables that a script ignores.
void drop_dead_code(ir::Module& module);

/// Joins handlers of system calls that differ in constants only: each has a site for each call then.
void share_programs(ir::Module& module);

/// Moves pure instructions into the one branch of an If that uses their results.
void sink_into_branches(ir::Module& module);

/// Moves what only user space can do out of kernel bodies into segments. After it: kernel bodies
/// hold kernel operations only.
void split(ir::Module& module, Diagnostics& diagnostics);

/// Decides where each global lives and what is kept of it: shared, additive, statistic fields.
void place_globals(ir::Module& module);

/// Adds to handlers of system calls' entries what runs them at the exit of the call when the program's
/// memory was not there at the entry. After it: no kernel handler may be added or removed.
void add_late_reads(ir::Module& module);

/// Warns, once for each global, where kernel code changes it in two steps that another CPU may come
/// between.
void warn_of_racing_updates(const ir::Module& module, Diagnostics& diagnostics);

/// Gives every kernel string its capacity. After it: no cap is 0.
void size_strings(ir::Module& module, Diagnostics& diagnostics);

}  // namespace coretap
