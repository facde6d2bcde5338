// The arguments of a system call by the names and types of its definition in the kernel: `$fd`, `$filename`.
#pragma once

#include <memory>
#include <string>

#include "probes/probe_kind.h"

namespace coretap::probes {

/// The scope of these arguments at the entry of the call whose event is syscalls:EVENT ("sys_enter_read"). What is in user
/// memory behind them can be followed. It looks for the names only when it is asked for one.
std::shared_ptr<ContextScope> make_syscall_parameters(const std::string& event,
                                                      ResolveContext& context);

}  // namespace coretap::probes
