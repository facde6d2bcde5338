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

#endif

#endif
