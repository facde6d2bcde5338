#include "kernel_features.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/mount.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "uprobe_multi.h"

namespace ct {
namespace {

/// A program that returns 0, of a type that attaches to k- or uprobes. Negative: none can be had.
int load_nothing(u32 expected_attach_type, u32 flags = 0) {
  const bpf_insn instructions[] = {
      {BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, 0},
      {BPF_JMP | BPF_EXIT, 0, 0, 0, 0},
  };
  bpf_prog_load_opts opts = {};
  opts.sz = sizeof opts;
  opts.expected_attach_type = static_cast<bpf_attach_type>(expected_attach_type);
  opts.prog_flags = flags;
  return bpf_prog_load(BPF_PROG_TYPE_KPROBE, "ct_probe", "GPL", instructions, 2, &opts);
}

/// A multi-uprobe link for the path "/" must fail with EBADF ("not a regular file") on kernels
/// that know the link type, and with EINVAL on others. libbpf probes in the same way.
bool probe_uprobe_multi() {
  int program = load_nothing(kTraceUprobeMulti);
  if (program < 0) return false;
  UprobeSites nowhere;
  nowhere.add(0, 0, 0);
  Result<int> link = create_uprobe_multi_link(program, "/", nowhere, false);
  bool known = !link && link.failure().code() == EBADF;
  if (link) close(*link);
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

/// A kprobe.multi link on a symbol that does not exist fails with ESRCH where the kernel has the
/// link type (Linux 5.18, commit 0dcac2725406 "bpf: Add multi kprobe link") and FPROBE; with
/// EOPNOTSUPP or EINVAL elsewhere.
bool probe_kprobe_multi() {
  int program = load_nothing(BPF_TRACE_KPROBE_MULTI);
  if (program < 0) return false;
  const char* symbol = "coretap no such function";
  bpf_link_create_opts opts = {};
  opts.sz = sizeof opts;
  opts.kprobe_multi.syms = &symbol;
  opts.kprobe_multi.cnt = 1;
  int link = bpf_link_create(program, 0, BPF_TRACE_KPROBE_MULTI, &opts);
  bool known = link < 0 && errno == ESRCH;
  if (link >= 0) close(link);
  close(program);
  return known;
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

bool has_sleepable_uprobes() {
  static const bool has = [] {
    int program = load_nothing(0, BPF_F_SLEEPABLE);
    if (program >= 0) close(program);
    return program >= 0;
  }();
  return has;
}

bool has_kprobe_multi() {
  static const bool has = probe_kprobe_multi();
  return has;
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

/// The model that PREEMPT_DYNAMIC kernels choose when they boot, the one in parentheses of
/// "none voluntary (full) lazy"; "" if debugfs does not tell.
static std::string preemption_model() {
  int context = static_cast<int>(syscall(SYS_fsopen, "debugfs", FSOPEN_CLOEXEC));
  if (context < 0) return "";
  int mount = -1;
  if (syscall(SYS_fsconfig, context, FSCONFIG_CMD_CREATE, nullptr, nullptr, 0) == 0)
    mount = static_cast<int>(syscall(SYS_fsmount, context, FSMOUNT_CLOEXEC, 0));
  close(context);
  int fd = mount < 0 ? -1 : openat(mount, "sched/preempt", O_RDONLY | O_CLOEXEC);
  char text[128] = {};
  if (fd >= 0 && read(fd, text, sizeof text - 1) < 0) text[0] = 0;
  if (fd >= 0) close(fd);
  if (mount >= 0) close(mount);
  std::string all = text;
  size_t begin = all.find('('), end = all.find(')');
  return begin == std::string::npos || end < begin ? "" : all.substr(begin + 1, end - begin - 1);
}

bool preempts_programs() {
  utsname name = {};
  uname(&name);
  // init/version.c: "#1 SMP PREEMPT_DYNAMIC …", and no such word where nothing is preempted.
  std::string version = name.version;
  if (version.find("PREEMPT") == std::string::npos) return false;
  if (version.find("PREEMPT_DYNAMIC") == std::string::npos) return true;
  std::string model = preemption_model();
  return model != "none" && model != "voluntary";
}

u32 possible_cpus() {
  static const int cpus = libbpf_num_possible_cpus();
  return cpus > 0 ? static_cast<u32>(cpus) : 0;
}

std::string kernel_error(int code) {
  constexpr int kNotSupported = 524;  // ENOTSUPP of the kernel's linux/errno.h
  return strerror(code == kNotSupported ? EOPNOTSUPP : code);
}

Status kernel_failure(int code, const std::string& before) {
  return Status(before + kernel_error(code), code);
}

}  // namespace ct
