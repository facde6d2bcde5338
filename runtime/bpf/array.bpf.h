/* Arrays: hash maps from key structs to an s64 or a string buffer. `map` is always a constant: the
 * verifier then inlines the lookup.
 *
 * Elements are made when they are first written. Two CPUs may find an element absent at once, so
 * it is made with BPF_NOEXIST, and whoever comes second adds to what the first one made. An element
 * that was just deleted may vanish between two steps: then it is made again, a few times at most.
 *
 * The result of an update is read as an int: maps' operations returned int until Linux 6.4 (commit
 * d7ba4cc900bf), and a BPF program saw such a negative value zero-extended, not as a long. */
#ifndef CORETAP_ARRAY_BPF_H
#define CORETAP_ARRAY_BPF_H

#define CT_ARRAY_TRIES 4

/* Code of a failed update: the map is full, or busy with an update that this probe interrupted. */
static __always_inline int ct_array_full(struct ct_ctx* c, u32 global) {
  return ct_fail(c, CT_ERR_ARRAY_FULL, global);
}

static __always_inline s64 ct_array_get(void* map, const void* key) {
  s64* value = bpf_map_lookup_elem(map, key);
  return value ? CT_ONCE(*value) : 0;
}

static __always_inline bool ct_array_in(void* map, const void* key) {
  return bpf_map_lookup_elem(map, key) != NULL;
}

static __always_inline void ct_array_get_str(void* map, const void* key, char* to, u32 to_cap,
                                             u32 value_cap) {
  const char* value = bpf_map_lookup_elem(map, key);
  if (value)
    ct_str_copy(to, to_cap, value, value_cap);
  else
    ct_str_clear(to, to_cap);
}

/* An element that exists is written in place: an update would replace it, and lose what another
 * CPU adds meanwhile. */
static __always_inline int ct_array_set(struct ct_ctx* c, void* map, u32 global, const void* key,
                                        s64 number) {
#pragma clang loop unroll(disable)
  for (int i = 0; i < CT_ARRAY_TRIES; i++) {
    s64* value = bpf_map_lookup_elem(map, key);
    if (value) {
      CT_ONCE(*value) = number;
      return 0;
    }
    int rc = bpf_map_update_elem(map, key, &number, BPF_NOEXIST);
    if (rc == 0) return 0;
    if (rc != -EEXIST) break;
  }
  return ct_array_full(c, global);
}

/* A string is replaced as a whole: readers see the old one or the new one. */
static __always_inline int ct_array_set_str(struct ct_ctx* c, void* map, u32 global,
                                            const void* key, const char* value) {
  return bpf_map_update_elem(map, key, value, BPF_ANY) ? ct_array_full(c, global) : 0;
}

/* Adds and forgets: a plain atomic add where the fetching one below is dearer. */
static __always_inline int ct_array_add(struct ct_ctx* c, void* map, u32 global, const void* key,
                                        s64 delta) {
#pragma clang loop unroll(disable)
  for (int i = 0; i < CT_ARRAY_TRIES; i++) {
    s64* value = bpf_map_lookup_elem(map, key);
    if (value) {
      ct_add(value, delta);
      return 0;
    }
    int rc = bpf_map_update_elem(map, key, &delta, BPF_NOEXIST);
    if (rc == 0) return 0;
    if (rc != -EEXIST) break;
  }
  return ct_array_full(c, global);
}

/* The same, and *after is the sum. */
static __always_inline int ct_array_add_fetch(struct ct_ctx* c, void* map, u32 global,
                                              const void* key, s64 delta, s64* after) {
#pragma clang loop unroll(disable)
  for (int i = 0; i < CT_ARRAY_TRIES; i++) {
    s64* value = bpf_map_lookup_elem(map, key);
    if (value) {
      *after = ct_add_fetch(value, delta);
      return 0;
    }
    *after = delta;
    int rc = bpf_map_update_elem(map, key, &delta, BPF_NOEXIST);
    if (rc == 0) return 0;
    if (rc != -EEXIST) break;
  }
  return ct_array_full(c, global);
}

/* How the element of a plain array is made, with the value at ct_initial. */
#define CT_MAKE(map, key) bpf_map_update_elem((map), (key), ct_initial, BPF_NOEXIST)

/* An update of an element as CT_UPDATE() does it; an element that is not there is made from 0, unless it
 * would stay 0 and `make_zero` is 0. An element
 * that is deleted meanwhile is updated all the same, and gone: as if the update had come first. */
#define CT_ARRAY_UPDATE(c, map, global, key, make, make_zero, expr, again, after)             \
  ({                                                                                          \
    int ct_code = 0;                                                                          \
    u64 ct_done = 0;                                                                          \
    _Pragma("clang loop unroll(disable)") for (int ct_i = 0; ct_i < CT_ARRAY_TRIES; ct_i++) { \
      s64* ct_slot = bpf_map_lookup_elem(map, key);                                           \
      if (ct_slot) {                                                                          \
        ct_done = CT_UPDATE_ROUND(ct_slot, expr, again, after);                               \
        if (ct_done) break;                                                                   \
        continue;                                                                             \
      }                                                                                       \
      s64 ct_old = 0;                                                                         \
      *(after) = (expr);                                                                      \
      ct_done = 1;                                                                            \
      if (!(make_zero) && *(after) == 0) break;                                               \
      const void* ct_initial = (after);                                                       \
      int ct_made = (make);                                                                   \
      if (ct_made == 0) break;                                                                \
      ct_done = 0;                                                                            \
      if (ct_made == -EEXIST) continue;                                                       \
      ct_code = ct_array_full((c), (global));                                                 \
      ct_done = 1;                                                                            \
      break;                                                                                  \
    }                                                                                         \
    ct_checkpoint();                                                                          \
    if (!ct_done) CT_COUNT((c)->handler, lost_updates);                                       \
    ct_code;                                                                                  \
  })

static __always_inline void ct_array_delete(void* map, const void* key) {
  bpf_map_delete_elem(map, key);
}

#endif
