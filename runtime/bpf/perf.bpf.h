/* @perf("NAME"): the counter of a perf event that the harness has opened, on every CPU or for the
 * threads of one process. Read through the map, by the kernel's rules (perf_event_read_local): an
 * event of this CPU, or of this very thread. */
#ifndef CORETAP_PERF_BPF_H
#define CORETAP_PERF_BPF_H

/* Threads that the events of one process can be for. */
#define CT_MOST_PERF_TASKS 4096

static __always_inline int ct_perf_read(struct ct_ctx* c, void* map, u64 slot, u64 number,
                                        s64* to) {
  struct bpf_perf_event_value value = {};
  if (bpf_perf_event_read_value(map, slot, &value, sizeof(value)))
    return ct_fail(c, CT_ERR_PERF, number);
  *to = value.counter;
  return 0;
}

/* `slots` has the place of each thread's event. */
static __always_inline int ct_perf_read_task(struct ct_ctx* c, void* map, void* slots, u64 number,
                                             s64* to) {
  u32 thread = ct_pid_tgid(c);
  u32* slot = bpf_map_lookup_elem(slots, &thread);
  if (!slot || *slot >= CT_MOST_PERF_TASKS) return ct_fail(c, CT_ERR_PERF, number);
  return ct_perf_read(c, map, *slot, number, to);
}

#endif
