/* Statistics (`<<<`): one struct per CPU, merged in user space. A CPU's struct still has several
 * writers (see frame.bpf.h), so every update is atomic; each field on its own, which is exact once
 * nothing runs any more, and the harness reads generations that nothing writes.
 *
 * Fresh memory is zero, also for CPUs that never added, so every field's neutral value is 0:
 * minimum and maximum are kept encoded (abi.h) as unsigned numbers that only grow. */
#ifndef CORETAP_STATISTIC_BPF_H
#define CORETAP_STATISTIC_BPF_H

/* Each failure means that another writer of this CPU's slot came between; so a few turns do. */
#define CT_MAX_TRIES 16

/* In base: compare, then store. Between the two only a probe in an interrupt can come, on
 * kernels that preempt also another task's; if it adds a more extreme value to the same statistic
 * just there, that value is lost to @min or @max (count, sum and histogram have it). */
static __always_inline void ct_stat_keep_larger(u64* slot, u64 code) {
#ifdef CT_BASE
  if (code > CT_ONCE(*slot)) CT_ONCE(*slot) = code;
#else
#pragma clang loop unroll(disable)
  for (int i = 0; i < CT_MAX_TRIES; i++) {
    u64 old = CT_ONCE(*slot);
    if (code <= old || __sync_val_compare_and_swap(slot, old, code) == old) return;
  }
#endif
}

/* Adds value^2 to a 128-bit sum. The carry comes from this add's own fetched value, so it is right
 * whoever else adds; in base from a look just before, which is wrong only if another probe adds in
 * between and the low half overflows by it. BPF multiplies 64 by 64 to 64 bits: the square is put together from halves. */
static __always_inline void ct_stat_add_square(u64 squares[2], s64 value) {
  u64 v = ct_magnitude(value), low = (u32)v, high = v >> 32;
  u64 cross = low * high; /* (high 2^32 + low)^2 = high^2 2^64 + cross 2^33 + low^2 */
  u64 sum = low * low + (cross << 33);
  u64 carry = (sum < low * low) + (cross >> 31) + high * high;
#ifdef CT_BASE
  u64 before = CT_ONCE(squares[0]);
  __sync_fetch_and_add(&squares[0], sum);
#else
  u64 before = __sync_fetch_and_add(&squares[0], sum);
#endif
  carry += before + sum < sum;
  if (carry) __sync_fetch_and_add(&squares[1], carry);
}

/* Bits of `v` from its highest set one: 0 for 0, 64 for the largest. */
static __always_inline u64 ct_bit_length(u64 v) {
  u64 n = 0, step;
#define CT_STEP(bits)                        \
  do {                                       \
    step = (u64)(v >> (bits) != 0) * (bits); \
    v >>= step;                              \
    n += step;                               \
  } while (0)
  CT_STEP(32);
  CT_STEP(16);
  CT_STEP(8);
  CT_STEP(4);
  CT_STEP(2);
  CT_STEP(1);
#undef CT_STEP
  return n + v;
}

/* SystemTap's buckets: number 64 is 0; 64 + n is 2^(n-1) to 2^n - 1; 64 - n the same negated. */
static __always_inline u64 ct_hist_log(s64 value) {
  u64 length = ct_bit_length(ct_magnitude(value));
  return value < 0 ? 64 - length : 64 + length;
}

/* Bucket 0 is below `low`, the last one above the range. */
static __always_inline u64 ct_hist_linear(s64 value, s64 low, u64 step, u64 buckets) {
  if (value < low) return 0;
  u64 index = ((u64)value - low) / step + 1;
  return index < buckets ? index : buckets - 1;
}

/* `index` is below `buckets`; the test is what tells the verifier, which does not know the range of a
 * quotient. The barrier keeps clang, which knows it, from leaving the test out. */
static __always_inline void ct_hist_add(u64* hist, u64 index, u32 buckets) {
  ct_opaque(index);
  if (index < buckets) __sync_fetch_and_add(&hist[index], 1);
}

/* Finds or makes (see CT_MAKE()) this CPU's struct of `key` and calls collect(struct, value). `zero` is a zeroed
 * struct in .rodata: it may be larger than the stack. */
#define CT_STAT_ADD(c, map, global, key, make, zero, collect, number)                  \
  ({                                                                                   \
    int ct_code = 0;                                                                   \
    typeof(zero)* ct_stat = bpf_map_lookup_elem(map, key);                             \
    if (!ct_stat) {                                                                    \
      const void* ct_initial = &zero;                                                  \
      int ct_made = (make);                                                            \
      if (ct_made == 0 || ct_made == -EEXIST) ct_stat = bpf_map_lookup_elem(map, key); \
    }                                                                                  \
    if (ct_stat)                                                                       \
      collect((void*)ct_stat, (number));                                               \
    else                                                                               \
      ct_code = ct_array_full((c), (global));                                          \
    ct_code;                                                                           \
  })

#ifndef CT_BASE /* emit/flavour.cpp refuses what would need it */
/* Kernel code that reads or clears a statistic goes over all CPUs' structs: a bpf_loop() whose
 * callback, generated for each statistic, ends it at the first CPU that does not exist. Each field
 * is read at a moment of its own, as on any statistic that others add to meanwhile. */
#define CT_MOST_CPUS 8192
struct ct_stat_sums {
  u64 count;
  s64 sum;
  u64 min, max; /* encoded */
};
struct ct_stat_visit {
  struct ct_stat_sums sums;
  const void* key;
};

enum ct_stat_fn { CT_STAT_COUNT, CT_STAT_SUM, CT_STAT_MIN, CT_STAT_MAX, CT_STAT_AVG };

/* The extractors @count @sum @min @max @avg. */
static __always_inline int ct_stat_extract(struct ct_ctx* c, const struct ct_stat_sums* sums,
                                           u32 fn, s64* out) {
  *out = fn == CT_STAT_SUM ? sums->sum : (s64)sums->count;
  if (fn == CT_STAT_COUNT || fn == CT_STAT_SUM) return 0;
  if (sums->count == 0) return ct_fail(c, CT_ERR_EMPTY_STAT, 0);
  if (fn == CT_STAT_MIN) *out = ct_min_of(sums->min);
  if (fn == CT_STAT_MAX) *out = ct_max_of(sums->max);
  if (fn == CT_STAT_AVG) *out = ct_div(sums->sum, sums->count);
  return 0;
}
#endif

#endif
