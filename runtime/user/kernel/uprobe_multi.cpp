#include "uprobe_multi.h"

#include <errno.h>
#include <linux/bpf.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>

#include "kernel_features.h"

namespace ct {

Result<int> create_uprobe_multi_link(int program_fd, const char* path, const UprobeSites& sites,
                                     bool on_return) {
  // union bpf_attr.link_create with its uprobe_multi member, as of Linux 6.6.
  struct {
    u32 prog_fd, target_fd, attach_type, flags;
    u64 path, offsets, ref_ctr_offsets, cookies;
    u32 cnt, multi_flags, pid;
    u32 padding;
  } attr;
  memset(&attr, 0, sizeof attr);
  attr.prog_fd = static_cast<u32>(program_fd);
  attr.attach_type = kTraceUprobeMulti;
  attr.path = reinterpret_cast<u64>(path);
  attr.offsets = reinterpret_cast<u64>(sites.offsets.data());
  bool has_semaphore = std::any_of(sites.semaphores.begin(), sites.semaphores.end(),
                                   [](u64 semaphore) { return semaphore != 0; });
  if (has_semaphore) attr.ref_ctr_offsets = reinterpret_cast<u64>(sites.semaphores.data());
  attr.cookies = reinterpret_cast<u64>(sites.cookies.data());
  attr.cnt = static_cast<u32>(sites.offsets.size());
  attr.multi_flags = on_return ? 1 : 0;  // BPF_F_UPROBE_MULTI_RETURN
  const long fd = syscall(SYS_bpf, BPF_LINK_CREATE, &attr, sizeof attr);
  if (fd < 0) return kernel_failure(errno);
  return static_cast<int>(fd);
}

}  // namespace ct
