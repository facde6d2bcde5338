/* Reading the kernel's memory and the current task's. A read that faults is a run-time error.
 *
 * A page that the task has not touched yet, or that is swapped out, is not there: bpf_probe_read_user()
 * fails. A sleepable program (CT_SLEEPABLE: the object holds some) then calls bpf_copy_from_user(), which
 * takes the page fault as the task itself would. Others cannot wait. Everything that reads user memory
 * goes through ct_user_read() and ct_user_read_str(), tapset functions too. Handlers of system calls try
 * again at the call's exit (late.bpf.h). */
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

/* `size` bytes of user memory. 0, or a negative error with *to zeroed. */
static __always_inline long ct_user_read(struct ct_ctx* c, void* to, u32 size, u64 address) {
  address = ct_late_address(c, address);
  long rc = bpf_probe_read_user(to, size, (const void*)address);
#ifdef CT_SLEEPABLE
  if (rc && c->sleeps) rc = bpf_copy_from_user(to, size, (const void*)address);
#endif
  if (rc) ct_late_missed(c, address);
  return rc;
}

/* No architecture's pages are smaller. */
#define CT_PAGE 4096

/* A NUL-terminated string of user memory, at most `size` bytes with its NUL; `cap`, a constant, bounds
 * `size`. The bytes read, or a negative error with *to zeroed. What is behind the NUL is as before.
 *
 * A string may go on in a page that is not there either: each page on the way is fetched by one byte, and
 * the string tried again, until it is there or a page cannot be had. */
static __always_inline long ct_user_read_str(struct ct_ctx* c, char* to, u32 size, const u32 cap,
                                             u64 address) {
  address = ct_late_address(c, address);
  long rc = bpf_probe_read_user_str(to, size, (const void*)address);
#ifdef CT_SLEEPABLE
  if (rc < 0 && c->sleeps) {
    u64 from = address;
#pragma clang loop unroll(disable)
    for (u32 page = 0; page < cap / CT_PAGE + 2; page++) {
      char byte;
      if (bpf_copy_from_user(&byte, 1, (const void*)from)) break;
      rc = bpf_probe_read_user_str(to, size, (const void*)address);
      if (rc >= 0) break;
      from = (from | (CT_PAGE - 1)) + 1;
    }
    ct_checkpoint();
  }
#endif
  if (rc < 0) ct_late_missed(c, address);
  return rc;
}

static __always_inline int ct_read(struct ct_ctx* c, void* to, u32 size, u32 space, u64 address) {
  if (space == CT_USER_SPACE) {
    if (ct_user_read(c, to, size, address)) return ct_fail(c, CT_ERR_USER_READ, address);
  } else {
    if (bpf_probe_read_kernel(to, size, (const void*)address))
      return ct_fail(c, CT_ERR_KERNEL_READ, address);
  }
  return 0;
}

/* A string as the helpers read it: at most `size` bytes with its NUL. See ct_user_read_str(). */
static __always_inline long ct_read_str(struct ct_ctx* c, char* to, u32 size, const u32 cap,
                                        u32 space, u64 address) {
  return space == CT_USER_SPACE ? ct_user_read_str(c, to, size, cap, address)
                                : bpf_probe_read_kernel_str(to, size, (const void*)address);
}

/* Both helpers stop at the NUL, so the buffer of `cap` bytes is cleared first; `most` bytes with the NUL are taken. */
static __always_inline int ct_load_str(struct ct_ctx* c, char* to, u32 cap, u32 most, u32 space,
                                       u64 address) {
  ct_str_clear(to, cap);
  if (ct_read_str(c, to, most, cap, space, address) >= 0) return 0;
  return ct_fail(c, space == CT_USER_SPACE ? CT_ERR_USER_READ : CT_ERR_KERNEL_READ, address);
}

/* A string of at most `n` bytes, which fit into the zeroed buffer `to` of `cap` with a NUL. The helpers
 * also want the byte behind them, which need not be there: then the last of them is read by itself. */
static __always_inline int ct_load_strn(struct ct_ctx* c, char* to, u32 cap, u32 space, u64 address,
                                        s64 n) {
  u64 size = n < 0 ? 0 : n;
  ct_opaque(size);
  if (size > cap - 1) size = cap - 1;
  if (ct_read_str(c, to, size + 1, cap, space, address) >= 0) return 0;
  u64 last = size - 1;
  ct_opaque(last);
  if (last < cap - 1 && ct_read_str(c, to, size, cap, space, address) >= 0) {
    if (ct_text_len(to, cap) < last) return 0;
    char* end = ct_at(to, last, cap - 2);
    if (end) return ct_read(c, end, 1, space, address + last);
  }
  return ct_fail(c, space == CT_USER_SPACE ? CT_ERR_USER_READ : CT_ERR_KERNEL_READ, address);
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
/* For embedded C that reads several members: end the function if there is no memory at `address`. */
#define CT_CHECK_KERNEL(address)                                                  \
  do {                                                                            \
    u64 ct_word;                                                                  \
    if (bpf_probe_read_kernel(&ct_word, sizeof(ct_word), (const void*)(address))) \
      CT_KERNEL_FAULT(address);                                                   \
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
