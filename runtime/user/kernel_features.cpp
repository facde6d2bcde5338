#include "kernel_features.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "uprobe_multi.h"

namespace ct {
namespace {

/// Sites from which one uprobe_multi link beats a perf event each.
constexpr u32 kManySites = 4;

/// A multi-uprobe link for the path "/" must fail with EBADF ("not a regular file") on kernels
/// that know the link type, and with EINVAL on others. libbpf probes in the same way.
bool probe_uprobe_multi() {
  const bpf_insn instructions[] = {
      {BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, 0},
      {BPF_JMP | BPF_EXIT, 0, 0, 0, 0},
  };
  bpf_prog_load_opts opts = {};
  opts.sz = sizeof opts;
  opts.expected_attach_type = static_cast<bpf_attach_type>(kTraceUprobeMulti);
  int program = bpf_prog_load(BPF_PROG_TYPE_KPROBE, "ct_probe", "GPL", instructions, 2, &opts);
  if (program < 0) return false;
  u64 offset = 0;
  errno = 0;
  int link = create_uprobe_multi_link(program, "/", &offset, nullptr, 1, false);
  bool known = link < 0 && errno == EBADF;
  if (link >= 0) close(link);
  close(program);
  return known;
}

}  // namespace

bool has_uprobe_multi() {
  static const bool has = probe_uprobe_multi();
  return has;
}

bool wants_uprobe_multi(const KernelHandler& handler) {
  bool is_uprobe =
      handler.mechanism == Mechanism::Uprobe || handler.mechanism == Mechanism::Uretprobe;
  return is_uprobe && handler.site_count >= kManySites && has_uprobe_multi();
}

void prepare_program(bpf_program* program, const KernelHandler& handler) {
  bool by_btf = handler.mechanism == Mechanism::TpBtf || handler.mechanism == Mechanism::Fentry ||
                handler.mechanism == Mechanism::Fexit;
  if (by_btf && handler.site_count > 0)
    bpf_program__set_attach_target(program, 0, handler.sites[0].target);
  if (wants_uprobe_multi(handler))
    bpf_program__set_expected_attach_type(program, static_cast<bpf_attach_type>(kTraceUprobeMulti));
}

}  // namespace ct
