/* Context of the tracepoints syscalls:sys_enter_* and syscalls:sys_exit_*. Their records have one
 * layout on every 64-bit kernel (the number and each argument are widened to 8 bytes), so no
 * relocation is needed. Only handlers of such tracepoints may use these macros: the verifier
 * checks the offsets against the event at attach time. `n` counts from 1. */
#ifndef CORETAP_SYSCALL_BPF_H
#define CORETAP_SYSCALL_BPF_H

struct ct_sys_enter {
  u64 common; /* type, flags, preempt count, pid: not readable by a BPF program */
  s64 nr;
  u64 args[6];
};
struct ct_sys_exit {
  u64 common;
  s64 nr;
  s64 ret;
};

/* Word `index` of the arguments, or the result as word 0: it lies where an entry's first argument does. */
static __always_inline s64 ct_tracepoint_word(struct ct_ctx* c, u32 index) {
#ifdef CT_LATE
  if (CT_AT_EXIT(c) && index < 6) return c->entry->args[index];
#endif
  switch (index) {
#define CT_CASE(n) \
  case n: return CT_CONTEXT(c, offsetof(struct ct_sys_enter, args[n]));
    CT_CASE(0) CT_CASE(1) CT_CASE(2) CT_CASE(3) CT_CASE(4) CT_CASE(5)
#undef CT_CASE
  }
  return 0;
}

/* The call's number, which lies at the same place of both. */
static __always_inline s64 ct_syscall_number(struct ct_ctx* c) {
  return CT_CONTEXT(c, offsetof(struct ct_sys_enter, nr));
}

#define CT_SYSCALL_ARG(n) ((u64)ct_tracepoint_word(c, (n)-1))
#define CT_SYSCALL_RET ct_tracepoint_word(c, 0)

#endif
