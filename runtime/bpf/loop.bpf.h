/* Loops. A loop's body becomes the callback of bpf_loop(): the verifier walks it once, whatever the
 * number of iterations, where it would walk a C loop as often as it turns. The callback reaches the
 * handler's variables through its frame, and the rest through one struct. It says how it was left
 * by the frame's `flow`: 0 is the next iteration, and the rest ends the loop. On the stack, the verifier
 * would walk the next iteration, which it takes for possible, once for each value.
 *
 * MAXACTION bounds the statements of one run of a handler, over all its loops together: a turn
 * costs as many as its longest way through the body has. In base each loop has a bound of its own
 * too, what the verifier can afford (emit/loop_bounds.h): a loop that wants to go on is an error. */
#ifndef CORETAP_LOOP_BPF_H
#define CORETAP_LOOP_BPF_H

/* Values of `flow`, and results of a part, besides 0 and enum ct_error. */
enum { CT_FLOW_DONE = -1, CT_FLOW_RETURN = -2, CT_FLOW_CONTINUE = -3 };

/* A piece of a large handler (translator/emit/kernel_parts.cpp). Marked as used, or clang would pass
 * values instead of the pointer to them, more than BPF has registers for. */
#define CT_PART static __attribute__((noinline, used)) int

#if CT_FRAME_BYTES
/* bpf_loop() refuses more (BPF_MAX_LOOPS in kernel/bpf/bpf_iter.c). */
#define CT_LOOP_MOST (8 * 1024 * 1024)

/* One turn, of so many statements, out of the handler's budget. */
static __always_inline int ct_loop_turn(struct ct_ctx* c, u64 statements) {
  if (c->frame->actions < statements) return CT_ERR_MAXACTION;
  c->frame->actions -= statements;
  return 0;
}

#ifdef CT_BASE
/* The same for turn number `turn`, from 0, of a loop that may turn `turns` times. */
static __always_inline int ct_bounded_turn(struct ct_ctx* c, u64 turn, u64 turns, u64 statements) {
  if (turn >= turns) return ct_fail(c, CT_ERR_LOOP_TURNS, turns);
  return ct_loop_turn(c, statements);
}

/* One call more than it may turn: the loop's condition may end it there, and else ct_bounded_turn() does. */
#define CT_LOOP(turns, callback, vars) CT_REPEAT((turns) + 1, callback, vars)
#else
/* One turn more than the budget: ct_loop_turn() ends the loop. */
#define CT_LOOP(turns, callback, vars) \
  CT_REPEAT((turns) < CT_LOOP_MOST ? (turns) + 1 : CT_LOOP_MOST, callback, vars)
#endif
#endif

#endif
