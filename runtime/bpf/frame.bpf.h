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
 * each step sees the ones before it.
 *
 * A sleepable program keeps its frame while its task waits for a page, and any number of tasks may wait
 * on one CPU. So such programs have frames of their own (a plain one never finds all taken by sleepers):
 * a few per CPU, and when these are taken one that is made for the task, in a hash map by thread id. That
 * is a memory allocation and two map updates, and only happens while several tasks of a CPU are
 * within handlers at once. */
#ifndef CORETAP_FRAME_BPF_H
#define CORETAP_FRAME_BPF_H

#if CT_FRAME_BYTES
#define CT_FRAMES 8

struct ct_frame {
  u64 busy;
  u64 actions; /* statements that the run has left: see loop.bpf.h */
  s64 flow;    /* how the last turn of a loop was left, too */
  char mem[CT_FRAME_BYTES + CT_FRAME_SLACK] __attribute__((aligned(8)));
};

/* The values of per-CPU maps are at most this wide (PCPU_MIN_UNIT_SIZE in include/linux/percpu.h). Larger
 * frames are in an array, of which each CPU has a part: runtime/user/attach/kernel_object.cpp makes it as large as
 * all CPUs together need. */
#define CT_PERCPU_MOST (32 << 10)
#define CT_IS_LARGE_FRAME (CT_FRAME_BYTES + CT_FRAME_SLACK + 24 > CT_PERCPU_MOST)
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

/* A free one of the `count` frames per CPU in `map`, or NULL. */
static __always_inline struct ct_frame* ct_frame_of(void* map, const u32 count) {
  /* Not unrolled: each turn that succeeds leaves with the same registers, so the verifier walks
   * the rest of the program once and not `count` times. */
  const u32 first = CT_IS_LARGE_FRAME ? bpf_get_smp_processor_id() * count : 0;
#pragma clang loop unroll(disable)
  for (u32 i = 0; i < count; i++) {
    ct_array_key index = first + i;
    struct ct_frame* frame = bpf_map_lookup_elem(map, &index);
    if (!frame) break;
    if (ct_frame_take(frame)) {
      ct_checkpoint();
      frame->actions = CT_MAX_ACTION;
      return frame;
    }
  }
  return NULL;
}

static __always_inline struct ct_frame* ct_frame_claim(void) {
  return ct_frame_of(&ct_frames, CT_FRAMES);
}

#ifdef CT_SLEEPABLE
#define CT_SLEEPERS_FRAMES 4
/* Tasks that may have a frame made for them at once; the memory is taken when it is needed. */
#define CT_MOST_TASK_FRAMES 8192
/* `busy` of a frame that was made for the task. */
#define CT_MADE_FOR_TASK 2

struct {
  __uint(type, CT_FRAME_MAP);
  __uint(max_entries, CT_SLEEPERS_FRAMES);
  __type(key, u32);
  __type(value, struct ct_frame);
} ct_sleep_frames SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, CT_MOST_TASK_FRAMES);
  __uint(map_flags, BPF_F_NO_PREALLOC);
  __type(key, u64);
  __type(value, struct ct_frame);
} ct_task_frames SEC(".maps");

/* The frame of a sleepable program. A task runs one uprobe at a time, so its thread id is a key. */
static __always_inline struct ct_frame* ct_sleepers_frame_claim(void) {
  struct ct_frame* frame = ct_frame_of(&ct_sleep_frames, CT_SLEEPERS_FRAMES);
  if (frame) return frame;
  ct_array_key first = 0;
  const void* any = bpf_map_lookup_elem(&ct_sleep_frames, &first); /* contents do not matter */
  u64 task = bpf_get_current_pid_tgid();
  if (!any) return NULL;
    /* The allocator's cache may be empty for the moment that its refill takes. */
#pragma clang loop unroll(disable)
  for (int i = 0; i < 8; i++)
    if (bpf_map_update_elem(&ct_task_frames, &task, any, BPF_NOEXIST) == 0) break;
  ct_checkpoint();
  frame = bpf_map_lookup_elem(&ct_task_frames, &task);
  if (!frame) return NULL;
  frame->busy = CT_MADE_FOR_TASK;
  frame->actions = CT_MAX_ACTION;
  return frame;
}
#endif

static __always_inline void ct_frame_release(struct ct_frame* frame) {
#ifdef CT_BASE
  __sync_fetch_and_add(&frame->busy, -1); /* another's claim may be in the word for a moment */
#else
  CT_ONCE(frame->busy) = 0;
#endif
}

#ifdef CT_SLEEPABLE
static __always_inline void ct_sleepers_frame_release(struct ct_frame* frame) {
  if (CT_ONCE(frame->busy) != CT_MADE_FOR_TASK) return ct_frame_release(frame);
  u64 task = bpf_get_current_pid_tgid();
  bpf_map_delete_elem(&ct_task_frames, &task);
}
#endif

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
