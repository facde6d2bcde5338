/* The node behind another in a sorted binary tree of the program's, such as std::map's, whose nodes point to their children and
 * to their parent. `left`, `right` and `up` are where the pointers, of `size` bytes, are in a node.
 *
 * The result is 0 if a node cannot be read, or if the way to the next is longer than CT_TREE_STEPS. In a red-black tree the way
 * between the first nodes is short: before the k-th ancestor of the first node come at least 2^(k/2) - 1 others, so the first
 * five are below its fifth ancestor, and the trees to the right of those are as low. */
#ifndef CORETAP_TREE_BPF_H
#define CORETAP_TREE_BPF_H

#define CT_TREE_STEPS 8

/* The pointer at `from`; false if it cannot be read. */
static __always_inline bool ct_tree_link(struct ct_ctx* c, u64 from, u64* link, const u32 size) {
  *link = 0;
  return ct_user_read(c, link, size, from) == 0;
}

static __always_inline u64 ct_tree_next(struct ct_ctx* c, u64 node, u32 left, u32 right, u32 up,
                                        const u32 size) {
  u64 found = 0, next, child;
  if (!ct_tree_link(c, node + right, &next, size)) return 0;
  if (next) {
#pragma clang loop unroll(disable)
    for (u32 step = 0; step < CT_TREE_STEPS; step++) {
      if (!ct_tree_link(c, next + left, &child, size)) break;
      if (!child) {
        found = next;
        break;
      }
      next = child;
    }
  } else {
#pragma clang loop unroll(disable)
    for (u32 step = 0; step < CT_TREE_STEPS; step++) {
      if (!ct_tree_link(c, node + up, &next, size)) break;
      if (!ct_tree_link(c, next + right, &child, size)) break;
      if (child != node) {
        found = next;
        break;
      }
      node = next;
    }
  }
  ct_checkpoint();
  return found;
}

#endif
