/* Strings: buffers of a capacity that is known at compile time and a multiple of 8, NUL-terminated
 * and zero-padded to it. Work goes by words. Two consequences of the padding are used all over:
 *
 *  - strings of different capacity are equal if their first min(capacity) bytes are, because
 *    those include a NUL;
 *  - a string does not fit into a smaller capacity exactly if the byte where the NUL would have
 *    to be is not zero. */
#ifndef CORETAP_STRING_BPF_H
#define CORETAP_STRING_BPF_H

/* Buffers are declared as char arrays; this type may look at them in words all the same. */
typedef u64 __attribute__((may_alias)) ct_word;

#define CT_MIN(a, b) ((a) < (b) ? (a) : (b))

/* Bytes up to which a string is cleared by stores. Clang makes at most 128 of them, and of what is larger
 * a call that BPF does not have; then a helper copies zeros. */
#define CT_CLEAR_INLINE 512
#if CT_MAXSTRINGLEN > CT_CLEAR_INLINE
static const char ct_zeros[(CT_MAXSTRINGLEN + 7) & ~7] CT_RODATA = {};
#endif

static __always_inline void ct_str_clear(char* to, u32 cap) {
#if CT_MAXSTRINGLEN > CT_CLEAR_INLINE
  if (cap > CT_CLEAR_INLINE) {
    /* In parts: a dump of memory may be longer than MAXSTRINGLEN. */
#pragma clang loop unroll(full)
    for (u32 at = 0; at < cap; at += sizeof(ct_zeros))
      bpf_probe_read_kernel(to + at, CT_MIN(cap - at, sizeof(ct_zeros)), ct_zeros);
    return;
  }
#endif
  /* A store's offset has 16 bits. In a frame beyond 32 KiB clang would add up each store's address, all of them
   * before the first store, and spill them to a stack of 512 bytes: let it know one address only. */
  ct_opaque(to);
#pragma clang loop unroll(full)
  for (u32 at = 0; at < cap; at += CT_CLEAR_INLINE) {
    __builtin_memset(__builtin_assume_aligned(to + at, 8), 0, CT_MIN(cap - at, CT_CLEAR_INLINE));
    /* Else clang joins the clearing of neighbours in the frame to one too large to be inlined. */
    asm volatile("" : : "r"(to) : "memory");
  }
}

/* Cuts a string at MAXSTRINGLEN, which is less than 8 bytes below its capacity. */
static __always_inline void ct_str_limit(char* to, u32 cap, u32 max) {
  *(ct_word*)(to + cap - 8) &= (1ull << (max - 1 - (cap - 8)) * 8) - 1;
}

/* Bytes up to which a copy is made of loads and stores. */
#define CT_COPY_INLINE 128

/* Copies, cutting what does not fit. Returns 1 if it cut something. */
static __always_inline u32 ct_str_copy(char* to, u32 to_cap, const char* from, u32 from_cap) {
  const u32 common = CT_MIN(to_cap, from_cap);
  if (common > CT_COPY_INLINE) {
    /* One helper call costs no more than 64 loads and stores, and spares clang 8 ms for each copy
     * in the script, and the verifier the walk. */
    bpf_probe_read_kernel(to, common, from);
  } else {
    /* Volatile: clang would make it a memmove, load everything before it stores anything, and
     * spill to a stack of 512 bytes. */
#pragma clang loop unroll(full)
    for (u32 i = 0; i < common; i += 8) *(volatile ct_word*)(to + i) = *(const ct_word*)(from + i);
  }
  if (to_cap > from_cap) ct_str_clear(to + from_cap, to_cap - from_cap);
  if (to_cap >= from_cap) return 0;
  u32 cut = from[to_cap - 1] != 0;
  to[to_cap - 1] = 0;
  return cut;
}

/* Memory from elsewhere, e.g. a shared global that another CPU may be writing: the last byte is
 * the NUL whatever happens. */
static __always_inline s64 ct_str_equal(const char* a, u32 a_cap, const char* b, u32 b_cap) {
  const u32 common = CT_MIN(a_cap, b_cap);
  u64 different = 0;
  /* Clang leaves a loop that it unrolls in part from its middle, if its turns are no multiple of the part, and
   * may place that block before the loop's head and let it run into the head. Linux 6.1 takes no way back but a
   * jump (visit_insn() in kernel/bpf/verifier.c). */
  const u32 whole = common & ~63u;
#pragma clang loop unroll_count(8)
  for (u32 i = 0; i < whole; i += 8)
    different |= *(const ct_word*)(a + i) ^ *(const ct_word*)(b + i);
#pragma clang loop unroll(full)
  for (u32 i = whole; i < common; i += 8)
    different |= *(const ct_word*)(a + i) ^ *(const ct_word*)(b + i);
  return different == 0;
}

/* -1, 0, 1 by unsigned bytes: a word's first byte weighs most once it is swapped. The verifier walks
 * the loop's exit once for each word, up to the checkpoint: all turns leave the same behind. */
static __always_inline s64 ct_str_compare(const char* a, u32 a_cap, const char* b, u32 b_cap) {
  const u32 common = CT_MIN(a_cap, b_cap);
  u64 x = 0, y = 0;
#pragma clang loop unroll(disable)
  for (u32 i = 0; i < common; i += 8) {
    x = *(const ct_word*)(a + i);
    y = *(const ct_word*)(b + i);
    if (x != y) break;
  }
  ct_checkpoint();
  x = __builtin_bswap64(x);
  y = __builtin_bswap64(y);
  return ct_below(y, x) - ct_below(x, y);
}

/* ct_str_put() for a few words: each is shifted over two words of `to`. Every offset is compared with
 * the capacity right before its use, which is the only proof the verifier takes, and is opaque to
 * clang, which would compare something equivalent instead. Each comparison is a path to the end of
 * the loop, where they become one. */
static __always_inline void ct_str_put_words(char* to, u32 to_cap, u64 at, const char* from,
                                             u32 from_cap) {
  const u64 shift = (at & 7) * 8;
  u64 carry = 0, slot = at & ~7ull;
#pragma clang loop unroll(disable)
  for (u32 i = 0; i < from_cap; i += 8) {
    u64 word = *(const ct_word*)(from + i), offset = slot + i;
    ct_opaque(offset);
    if (offset > to_cap - 8) break;
    *(ct_word*)(to + offset) |= word << shift | carry;
    /* Shifting by 64 is not defined: two steps. */
    carry = word >> 1 >> (63 - shift);
  }
  ct_checkpoint();
  u64 last = slot + from_cap;
  ct_opaque(last);
  if (last <= to_cap - 8) *(ct_word*)(to + last) |= carry;
  ct_checkpoint();
}

/* Writes `from` at byte `at` of a buffer that is zero from there on; cut, with its NUL, if it does
 * not fit. `to` is in the frame: on the stack the verifier refuses variable offsets, and it thinks
 * that at + room may be twice the capacity, because it does not know that they depend on each other.
 * So many bytes must follow (CT_FRAME_SLACK); nothing is written there. */
static __always_inline void ct_str_put(char* to, u32 to_cap, u64 at, const char* from,
                                       u32 from_cap) {
  if (from_cap <= CT_WORDS_INLINE / 2) {
    ct_str_put_words(to, to_cap, at, from, from_cap);
  } else {
    ct_opaque(at);
    if (at >= to_cap) at = to_cap - 1; /* never: it is for the verifier */
    u64 room = to_cap - at;
    ct_opaque(room);
    if (room > from_cap) room = from_cap;
    bpf_probe_read_kernel(to + at, room, from);
  }
  to[to_cap - 1] = 0;
}

/* to = a . b; `to` is neither. */
static __always_inline void ct_str_concat(char* to, u32 to_cap, const char* a, u32 a_cap,
                                          const char* b, u32 b_cap) {
  ct_str_copy(to, to_cap, a, a_cap);
  ct_str_put(to, to_cap, ct_text_len(to, to_cap), b, b_cap);
}

/* to = to . b */
static __always_inline void ct_str_append(char* to, u32 to_cap, const char* b, u32 b_cap) {
  ct_str_put(to, to_cap, ct_text_len(to, to_cap), b, b_cap);
}

/* The eight hexadecimal digits of a number, the first in the lowest byte. */
static __always_inline u64 ct_hex8(u32 number) {
  u64 x = number;
  x = (x | x << 16) & 0x0000ffff0000ffffull;
  x = (x | x << 8) & 0x00ff00ff00ff00ffull;
  x = (x | x << 4) & 0x0f0f0f0f0f0f0f0full;
  u64 letters = (x + 0x0606060606060606ull) >> 4 & CT_ONES;
  return __builtin_bswap64(x + '0' * CT_ONES + letters * ('a' - '0' - 10));
}

static __always_inline void ct_str_append_hex16(char* to, u32 to_cap, u64 value) {
  u64 digits[] = {ct_hex8(value >> 32), ct_hex8(value)};
  ct_str_append(to, to_cap, (const char*)digits, sizeof(digits));
}

/* One conversion of sprintf: `format` is a string in .rodata with one %lld-like directive. */
#ifdef CT_BASE
/* Each digit goes before those that are there, and the sign before them. Without a branch, because
 * numbers of different length would be different states for the verifier, each with all that
 * comes behind it. */
static __always_inline void ct_number_text(u64 text[3], u64 value, char conversion) {
  const u64 base = conversion == 'x' ? 16 : 10;
  u64 a = 0, b = 0, c = 0, negative = conversion == 'd' ? value >> 63 : 0, is_first = 1;
  if (conversion == 'd') value = ct_magnitude(value);
#pragma clang loop unroll(disable)
  for (int i = 0; i <= 20; i++) {
    u64 digit = value % base, more = value | -value;
    ct_opaque(more);
    ct_opaque(is_first);
    more = more >> 63 | is_first;
    is_first = 0;
    u64 sign = negative & (more ^ 1), put = more | sign;
    negative ^= sign;
    ct_opaque(put);
    ct_opaque(sign);
    u64 byte = '0' + digit + ((9 - digit) >> 63) * ('a' - '0' - 10);
    byte ^= (byte ^ '-') & -sign;
    /* Shifting by 64 is not defined: two steps. */
    c = c << (put * 8) | b >> 1 >> (63 - put * 8);
    b = b << (put * 8) | a >> 1 >> (63 - put * 8);
    a = a << (put * 8) | byte * put;
    value /= base;
  }
  text[0] = a;
  text[1] = b;
  text[2] = c;
}
#define ct_str_append_number(to, to_cap, format, value)                                    \
  do {                                                                                     \
    _Static_assert(sizeof(format) == sizeof("%lld"), "split moves flags and widths away"); \
    u64 ct_digits[3];                                                                      \
    ct_number_text(ct_digits, (value), (format)[3]);                                       \
    ct_str_append((to), (to_cap), (const char*)ct_digits, sizeof(ct_digits));              \
  } while (0)
#else
#define ct_str_append_number(to, to_cap, format, value)                                 \
  do {                                                                                  \
    char ct_digits[24] __attribute__((aligned(8))) = {};                                \
    static const char ct_format[] CT_RODATA = format;                                   \
    u64 ct_value = (value);                                                             \
    bpf_snprintf(ct_digits, sizeof(ct_digits), ct_format, &ct_value, sizeof(ct_value)); \
    ct_str_append((to), (to_cap), ct_digits, sizeof(ct_digits));                        \
  } while (0)
#endif

static __always_inline void ct_str_append_byte(char* to, u32 to_cap, s64 byte) {
  char one[8] __attribute__((aligned(8))) = {};
  one[0] = byte;
  ct_str_append(to, to_cap, one, sizeof(one));
}

#endif
