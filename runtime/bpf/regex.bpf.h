/* Regular expressions: a walk through the pattern's table, made by translator/regex/dfa.cpp.
 *
 * The table says for a state and a byte the next state; states 0 (no match) and 1 (match) are final,
 * and a text's NUL leads to one of them. A loop over 512 bytes that the verifier walks turn by turn
 * costs it ten thousand instructions for each match in the script, so the walk is a callback
 * (flavour.bpf.h), which takes a word of the text in each turn. */
#ifndef CORETAP_REGEX_BPF_H
#define CORETAP_REGEX_BPF_H

struct ct_regex_walk {
  const char* text;
  u64 state;
};

/* One byte. A mask instead of a test keeps the index inside: `entries` is a power of two. It must
 * come last: clang would mask the state before it adds the column, and the verifier of Linux 6.1
 * knows nothing about an OR of two numbers that it does not know. */
static __always_inline u64 ct_regex_step(u64 state, u8 byte, const u8* column, const u16* next,
                                         u32 shift, u32 entries) {
  u64 at = state << shift | column[byte];
  ct_opaque(at);
  at &= entries - 1;
  return next[at];
}

/* Does a walk end before the text does? In base it must not: the verifier would walk what is behind
 * it once for each turn that may end it. The final states lead to themselves, and a text is followed
 * by zeros. */
#ifdef CT_BASE
#define CT_REGEX_ENDS(state) 0
#else
#define CT_REGEX_ENDS(state) ((state) <= 1)
#endif

/* Defines the callback for one pattern's table and texts of one capacity. */
#define CT_REGEX_TURN(name, table, shift, entries, cap)                                 \
  CT_CALLBACK name(u64 turn, struct ct_regex_walk* walk) {                              \
    if (turn >= (cap) / 8) return 1;                                                    \
    u64 word = *(const ct_word*)(walk->text + turn * 8), state = walk->state;           \
    _Pragma("clang loop unroll(full)") for (int i = 0; i < 8; i++, word >>= 8) {        \
      state = ct_regex_step(state, word, (table).column, (table).next, shift, entries); \
    }                                                                                   \
    walk->state = state;                                                                \
    return CT_REGEX_ENDS(state);                                                        \
  }

/* 1 if the pattern is in the text. Before Linux 6.7 (commit ab5cfac139ab) the verifier walked a
 * callback only once, with what the caller had put into the struct, and took what it could not
 * reach so for dead code: the first state must be something that it does not know. */
#define ct_regex_match(from, cap, start, turn)                                  \
  ({                                                                            \
    struct ct_regex_walk ct_walk = {.text = (from), .state = ct_forget(start)}; \
    if (!CT_REGEX_ENDS(ct_walk.state)) CT_REPEAT((cap) / 8, turn, &ct_walk);    \
    (s64)(ct_walk.state == 1);                                                  \
  })

#endif
