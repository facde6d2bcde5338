// The numbers of system calls on the architecture that coretap compiles for.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace coretap::ir {

/// The number of the call whose trace event is syscalls:sys_enter_NAME; nothing if there is no such call, or no table of
/// this architecture.
std::optional<uint32_t> syscall_number(const std::string& name);

/// The kernel's function for a system call, by the name of its events; "" if the machine's form is not known.
/// The kernel makes both of SYSCALL_DEFINEx(NAME, …): arch/ARCH/include/asm/syscall_wrapper.h, since Linux 4.17.
std::string syscall_function(const std::string& name);

}  // namespace coretap::ir
