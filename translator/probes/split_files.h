// What is said of a program made with -gsplit-dwarf, where the .dwo files with its debug information cannot be read.
#pragma once

#include <string>
#include <vector>

#include "dwarf/module.h"

namespace coretap::probes {

/// Why the variables at pc, a link-time address, are not known: a sentence that names the file; "" if that is not why.
std::string split_at(const debug::Module& module, uint64_t pc);

/// The hint for what was not found in the object: which split files may describe it. Empty if all were read.
std::vector<std::string> split_file_hints(const debug::Module& module);

}  // namespace coretap::probes
