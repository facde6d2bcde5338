/* The two flavours of the kernel object. `modern` takes what makes code short and exact; `base`, made
 * with CT_BASE defined, loads on every kernel from 5.10 on, whose verifier refuses a program that
 * only holds something newer, even where it is never reached:
 *
 *   fetching atomics (xchg, cmpxchg, an add whose result is used)   Linux 5.12, commit 5ffa25502b5a
 *   bpf_loop() and its callbacks                                    Linux 5.17, commit e6f2dd0f8067
 *   bpf_get_attach_cookie()                                         Linux 5.15, commit 7adfc6c9b315
 *   bpf_snprintf()                                                  Linux 5.13, commit 7b15523a989b
 *   bpf_get_func_ret()                                              Linux 5.17, commit f92c1e183604
 *   bpf_map_lookup_percpu_elem()                                    Linux 5.19, commit 07343110b293
 *
 * What can be said in two ways is said here, or is an `#ifdef CT_BASE` where it belongs. What base
 * has no way to say is refused by translator/emit/flavour.cpp. tests/base/check_object.py holds
 * every base object to 5.10. */
#ifndef CORETAP_FLAVOUR_BPF_H
#define CORETAP_FLAVOUR_BPF_H

/* Calls callback(turn, vars) for turn = 0, 1, … until it returns other than 0, at most `turns`
 * times. CT_CALLBACK begins the callback's definition.
 *
 * In base this is a C loop, and the verifier walks the callback as often as it turns. `turns` must
 * be a constant: it is what proves the end. The callback's state is in memory that the verifier
 * does not follow, and is read anew in each turn; held in registers, what differs between turns
 * would make the verifier walk everything behind the loop once for each turn that may leave it; for
 * the same reason the ways out of it meet at a checkpoint. */
#ifdef CT_BASE
#define CT_CALLBACK static __always_inline long
#define CT_REPEAT(turns, callback, vars)                                                        \
  do {                                                                                          \
    _Pragma("clang loop unroll(disable)") for (u64 ct_turn = 0; ct_turn < (turns); ct_turn++) { \
      asm volatile("" : : : "memory");                                                          \
      if (callback(ct_turn, (vars))) break;                                                     \
    }                                                                                           \
    ct_checkpoint();                                                                            \
  } while (0)
#else
#define CT_CALLBACK static long
#define CT_REPEAT(turns, callback, vars) bpf_loop((turns), callback, (vars), 0)
#endif

/* Adds atomically. Of the addition of a literal 0 clang makes an OR, which 5.10 does not have. */
static __always_inline void ct_add(s64* value, s64 delta) {
#ifdef CT_BASE
  ct_opaque(delta);
#endif
  __sync_fetch_and_add(value, delta);
}

/* Adds atomically; the value after it. In base it may hold what other CPUs added between our add
 * and our look: no count is lost, but two CPUs may see the same value, and none of them one that
 * both passed. */
static __always_inline s64 ct_add_fetch(s64* value, s64 delta) {
#ifdef CT_BASE
  ct_add(value, delta);
  return CT_ONCE(*value);
#else
  return __sync_fetch_and_add(value, delta) + delta;
#endif
}

/* `expr` is the new value of a variable and ct_old in it the value before. It is stored only if the variable
 * still has that value, and else made anew, so nothing that another CPU does is lost. So many turns are
 * lost in a row only if as many others came between; then this update is, and is counted.
 *
 * The verifier walks a C loop as often as it may turn, with each of the ways out of it. So only the first try of a
 * round is where the update is; the others are `again`, a call of a global function, which the verifier walks once
 * for the whole program (CT_AGAIN below, written by Unit::retries() in translator/emit/kernel_unit.cpp).
 *
 * In base it is a read and a write, and what comes between is lost: a run on such a kernel warns of it
 * (base_losses() in translator/emit/flavour.cpp). `again` is never looked at. */
#ifdef CT_BASE
#define CT_TRY_UPDATE(slot, expr, after) \
  ({                                     \
    s64 ct_old = CT_ONCE(*(slot));       \
    *(after) = (expr);                   \
    CT_ONCE(*(slot)) = *(after);         \
    1;                                   \
  })
#define CT_UPDATE(c, slot, expr, again, after) CT_TRY_UPDATE(slot, expr, after)
#define CT_UPDATE_ROUND(slot, expr, again, after) CT_TRY_UPDATE(slot, expr, after)
#else
#define CT_UPDATE_ROUNDS 4
#define CT_AGAIN_TRIES 32
#define CT_TRY_UPDATE(slot, expr, after)                                                   \
  ({                                                                                       \
    s64 ct_old = CT_ONCE(*(slot));                                                         \
    *(after) = (expr);                                                                     \
    *(after) == ct_old || __sync_val_compare_and_swap((slot), ct_old, *(after)) == ct_old; \
  })

/* Defines the function `again`. `values` are the operands of `expr` that are no constants. Pointers to memory as
 * arguments of a global function are known since Linux 5.12 (commit e5069b9c23b3). */
#define CT_AGAIN(name, count, expr)                                                         \
  struct name##_values {                                                                    \
    s64 v[count];                                                                           \
  };                                                                                        \
  __attribute__((noinline)) int name(s64* slot, s64* after, struct name##_values* values) { \
    if (!slot || !after || !values) return 0;                                               \
    _Pragma("clang loop unroll(disable)") for (int i = 0; i < CT_AGAIN_TRIES; i++) {        \
      if (CT_TRY_UPDATE(slot, expr, after)) return 1;                                       \
    }                                                                                       \
    return 0;                                                                               \
  }

#define CT_UPDATE_ROUND(slot, expr, again, after) (CT_TRY_UPDATE(slot, expr, after) || (again))
#define CT_UPDATE(c, slot, expr, again, after)                                                  \
  do {                                                                                          \
    s64* ct_slot = (slot);                                                                      \
    u64 ct_done = 0;                                                                            \
    _Pragma("clang loop unroll(disable)") for (int ct_i = 0; ct_i < CT_UPDATE_ROUNDS; ct_i++) { \
      ct_done = CT_UPDATE_ROUND(ct_slot, expr, again, after);                                   \
      if (ct_done) break;                                                                       \
    }                                                                                           \
    ct_checkpoint();                                                                            \
    if (!ct_done) CT_COUNT((c)->handler, lost_updates);                                         \
  } while (0)
#endif

#endif
