#include "kernel_features.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
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

/// A program of one atomic exchange on its stack: before Linux 5.12 its immediate is reserved.
bool has_fetching_atomics() {
  const bpf_insn instructions[] = {
      {BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, 0},
      {BPF_STX | BPF_MEM | BPF_DW, 10, 0, -8, 0},
      {BPF_STX | BPF_ATOMIC | BPF_DW, 10, 0, -8, BPF_XCHG},
      {BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, 0},
      {BPF_JMP | BPF_EXIT, 0, 0, 0, 0},
  };
  int program = bpf_prog_load(BPF_PROG_TYPE_KPROBE, "ct_probe", "GPL", instructions, 5, nullptr);
  if (program >= 0) close(program);
  return program >= 0;
}

bool has_helper(bpf_func_id helper) {
  return libbpf_probe_bpf_helper(BPF_PROG_TYPE_KPROBE, helper, nullptr) != 0;
}

}  // namespace

std::vector<std::string> missing_for_modern() {
  const struct {
    bpf_func_id helper;
    const char* words;
  } helpers[] = {
      {BPF_FUNC_snprintf, "bpf_snprintf (Linux 5.13)"},
      {BPF_FUNC_get_attach_cookie, "attach cookies (Linux 5.15)"},
      {BPF_FUNC_loop, "bpf_loop (Linux 5.17)"},
      {BPF_FUNC_map_lookup_percpu_elem, "bpf_map_lookup_percpu_elem (Linux 5.19)"},
  };
  std::vector<std::string> missing;
  if (!has_fetching_atomics()) missing.emplace_back("fetching atomics (Linux 5.12)");
  for (const auto& [helper, words] : helpers)
    if (!has_helper(helper)) missing.emplace_back(words);
  return missing;
}

bool probably_takes_modern() { return has_helper(BPF_FUNC_loop); }

bool has_uprobe_multi() {
  static const bool has = probe_uprobe_multi();
  return has;
}

bool wants_uprobe_multi(const KernelHandler& handler) {
  bool is_uprobe =
      handler.mechanism == Mechanism::Uprobe || handler.mechanism == Mechanism::Uretprobe;
  return is_uprobe && handler.site_count >= kManySites && has_uprobe_multi();
}

/// True if the struct or union `id`, or one inside it, has a member of this name.
static bool has_member(const btf* types, u32 id, const char* name) {
  const btf_type* type = btf__type_by_id(types, static_cast<u32>(btf__resolve_type(types, id)));
  if (!type || !btf_is_composite(type)) return false;
  const btf_member* members = btf_members(type);
  for (u32 i = 0; i < btf_vlen(type); ++i)
    if (strcmp(btf__name_by_offset(types, members[i].name_off), name) == 0 ||
        has_member(types, members[i].type, name))
      return true;
  return false;
}

/// The counter itself leaves no trace in the kernel's types; a field that came in the same series,
/// two commits earlier, does.
bool counts_skipped_programs() {
  btf* types = btf__load_vmlinux_btf();
  int info = types ? btf__find_by_name_kind(types, "bpf_link_info", BTF_KIND_STRUCT) : -1;
  bool has = info > 0 && has_member(types, static_cast<u32>(info), "missed");
  btf__free(types);
  return has;
}

void prepare_program(bpf_program* program, const KernelHandler& handler, bool all_sites) {
  bool by_btf = handler.mechanism == Mechanism::TpBtf || handler.mechanism == Mechanism::Fentry ||
                handler.mechanism == Mechanism::Fexit;
  if (by_btf && handler.site_count > 0)
    bpf_program__set_attach_target(program, 0, handler.sites[0].target);
  if (all_sites && wants_uprobe_multi(handler))
    bpf_program__set_expected_attach_type(program, static_cast<bpf_attach_type>(kTraceUprobeMulti));
}

}  // namespace ct
