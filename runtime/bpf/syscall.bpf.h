/* Arguments and results of system calls.
 *
 * Context of the tracepoints syscalls:sys_enter_* and syscalls:sys_exit_*. Their records have one
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

#ifdef CT_CALLS
/* Words of struct pt_regs from CT_CALL_FIRST on; one member's place among them; their number. */
#define CT_CALL_AT(reg) \
  ((offsetof(CT_REGS_STRUCT, reg) - offsetof(CT_REGS_STRUCT, CT_CALL_FIRST)) / sizeof(u64))
#define CT_CALL_WORDS (CT_CALL_AT(CT_CALL_NUMBER) + 1)

/* The same of a program for many calls, whose context is a raw tracepoint's: the registers that calls.bpf.h has copied, or
 * the result, which is the tracepoint's second argument. */
static __always_inline s64 ct_call_word(struct ct_ctx* c, u32 index) {
  if (CT_KIND_IS(CT_SYSCALL_EXIT)) return index == 0 ? CT_CONTEXT(c, 8) : 0;
  switch (index) {
#define CT_CASE(n, reg) \
  case n: return c->call[CT_CALL_AT(reg)];
    CT_CALL_ARGS(CT_CASE)
#undef CT_CASE
  }
  return 0;
}
#endif

/* Word `index` of the arguments, or the result as word 0: it lies where an entry's first argument does. */
static __always_inline s64 ct_tracepoint_word(struct ct_ctx* c, u32 index) {
#ifdef CT_LATE
  if (CT_AT_EXIT(c) && index < 6) return c->entry->args[index];
#endif
#ifdef CT_CALLS
  if (CT_IS_OF_CALLS(c)) return ct_call_word(c, index);
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
#ifdef CT_CALLS
  if (CT_IS_OF_CALLS(c)) return c->call[CT_CALL_AT(CT_CALL_NUMBER)];
#endif
  return CT_CONTEXT(c, offsetof(struct ct_sys_enter, nr));
}

#define CT_SYSCALL_ARG(n) ((u64)ct_tracepoint_word(c, (n)-1))
#define CT_SYSCALL_RET ct_tracepoint_word(c, 0)

#endif
