/* System calls whose arguments are not in memory at the entry.
 *
 * The tracepoint of a call's entry cannot wait for a page (see memory.bpf.h), and the kernel itself fetches
 * it only later, inside of the call: a file name that is a literal at its first use is the usual case. A
 * handler of the entry that finds such a page missing (translator/ir/passes/late_reads.cpp says which handlers
 * may) stops before it has done anything. What it needs of the entry is kept, and its body runs at the exit of
 * the same call, in the same thread, before the script's own handlers of the exit.
 *
 * Clocks, the CPU and the thread's name are those of the entry. If execve() has replaced the program's memory
 * meanwhile, the address means nothing any more, and the read fails as it did. */
#ifndef CORETAP_LATE_BPF_H
#define CORETAP_LATE_BPF_H

#ifdef CT_LATE

struct task_struct___ct_late {
  void* mm;
} __attribute__((preserve_access_index));

struct ct_late_key {
  u64 thread;
  u64 handler;
};

/* Of threads that are in such a call. Not an LRU map, which would drop one without a word. */
struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, 4096);
  __type(key, struct ct_late_key);
  __type(value, struct ct_entry);
} ct_entries SEC(".maps");

static __always_inline u64 ct_current_mm(void) {
  return (u64)BPF_CORE_READ((struct task_struct___ct_late*)bpf_get_current_task(), mm);
}

/* Keeps the entry, of which the body reads the first `count` arguments. CT_OK, or the error that the
 * read was. */
static __always_inline int ct_late_wait(struct ct_ctx* c, const u32 count) {
  struct ct_late_key key = {bpf_get_current_pid_tgid(), c->handler};
  struct ct_entry entry = {
      .mm = ct_current_mm(), .time_ns = bpf_ktime_get_ns(), .cpu = bpf_get_smp_processor_id()};
#define CT_KEEP(n) \
  if (count > n) entry.args[n] = ct_tracepoint_word(c, n)
  CT_KEEP(0);
  CT_KEEP(1);
  CT_KEEP(2);
  CT_KEEP(3);
  CT_KEEP(4);
  CT_KEEP(5);
#undef CT_KEEP
  bpf_get_current_comm(entry.comm, sizeof(entry.comm));
  return bpf_map_update_elem(&ct_entries, &key, &entry, BPF_ANY) ? CT_ERR_USER_READ : CT_OK;
}

/* At the exit: does the handler wait for it in this thread? Takes the entry out. */
static __always_inline bool ct_late_begins(struct ct_entry* entry, u64 handler) {
  struct ct_late_key key = {bpf_get_current_pid_tgid(), handler};
  const struct ct_entry* kept = bpf_map_lookup_elem(&ct_entries, &key);
  if (!kept) return false;
  *entry = *kept;
  bpf_map_delete_elem(&ct_entries, &key);
  return true;
}

/* The end of a run at the exit of a system call: that it was handled was counted at the entry. */
static __always_inline void ct_late_end(struct ct_ctx* c, int code) {
  if (code != CT_OK && code != CT_ERR_NEXT) ct_report(c, code);
}
#endif

#endif
