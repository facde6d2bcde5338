// Which functions "F[@FILE[:LINE]]" names: what .function and the families behind it share.
#pragma once

#include <string>
#include <vector>

#include "probes/point_spec.h"
#include "probes/process_target.h"

namespace coretap::probes {

/// The functions that `spec` names, and their inlined copies. Empty after reporting at `written` that there is none.
std::vector<debug::Function> functions_named(const ProcessTarget& target, const PointSpec& spec,
                                             const ast::ProbeComponent& written,
                                             ResolveContext& context);

/// Where the probe of a function's entry goes: behind the prologue of unoptimised code, whose parameters are not yet where DWARF
/// says they are in front of it.
debug::CodePoint body_of(const debug::Function& function);

/// "F@/dir/file.c:12", as listings name a function; without its declaration if that is not known.
std::string source_name(const debug::Function& function);

}  // namespace coretap::probes
