/* What code says to clang and to the verifier besides what it does.
 *
 * The verifier walks every path through a program, a million instructions at most, and drops a path
 * when it comes to an instruction with registers and stack that it knows from there. Two things keep
 * it from that, and double the work with each branch: paths that carry different constants, and
 * instructions where no state was kept to compare with. */
#ifndef CORETAP_VERIFIER_BPF_H
#define CORETAP_VERIFIER_BPF_H

/* The key of a map that is an array: its first four bytes, for we are little-endian. All eight are
 * written, because after the write of half a slot of the stack the verifier still asks what was in
 * the slot before. */
typedef u64 ct_array_key;

/* What clang must not know of a value, so that it does not turn a mask back into a branch, or leave
 * out a comparison that the verifier needs. */
#define ct_opaque(x) asm volatile("" : "+r"(x))

/* Begins the definition of a function that is called, not inlined: its variables are on the stack only
 * while it runs. Takes and returns numbers, for a pointer into a frame does not survive the call on
 * old kernels. */
#define CT_SUBPROGRAM static __attribute__((noinline))

/* to + at, or NULL if `at` is greater than `most`. The comparison and the sum are one for clang, which might
 * otherwise put `at` on the stack between them: there 5.10 forgets what was compared. */
static __always_inline char* ct_at(char* to, u64 at, u64 most) {
  asm volatile(
      "if %[at] > %[most] goto +2\n"
      "%[to] += %[at]\n"
      "goto +1\n"
      "%[to] = 0\n"
      : [to] "+r"(to)
      : [at] "r"(at), [most] "r"(most));
  return to;
}

/* `at`, or 0 if it is greater than `most`. One for clang, as in ct_at(): up to 6.6 the verifier learns from a comparison
 * nothing about another copy of the value, from which clang might load it again. */
static __always_inline u64 ct_at_most(u64 at, u64 most) {
  asm volatile(
      "if %[at] <= %[most] goto +1\n"
      "%[at] = 0\n"
      : [at] "+r"(at)
      : [most] "r"(most));
  return at;
}

/* A copy of `value` that the verifier knows nothing about, so that paths which leave a loop with
 * different constants are one path behind it. */
static __always_inline s64 ct_forget(s64 value) {
  s64 copy = 0;
  bpf_probe_read_kernel(&copy, sizeof(copy), &value);
  return copy;
}

/* 0, and the verifier does not know it: in memory that user space may write. */
u32 ct_zero;

/* First in a branch, so that it stays one. Of short branches clang makes arithmetic on their
 * conditions, and of the conditions of several one number: for the verifier that number is as many
 * different constants as there are ways to come to it. */
#define ct_branch() asm volatile("")

/* Where paths meet again. The verifier keeps a state only behind a jump, and only if it has walked
 * two jumps and eight instructions since the last one that it kept (is_state_visited() in
 * kernel/bpf/verifier.c). These jumps to the next instruction make sure of that; it removes them
 * before the program runs (opt_remove_nops(), since Linux 5.0). */
static __always_inline void ct_checkpoint(void) {
  asm volatile(
      "goto +0\n goto +0\n goto +0\n goto +0\n"
      "goto +0\n goto +0\n goto +0\n goto +0\n");
}

/* Known to the verifier, for .rodata is frozen when it looks, and not to clang. */
const volatile u32 ct_never = 0;

/* Makes the kernel run the program on the task's stack. From Linux 6.13 on (commit "bpf, x86: Support private
 * stack in jit") a program that uses 64 bytes of stack or more gets a stack of its own on each CPU, for kprobes,
 * tracepoints and perf events do not nest. Programs of uprobes have the same type and do: they are preempted, and
 * sleepable ones sleep, while other tasks run them on that CPU. They overwrote each other's stack and the kernel
 * crashed (seen on 6.18). A program that holds a tail call keeps the task's stack (check_max_stack_depth() in
 * kernel/bpf/verifier.c); this one is never reached, and removed by the verifier. */
static __always_inline void ct_own_stack(void* ctx) {
  if (ct_never) bpf_tail_call(ctx, (void*)0, 0);
}

#endif
