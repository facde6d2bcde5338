/* Handlers of many system calls: one program for all of them, on the raw tracepoint sys_enter or sys_exit.
 *
 * An event of its own for each call (syscalls:sys_enter_NAME) takes a program, a perf event and a link for each; `probe
 * syscall.*` has 359 of them. But the kernel makes all of these events in one place, from the raw tracepoint, by the call's
 * number. A program there does the same: a table says by the number which site of the handler it is, if any. The
 * table is in .rodata, and the loader takes out of it what the running kernel has no event for
 * (runtime/user/attach/calls.cpp), so the same calls count in both ways.
 *
 * As in the kernel's own events (trace_get_syscall_nr() in kernel/trace/trace_syscalls.c), calls of 32-bit programs do not
 * count: their numbers are others. */
#ifndef CORETAP_CALLS_BPF_H
#define CORETAP_CALLS_BPF_H

#ifdef CT_CALLS

/* Numbers that a table has: more than any call's. */
#define CT_MOST_CALLS 512

/* Instead of a site. */
#define CT_NOT_PROBED (~0ull)

struct task_struct___ct_calls {
  struct {
    u32 status;
  } thread_info;
} __attribute__((preserve_access_index));

static __always_inline bool ct_is_compat_call(void) {
#ifdef CT_COMPAT_STATUS
  struct task_struct___ct_calls* task = (void*)bpf_get_current_task();
  return (BPF_CORE_READ(task, thread_info.status) & CT_COMPAT_STATUS) != 0;
#else
  return false;
#endif
}

/* The site that `table` (its index + 1, by the number; 0: none) gives to call `number`. */
static __always_inline u64 ct_site_of_call(const volatile u16* table, u64 number) {
  if (number >= CT_MOST_CALLS) return CT_NOT_PROBED;
  const u64 row = table[number];
  return row == 0 || ct_is_compat_call() ? CT_NOT_PROBED : row - 1;
}

/* The registers of the call, from CT_CALL_FIRST on, to `call`. */
static __always_inline void ct_read_call(u64* call, const void* regs) {
  bpf_probe_read_kernel(call, CT_CALL_WORDS * sizeof(u64),
                        regs + offsetof(CT_REGS_STRUCT, CT_CALL_FIRST));
}

/* In sys_enter, whose arguments are the registers and the number; fills `call`. */
static __always_inline u64 ct_call_begins(const u64* ctx, const volatile u16* table, u64* call) {
  const u64 site = ct_site_of_call(table, ctx[1]);
  if (site != CT_NOT_PROBED) ct_read_call(call, (const void*)ctx[0]);
  return site;
}

/* In sys_exit, whose arguments are the registers and the result. */
static __always_inline u64 ct_call_returns(const u64* ctx, const volatile u16* table, u64* call) {
  ct_read_call(call, (const void*)ctx[0]);
  return ct_site_of_call(table, call[CT_CALL_AT(CT_CALL_NUMBER)]);
}

#endif

#endif
