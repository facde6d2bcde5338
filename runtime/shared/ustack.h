/* A stack of user code as the kernel side copies it: the registers, and the memory from the stack pointer on.
 * The harness unwinds it (runtime/user/stacks/unwind.h). The record comes before those of the handler that asked for it,
 * which name it by its id. */
#ifndef CORETAP_SHARED_USTACK_H
#define CORETAP_SHARED_USTACK_H

#include "abi.h"

/* DWARF numbers of the registers that are kept; the program counter is apart. */
#define CT_USTACK_REGISTERS 32
/* Return addresses that uretprobes have taken from the stack. */
#define CT_USTACK_RETURNS 16
/* Bytes of memory that are copied at most; records come in three sizes. */
#define CT_USTACK_SMALL 2048
#define CT_USTACK_MIDDLE 8192
#define CT_USTACK_MOST 32768

/* Instead of a stack's id. */
#define CT_USTACK_LOST 0       /* the ring buffer was full; it was counted as a lost record */
#define CT_USTACK_NOWHERE (-1) /* a handler of user space */

enum ct_ustack_state {
  CT_USTACK_COPIED,
  CT_USTACK_KERNEL_THREAD, /* the task has no user code */
  CT_USTACK_OTHER_TASK,    /* the probe tells of a task that is not the current one */
  CT_USTACK_32_BIT,
};

/* In a return probe of a program's function, what the registers are of. */
enum ct_ustack_return_kind {
  CT_USTACK_NOT_RETURN,
  CT_USTACK_OF_CALLER,
  CT_USTACK_OF_FUNCTION, /* the probe is on a return instruction: as everywhere, the stack begins with the caller */
};

struct ct_ustack_return {
  u64 at;      /* where on the stack it was */
  u64 address; /* and what it was */
};

struct ct_rec_ustack {
  struct ct_rec_hdr hdr;
  u64 id;
  u32 state;  /* enum ct_ustack_state */
  u32 copied; /* bytes behind this struct that are the stack's */
  u64 sp, pc;
  u32 is_unreadable; /* the page behind what was copied could not be read */
  u32 is_return;     /* enum ct_ustack_return_kind */
  u32 return_count;
  u32 uid;
  u64 regs[CT_USTACK_REGISTERS];
  struct ct_ustack_return returns[CT_USTACK_RETURNS];
};

#endif
