/* -t: how often each site fired, and how long its handler took. */
#ifndef CORETAP_TIMING_BPF_H
#define CORETAP_TIMING_BPF_H

/* One element for each site of each handler; the harness makes it one in all without -t. */
struct {
  __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
  __uint(max_entries, CT_SITES);
  __type(key, u32);
  __type(value, struct ct_times);
} ct_times SEC(".maps");

/* The clock before a handler, 0 if nobody wants to know. */
static __always_inline u64 ct_began(void) {
  return CT_ONCE(ct_state.timing) ? bpf_ktime_get_ns() : 0;
}

/* Asks the harness's word again, which is set before anything runs, and not `began`: the verifier
 * would walk the whole handler once for the clock and once for 0. */
static __always_inline void ct_took(struct ct_ctx* c, u64 began) {
  if (!CT_ONCE(ct_state.timing)) return;
  u64 ns = bpf_ktime_get_ns() - began, site = ct_site(c);
  ct_array_key index = c->first_site + (site == CT_SITE_UNKNOWN ? 0 : site);
  struct ct_times* times = bpf_map_lookup_elem(&ct_times, &index);
  if (!times) return;
  __sync_fetch_and_add(&times->hits, 1);
  __sync_fetch_and_add(&times->sum, ns);
  ct_stat_keep_larger(&times->max, ns);
  ct_stat_keep_larger(&times->min_inverted, ~ns);
  ct_stat_add_square(times->squares, ns);
}

#endif
