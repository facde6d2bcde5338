// Variables of a program at one address, by its DWARF.
#pragma once

#include <memory>

#include "probes/location_ir.h"
#include "probes/probe_kind.h"

namespace coretap::probes {

/// A place in a program's code, as far as it decides what its variables are and where.
struct CodePlace {
  std::shared_ptr<debug::Module> module;
  uint64_t scope = 0;       ///< as Module::variables_at takes it
  bool has_result = false;  ///< of a .return probe
  LocationSite site;
};

/// The place of a site at `point`, a link-time address, with a probe of that mechanism.
CodePlace code_place(std::shared_ptr<debug::Module> module, debug::CodePoint point, uint64_t scope,
                     ir::Mechanism mechanism);

/// `point` has a link-time address, `scope` as Module::variables_at takes it. For a Uretprobe the point is the
/// function's entry, and only `$return` and global variables can be read.
std::shared_ptr<ContextScope> make_dwarf_scope(std::shared_ptr<debug::Module> module,
                                               debug::CodePoint point, uint64_t scope,
                                               ir::Mechanism mechanism, ResolveContext& context);

/// A global or static variable as the code of source file `file` sees it.
std::optional<debug::Variable> variable_of_file(const debug::Module& module,
                                                const std::string& name, const std::string& file);

}  // namespace coretap::probes
