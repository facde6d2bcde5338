// The type of values that are numbers and nothing else: the arguments of marks and of system calls.
#pragma once

#include "dwarf/types.h"

namespace coretap::probes {

/// "long": 64 bits with a sign, whatever the width was of what it is made of.
debug::TypePtr long_type();

}  // namespace coretap::probes
