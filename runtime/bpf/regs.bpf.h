/* Registers of the probed code by DWARF number, arguments by the calling convention, from data:
 * regs_ARCH.bpf.h (arch.bpf.h) defines
 *   CT_DWARF_REGS(X)  X(dwarf number, member of struct pt_regs) for each
 *   CT_ARGUMENT_REGS(X)  X(argument index, member)
 *   CT_IP, CT_RESULT  members
 *   CT_STACK_ARGUMENT(c, index)  address, on entry of a function, of an argument that has no
 *                                register any more
 *   CT_IS_32_BIT_MODE(mode), CT_REGS_MODE, CT_WORD_ARGUMENT(c, index)
 *                                of programs of 32 bits, where there are such: address of an argument */
#ifndef CORETAP_REGS_BPF_H
#define CORETAP_REGS_BPF_H

/* Register `member` of the probed code. */
#define CT_REG(c, member) CT_CONTEXT(c, offsetof(CT_REGS_STRUCT, member))

static __always_inline s64 ct_reg(struct ct_ctx* c, u32 number) {
  if (!CT_HAS_REGS) return 0;
  switch (number) {
#define CT_CASE(n, member) \
  case n: return CT_REG(c, member);
    CT_DWARF_REGS(CT_CASE)
#undef CT_CASE
  }
  return 0;
}

/* Does the event tell of a 32-bit program? */
static __always_inline int ct_is_narrow(struct ct_ctx* c) {
#ifdef CT_WORD_ARGUMENT
  return CT_IS_USER_PROBE && CT_HAS_REGS && CT_IS_32_BIT_MODE(CT_REG(c, CT_REGS_MODE));
#else
  return 0;
#endif
}

/* Where argument `index`, from 0, is when a function of a 32-bit program is entered. */
static __always_inline u64 ct_narrow_argument(struct ct_ctx* c, u32 index) {
#ifdef CT_WORD_ARGUMENT
  return CT_WORD_ARGUMENT(c, index);
#else
  return 0;
#endif
}

static __always_inline s64 ct_reg_ip(struct ct_ctx* c) {
  return CT_HAS_REGS ? CT_REG(c, CT_IP) : 0;
}

/* Where the running kernel has what is `distance` bytes behind _stext in its vmlinux: all of its image moves by one distance
 * (KASLR). libbpf takes the symbol's address from /proc/kallsyms. */
extern const void _stext __ksym;
static __always_inline s64 ct_kernel_address(s64 distance) { return (s64)&_stext + distance; }

static __always_inline s64 ct_reg_argument(struct ct_ctx* c, u32 index) {
  switch (index) {
#define CT_CASE(n, member) \
  case n: return CT_REG(c, member);
    CT_ARGUMENT_REGS(CT_CASE)
#undef CT_CASE
  }
  return 0;
}

/* CT_MOST_SLOTS of them. */
#define CT_SLOTS(X) X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11)

/* Of a raw tracepoint, fentry, fexit: the arguments are the context. Where the verifier gives them
 * types, that of a pointer is forgotten. */
static __always_inline s64 ct_raw_argument(struct ct_ctx* c, u32 index) {
  switch (index) {
#define CT_CASE(n)                                            \
  case n: {                                                   \
    u64 value = CT_CONTEXT(c, 8 * n);                         \
    return CT_KIND_IS(CT_RAW_TP) ? value : ct_untyped(value); \
  }
    CT_SLOTS(CT_CASE)
#undef CT_CASE
  }
  return 0;
}

static __always_inline s64 ct_argument(struct ct_ctx* c, u32 index) {
  if (CT_HAS_REGS) return ct_reg_argument(c, index);
  return CT_KIND_IS(CT_TRACEPOINT) ? ct_tracepoint_word(c, index) : ct_raw_argument(c, index);
}

#ifdef CT_BASE
/* emit/flavour.cpp refuses what would need it. Where the probe's kind is known to the verifier only, in a
 * part of a large handler (loop.bpf.h), the call is there and never reached. This makes sure: it reads above
 * the program's stack, and the verifier refuses that if the call can be reached. */
static __always_inline s64 ct_fexit_return(void* ctx) {
  s64 value;
  asm volatile("%0 = *(u64 *)(r10 + 8)" : "=r"(value));
  return value;
}
#else
static __always_inline s64 ct_fexit_return(void* ctx) {
  u64 value = 0;
  bpf_get_func_ret(ctx, &value);
  return value;
}
#endif

/* Word `slot` of the arguments, where `slot` is a constant that only the verifier sees (.rodata): it
 * drops all branches but one. */
static __always_inline s64 ct_slot(struct ct_ctx* c, u32 slot) {
  if (!CT_HAS_REGS) return ct_raw_argument(c, slot);
  switch (slot) {
#define CT_CASE(n, member) \
  case n: return CT_REG(c, member);
    CT_ARGUMENT_REGS(CT_CASE)
#undef CT_CASE
  }
  s64 value = 0;
  u64 address = CT_STACK_ARGUMENT(c, slot);
  bpf_probe_read_kernel(&value, sizeof(value), (const void*)address);
  return value;
}

static __always_inline s64 ct_extended(s64 value, const volatile struct ct_binding* binding) {
  u32 unused = binding->unused;
  return binding->is_signed ? (s64)((u64)value << unused) >> unused
                            : (s64)((u64)value << unused >> unused);
}

static __always_inline s64 ct_bound_argument(struct ct_ctx* c,
                                             const volatile struct ct_binding* binding) {
  return ct_extended(ct_slot(c, binding->slot), binding);
}

static __always_inline s64 ct_return_value(struct ct_ctx* c) {
  if (CT_HAS_REGS) return CT_REG(c, CT_RESULT);
  if (CT_KIND_IS(CT_TRACEPOINT)) return ct_tracepoint_word(c, 0);
  if (CT_KIND_IS(CT_FEXIT)) return ct_fexit_return(c->ctx);
  return 0;
}

static __always_inline s64 ct_bound_return(struct ct_ctx* c,
                                           const volatile struct ct_binding* binding) {
  return ct_extended(ct_return_value(c), binding);
}

#endif
