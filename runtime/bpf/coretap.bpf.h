/* Everything that a generated kernel object includes. The object defines before it:
 *
 *   CT_HANDLERS       number of handlers
 *   CT_SITES          number of sites of all of them
 *   CT_FRAME_BYTES    bytes of scratch memory that its widest handler needs; 0: none
 *   CT_FRAME_SLACK    bytes behind it for what ct_str_put() could write if the verifier were right
 *   CT_MAX_ACTION     iterations that one run of a handler may make
 *   CT_SLEEPABLE      only if some of its programs are sleepable: see memory.bpf.h
 *   CT_LATE           only if a handler may run at the exit of its system call: see late.bpf.h
 *   CT_CALLS          only if a handler serves many system calls: see calls.bpf.h
 *   CT_WALKS_FROM_EVENTS  only if a handler walks the kernel's stack from a tracepoint: see stack.bpf.h
 *   CT_BASE           only for the base flavour: see flavour.bpf.h
 *
 * Everything is `static __always_inline`: a handler becomes one program, constants of the probe
 * (its kind, the capacities of its strings) reach every line, and dead branches vanish before the
 * verifier sees them. */
#ifndef CORETAP_BPF_H
#define CORETAP_BPF_H

/* The order matters: libbpf's headers use the kernel's, and ours use those above them. */
/* clang-format off */
#include <linux/bpf.h>
#include <linux/bpf_perf_event.h>
#include <linux/errno.h>
#include <linux/ptrace.h>
#include <stdbool.h>
#include <stddef.h>

#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>


/* Nobody debugs the runtime's own functions: without their variables clang is 7 ms faster and the
 * object a third smaller. Inlined, their instructions have the position of the call. */
#undef __always_inline
#define __always_inline inline __attribute__((always_inline, nodebug))

#include "abi.h"
#include "key_hash.h"

#include "verifier.bpf.h"
#include "state.bpf.h"
#include "flavour.bpf.h"
#include "arithmetic.bpf.h"
#include "frame.bpf.h"
#include "arch.bpf.h"
#include "context.bpf.h"
#include "entry.bpf.h"
#include "syscall.bpf.h"
#include "regs.bpf.h"
#include "text.bpf.h"
#include "string.bpf.h"
#include "record.bpf.h"
#include "error.bpf.h"
#include "memory.bpf.h"
#include "tree.bpf.h"
#include "perf.bpf.h"
#include "stack.bpf.h"
#include "array.bpf.h"
#include "index.bpf.h"
#include "statistic.bpf.h"
#include "timing.bpf.h"
#include "loop.bpf.h"
#include "regex.bpf.h"
/* clang-format on */

/* The script's functions keep their lines, for the verifier's messages. */
#undef __always_inline
#define __always_inline inline __attribute__((always_inline))

/* CO-RE takes debug information. */
#include "calls.bpf.h"
#include "fork.bpf.h"
#include "late.bpf.h"
#include "object.bpf.h"
#include "process.bpf.h"
#include "return_address.bpf.h"
#include "thread.bpf.h"
#include "watch.bpf.h"

char LICENSE[] SEC("license") = "GPL";

#endif
