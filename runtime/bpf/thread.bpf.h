/* The thread pointer of user code, by which thread-local variables are found. */
#ifndef CORETAP_THREAD_BPF_H
#define CORETAP_THREAD_BPF_H

#ifdef CT_THREAD_POINTER

struct thread_struct___ct_tp {
  unsigned long CT_THREAD_POINTER;
} __attribute__((preserve_access_index));
struct task_struct___ct_tp {
  struct thread_struct___ct_tp thread;
} __attribute__((preserve_access_index));

/* Of the current task, as clone(2) or arch_prctl(2) has set it, which is how C libraries do. What a program has set by
 * wrfsbase is known only from its next switch on. */
static __always_inline s64 ct_thread_pointer(void) {
  struct task_struct___ct_tp* task = (void*)bpf_get_current_task();
  return BPF_CORE_READ(task, thread.CT_THREAD_POINTER);
}

/* Where the current thread has the thread-local variables of a module, by its number; 0 if it has not asked for them yet.
 *
 * glibc keeps a vector for each thread (dtv_t in sysdeps/generic/dl-dtv.h), and the pointer to it at `vector` behind the thread
 * pointer. Its elements are of two words, the first of which is the place, or -1 as long as there is none. What comes before the
 * vector is the number of its elements, for modules may be loaded when it is made already. */
static __always_inline s64 ct_thread_block(struct ct_ctx* c, u64 module, u64 vector) {
  const u64 element = 16;
  u64 blocks = 0, count = 0, block = 0;
  if (ct_user_read(c, &blocks, sizeof(blocks), ct_thread_pointer() + vector)) return 0;
  if (ct_user_read(c, &count, sizeof(count), blocks - element)) return 0;
  if (!module || module > count) return 0;
  if (ct_user_read(c, &block, sizeof(block), blocks + module * element)) return 0;
  return block == (u64)-1 ? 0 : block;
}

#endif

#endif
