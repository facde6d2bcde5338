/* Arrays with an index: a second map from the map's key to what the key itself does not tell.
 *
 * Two kinds of array have one. Of those with long keys (`hashed`) the map's key is a hash (key_hash.h), and the
 * index holds the key's parts. Of a%[N] (`ordered`) it holds a stamp, the time when the element was made; the map
 * of BPF that is full by itself (LRU) takes elements in batches, other than the oldest, and before it is full.
 *
 * The index decides whether an element exists. It is made there first (BPF_NOEXIST: one maker wins), then in the
 * map of values; it is removed there first, then in the map. Whoever has made a value and finds no entry in
 * the index takes the value away, for somebody has removed the element meanwhile; whoever has removed an element
 * and finds an entry without a value takes the entry away, for the value that he removed was the new element's.
 * Both look as if the adding had come before the deletion. What readers look at is the map of values alone.
 *
 * The order of a%[N] is a queue of places, (stamp, key) in the order in which elements were made. A place whose
 * stamp is not the element's belongs to one that is gone, and is skipped. When an element is made and there are more
 * than N, the first place that is not skipped goes, and its element. Only one at a time takes places from the queue;
 * others leave the work to him, so nobody ever waits: the maps have room for some elements more than N (`slack`),
 * which the user side does not show. A deletion frees its element's room at once, and its place when that comes to
 * the front; when the queue is three quarters full of places, elements at its front that have outlived all those
 * deletions go back to its end, and count as new. */
#ifndef CORETAP_INDEX_BPF_H
#define CORETAP_INDEX_BPF_H

/* A string as it is hashed: the words up to the one with its NUL. Each turn may be the last; behind the
 * checkpoint the ways are one. A long string is hashed by a callback, which the verifier does not walk as often as
 * the string has room for words: sixty instructions each, in every place where the script has the key. */
#define CT_HASH_INLINE 128
#define CT_HASH_CHUNK 64

struct ct_hash_loop {
  struct ct_hashing* hashing;
  const char* text;
  u64 cap; /* a constant that the verifier sees on the stack */
};

CT_CALLBACK ct_hash_chunk(u64 turn, struct ct_hash_loop* v) {
#pragma clang loop unroll(disable)
  for (u32 i = 0; i < CT_HASH_CHUNK; i += 8) {
    u64 at = turn * CT_HASH_CHUNK + i;
    ct_opaque(at);
    if (at > v->cap - 8) return 1;
    u64 word = *(const ct_word*)(v->text + at);
    ct_hash_word(v->hashing, word);
    if (ct_nonzero_bytes(word) != CT_ONES) return 1;
  }
  return 0;
}

static __always_inline void ct_hash_text(struct ct_hashing* h, const char* text, u32 cap) {
#ifndef CT_BASE
  if (cap > CT_HASH_INLINE) {
    struct ct_hash_loop v = {.hashing = h, .text = text, .cap = cap};
    CT_REPEAT(cap / CT_HASH_CHUNK + 1, ct_hash_chunk, &v);
    return;
  }
#endif
#pragma clang loop unroll(disable)
  for (u32 i = 0; i < cap; i += 8) {
    u64 word = *(const ct_word*)(text + i);
    ct_hash_word(h, word);
    if (ct_nonzero_bytes(word) != CT_ONES) break;
  }
  ct_checkpoint();
}

/* Makes the element of `key`: 0, -EEXIST if it is there, or why it cannot be made. `entry` is what the index
 * gets, `value` the first value. `made` tells whether this maker made the entry. */
#define CT_INDEX_MAKE(index, map, key, entry, value, made)                  \
  ({                                                                        \
    int ct_rc_ = bpf_map_update_elem((index), (key), (entry), BPF_NOEXIST); \
    (made) = ct_rc_ == 0;                                                   \
    if (ct_rc_ == 0 || ct_rc_ == -EEXIST) {                                 \
      ct_rc_ = bpf_map_update_elem((map), (key), (value), BPF_NOEXIST);     \
      if (ct_rc_ && ct_rc_ != -EEXIST) {                                    \
        if (made) bpf_map_delete_elem((index), (key));                      \
        (made) = false;                                                     \
      } else if (!bpf_map_lookup_elem((index), (key))) {                    \
        bpf_map_delete_elem((map), (key));                                  \
      }                                                                     \
    }                                                                       \
    ct_rc_;                                                                 \
  })

/* How many elements have gone: 0, 1, or 2 if another was made and lost its value to this removal. */
#define CT_INDEX_REMOVE(index, map, key)                                             \
  ({                                                                                 \
    int ct_rc_ = bpf_map_delete_elem((index), (key));                                \
    s64 ct_gone_ = ct_rc_ == 0;                                                      \
    bpf_map_delete_elem((map), (key));                                               \
    if (bpf_map_lookup_elem((index), (key)) && !bpf_map_lookup_elem((map), (key))) { \
      ct_rc_ = bpf_map_delete_elem((index), (key));                                  \
      ct_gone_ += ct_rc_ == 0;                                                       \
    }                                                                                \
    ct_gone_;                                                                        \
  })

/* ---------------------------------------------------------------- order */

#define CT_TRIM_ROUNDS 2
#define CT_TRIM_TURNS 4

/* One of several wants to be the only one; he does not wait. As a frame is claimed: frame.bpf.h. */
static __always_inline bool ct_try_lock(u64* lock) {
#ifdef CT_BASE
  __sync_fetch_and_add(lock, 1);
  if (CT_ONCE(*lock) == 1) return true;
  __sync_fetch_and_add(lock, -1);
  return false;
#else
  return __sync_lock_test_and_set(lock, 1) == 0;
#endif
}

static __always_inline void ct_unlock(u64* lock) {
#ifdef CT_BASE
  __sync_fetch_and_add(lock, -1);
#else
  __sync_lock_test_and_set(lock, 0); /* a barrier: what was done comes before it */
#endif
}

static __always_inline bool ct_is_over(struct ct_order* order) {
  return (s64)(CT_ONCE(order->live) - CT_ONCE(order->limit)) > 0;
}

static __always_inline bool ct_is_crowded(struct ct_order* order) {
  u64 places = CT_ONCE(order->places);
  return CT_ONCE(order->queued) > places - places / 4;
}

/* Takes the places of removed elements from the queue's front and, while there are too many elements, the oldest
 * ones. `head` is memory for a place. The body of a global function without arguments: the verifier walks it once
 * for the whole program, however many elements are made where, and in base in each turn of a loop. */
#define CT_ORDER_TRIM(order, index, map, queue, head)                                         \
  do {                                                                                        \
    _Pragma("clang loop unroll(disable)") for (int ct_round = 0; ct_round < CT_TRIM_ROUNDS;   \
                                               ct_round++) {                                  \
      if (!ct_try_lock(&(order)->popper)) break; /* who has it looks again when he is done */ \
      _Pragma("clang loop unroll(disable)") for (int ct_turn_ = 0; ct_turn_ < CT_TRIM_TURNS;  \
                                                 ct_turn_++) {                                \
        if (bpf_map_peek_elem((queue), (head))) break;                                        \
        u64* ct_stamp = bpf_map_lookup_elem((index), &(head)->key);                           \
        bool ct_alive = ct_stamp && *ct_stamp == (head)->stamp;                               \
        bool ct_over = ct_is_over(order);                                                     \
        if (ct_alive && !ct_over && !ct_is_crowded(order)) break;                             \
        if (bpf_map_pop_elem((queue), (head))) break;                                         \
        ct_add((s64*)&(order)->queued, -1);                                                   \
        if (!ct_alive) continue;                                                              \
        if (!ct_over && bpf_map_push_elem((queue), (head), 0) == 0)                           \
          ct_add((s64*)&(order)->queued, 1);                                                  \
        else                                                                                  \
          ct_add((s64*)&(order)->live, -CT_INDEX_REMOVE(index, map, &(head)->key));           \
      }                                                                                       \
      ct_checkpoint();                                                                        \
      ct_unlock(&(order)->popper);                                                            \
      if (!ct_is_over(order)) break;                                                          \
    }                                                                                         \
    ct_checkpoint();                                                                          \
  } while (0)

/* CT_INDEX_MAKE() for a%[N]. `place` is memory for a place, `trim` a function that does CT_ORDER_TRIM(). */
#define CT_ORDER_MAKE(order, index, map, queue, key_, entry, value, place, trim)    \
  ({                                                                                \
    bool ct_made_;                                                                  \
    (entry)->stamp = bpf_ktime_get_ns();                                            \
    (place)->stamp = (entry)->stamp;                                                \
    (place)->key = *(key_);                                                         \
    int ct_order_rc = CT_INDEX_MAKE(index, map, key_, entry, value, ct_made_);      \
    if (ct_made_) {                                                                 \
      ct_add((s64*)&(order)->live, 1);                                              \
      int ct_pushed = bpf_map_push_elem((queue), (place), 0);                       \
      if (ct_pushed == 0) {                                                         \
        ct_add((s64*)&(order)->queued, 1);                                          \
      } else { /* an update of the queue was interrupted by this probe */           \
        ct_add((s64*)&(order)->live, -CT_INDEX_REMOVE(index, map, key_));           \
        ct_order_rc = ct_pushed;                                                    \
      }                                                                             \
    }                                                                               \
    if (ct_made_ || ct_order_rc == -E2BIG) {                                        \
      trim();                                                                       \
      if (ct_order_rc == -E2BIG) ct_order_rc = -EEXIST; /* there may be room now */ \
    }                                                                               \
    ct_order_rc;                                                                    \
  })

/* ---------------------------------------------------------------- operations
 *
 * As those of array.bpf.h; `make` is an expression that makes the element with the value at ct_initial. */
#define CT_INDEXED_TRIES 3

#define CT_INDEXED_DO(c, map, global, key, make, initial, found)                                \
  ({                                                                                            \
    int ct_code = 0;                                                                            \
    _Pragma("clang loop unroll(disable)") for (int ct_i = 0; ct_i < CT_INDEXED_TRIES; ct_i++) { \
      s64* ct_value = bpf_map_lookup_elem(map, key);                                            \
      if (ct_value) {                                                                           \
        found;                                                                                  \
        ct_code = 0;                                                                            \
        break;                                                                                  \
      }                                                                                         \
      const void* ct_initial = (initial);                                                       \
      ct_code = (make);                                                                         \
      if (ct_code != -EEXIST) break;                                                            \
    }                                                                                           \
    ct_checkpoint();                                                                            \
    if (ct_code) ct_code = ct_array_full((c), (global));                                        \
    ct_code;                                                                                    \
  })

#define CT_INDEXED_SET(c, map, global, key, make, number)                                 \
  ({                                                                                      \
    s64 ct_number = (number);                                                             \
    CT_INDEXED_DO(c, map, global, key, make, &ct_number, CT_ONCE(*ct_value) = ct_number); \
  })

#define CT_INDEXED_ADD(c, map, global, key, make, delta)                               \
  ({                                                                                   \
    s64 ct_number = (delta);                                                           \
    CT_INDEXED_DO(c, map, global, key, make, &ct_number, ct_add(ct_value, ct_number)); \
  })

#define CT_INDEXED_ADD_FETCH(c, map, global, key, make, delta, after)         \
  ({                                                                          \
    s64 ct_number = (delta), ct_sum = ct_number;                              \
    int ct_added = CT_INDEXED_DO(c, map, global, key, make, &ct_number,       \
                                 ct_sum = ct_add_fetch(ct_value, ct_number)); \
    *(after) = ct_sum;                                                        \
    ct_added;                                                                 \
  })

/* A string is replaced as a whole, if it is there. */
#define CT_INDEXED_SET_STR(c, map, global, key, make, value)                                    \
  ({                                                                                            \
    int ct_code = 0;                                                                            \
    _Pragma("clang loop unroll(disable)") for (int ct_i = 0; ct_i < CT_INDEXED_TRIES; ct_i++) { \
      const void* ct_initial = (value);                                                         \
      ct_code = bpf_map_update_elem(map, key, ct_initial, BPF_EXIST);                           \
      if (ct_code != -ENOENT) break;                                                            \
      ct_code = (make);                                                                         \
      if (ct_code != -EEXIST) break;                                                            \
    }                                                                                           \
    ct_checkpoint();                                                                            \
    if (ct_code) ct_code = ct_array_full((c), (global));                                        \
    ct_code;                                                                                    \
  })

#endif
