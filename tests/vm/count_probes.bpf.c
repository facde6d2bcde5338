// The kernel side of count_probes: counts, for one process, the openat calls that each mechanism sees.
#include <linux/bpf.h>
#include <linux/types.h>

#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

struct pt_regs;

__u32 target;  // process id, set by the loader
__u64 by_kprobe, by_kretprobe, by_fentry, by_tp_btf;

static __always_inline int is_target(void) { return bpf_get_current_pid_tgid() >> 32 == target; }

SEC("kprobe/do_sys_openat2")
int count_kprobe(struct pt_regs* ctx) {
  if (is_target()) __sync_fetch_and_add(&by_kprobe, 1);
  return 0;
}

SEC("kretprobe/do_sys_openat2")
int count_kretprobe(struct pt_regs* ctx) {
  if (is_target()) __sync_fetch_and_add(&by_kretprobe, 1);
  return 0;
}

SEC("fentry/do_sys_openat2")
int count_fentry(__u64* ctx) {
  if (is_target()) __sync_fetch_and_add(&by_fentry, 1);
  return 0;
}

// sys_enter's arguments are the registers and the system call's number; 257 is openat on x86-64.
SEC("tp_btf/sys_enter")
int count_tp_btf(__u64* ctx) {
  if (is_target() && ctx[1] == 257) __sync_fetch_and_add(&by_tp_btf, 1);
  return 0;
}

char LICENSE[] SEC("license") = "GPL";
