/* Records to the harness. One ring for all CPUs, so records arrive in the order in which they were
 * reserved; the harness sets its size when it loads the object. */
#ifndef CORETAP_RECORD_BPF_H
#define CORETAP_RECORD_BPF_H

struct {
  __uint(type, BPF_MAP_TYPE_RINGBUF);
  __uint(max_entries, 1 << 21);
} ct_ring SEC(".maps");

/* A full ring loses the record, and the loss is counted. */
static __always_inline void* ct_reserve(struct ct_ctx* c, u32 segment, u64 size) {
  struct ct_rec_hdr* hdr = bpf_ringbuf_reserve(&ct_ring, size, 0);
  if (!hdr) {
    CT_COUNT(c->handler, lost_records);
    return NULL;
  }
  u64 task = ct_pid_tgid(c);
  hdr->segment = segment;
  hdr->cpu = bpf_get_smp_processor_id();
  hdr->is_first = 0;
  if (segment != CT_REC_USTACK) { /* a constant */
    hdr->is_first = 1 - c->has_sent;
    c->has_sent = 1;
  }
  hdr->time_ns = bpf_ktime_get_ns();
  hdr->pid = task >> 32;
  hdr->tid = task;
  return hdr;
}

/* Without a branch: each would be one more state for what follows. 0 wake_bytes: the kernel decides. */
static __always_inline void ct_submit(void* record) {
  u64 wake = CT_ONCE(ct_state.wake_bytes);
  u64 is_less = (bpf_ringbuf_query(&ct_ring, BPF_RB_AVAIL_DATA) - wake) >> 63;
  u64 is_set = (0 - wake) >> 63;
  ct_opaque(is_less);
  ct_opaque(is_set);
  bpf_ringbuf_submit(record, is_set * (BPF_RB_FORCE_WAKEUP - is_less * BPF_RB_NO_WAKEUP));
}

/* Wakes the harness although nothing is to be told but what is in ct_state. */
static __always_inline void ct_wake(void) {
  struct ct_rec_hdr* hdr = bpf_ringbuf_reserve(&ct_ring, sizeof(*hdr), 0);
  if (!hdr) return; /* it has enough to wake up for */
  hdr->segment = CT_REC_WAKE;
  bpf_ringbuf_submit(hdr, BPF_RB_FORCE_WAKEUP);
}

/* exit(): this handler goes on, no other starts. */
static __always_inline void ct_exit(void) {
  CT_ONCE(ct_state.exit_requested) = 1;
  CT_ONCE(ct_state.phase) = CT_STOPPING;
  ct_wake();
}

#endif
