// Handlers of many system calls: which of the calls that they are for the running kernel has.
#pragma once

#include <string>

#include "runtime/common/result.h"
#include "runtime/user/harness/program.h"

namespace ct {

/// Fails with Failure::Missing if the running kernel has no trace event of the site's system call. Where tracefs cannot be
/// read, the kernel is taken to have it: a call that is not there is never made.
Status missing_call(const Site& site);

/// Takes out of the table ct_calls_N of the handler with this index, in the `memory` of .rodata at `offset`, what the running
/// kernel does not have. See runtime/bpf/calls.bpf.h.
void drop_missing_calls(const KernelHandler& handler, std::string& memory, u32 offset, u32 size);

}  // namespace ct
