/* The state of a run that may wait for the exit of its system call, and what is kept of the entry for it: see
 * late.bpf.h. */
#ifndef CORETAP_ENTRY_BPF_H
#define CORETAP_ENTRY_BPF_H

/* The state of a run, ct_ctx.late. */
enum {
  CT_LATE_NO,     /* it runs to its end now: the default */
  CT_LATE_MAY,    /* it has done nothing yet that could be seen */
  CT_LATE_WANTED, /* memory was missing: it ends here, and runs again at the exit */
  CT_LATE_RUNS,   /* it runs at the exit */
  CT_LATE_GONE,   /* the same, and the memory of the entry is there no more */
};

/* What a run at the exit has of the entry. */
struct ct_entry {
  u64 args[6];
  u64 mm; /* address of the mm_struct */
  u64 time_ns;
  u64 cpu;
  char comm[16];
};

#ifdef CT_LATE
/* Is there a kept entry? Told by a number: the verifier does not know that a pointer to the stack is not NULL. */
#define CT_AT_EXIT(c) ((c)->late >= CT_LATE_RUNS)
#define CT_OF_ENTRY(c, member, now) (CT_AT_EXIT(c) ? (c)->entry->member : (now))

/* Where to read what is at `address` of the entry's memory: nowhere, if that is gone. */
static __always_inline u64 ct_late_address(struct ct_ctx* c, u64 address) {
  return c->late == CT_LATE_GONE ? 0 : address;
}

/* A read of the program's memory has failed at `address`. The first page is nobody's. */
static __always_inline void ct_late_missed(struct ct_ctx* c, u64 address) {
  if (c->late == CT_LATE_MAY && address >= 4096) c->late = CT_LATE_WANTED;
}

/* Something follows that can be seen from outside. True: the run ends here. */
static __always_inline bool ct_late_acts(struct ct_ctx* c) {
  if (c->late == CT_LATE_WANTED) return true;
  if (c->late == CT_LATE_MAY) c->late = CT_LATE_NO;
  return false;
}
#else
#define CT_OF_ENTRY(c, member, now) (now)
static __always_inline u64 ct_late_address(struct ct_ctx* c, u64 address) { return address; }
static __always_inline void ct_late_missed(struct ct_ctx* c, u64 address) {}
#endif

/* The event's time on the monotonic clock and its CPU, for the script. */
static __always_inline u64 ct_now(struct ct_ctx* c) {
  return CT_OF_ENTRY(c, time_ns, bpf_ktime_get_ns());
}
static __always_inline u64 ct_cpu(struct ct_ctx* c) {
  return CT_OF_ENTRY(c, cpu, bpf_get_smp_processor_id());
}

/* The thread's name then, in the 16 bytes at `to`. */
static __always_inline void ct_comm(struct ct_ctx* c, char* to) {
#ifdef CT_LATE
  if (CT_AT_EXIT(c)) {
    __builtin_memcpy(to, c->entry->comm, 16);
    return;
  }
#endif
  bpf_get_current_comm(to, 16);
}

#endif
