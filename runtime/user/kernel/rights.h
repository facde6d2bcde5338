// What this process may do, and which of the kernel's namespaces it lives in.
#pragma once

#include "runtime/user/harness/harness.h"

namespace ct {

/// Numbers as in linux/capability.h.
enum class Capability : unsigned { SysAdmin = 21, Perfmon = 38, Bpf = 39 };

/// Is it in the effective set (capabilities(7))? Yes, where /proc does not say.
bool has_capability(Capability capability);

/// Does it live in another user namespace than the kernel's first (user_namespaces(7))? What is root there is nobody to bpf(2).
bool is_in_user_namespace();

/// Does it live in another pid namespace than the kernel's first (pid_namespaces(7))? Its own numbers of processes are then not
/// those that BPF programs see.
bool is_in_pid_namespace();

/// The calling process as BPF programs number it, in the first pid namespace. -1: the kernel does not tell (before 5.10, or without
/// the right to load BPF programs).
s64 own_pid_in_kernel();

}  // namespace ct
