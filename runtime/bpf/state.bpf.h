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

/* Adds one to a member of this handler's accounting. Atomic, because a per-CPU slot still has two
 * writers when an interrupt's probe, or another task after a preemption, runs the same handler. */
#define CT_COUNT(handler_index, member)                                     \
  do {                                                                      \
    ct_array_key ct_index = (handler_index);                                \
    struct ct_counts* ct_slot = bpf_map_lookup_elem(&ct_counts, &ct_index); \
    if (ct_slot) __sync_fetch_and_add(&ct_slot->member, 1);                 \
  } while (0)

/* A perf event while the session is not live. Counted, because the kernel's counter of the event is
 * compared with the runs: see runtime/user/missed.cpp. */
static __always_inline int ct_gated(u32 handler) {
  CT_COUNT(handler, gated);
  return 0;
}

#endif
