// Sections of a BPF object in memory that libbpf does not show.
#pragma once

#include <string>

#include "runtime/shared/abi.h"

namespace ct {

/// Contents of the first section called `name`; empty if there is none or this is no ELF object.
std::string object_section(const void* object, u64 size, const char* name);

}  // namespace ct
