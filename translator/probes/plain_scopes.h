// Scopes without types: none at all, and a tracepoint's plain numbers.
#pragma once

#include <memory>

#include "probes/probe_kind.h"

namespace coretap::probes {

/// Of a system-call tracepoint: `$arg1` … `$arg6` at its entry, `$return` at its exit.
std::shared_ptr<ContextScope> make_syscall_scope(bool is_exit);

}  // namespace coretap::probes
