// What this kernel can do, found by trying, never by version.
#pragma once

#include <string>
#include <vector>

#include "runtime/common/result.h"
#include "runtime/shared/abi.h"

namespace ct {

/// One program on many uprobe sites of one file with one system call (Linux 6.6, commit
/// 89ae89f53d20 "bpf: Add multi uprobe link").
bool has_uprobe_multi();

/// One program on many kernel functions with one system call. Needs FPROBE.
bool has_kprobe_multi();

/// May programs of uprobes be sleepable? (Linux 6.0, commit 8c7dcb84e3b7 "bpf: implement sleepable
/// uprobes by chaining gps".)
bool has_sleepable_uprobes();

/// Does the kernel count BPF programs of kprobes and tracepoints that it did not start, because one
/// ran on that CPU? (Linux 6.7, commit dd8657894c11 "bpf: Count missed stats in trace_call_bpf".)
bool counts_skipped_programs();

/// Everything that the `modern` flavour of a kernel object may use and this kernel lacks, as words:
/// "bpf_loop (Linux 5.17)". What needs no probing on a good day: ask when `modern` did not load.
std::vector<std::string> missing_for_modern();

/// The quick question for run-now, which compiles one flavour only: has the kernel the newest of it?
/// True also if the kernel tells us nothing (no rights, no BPF).
bool probably_takes_modern();

/// May the kernel preempt code that runs in it, BPF programs among it? Then fentry and fexit lose
/// events: a program that is preempted is not started for another task on its CPU (prog->active in
/// kernel/bpf/trampoline.c), where kprobes' programs run with preemption off. True if not known.
bool preempts_programs();

/// CPUs that the kernel may ever have: the values in an element of a per-CPU map. 0 if it does not
/// tell, and then no kernel object is loaded.
u32 possible_cpus();

/// strerror(), and what the kernel means by codes that libc does not know.
std::string kernel_error(int code);

/// The failure of a call into the kernel that set errno to `code`: `before` and kernel_error().
Status kernel_failure(int code, const std::string& before = "");

}  // namespace ct
