/* Registers of the probed code by DWARF number, arguments by the calling convention, from data:
 * regs_ARCH.bpf.h defines
 *   CT_DWARF_REGS(X)  X(dwarf number, member of struct pt_regs) for each
 *   CT_ARGUMENT_REGS(X)  X(argument index, member)
 *   CT_IP, CT_RESULT  members */
#ifndef CORETAP_REGS_BPF_H
#define CORETAP_REGS_BPF_H

#if defined(__TARGET_ARCH_x86)
#include "regs_x86_64.bpf.h"
#elif defined(__TARGET_ARCH_arm64)
#include "regs_aarch64.bpf.h"
#else
#error "no register table for this architecture"
#endif

#define CT_REGS_PTR(c) ((const CT_REGS_STRUCT*)(c)->ctx)

/* `number` must be a constant once inlined: a context is read at constant offsets only. */
static __always_inline s64 ct_reg(struct ct_ctx* c, u32 number) {
  if (!CT_HAS_REGS) return 0;
  switch (number) {
#define CT_CASE(n, member) \
  case n: return CT_REGS_PTR(c)->member;
    CT_DWARF_REGS(CT_CASE)
#undef CT_CASE
  }
  return 0;
}

static __always_inline s64 ct_reg_ip(struct ct_ctx* c) {
  return CT_HAS_REGS ? CT_REGS_PTR(c)->CT_IP : 0;
}

static __always_inline s64 ct_reg_argument(struct ct_ctx* c, u32 index) {
  switch (index) {
#define CT_CASE(n, member) \
  case n: return CT_REGS_PTR(c)->member;
    CT_ARGUMENT_REGS(CT_CASE)
#undef CT_CASE
  }
  return 0;
}

/* Records of syscalls:sys_enter_X and sys_exit_X: struct ct_sys_enter and ct_sys_exit say the same
 * with names; an exit's `ret` lies where an entry's first argument does. */
static __always_inline s64 ct_tracepoint_word(struct ct_ctx* c, u32 index) {
  return ((const u64*)c->ctx)[2 + index];
}

static __always_inline s64 ct_argument(struct ct_ctx* c, u32 index) {
  if (CT_HAS_REGS) return ct_reg_argument(c, index);
  if (CT_KIND_IS(CT_TRACEPOINT)) return ct_tracepoint_word(c, index);
  if (CT_KIND_IS(CT_RAW_TP)) return ((const u64*)c->ctx)[index];
  return ct_untyped(((const u64*)c->ctx)[index]);
}

#ifdef CT_BASE
/* emit/flavour.cpp refuses what would need it; this makes sure. */
extern s64 ct_fexit_return(void* ctx)
    __attribute__((error("the base flavour cannot read $return in fexit")));
#else
static __always_inline s64 ct_fexit_return(void* ctx) {
  u64 value = 0;
  bpf_get_func_ret(ctx, &value);
  return value;
}
#endif

static __always_inline s64 ct_return_value(struct ct_ctx* c) {
  if (CT_HAS_REGS) return CT_REGS_PTR(c)->CT_RESULT;
  if (CT_KIND_IS(CT_TRACEPOINT)) return ct_tracepoint_word(c, 0);
  if (CT_KIND_IS(CT_FEXIT)) return ct_fexit_return(c->ctx);
  return 0;
}

#endif
