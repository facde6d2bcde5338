#include "rights.h"

#include <bpf/bpf.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

namespace ct {
namespace {

/// Inode numbers of the first namespaces: include/linux/proc_ns.h.
constexpr ino_t kFirstUserNamespace = 0xEFFFFFFD, kFirstPidNamespace = 0xEFFFFFFC;

bool is_another(const char* path, ino_t first) {
  struct stat file;
  return stat(path, &file) == 0 && file.st_ino != first;
}

/// CapEff of /proc/self/status, proc(5).
u64 effective_capabilities() {
  u64 set = ~0ull;
  char line[256];
  if (FILE* file = fopen("/proc/self/status", "re")) {
    while (fgets(line, sizeof line, file))
      if (strncmp(line, "CapEff:", 7) == 0) set = strtoull(line + 7, nullptr, 16);
    fclose(file);
  }
  return set;
}

}  // namespace

bool has_capability(Capability capability) {
  static const u64 effective = effective_capabilities();
  return effective >> static_cast<unsigned>(capability) & 1;
}

bool is_in_user_namespace() { return is_another("/proc/self/ns/user", kFirstUserNamespace); }

bool is_in_pid_namespace() { return is_another("/proc/self/ns/pid", kFirstPidNamespace); }

/// A program that returns the number, run once by BPF_PROG_TEST_RUN in the process that asks. Raw tracepoints can be run so since
/// Linux 5.10 (kernel commit 1b4d60ec162f).
s64 own_pid_in_kernel() {
  const bpf_insn instructions[] = {
      {BPF_JMP | BPF_CALL, 0, 0, 0, BPF_FUNC_get_current_pid_tgid},
      {BPF_ALU64 | BPF_RSH | BPF_K, 0, 0, 0, 32},
      {BPF_JMP | BPF_EXIT, 0, 0, 0, 0},
  };
  int program =
      bpf_prog_load(BPF_PROG_TYPE_RAW_TRACEPOINT, "ct_own_pid", "GPL", instructions, 3, nullptr);
  if (program < 0) return -1;
  bpf_test_run_opts opts = {};
  opts.sz = sizeof opts;
  int rc = bpf_prog_test_run_opts(program, &opts);
  close(program);
  return rc == 0 ? static_cast<s64>(opts.retval) : -1;
}

}  // namespace ct
