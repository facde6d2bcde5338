/* Stacks, as SystemTap's backtrace(): addresses in hexadecimal, a blank behind each. */
#ifndef CORETAP_STACK_BPF_H
#define CORETAP_STACK_BPF_H

#define CT_BACKTRACE_MAX 20 /* SystemTap's MAXBACKTRACE */
#define CT_FRAME_TEXT 19    /* "0x0123456789abcdef " */

/* Kinds that the kernel calls by way of its list of tracers of an event. */
#define CT_STACK_IS_OF_EVENT                                                                    \
  CT_KIND_IN(1u << CT_TP_BTF | 1u << CT_RAW_TP | 1u << CT_TRACEPOINT | 1u << CT_SYSCALL_ENTRY | \
             1u << CT_SYSCALL_EXIT)

#ifdef CT_WALKS_FROM_EVENTS
const volatile struct ct_code ct_tracers[CT_TRACERS];

/* 1 if `address`, of the kernel or 0, is in one of them. A search without branches, by the sign of differences (addresses of
 * the kernel are less than 2^63 apart): the verifier walks it once, and what follows with it. The sign is not spread over
 * the word: an AND with 0 or -1 makes the verifier walk both ways (maybe_fork_scalars() of Linux 7.0, also in 6.18.44). */
static __always_inline u64 ct_is_in_tracer(u64 address) {
  u64 at = 0;
#pragma clang loop unroll(full)
  for (u64 step = CT_TRACERS / 2; step; step /= 2) {
    u64 is_behind = (ct_tracers[at + step].begin - address - 1) >> 63;
    ct_opaque(is_behind);
    at = (at + is_behind * step) & (CT_TRACERS - 1);
  }
  return (address - ct_tracers[at].begin - ct_tracers[at].size) >> 63;
}

/* How many of the two frames behind the first `skipped` are code of the kernel that only calls tracers: it depends on how many
 * tracers the event has (__traceiter_NAME() calls them, if not one only), on whether the kernel's compiler made a
 * call or a jump (__bpf_trace_NAME()), and on the kernel (perf_syscall_enter()). */
static __always_inline u64 ct_stack_tracers(struct ct_ctx* c, u64 skipped) {
  u64 frames[2] = {};
  bpf_get_stack(c->ctx, frames, sizeof(frames), skipped);
  u64 first = ct_is_in_tracer(frames[0]);
  return first + (first & ct_is_in_tracer(frames[1]));
}
#else
static __always_inline u64 ct_stack_tracers(struct ct_ctx* c, u64 skipped) { return 0; }
#endif

/* Frames of BPF itself, and of what called it, at the top of a kernel stack. Programs that are called from a
 * trampoline or from bpf_trace_runN() have no registers of the probed code, so the stack begins in the program. On
 * return, the function that returns is not on the stack any more, as a kretprobe sees it: fexit's
 * trampoline still has its frame. */
static __always_inline u64 ct_stack_own_frames(struct ct_ctx* c) {
  if (CT_KIND_IS(CT_FEXIT)) return 3;
  if (CT_KIND_IS(CT_FENTRY)) return 2;
  if (!CT_STACK_IS_OF_EVENT) return 0;
  const u64 skipped = CT_KIND_IS(CT_TRACEPOINT) ? 0 : 2;
  return skipped + ct_stack_tracers(c, skipped);
}

/* The probed address. At a kprobe's breakpoint the instruction pointer is one byte behind it; fentry
 * is called from inside the function's first instructions. */
static __always_inline u64 ct_stack_first(struct ct_ctx* c, u64 frame) {
#ifndef CT_BASE
  if (CT_KIND_IS(CT_FENTRY) && frame) return bpf_get_func_ip(c->ctx);
#endif
#ifdef __TARGET_ARCH_x86
  if (CT_KIND_IS(CT_KPROBE) && frame) return frame - 1;
#endif
  return frame;
}

/* Frame number `depth` of the kernel's stack, 0 behind its end. */
static __always_inline u64 ct_stack_frame(struct ct_ctx* c, s64 depth) {
  u64 frame = 0;
  if ((u64)depth >= CT_BACKTRACE_MAX || c->task) return 0;
  bpf_get_stack(c->ctx, &frame, sizeof(frame), ct_stack_own_frames(c) + depth);
  return depth == 0 ? ct_stack_first(c, frame) : frame;
}

/* The stack's text, into a string of `cap` bytes. The frames are put at the string's end and
 * written as text from its start on: frame i begins at cap - 8 * (frames - i), and the text before
 * it ends at 19 * i, which is never behind that. No branch looks at an address, so the verifier
 * walks the loop once. */
static __always_inline void ct_stack_text(struct ct_ctx* c, char* to, u32 cap) {
  const u32 frames = CT_MIN((cap - 1) / CT_FRAME_TEXT, CT_BACKTRACE_MAX);
  const u32 raw = cap - frames * 8;
  /* The stack that is there is the current task's. */
  if (c->task || bpf_get_stack(c->ctx, to + raw, frames * 8, ct_stack_own_frames(c)) < 0) {
    ct_str_clear(to, cap);
    return;
  }
  *(volatile u64*)(to + raw) = ct_stack_first(c, *(volatile u64*)(to + raw));
#pragma clang loop unroll(disable)
  for (u32 i = 0; i < frames; i++) {
    u64 frame = *(volatile u64*)(to + raw + i * 8);
    u64 live = (frame | -frame) >> 63;
    ct_opaque(live);
    live = -live;
    const u64 high = ct_hex8(frame >> 32), low = ct_hex8(frame);
    char* text = to + i * CT_FRAME_TEXT;
    *(volatile u64*)text = ('0' | 'x' << 8 | high << 16) & live;
    *(volatile u64*)(text + 8) = (high >> 48 | low << 16) & live;
    *(volatile u16*)(text + 16) = low >> 48 & live;
    *(volatile u8*)(text + 18) = ' ' & live;
  }
  /* What is left of the last frames. */
#pragma clang loop unroll(disable)
  for (u32 at = frames * CT_FRAME_TEXT; at < cap; at++) *(volatile u8*)(to + at) = 0;
}

#endif
