#include "probe_trials.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <elf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <sys/auxv.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <initializer_list>
#include <string>

#include "kernel_features.h"
#include "runtime/user/harness/harness.h"

namespace ct {
namespace {

/// A function that every kernel has, that is rarely called, and that BTF and ftrace know.
constexpr const char* kFunction = "vfs_fsync_range";

const bpf_insn kReturnNothing[] = {
    {BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, 0},
    {BPF_JMP | BPF_EXIT, 0, 0, 0, 0},
};

/// Closes what a system call opened; a failure if it opened nothing.
Status closed(int fd) {
  if (fd < 0) return kernel_failure(errno);
  close(fd);
  return {};
}

Status open_event(perf_event_attr& attr) {
  attr.size = sizeof attr;
  attr.disabled = 1;
  return closed(
      static_cast<int>(syscall(SYS_perf_event_open, &attr, -1, 0, -1, PERF_FLAG_FD_CLOEXEC)));
}

/// A breakpoint is an event of a device that exists where the kernel was built with it: its place is two numbers.
Status open_breakpoint(const char* device, const void* name, u64 offset) {
  const std::string path = std::string("/sys/bus/event_source/devices/") + device + "/type";
  unsigned type = 0;
  FILE* file = fopen(path.c_str(), "re");
  if (!file)
    return access("/sys/bus/event_source/devices", F_OK) == 0
               ? Status(Failure::Missing,
                        std::string("this kernel was built without ") + device + "s")
               : Status("sysfs is not mounted at /sys");
  const bool is_number = fscanf(file, "%u", &type) == 1;
  fclose(file);
  if (!is_number) return Status(path + " has no number");
  perf_event_attr attr = {};
  attr.type = type;
  attr.config1 = reinterpret_cast<u64>(name);
  attr.config2 = offset;
  return open_event(attr);
}

/// Where the instruction at which this program began is in its file; 0 if that is not known.
u64 own_entry_offset() {
  const auto* headers = reinterpret_cast<const Elf64_Phdr*>(getauxval(AT_PHDR));
  const u64 count = getauxval(AT_PHNUM);
  u64 base = 0;  // how far the program was moved
  for (u64 i = 0; i < count; i++)
    if (headers[i].p_type == PT_PHDR) base = getauxval(AT_PHDR) - headers[i].p_vaddr;
  const u64 entry = getauxval(AT_ENTRY) - base;
  for (u64 i = 0; i < count; i++) {
    const Elf64_Phdr& part = headers[i];
    if (part.p_type == PT_LOAD && entry >= part.p_vaddr && entry - part.p_vaddr < part.p_filesz)
      return entry - part.p_vaddr + part.p_offset;
  }
  return 0;
}

}  // namespace

Status try_bpf_program() {
  return closed(bpf_prog_load(BPF_PROG_TYPE_KPROBE, "ct_trial", "GPL", kReturnNothing, 2, nullptr));
}

Status try_tracepoint() {
  const int program =
      bpf_prog_load(BPF_PROG_TYPE_RAW_TRACEPOINT, "ct_trial", "GPL", kReturnNothing, 2, nullptr);
  if (program < 0) return kernel_failure(errno);
  Status attached = closed(bpf_raw_tracepoint_open("sys_enter", program));
  close(program);
  return attached;
}

Status try_fentry() {
  btf* types = btf__load_vmlinux_btf();
  if (!types) return Status("the kernel has no BTF");
  const int id = btf__find_by_name_kind(types, kFunction, BTF_KIND_FUNC);
  btf__free(types);
  if (id < 0) return Status(std::string("the kernel's BTF has no function ") + kFunction);
  bpf_prog_load_opts opts = {};
  opts.sz = sizeof opts;
  opts.expected_attach_type = BPF_TRACE_FENTRY;
  opts.attach_btf_id = static_cast<u32>(id);
  const int program =
      bpf_prog_load(BPF_PROG_TYPE_TRACING, "ct_trial", "GPL", kReturnNothing, 2, &opts);
  if (program < 0) return kernel_failure(errno);
  Status attached = closed(bpf_raw_tracepoint_open(nullptr, program));
  close(program);
  return attached;
}

Status try_kprobe() { return open_breakpoint("kprobe", kFunction, 0); }

Status try_uprobe() {
  const u64 offset = own_entry_offset();
  if (offset == 0) return Status("the headers of this program are not known");
  return open_breakpoint("uprobe", "/proc/self/exe", offset);
}

Status try_hardware_counter() {
  perf_event_attr attr = {};
  attr.type = PERF_TYPE_HARDWARE;
  attr.config = PERF_COUNT_HW_CPU_CYCLES;
  return open_event(attr);
}

}  // namespace ct
