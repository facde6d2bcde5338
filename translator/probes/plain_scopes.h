// Scopes without types: none at all, and a tracepoint's plain numbers.
#pragma once

#include <memory>
#include <string>

#include "probes/probe_kind.h"

namespace coretap::probes {

/// Of a site in a file without DWARF: `$$vars` and the other groups are empty and say so in a
/// warning; every single variable is refused. `why` is a sentence: "'P' has no debug information".
std::shared_ptr<ContextScope> make_no_debuginfo_scope(std::string why,
                                                      std::shared_ptr<debug::Module> module);

/// Of a system-call tracepoint: `$arg1` … `$arg6` at its entry, `$return` at its exit.
/// With `$syscall`, its number, if the tracepoint is that of every system call.
std::shared_ptr<ContextScope> make_syscall_scope(bool is_exit, bool of_every_call = false);

}  // namespace coretap::probes
