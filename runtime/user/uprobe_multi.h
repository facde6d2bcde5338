// BPF_LINK_CREATE for many uprobes at once. Debian's libbpf 1.1 and kernel headers are older than
// the interface, so its numbers and its part of union bpf_attr are declared here.
#pragma once

#include "program.h"

namespace ct {

constexpr u32 kTraceUprobeMulti = 48;  ///< BPF_TRACE_UPROBE_MULTI, include/uapi/linux/bpf.h

/// Returns a link's file descriptor, or -1 with errno. `cookies` may be null.
int create_uprobe_multi_link(int program_fd, const char* path, const u64* offsets,
                             const u64* cookies, u32 count, bool on_return);

}  // namespace ct
