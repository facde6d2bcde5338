/* In sched_process_fork (TP_PROTO(struct task_struct *parent, struct task_struct *child)), which the
 * parent runs before the child does: who the child is. */
#ifndef CORETAP_FORK_BPF_H
#define CORETAP_FORK_BPF_H

struct task_struct___ct_fork {
  int pid;
  int tgid;
} __attribute__((preserve_access_index));

static __always_inline const struct task_struct___ct_fork* ct_forked(struct ct_ctx* c) {
  return (const struct task_struct___ct_fork*)ct_untyped(((const u64*)c->ctx)[1]);
}

static __always_inline s64 ct_forked_process(struct ct_ctx* c) {
  return (u32)BPF_CORE_READ(ct_forked(c), tgid);
}

/* As bpf_get_current_pid_tgid() has it. */
static __always_inline s64 ct_forked_thread(struct ct_ctx* c) {
  return (s64)((u64)ct_forked_process(c) << 32 | (u32)BPF_CORE_READ(ct_forked(c), pid));
}

#endif
