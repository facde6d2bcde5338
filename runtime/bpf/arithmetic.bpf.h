/* Signed division: BPF has none before -mcpu=v4. INT64_MIN / -1 wraps, as everything does. */
#ifndef CORETAP_ARITHMETIC_BPF_H
#define CORETAP_ARITHMETIC_BPF_H

static __always_inline u64 ct_magnitude(s64 value) {
  return value < 0 ? 0 - (u64)value : (u64)value;
}

/* All ones if `value` is negative. Opaque, and so are the results of what is computed with it: clang would
 * make branches of the sign, and do many divisions of one number before it uses any of their results,
 * which wait on the stack. */
static __always_inline u64 ct_sign(s64 value) {
  u64 sign = value >> 63;
  if (!__builtin_constant_p(value)) ct_opaque(sign);
  return sign;
}

/* `b` is not 0. */
static __always_inline s64 ct_div(s64 a, s64 b) {
  const u64 sign_a = ct_sign(a), sign_b = ct_sign(b), sign = sign_a ^ sign_b;
  u64 result = (((a ^ sign_a) - sign_a) / ((b ^ sign_b) - sign_b) ^ sign) - sign;
  ct_opaque(result);
  return result;
}

/* The sign is the dividend's, as in C. */
static __always_inline s64 ct_mod(s64 a, s64 b) {
  const u64 sign_a = ct_sign(a), sign_b = ct_sign(b);
  u64 result = (((a ^ sign_a) - sign_a) % ((b ^ sign_b) - sign_b) ^ sign_a) - sign_a;
  ct_opaque(result);
  return result;
}

/* Comparisons that have no branch, neither for clang nor for the verifier, which does not know the
 * result. */
static __always_inline s64 ct_top_bit(u64 value) {
  ct_opaque(value);
  return value >> 63;
}
static __always_inline s64 ct_differ(s64 a, s64 b) {
  const u64 x = a ^ b;
  return ct_top_bit(x | -x);
}
static __always_inline s64 ct_equal(s64 a, s64 b) { return ct_differ(a, b) ^ 1; }
/* The sign of a - b, unless the signs of a and b differ: then a's. */
static __always_inline s64 ct_less(s64 a, s64 b) {
  return ct_top_bit((a & ~b) | (~(a ^ b) & ((u64)a - (u64)b)));
}
static __always_inline s64 ct_less_or_equal(s64 a, s64 b) { return ct_less(b, a) ^ 1; }
/* Unsigned: the borrow of a - b. */
static __always_inline s64 ct_below(u64 a, u64 b) {
  return ct_top_bit((~a & b) | (~(a ^ b) & (a - b)));
}

static __always_inline s64 ct_larger(s64 a, s64 b) { return a ^ ((a ^ b) & -ct_less(a, b)); }
static __always_inline s64 ct_smaller(s64 a, s64 b) { return a ^ ((a ^ b) & -ct_less(b, a)); }

#endif
