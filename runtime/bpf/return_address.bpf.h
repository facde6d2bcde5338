/* Return addresses on a program's stack. */
#ifndef CORETAP_RETURN_ADDRESS_BPF_H
#define CORETAP_RETURN_ADDRESS_BPF_H

#define CT_RETURNS_SEARCHED 64 /* as many as a thread can have (MAX_URETPROBE_DEPTH) */

struct return_instance___ct_ra {
  unsigned long stack, orig_ret_vaddr;
  struct return_instance___ct_ra* next;
} __attribute__((preserve_access_index));
struct uprobe_task___ct_ra {
  struct return_instance___ct_ra* return_instances;
} __attribute__((preserve_access_index));
struct xol_area___ct_ra {
  unsigned long vaddr;
} __attribute__((preserve_access_index));
struct uprobes_state___ct_ra {
  struct xol_area___ct_ra* xol_area;
} __attribute__((preserve_access_index));
struct mm_struct___ct_ra {
  struct uprobes_state___ct_ra uprobes_state;
} __attribute__((preserve_access_index));
struct task_struct___ct_ra {
  struct mm_struct___ct_ra* mm;
  struct uprobe_task___ct_ra* utask;
} __attribute__((preserve_access_index));

/* The return address that was at `at` before a uretprobe, ours or another's, put the address of its trampoline there.
 * `found` is what is there now. The trampoline is at the beginning of the page that the kernel maps for uprobes
 * (uprobe_get_trampoline_vaddr() in kernel/events/uprobes.c). */
static __always_inline u64 ct_return_address(u64 at, u64 found) {
  struct task_struct___ct_ra* task = (void*)bpf_get_current_task();
  struct return_instance___ct_ra* each = NULL;
  struct xol_area___ct_ra* area = NULL;
  if (!bpf_core_field_exists(task->utask)) return found;
  area = BPF_CORE_READ(task, mm, uprobes_state.xol_area);
  if (!area || BPF_CORE_READ(area, vaddr) != found) return found;
  each = BPF_CORE_READ(task, utask, return_instances);
#pragma clang loop unroll(disable)
  for (u32 i = 0; i < CT_RETURNS_SEARCHED; i++) {
    if (!each) break;
    if (BPF_CORE_READ(each, stack) == at) {
      found = BPF_CORE_READ(each, orig_ret_vaddr);
      break;
    }
    each = BPF_CORE_READ(each, next);
  }
  ct_checkpoint();
  return found;
}

#endif
