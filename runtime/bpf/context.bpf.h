/* What a running handler knows about itself and its event. One per run, on the stack; clang takes
 * it apart into registers unless a loop's callback needs its address. */
#ifndef CORETAP_CONTEXT_BPF_H
#define CORETAP_CONTEXT_BPF_H

/* How a program came to run: the rows of mechanisms.def. */
enum ct_kind {
#define CORETAP_MECHANISM(name, id, ...) CT_##id,
#include "mechanisms.def"
#undef CORETAP_MECHANISM
};

/* The kinds that have something in common, as sets: bit N is kind N. */
enum ct_kinds {
#define CORETAP_MECHANISM(name, id, text, section, names, family, registers, returns) \
  | (registers) << CT_##id
  CT_WITH_REGISTERS = 0
#include "mechanisms.def"
#undef CORETAP_MECHANISM
  ,
#define CORETAP_MECHANISM(name, id, text, section, names, family, registers, returns) \
  | CT_PROBES_##family << CT_##id
#define CT_PROBES_UserProbe 1
#define CT_PROBES_KernelProbe 0
#define CT_PROBES_Tracing 0
#define CT_PROBES_Event 0
#define CT_PROBES_Request 0
  CT_USER_PROBES = 0
#include "mechanisms.def"
#undef CORETAP_MECHANISM
  ,
#define CORETAP_MECHANISM(name, id, text, section, names, family, registers, returns) \
  | CT_OF_KERNEL_##family << CT_##id
#define CT_OF_KERNEL_UserProbe 0
#define CT_OF_KERNEL_KernelProbe 1
#define CT_OF_KERNEL_Tracing 1
#define CT_OF_KERNEL_Event 0
#define CT_OF_KERNEL_Request 0
  CT_KERNEL_FUNCTIONS = 0
#include "mechanisms.def"
#undef CORETAP_MECHANISM
  ,
#define CORETAP_MECHANISM(name, id, text, section, names, family, registers, returns) \
  | CT_RETURNS_##returns << CT_##id
#define CT_RETURNS_AtEntry 0
#define CT_RETURNS_Leaving 1
#define CT_RETURNS_Left 1
  CT_RETURNS = 0
#include "mechanisms.def"
#undef CORETAP_MECHANISM
};

/* Instead of a site's index. */
#define CT_SITE_BY_COOKIE (~0ull) /* the attach cookie says it: not in base */
#define CT_SITE_UNKNOWN 0xffffffffull

struct ct_entry;

struct ct_ctx {
  void* ctx;      /* the BPF program's context */
  u64 kind;       /* enum ct_kind. 64 bits wide like `ctx`: the verifier follows constants through
                     the stack only in whole slots, and must see which branches are dead */
  u64 handler;    /* index of the handler */
  u64 first_site; /* index of the handler's first site among all sites */
  u64 site;       /* which of them fired, or one of those below */
  u64 sleeps;     /* the program is sleepable: reading user memory may wait for its page */
  u64 has_sent;   /* 1: a record, other than a stack */
  struct ct_frame* frame;
  /* of the last run-time error */
  u64 place;
  u64 detail;
  u64 text;     /* address of error()'s message: in the frame or in .rodata */
  u64 declined; /* STAP_NEXT: the caller tries the overload after this one */
  u64 task;     /* address of the task that the handler tells of; 0: the current one */
  u64 task_ids; /* its tgid and, in the lower half, its pid */
#ifdef CT_CALLS
  u64* call; /* of SYSCALL_ENTRY and SYSCALL_EXIT: calls.bpf.h */
#endif
#ifdef CT_LATE
  u64 late;               /* late.bpf.h */
  struct ct_entry* entry; /* of the system call at whose exit the handler runs */
#endif
};

#define CT_IS_OF_CALLS(c) ((c)->kind == CT_SYSCALL_ENTRY || (c)->kind == CT_SYSCALL_EXIT)
#define CT_KIND_IS(a) (c->kind == (a))
#define CT_KIND_IN(kinds) ((1u << c->kind & (kinds)) != 0)
#define CT_HAS_REGS CT_KIND_IN(CT_WITH_REGISTERS)
/* The context's 8 bytes at `offset`, which must be a constant once inlined. In asm, because clang would
 * compute `context + offset` once for several reads, and the verifier lets nobody read through a
 * context pointer that was moved. Volatile, so that a value which is read twice does not take a
 * register, or a place on the stack, between the two. */
#define CT_CONTEXT(c, offset)                                                                    \
  ({                                                                                             \
    u64 ct_context_word;                                                                         \
    asm volatile("%0 = *(u64 *)(%1 + %2)" : "=r"(ct_context_word) : "r"((c)->ctx), "i"(offset)); \
    ct_context_word;                                                                             \
  })

/* struct bpf_perf_event_data begins with the registers, so one cast serves all kinds. To read a
 * register use CT_REG() of regs.bpf.h; this is for helpers that take the whole of them. */
#define CT_REGS (CT_HAS_REGS ? (struct pt_regs*)c->ctx : (struct pt_regs*)0)
#define CT_IS_RETURN CT_KIND_IN(CT_RETURNS)
#define CT_IS_USER_PROBE CT_KIND_IN(CT_USER_PROBES)
#define CT_RETURN_VALUE ct_return_value(c)

/* The task that pid(), execname() and the like tell of. It is the current one, unless an alias says
 * otherwise: scheduler.cpu_on fires just before the CPU goes over to the task that it is about. */
static __always_inline u64 ct_task(struct ct_ctx* c) {
  return c->task ? c->task : bpf_get_current_task();
}

/* As bpf_get_current_pid_tgid(), of that task. */
static __always_inline u64 ct_pid_tgid(struct ct_ctx* c) {
  return c->task ? c->task_ids : bpf_get_current_pid_tgid();
}

/* A number out of what may be a pointer to a kernel object. The verifier types the arguments of
 * tp_btf, fentry and fexit programs, and forbids most arithmetic on pointers; negating one twice
 * gives the same bits with their type forgotten. Memory is read with bpf_probe_read_kernel anyway. */
static __always_inline u64 ct_untyped(u64 value) {
  asm volatile("%0 = -%0\n%0 = -%0" : "+r"(value));
  return value;
}

/* Which of the handler's sites fired. In base a handler that wants to know has one program for each
 * site, where it is a constant; for others it is CT_SITE_UNKNOWN unless there is only one. */
static __always_inline u64 ct_site(struct ct_ctx* c) {
#ifndef CT_BASE
  /* A program of many calls computes its site. The verifier must see that it never asks for the cookie, which raw
   * tracepoints have since Linux 6.10 only (commit 68ca5d4eebb8): its kind is a constant. */
  if (c->site == CT_SITE_BY_COOKIE && !CT_IS_OF_CALLS(c)) return bpf_get_attach_cookie(c->ctx);
#endif
  return c->site;
}

#endif
