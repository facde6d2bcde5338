/* Reading the kernel's memory and the current task's. A read that faults is a run-time error. */
#ifndef CORETAP_MEMORY_BPF_H
#define CORETAP_MEMORY_BPF_H

#define CT_KERNEL_SPACE 0
#define CT_USER_SPACE 1

/* Reads a `type` at `address` into the s64 *out. */
#define CT_LOAD(c, out, space, type, address)                                       \
  ({                                                                                \
    type ct_loaded = 0;                                                             \
    u64 ct_address = (address);                                                     \
    int ct_code = ct_read((c), &ct_loaded, sizeof(ct_loaded), (space), ct_address); \
    *(out) = ct_loaded;                                                             \
    ct_code;                                                                        \
  })

static __always_inline int ct_read(struct ct_ctx* c, void* to, u32 size, u32 space, u64 address) {
  if (space == CT_USER_SPACE) {
    if (bpf_probe_read_user(to, size, (const void*)address))
      return ct_fail(c, CT_ERR_USER_READ, address);
  } else {
    if (bpf_probe_read_kernel(to, size, (const void*)address))
      return ct_fail(c, CT_ERR_KERNEL_READ, address);
  }
  return 0;
}

/* Both helpers stop at the NUL, so the buffer of `cap` bytes is cleared first; `most` bytes with the NUL are taken. */
static __always_inline int ct_load_str(struct ct_ctx* c, char* to, u32 cap, u32 most, u32 space,
                                       u64 address) {
  ct_str_clear(to, cap);
  if (space == CT_USER_SPACE) {
    if (bpf_probe_read_user_str(to, most, (const void*)address) < 0)
      return ct_fail(c, CT_ERR_USER_READ, address);
  } else {
    if (bpf_probe_read_kernel_str(to, most, (const void*)address) < 0)
      return ct_fail(c, CT_ERR_KERNEL_READ, address);
  }
  return 0;
}

/* `count` bytes as they are, 1 if it is 0; whoever calls has seen to it that they fit. */
static __always_inline int ct_load_bytes(struct ct_ctx* c, char* to, u32 cap, u32 space,
                                         u64 address, s64 count) {
  u32 size = count ? count : 1;
  ct_opaque(size); /* or clang would leave the comparison out, which is the verifier's proof */
  return ct_read(c, to, CT_MIN(size, cap), space, address);
}

/* For embedded C: end the function because `address` could not be read. */
#define CT_KERNEL_FAULT(address)                            \
  do {                                                      \
    ct_rc = ct_fail(c, CT_ERR_KERNEL_READ, (u64)(address)); \
    goto ct_out;                                            \
  } while (0)
#define CT_USER_FAULT(address)                            \
  do {                                                    \
    ct_rc = ct_fail(c, CT_ERR_USER_READ, (u64)(address)); \
    goto ct_out;                                          \
  } while (0)

/* Reads the integer or bit field `field` (`((type *)0)->path`) at `address` into the s64 *out. Offset, size
 * and position of the bits are CO-RE relocations, so it follows the running kernel. */
#define CT_CORE_FIELD(c, out, field, address)                                                   \
  ({                                                                                            \
    u64 ct_bits = 0;                                                                            \
    u64 ct_from = (u64)(address) + __builtin_preserve_field_info(field, BPF_FIELD_BYTE_OFFSET); \
    u32 ct_size = __builtin_preserve_field_info(field, BPF_FIELD_BYTE_SIZE);                    \
    /* A relocated size is a constant that clang does not see and the verifier does. */         \
    int ct_code = ct_size <= sizeof(ct_bits)                                                    \
                      ? ct_read((c), &ct_bits, ct_size, CT_KERNEL_SPACE, ct_from)               \
                      : ct_fail((c), CT_ERR_KERNEL_READ, ct_from);                              \
    ct_bits <<= __builtin_preserve_field_info(field, BPF_FIELD_LSHIFT_U64);                     \
    u32 ct_right = __builtin_preserve_field_info(field, BPF_FIELD_RSHIFT_U64);                  \
    if (__builtin_preserve_field_info(field, BPF_FIELD_SIGNED))                                 \
      *(out) = (s64)ct_bits >> ct_right;                                                        \
    else                                                                                        \
      *(out) = ct_bits >> ct_right;                                                             \
    ct_code;                                                                                    \
  })

#endif
