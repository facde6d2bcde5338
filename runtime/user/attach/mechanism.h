// What the ways into the kernel are, as shared/mechanisms.def lists them.
#pragma once

#include "runtime/user/harness/program.h"

namespace ct {

/// As messages and JSON show it.
const char* mechanism_name(Mechanism mechanism);

/// A breakpoint in a file.
bool is_uprobe(Mechanism mechanism);

/// A breakpoint in the kernel.
bool is_kprobe(Mechanism mechanism);

/// A trampoline of one kernel function: fentry, fexit.
bool is_tracing(Mechanism mechanism);

/// Many system calls by one program on a raw tracepoint: see calls.h.
bool is_of_many_calls(Mechanism mechanism);

/// Does the kernel put its own return address on the stack for it?
bool catches_return(Mechanism mechanism);

/// Does the kernel run the program first that was attached last to a place? Uprobes: consumer_add() in kernel/events/uprobes.c.
/// Kprobes: add_new_kprobe() in kernel/kprobes.c; of its return probes the last to begin is the first to end. Trampolines:
/// __bpf_trampoline_link_prog() in kernel/bpf/trampoline.c.
bool runs_last_first(Mechanism mechanism);

}  // namespace ct
