// The numbers of system calls on the architecture that coretap compiles for.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace coretap::ir {

/// The number of the call whose trace event is syscalls:sys_enter_NAME; nothing if there is no such call, or no table of
/// this architecture.
std::optional<uint32_t> syscall_number(const std::string& name);

}  // namespace coretap::ir
