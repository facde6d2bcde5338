/* Scratch memory for strings and keys that the 512-byte BPF stack has no room for.
 *
 * One buffer per CPU is not enough: an interrupt's tracepoint can fire inside a handler, and a
 * uprobe's handler can be preempted by another task that runs the same handler on the same CPU
 * (programs are not migrated, but they are preempted). So each CPU has a few frames, and a handler
 * owns the one whose `busy` word it changed from 0 to 1. Claims nest like calls do, so the first
 * frame is nearly always free. No free frame: the event is skipped and counted.
 *
 * Without a fetching atomic (base), a claim is an add to `busy` and a look: who sees 1 added first,
 * and while he stays nobody else can see 1; who sees more takes his 1 back and goes on to the next
 * frame. Two that meet between add and look both go on: a frame is left unused, never shared. A
 * depth counter would be simpler and is wrong: handlers end in the reverse order of their starts
 * only where interrupts alone nest. That holds for uprobes before Linux 6.0 (commit 8c7dcb84e3b7
 * lets them be preempted), but fentry programs are preempted since Linux 5.11 (commit
 * 74d862b682f5: migrate_disable() no longer disables preemption). All of this happens on one CPU, so
 * each step sees the ones before it. */
#ifndef CORETAP_FRAME_BPF_H
#define CORETAP_FRAME_BPF_H

#if CT_FRAME_BYTES
#define CT_FRAMES 8

struct ct_frame {
  u64 busy;
  u64 actions; /* statements that the run has left: see loop.bpf.h */
  char mem[CT_FRAME_BYTES + CT_FRAME_SLACK] __attribute__((aligned(8)));
};

/* The values of per-CPU maps are at most this wide (PCPU_MIN_UNIT_SIZE in include/linux/percpu.h). Larger
 * frames are in an array, of which each CPU has a part: runtime/user/kernel_object.cpp makes it as large as
 * all CPUs together need. */
#define CT_PERCPU_MOST (32 << 10)
#define CT_IS_LARGE_FRAME (CT_FRAME_BYTES + CT_FRAME_SLACK + 16 > CT_PERCPU_MOST)
#if CT_IS_LARGE_FRAME
#define CT_FRAME_MAP BPF_MAP_TYPE_ARRAY
#else
#define CT_FRAME_MAP BPF_MAP_TYPE_PERCPU_ARRAY
#endif

struct {
  __uint(type, CT_FRAME_MAP);
  __uint(max_entries, CT_FRAMES);
  __type(key, u32);
  __type(value, struct ct_frame);
} ct_frames SEC(".maps");

static __always_inline bool ct_frame_take(struct ct_frame* frame) {
#ifdef CT_BASE
  __sync_fetch_and_add(&frame->busy, 1);
  if (CT_ONCE(frame->busy) == 1) return true;
  __sync_fetch_and_add(&frame->busy, -1);
  return false;
#else
  return __sync_lock_test_and_set(&frame->busy, 1) == 0;
#endif
}

static __always_inline struct ct_frame* ct_frame_claim(void) {
  /* Not unrolled: each turn that succeeds leaves with the same registers, so the verifier walks
   * the rest of the program once and not CT_FRAMES times. */
  const u32 first = CT_IS_LARGE_FRAME ? bpf_get_smp_processor_id() * CT_FRAMES : 0;
#pragma clang loop unroll(disable)
  for (u32 i = 0; i < CT_FRAMES; i++) {
    ct_array_key index = first + i;
    struct ct_frame* frame = bpf_map_lookup_elem(&ct_frames, &index);
    if (!frame) break;
    if (ct_frame_take(frame)) {
      ct_checkpoint();
      frame->actions = CT_MAX_ACTION;
      return frame;
    }
  }
  return NULL;
}

static __always_inline void ct_frame_release(struct ct_frame* frame) {
#ifdef CT_BASE
  __sync_fetch_and_add(&frame->busy, -1); /* another's claim may be in the word for a moment */
#else
  CT_ONCE(frame->busy) = 0;
#endif
}

/* An event for which there was no scratch frame. */
static __always_inline void ct_skip(u32 handler) {
  CT_COUNT(handler, frame_busy);
  s64 skipped = ct_add_fetch((s64*)&ct_state.skipped, 1);
  if (skipped > ct_state.max_skipped) CT_ONCE(ct_state.phase) = CT_STOPPING;
}

#else
struct ct_frame; /* the member of struct ct_ctx stays NULL */
#endif

#endif
