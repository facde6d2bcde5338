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

/// Of the tracepoint of a system call: `$arg1` … `$arg6` at its entry, and what `named` has; `$return` at its exit.
std::shared_ptr<ContextScope> make_syscall_scope(bool is_exit, std::shared_ptr<ContextScope> named);
/// Of the tracepoint of every system call: the same without names, and `$syscall`, the call's number.
std::shared_ptr<ContextScope> make_every_syscall_scope(bool is_exit);

}  // namespace coretap::probes
