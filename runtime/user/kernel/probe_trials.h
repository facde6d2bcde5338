// Whether this kernel gives this process each kind of probe, found by making one and taking it away again.
//
// What a file says of the kernel's configuration is not the answer: rights, lockdown and what a hypervisor allows decide as well.
// Each probe is there for the time of one system call; none of them has a handler that does anything.
#pragma once

#include "runtime/common/result.h"

namespace ct {

/// Loads a program that returns 0.
Status try_bpf_program();
/// Attaches one to the entry of every system call, as a raw tracepoint.
Status try_tracepoint();
/// Attaches one to a function of the kernel by a trampoline (fentry). The kernel's BTF must be there.
Status try_fentry();
/// Places a breakpoint in a function of the kernel.
Status try_kprobe();
/// Places a breakpoint in this program's own file.
Status try_uprobe();
/// Opens the processor's counter of cycles.
Status try_hardware_counter();

}  // namespace ct
