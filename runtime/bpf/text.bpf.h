/* String work for the tapsets' kernel-side bodies.
 *
 * The verifier walks every path, so code that leaves a loop early on unknown data multiplies the
 * states of everything behind it. These functions therefore never branch on the bytes: they go
 * through all words of the buffer (a kernel-side string is zero-padded to its capacity, a
 * multiple of 8) and accumulate with masks. Costs are words, not bytes: 64 steps for 512 bytes. */
#ifndef CORETAP_TEXT_BPF_H
#define CORETAP_TEXT_BPF_H

#define CT_ONES 0x0101010101010101ull
#define CT_LOW7 0x7f7f7f7f7f7f7f7full

/* 0x01 in each byte of `w` that is not zero. */
static __always_inline u64 ct_nonzero_bytes(u64 w) {
  return ((((w & CT_LOW7) + CT_LOW7) | w) >> 7) & CT_ONES;
}

/* Bytes up to which a string is gone through word by word where there is a way with fewer steps: these
 * are dearer, each for itself. */
#define CT_WORDS_INLINE 128

/* Length of a zero-padded string: the number of its bytes that are not zero. In a long one the end
 * is found by halves: one look says on which side of a byte it is, and it is at most `rest` bytes
 * behind `n`. */
static __always_inline u32 ct_text_len(const char* s, u32 cap) {
  u64 n = 0;
  if (cap <= CT_WORDS_INLINE) {
#pragma clang loop unroll(disable)
    for (u32 i = 0; i < cap; i += 8) n += (ct_nonzero_bytes(*(const u64*)(s + i)) * CT_ONES) >> 56;
    return n;
  }
#pragma clang loop unroll(disable)
  for (u64 rest = cap - 1; rest != 0; rest /= 2) {
    u64 half = (rest + 1) / 2, is_behind = ((u64)(u8)s[n + half - 1] + 0xff) >> 8;
    ct_opaque(is_behind);
    n += half & -is_behind;
  }
  return n;
}

/* The eight bytes of `s` from `at` on, zeros behind its end. `at` is known to the verifier. */
static __always_inline u64 ct_text_window(const char* s, u32 cap, u32 at) {
  if (at >= cap) return 0;
  if (at + 8 <= cap) return *(const u64*)(s + at);
  return *(const u64*)(s + cap - 8) >> ((at + 8 - cap) * 8);
}

/* Longest string that ct_text_find can look for: each byte of it costs the verifier steps times
 * the capacity of the string that is searched. */
#define CT_NEEDLE_MAX 64

/* A search, and what it has found. The capacities are constants the verifier sees on the stack. */
struct ct_find_loop {
  const char *s, *needle;
  u64 cap, needle_cap;
  s64 found;
};

/* Is the needle at byte `at`? Not 0 ends the search. */
CT_CALLBACK ct_find_at(u64 at, struct ct_find_loop* v) {
  ct_opaque(at);
  if (at >= v->cap) return 1;
  const u64 window = ct_text_window(v->s, v->cap, at), first = *(const u64*)v->needle;
  if (!(window & 0xff)) return 1;
  u64 diff = (window ^ first) & (ct_nonzero_bytes(first) * 0xff);
  if (diff) return 0;
#pragma clang loop unroll(disable)
  for (u32 k = 8; k < v->needle_cap && k < CT_NEEDLE_MAX; k += 8) {
    u64 want = *(const u64*)(v->needle + k);
    diff |= (ct_text_window(v->s, v->cap, at + k) ^ want) & (ct_nonzero_bytes(want) * 0xff);
  }
  if (diff) return 0;
  v->found = at;
  return 1;
}

/* Index of the first `needle` in `s`, or -1. An empty needle is found at 0. */
static __always_inline s64 ct_text_find(const char* s, u32 cap, const char* needle,
                                        u32 needle_cap) {
  struct ct_find_loop v = {.s = s, .needle = needle, .cap = cap, .needle_cap = needle_cap};
  if (!*(const u64*)needle) return 0;
  v.found = ct_forget(-1);
  CT_REPEAT(cap, ct_find_at, &v);
  return ct_forget(v.found);
}

/* Value of a digit in any base up to 36; 64 for what is none. */
static __always_inline u64 ct_text_digit(u8 byte) {
  u64 digit = ((u64)byte - '0') & 0xff, letter = ((byte | 0x20ull) - 'a') & 0xff;
  u64 is_digit = (digit - 10) >> 63, is_letter = (letter - 26) >> 63;
  ct_opaque(is_digit);
  ct_opaque(is_letter);
  return digit * is_digit + (letter + 10) * is_letter + 64 * (1 - (is_digit | is_letter));
}

/* 1 or 0, by arithmetic: the verifier walks what follows a branch once for each constant that it leaves. */
static __always_inline u64 ct_text_equal(u64 a, u64 b) {
  u64 diff = a ^ b, equal = ((diff | -diff) >> 63) ^ 1;
  ct_opaque(equal);
  return equal;
}

/* The number at the start of a string, as strtoull reads it without leading blanks. A number has
 * at most 64 digits; `live` falls to 0 at the first byte that is none. */
static __always_inline s64 ct_text_to_long(const char* s, u32 cap, s64 wanted_base) {
  u64 head = *(const u64*)s, base = wanted_base, value = 0, live = 1;
  const u64 negative = ct_text_equal(head & 0xff, '-');
  const u64 is_signed = negative | ct_text_equal(head & 0xff, '+');
  head >>= is_signed * 8;
  u64 hex = (ct_text_digit(head >> 16 & 0xff) - 16) >> 63;
  hex &= ct_text_equal(head & 0xdfff, '0' | 'X' << 8);
  const u64 octal = ct_text_equal(head & 0xff, '0') & (hex ^ 1);
  base += ct_text_equal(base, 0) * (10 + 6 * hex - 2 * octal);
  u64 at = is_signed + 2 * (hex & ct_text_equal(base, 16));
  ct_opaque(at);
#pragma clang loop unroll(disable)
  for (u32 i = 0; i < 64 && i + 4 <= cap; i++) {
    u64 digit = ct_text_digit(s[i + (at & 3)]);
    live &= (digit - base) >> 63;
    ct_opaque(live);
    value += live * (value * (base - 1) + digit);
  }
  return (value ^ -negative) + negative;
}

/* How a byte looks in a C literal: up to four characters, the first in the lowest byte. */
static __always_inline u32 ct_text_escape(u8 byte, u32* length) {
  const u32 octal = '\\' | ('0' + (byte >> 6)) << 8 | ('0' + (byte >> 3 & 7)) << 16 |
                    (u32)('0' + (byte & 7)) << 24;
  /* Letters of the control characters 7 to 13. */
  const u64 letters = 'a' | 'b' << 8 | 't' << 16 | (u64)'n' << 24 | (u64)'v' << 32 |
                      (u64)'f' << 40 | (u64)'r' << 48;
  u64 is_letter = ((u64)byte - 14) >> 63 & ~(((u64)byte - 7) >> 63) & 1;
  u64 letter = letters >> ((byte - 7) * 8 & 63) & 0xff;
  u64 quote = (u64)byte ^ '"', backslash = (u64)byte ^ '\\';
  u64 is_special = 1 ^ ((quote | -quote) >> 63 & (backslash | -backslash) >> 63);
  u64 is_plain = ~(((u64)byte - 0x20) >> 63) & ((u64)byte - 0x7f) >> 63 & (1 ^ is_special);
  ct_opaque(is_letter);
  ct_opaque(is_special);
  ct_opaque(is_plain);
  u64 is_octal = 1 ^ (is_letter | is_special | is_plain);
  *length = (is_plain + (is_letter + is_special) * 2 + is_octal * 4) & 7;
  return is_plain * byte + is_letter * ('\\' | letter << 8) + is_special * ('\\' | (u64)byte << 8) +
         is_octal * octal;
}

/* Escaped text in the making: `at` is where the next character goes, `end` is one behind the
 * last place. SystemTap's layout: a text in quotes that does not fit has its last three
 * characters replaced by the closing quote and dots, or more of them, so that no escape is cut: `whole`
 * is where the last one ends that leaves room for them. */
struct ct_quoting {
  u64 at, end, whole;
  u32 quoted;
};
#define CT_TEXT_CUT 1

/* `limit`: most characters of the whole result; 0 means what the buffer of `size` bytes holds. */
static __always_inline void ct_quoting_begin(struct ct_quoting* q, char* to, u32 size, u64 limit,
                                             u32 quoted) {
  if (limit == 0 || limit > size - 1) limit = size - 1;
  if (limit < 5) limit = 5;
  q->quoted = quoted;
  q->at = q->whole = quoted;
  q->end = quoted ? limit - 1 : limit;
  if (quoted) to[0] = '"';
}

/* Appends one byte; CT_TEXT_CUT if there is no room for it. */
static __always_inline int ct_quoting_put(struct ct_quoting* q, char* to, u32 size, u8 byte) {
  u32 length;
  u32 text = ct_text_escape(byte, &length);
  /* The place is read when the text is done, and used at once: clang keeps it in a register then, and
   * the verifier of 6.1 knows no bounds of what comes back from the stack. */
  ct_opaque(text);
  ct_opaque(length);
  u64 at = q->at;
  ct_opaque(at);
  if (at > size - 4 || at + length > q->end) return CT_TEXT_CUT;
  *(u32*)(to + at) = text;
  at += length;
  q->at = at;
  if (at + 3 <= q->end) q->whole = at;
  return 0;
}

static __always_inline void ct_quoting_finish(struct ct_quoting* q, char* to, u32 size, int cut) {
  if (!q->quoted) return;
  u64 at = cut ? q->whole : q->at;
  ct_opaque(at);
  if (cut && at <= size - 6) to[at + 4] = to[at + 5] = 0; /* of the escape that is left out */
  if (at <= size - 4) *(u32*)(to + at) = '"' | (cut ? '.' << 8 | '.' << 16 | (u32)'.' << 24 : 0);
}

/* A text being quoted, byte by byte, by a callback: written as a C loop, which it is in base, the
 * verifier walks its hundred instructions once per byte of the capacity, which took most of
 * the time from start to first output of a script that prints a file name. The pointers are to
 * buffers of at least the capacities, which are constants the verifier sees on the stack. */
struct ct_quote_loop {
  struct ct_quoting q;
  char* to;
  const char* from;
  u64 size, from_cap;
  u64 cut;
};

CT_CALLBACK ct_quote_byte(u64 i, struct ct_quote_loop* v) {
  if (i >= v->from_cap || !v->from[i]) return 1;
  v->cut = ct_quoting_put(&v->q, v->to, v->size, v->from[i]);
  return v->cut;
}

/* A string with C escapes for what is not printable ASCII, into a zeroed buffer. */
static __always_inline void ct_text_quote(char* to, u32 size, u64 limit, const char* from,
                                          u32 from_cap, u32 quoted) {
  struct ct_quote_loop v = {.to = to, .from = from, .size = size, .from_cap = from_cap};
  ct_quoting_begin(&v.q, to, size, limit, quoted);
  /* Kernels before 6.7 look at a callback once, with the values from before the loop: those that
   * it changes must not look like constants. */
  v.q.at = ct_forget(v.q.at);
  v.q.whole = ct_forget(v.q.whole);
  v.cut = ct_forget(0);
  CT_REPEAT(from_cap, ct_quote_byte, &v);
  ct_quoting_finish(&v.q, to, size, v.cut);
}

#endif
