// Variables of a program at one address, by its DWARF.
#pragma once

#include <memory>

#include "probes/probe_kind.h"

namespace coretap::probes {

/// `point` has a link-time address, `scope` as Module::variables_at takes it. For a Uretprobe the point is the
/// function's entry, and only `$return` and global variables can be read.
std::shared_ptr<ContextScope> make_dwarf_scope(std::shared_ptr<debug::Module> module,
                                               debug::CodePoint point, uint64_t scope,
                                               ir::Mechanism mechanism, ResolveContext& context);

/// A global or static variable as the code of source file `file` sees it.
std::optional<debug::Variable> variable_of_file(const debug::Module& module,
                                                const std::string& name, const std::string& file);

}  // namespace coretap::probes
