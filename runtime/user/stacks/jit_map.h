// Names of code that a JIT compiler has made, from the file that many of them write for perf: /tmp/perf-PID.map.
#pragma once

#include <string>

#include "runtime/shared/abi.h"

namespace ct {

/// The function that an address of process `pid` is in, and where it begins and ends. False: nobody says. The file is believed
/// only if it is root's or belongs to `uid`, whose the process is.
bool jit_symbol(u32 pid, u32 uid, u64 address, std::string& name, u64& start, u64& size);

}  // namespace ct
