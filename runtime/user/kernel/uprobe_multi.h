// BPF_LINK_CREATE for many uprobes at once. Debian's libbpf 1.1 and kernel headers are older than
// the interface, so its numbers and its part of union bpf_attr are declared here.
#pragma once

#include <vector>

#include "runtime/common/result.h"
#include "runtime/user/harness/program.h"

namespace ct {

constexpr u32 kTraceUprobeMulti = 48;  ///< BPF_TRACE_UPROBE_MULTI, include/uapi/linux/bpf.h

/// Sites in one file, by file offset. A semaphore is that of a USDT mark, 0 where there is none.
struct UprobeSites {
  std::vector<u64> offsets, semaphores, cookies;
  void add(u64 offset, u64 semaphore, u64 cookie) {
    offsets.push_back(offset);
    semaphores.push_back(semaphore);
    cookies.push_back(cookie);
  }
};

/// Gives a link's file descriptor.
Result<int> create_uprobe_multi_link(int program_fd, const char* path, const UprobeSites& sites,
                                     bool on_return);

}  // namespace ct
