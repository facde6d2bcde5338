/* Processes that begin to run a program whose data is watched.
 *
 * A debug register holds an address, and where a program's data is, is known only when the process is there. So a uprobe on
 * the program's first instruction, where the dynamic linker has done its work, tells the harness the address, and waits
 * there until the harness has set the process's debug registers (runtime/user/attach/data_watches.h). Nothing that the
 * program itself does is missed then.
 *
 * BPF cannot sleep for somebody's answer, so the program looks for it again and again, for a second at most. Then the process
 * goes on unwatched, and the harness says so. Meanwhile others run on the CPU, the harness among them: reading memory as if
 * it were another task's goes by get_user_pages_remote(), which asks for others with cond_resched() where the kernel is not
 * preempted. bpf_copy_from_user() does not. */
#ifndef CORETAP_WATCH_BPF_H
#define CORETAP_WATCH_BPF_H

#ifdef CT_WATCHES

#include "watch.h"

#define CT_HOLD_NS 1000000000ull
#define CT_HOLD_TURNS (1u << 23)
#define CT_MOST_HELD 4096

/* Threads that wait; the harness takes them out. */
struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, CT_MOST_HELD);
  __type(key, u32);
  __type(value, u64);
} ct_held SEC(".maps");

struct ct_hold_wait {
  u32 thread;
  u64 until;
  u64 pc; /* memory that is there */
};

static long ct_hold_turn(u64 turn, struct ct_hold_wait* wait) {
  char byte;
  if (!bpf_map_lookup_elem(&ct_held, &wait->thread)) return 1;
  if (CT_ONCE(ct_state.phase) == CT_STOPPING) return 1;
  if (bpf_ktime_get_ns() >= wait->until) return 1;
  bpf_copy_from_user_task(&byte, sizeof(byte), (const void*)wait->pc, bpf_get_current_task_btf(),
                          0);
  return 0;
}

SEC("uprobe.s")
int ct_hold(struct pt_regs* ctx) {
  u64 ids = bpf_get_current_pid_tgid(), now = bpf_ktime_get_ns();
  struct ct_hold_wait wait = {ids, now + CT_HOLD_NS, ctx->CT_IP};
  ct_own_stack(ctx);
  if (CT_ONCE(ct_state.phase) == CT_STOPPING) return 0;
  struct ct_rec_watch* record = bpf_ringbuf_reserve(&ct_ring, sizeof(*record), 0);
  if (!record) {
    __sync_fetch_and_add(&ct_state.unwatched, 1);
    return 0;
  }
  record->hdr.segment = CT_REC_WATCH;
  record->hdr.cpu = bpf_get_smp_processor_id();
  record->hdr.time_ns = now;
  record->hdr.pid = ids >> 32;
  record->hdr.tid = ids;
  record->program = bpf_get_attach_cookie(ctx);
  record->pc = wait.pc;
  bpf_map_update_elem(&ct_held, &wait.thread, &now, BPF_ANY);
  bpf_ringbuf_submit(record, BPF_RB_FORCE_WAKEUP);
  bpf_loop(CT_HOLD_TURNS, ct_hold_turn, &wait, 0);
  bpf_map_delete_elem(&ct_held, &wait.thread);
  return 0;
}

#endif

#endif
