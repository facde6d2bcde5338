/* Signed division: BPF has none before -mcpu=v4. INT64_MIN / -1 wraps, as everything does. */
#ifndef CORETAP_ARITHMETIC_BPF_H
#define CORETAP_ARITHMETIC_BPF_H

static __always_inline u64 ct_magnitude(s64 value) {
  return value < 0 ? 0 - (u64)value : (u64)value;
}

/* `b` is not 0. */
static __always_inline s64 ct_div(s64 a, s64 b) {
  u64 quotient = ct_magnitude(a) / ct_magnitude(b);
  return (a < 0) != (b < 0) ? 0 - quotient : quotient;
}

/* The sign is the dividend's, as in C. */
static __always_inline s64 ct_mod(s64 a, s64 b) {
  u64 rest = ct_magnitude(a) % ct_magnitude(b);
  return a < 0 ? 0 - rest : rest;
}

#endif
