/* Context of the tracepoints syscalls:sys_enter_* and syscalls:sys_exit_*. Their records have one
 * layout on every 64-bit kernel (the number and each argument are widened to 8 bytes), so no
 * relocation is needed. Only handlers of such tracepoints may use these macros: the verifier
 * checks the offsets against the event at attach time. `n` counts from 1 and must be a constant
 * once inlined. */
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

#define CT_SYSCALL_ARG(n) (((const struct ct_sys_enter*)c->ctx)->args[(n)-1])
#define CT_SYSCALL_RET (((const struct ct_sys_exit*)c->ctx)->ret)

#endif
