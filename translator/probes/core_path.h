// Member paths of kernel types for CO-RE, and the minimal C types that generated code declares
// for them.
//
// libbpf relocates a member access by names: the struct's (what follows "___" in it is ignored)
// and the members'. Only the kind of a member has to agree, not its full type, so pointers are
// declared as `void *`, embedded structs as dummies, and the declarations never need each other.
// Members of anonymous structs and unions are found wherever they are, so they are declared flat.
// A named member of anonymous type (`struct { int x; } foo`) needs the path spelled out: each such
// path gets a flavor of the struct ("struct s___foo_x") of its own, so that no two declarations
// ever have to be merged.
#pragma once

#include <memory>

#include "probes/place.h"

namespace coretap::probes {

/// The access that leads from place.core_root to the place; declares its type in the module.
std::shared_ptr<const ir::CoreAccess> make_core_access(const Place& place, ir::Module& module);

}  // namespace coretap::probes
