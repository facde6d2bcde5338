/* The session's state, in .bss, which the harness has mapped. */
#ifndef CORETAP_STATE_BPF_H
#define CORETAP_STATE_BPF_H

struct ct_state ct_state;

/* Of a constant text: clang would put one of 4, 8, 16 or 32 bytes into .rodata.cst*, but describe it
 * in BTF as part of .rodata, at an offset that another has; the kernel then refuses the whole BTF,
 * and with it every callback of bpf_loop(). */
#define CT_RODATA __attribute__((section(".rodata"), aligned(8)))

/* Memory that another CPU or the harness changes: read and written once, as a whole. */
#define CT_ONCE(x) (*(volatile typeof(x)*)&(x))

/* The gate at the start of every handler: probes are attached one by one and go live together. */
static __always_inline bool ct_running(void) { return CT_ONCE(ct_state.phase) == CT_RUNNING; }

struct {
  __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
  __uint(max_entries, CT_HANDLERS);
  __type(key, u32);
  __type(value, struct ct_counts);
} ct_counts SEC(".maps");

#ifdef CT_SLEEPABLE
/* No grace period of RCU that user space can ask for waits for sleepable programs, so these count
 * themselves in and out, as readers of sleepable RCU do (kernel/rcu/srcutree.c): under one of two
 * numbers, which the harness switches when it waits for those of the other
 * (runtime/user/kernel/grace_period.cpp). */
struct {
  __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
  __uint(max_entries, 1);
  __type(key, u32);
  __type(value, struct ct_sleepers);
} ct_sleepers SEC(".maps");

/* Before the program looks at anything that the harness changes. Returns the counter for its end. */
static __always_inline u64* ct_sleeper_begins(void) {
  ct_array_key index = 0;
  struct ct_sleepers* sleepers = bpf_map_lookup_elem(&ct_sleepers, &index);
  if (!sleepers) return NULL; /* never, for the map has an element 0 */
  u64 side = CT_ONCE(ct_state.sleepers_side) & 1;
  /* With its result an atomic add is a barrier as well, on every architecture. */
  u64 before = __sync_fetch_and_add(&sleepers->begun[side], 1);
  ct_opaque(before);
  return &sleepers->ended[side];
}

static __always_inline void ct_sleeper_ends(u64* ended) {
  u64 before = __sync_fetch_and_add(ended, 1);
  ct_opaque(before);
}
#endif

/* Adds one to a member of this handler's accounting. Atomic, because a per-CPU slot still has two
 * writers when an interrupt's probe, or another task after a preemption, runs the same handler. */
#define CT_COUNT(handler_index, member)                                     \
  do {                                                                      \
    ct_array_key ct_index = (handler_index);                                \
    struct ct_counts* ct_slot = bpf_map_lookup_elem(&ct_counts, &ct_index); \
    if (ct_slot) __sync_fetch_and_add(&ct_slot->member, 1);                 \
  } while (0)

/* A perf event while the session is not live, or of the process that is not yet the command of -c. Counted, because the
 * kernel's counter of the event is compared with the runs: see runtime/user/tell/missed.cpp. */
static __always_inline int ct_gated(u32 handler) {
  CT_COUNT(handler, gated);
  return 0;
}

#endif
