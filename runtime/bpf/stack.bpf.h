/* Stacks, as SystemTap's backtrace(): addresses in hexadecimal, a blank behind each. */
#ifndef CORETAP_STACK_BPF_H
#define CORETAP_STACK_BPF_H

#define CT_BACKTRACE_MAX 20 /* SystemTap's MAXBACKTRACE */
#define CT_FRAME_TEXT 19    /* "0x0123456789abcdef " */

/* Frames of BPF itself at the top of a kernel stack. Programs that are called from a trampoline or
 * from bpf_trace_runN() have no registers of the probed code, so the stack begins in the program. On
 * return, the function that returns is not on the stack any more, as a kretprobe sees it: fexit's
 * trampoline still has its frame. */
static __always_inline u64 ct_stack_own_frames(struct ct_ctx* c) {
  if (CT_KIND_IS(CT_FEXIT)) return 3;
  if (CT_KIND_IS(CT_FENTRY) || CT_KIND_IS(CT_TP_BTF) || CT_KIND_IS(CT_RAW_TP)) return 2;
  return 0;
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
