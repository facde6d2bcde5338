/* A copy of the current task's user stack, for the harness to unwind: see ustack.h. Tapset files that take stacks include
 * this; others have nothing of it in their objects.
 *
 * Why not unwound here: programs without frame pointers need .eh_frame, whose rules are a language of their own, and
 * whose tables the kernel does not have in memory. A copy costs what its size costs, so it is not larger than the stack:
 * its upper end is known for a process's first thread, and for threads whose control block glibc puts there.
 *
 * Pages that are not there are not waited for. A sleepable program could, but the ring buffer would wait with it. */
#ifndef CORETAP_USTACK_BPF_H
#define CORETAP_USTACK_BPF_H

#include "return_address.bpf.h"
#include "thread.bpf.h"
#include "ustack.h"

struct mm_struct___ct_us {
  unsigned long start_stack;
} __attribute__((preserve_access_index));
struct task_struct___ct_us {
  void* stack;
  struct mm_struct___ct_us* mm;
  struct uprobe_task___ct_ra* utask;
  u32 flags;
} __attribute__((preserve_access_index));
#define CT_US_KTHREAD 0x200000 /* PF_KTHREAD */

enum bpf_func_id___ct_us { BPF_FUNC_task_pt_regs___ct_us = 175 };

/* Are the context's registers those of user code? Else these are where the kernel keeps them for the way back. */
static __always_inline bool ct_ustack_is_in_context(struct ct_ctx* c) {
  if (CT_IS_USER_PROBE) return true;
  return (CT_KIND_IS(CT_PERF_EVENT) || CT_KIND_IS(CT_DATA_WATCH)) &&
         CT_IS_USER_MODE(CT_REG(c, CT_REGS_MODE));
}

/* Kernels before 5.15 have no helper for it; there they are at the end of the kernel stack of 16 KiB. */
static __always_inline u64 ct_ustack_kept_regs(struct task_struct___ct_us* task) {
#ifndef CT_BASE
  if (bpf_core_enum_value_exists(enum bpf_func_id___ct_us, BPF_FUNC_task_pt_regs___ct_us))
    return bpf_task_pt_regs(bpf_get_current_task_btf());
#endif
  return (u64)((const CT_REGS_STRUCT*)((const char*)BPF_CORE_READ(task, stack) + 16384) - 1);
}

/* How many bytes there are from `sp` on to the stack's upper end, as far as that is known; at most CT_USTACK_MOST. */
static __always_inline u64 ct_ustack_extent(struct task_struct___ct_us* task, u64 sp) {
  u64 extent = CT_USTACK_MOST;
  u64 start = BPF_CORE_READ(task, mm, start_stack) - sp;
  u64 block = ct_thread_pointer() - sp;
  if (start < extent) extent = start;
  if (block < extent) extent = block;
  return extent;
}

static __always_inline void ct_ustack_returns(struct task_struct___ct_us* task,
                                              struct ct_rec_ustack* record) {
  struct return_instance___ct_ra* each = NULL;
  record->return_count = 0;
  if (!bpf_core_field_exists(task->utask)) return;
  each = BPF_CORE_READ(task, utask, return_instances);
#pragma clang loop unroll(disable)
  for (u32 i = 0; i < CT_USTACK_RETURNS; i++) {
    if (!each) break;
    record->returns[i].at = BPF_CORE_READ(each, stack);
    record->returns[i].address = BPF_CORE_READ(each, orig_ret_vaddr);
    record->return_count = i + 1;
    each = BPF_CORE_READ(each, next);
  }
  ct_checkpoint();
}

/* Copies in pieces, because a read fails as a whole; of the last piece what is in its first page. */
static __always_inline void ct_ustack_copy(struct ct_rec_ustack* record, u64 sp, u64 extent,
                                           const u32 room) {
  char* to = (char*)(record + 1);
  const u32 piece = CT_MIN(room, CT_PAGE);
  record->copied = 0;
  record->is_unreadable = 0;
#pragma clang loop unroll(disable)
  for (u32 at = 0; at < room; at += piece) {
    u64 size = extent - at;
    ct_opaque(size);
    if (size > piece) size = piece;
    if (bpf_probe_read_user(to + at, size, (const void*)(sp + at)) == 0) {
      record->copied = at + size;
      if (at + size >= extent) break;
      continue;
    }
    record->is_unreadable = 1;
    size = CT_PAGE - ((sp + at) & (CT_PAGE - 1));
    ct_opaque(size);
    if (size < piece && bpf_probe_read_user(to + at, size, (const void*)(sp + at)) == 0)
      record->copied = at + size;
    break;
  }
  ct_checkpoint();
}

/* Sends a record with room for so many bytes; its id, or CT_USTACK_LOST. `regs` is the address of the registers, 0: they
 * are the context's. */
static __always_inline s64 ct_ustack_send(struct ct_ctx* c, struct task_struct___ct_us* task,
                                          u64 regs, u64 sp, u64 extent, const u32 room) {
  struct ct_rec_ustack* record = ct_reserve(c, CT_REC_USTACK, sizeof(*record) + room);
  if (!record) return CT_USTACK_LOST;
  s64 id = record->hdr.time_ns ^ (u64)record->hdr.cpu << 52;
  if (id == CT_USTACK_LOST) id = 1;
  record->id = id;
  record->state = CT_USTACK_COPIED;
  record->uid = bpf_get_current_uid_gid();
  record->is_return = CT_KIND_IS(CT_URETPROBE)          ? CT_USTACK_OF_CALLER
                      : CT_KIND_IS(CT_UPROBE_AT_RETURN) ? CT_USTACK_OF_FUNCTION
                                                        : CT_USTACK_NOT_RETURN;
  record->sp = sp;
  if (regs) {
    CT_REGS_STRUCT* kept = (CT_REGS_STRUCT*)(record + 1);
    bpf_probe_read_kernel(kept, sizeof(*kept), (const void*)regs);
#define CT_US_KEEP(n, member) \
  if (n < CT_USTACK_REGISTERS) record->regs[n < CT_USTACK_REGISTERS ? n : 0] = kept->member;
    CT_DWARF_REGS(CT_US_KEEP)
#undef CT_US_KEEP
    record->pc = kept->CT_IP;
  } else if (CT_HAS_REGS) {
#define CT_US_KEEP(n, member) \
  if (n < CT_USTACK_REGISTERS) record->regs[n < CT_USTACK_REGISTERS ? n : 0] = CT_REG(c, member);
    CT_DWARF_REGS(CT_US_KEEP)
#undef CT_US_KEEP
    record->pc = CT_REG(c, CT_IP);
  }
  ct_ustack_returns(task, record);
  ct_ustack_copy(record, sp, extent, room);
  bpf_ringbuf_submit(record, BPF_RB_NO_WAKEUP); /* the handler's own record follows */
  return id;
}

/* A record that only says why there is no stack. */
static __always_inline s64 ct_ustack_none(struct ct_ctx* c, u32 state) {
  struct ct_rec_ustack* record = ct_reserve(c, CT_REC_USTACK, sizeof(*record));
  if (!record) return CT_USTACK_LOST;
  s64 id = record->hdr.time_ns ^ (u64)record->hdr.cpu << 52;
  if (id == CT_USTACK_LOST) id = 1;
  record->id = id;
  record->state = state;
  record->copied = 0;
  record->return_count = 0;
  bpf_ringbuf_submit(record, BPF_RB_NO_WAKEUP); /* the handler's own record follows */
  return id;
}

/* Copies the stack to the harness; the id by which it is known there, or CT_USTACK_LOST. */
static __always_inline s64 ct_ustack_take(struct ct_ctx* c) {
  struct task_struct___ct_us* task = (void*)bpf_get_current_task();
  if (c->task && c->task != (u64)task) return ct_ustack_none(c, CT_USTACK_OTHER_TASK);
  if (BPF_CORE_READ(task, flags) & CT_US_KTHREAD || !BPF_CORE_READ(task, mm))
    return ct_ustack_none(c, CT_USTACK_KERNEL_THREAD);
  u64 regs = 0, sp = 0, mode = 0;
  if (ct_ustack_is_in_context(c)) {
    sp = CT_REG(c, CT_SP);
    mode = CT_REG(c, CT_REGS_MODE);
  } else {
    regs = ct_ustack_kept_regs(task);
    const CT_REGS_STRUCT* kept = (const CT_REGS_STRUCT*)regs;
    u64 word = 0;
    bpf_probe_read_kernel(&word, sizeof(word), &kept->CT_SP);
    sp = word;
    bpf_probe_read_kernel(&word, sizeof(word), &kept->CT_REGS_MODE);
    mode = word;
  }
  if (!CT_IS_USER_MODE(mode)) return ct_ustack_none(c, CT_USTACK_KERNEL_THREAD);
  if (CT_IS_32_BIT_MODE(mode)) return ct_ustack_none(c, CT_USTACK_32_BIT);
  u64 extent = ct_ustack_extent(task, sp);
  if (extent <= CT_USTACK_SMALL) return ct_ustack_send(c, task, regs, sp, extent, CT_USTACK_SMALL);
  if (extent <= CT_USTACK_MIDDLE)
    return ct_ustack_send(c, task, regs, sp, extent, CT_USTACK_MIDDLE);
  return ct_ustack_send(c, task, regs, sp, extent, CT_USTACK_MOST);
}

#endif
