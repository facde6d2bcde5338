// Which file `.library("name")` means.
#pragma once

#include <string>
#include <vector>

#include "support/lookups.h"

namespace coretap::probes {

/// The files that `name` (which may have wildcards) means in a process of `program`, which is "" if it is not known: those
/// that the dynamic linker would load. `pid`: a process that has loaded its libraries already, or 0. Empty if there is none.
std::vector<std::string> find_library(const std::string& name, const std::string& program,
                                      int64_t pid, Lookups& lookups);

}  // namespace coretap::probes
