/* DWARF register numbers of the x86-64 psABI (figure 3.36) and its integer arguments (3.2.3), as
 * members of uapi struct pt_regs (asm/ptrace.h). */
// clang-format off
#define CT_REGS_STRUCT struct pt_regs
#define CT_DWARF_REGS(X)                                                              \
  X(0, rax) X(1, rdx) X(2, rcx) X(3, rbx) X(4, rsi) X(5, rdi) X(6, rbp) X(7, rsp)     \
  X(8, r8) X(9, r9) X(10, r10) X(11, r11) X(12, r12) X(13, r13) X(14, r14) X(15, r15) \
  X(16, rip) X(49, eflags)
#define CT_ARGUMENT_REGS(X) X(0, rdi) X(1, rsi) X(2, rdx) X(3, rcx) X(4, r8) X(5, r9)
/* 3.2.3: above the return address. */
#define CT_STACK_ARGUMENT(c, index) (CT_REG(c, rsp) + 8 + 8 * ((index) - 6))
#define CT_IP rip
#define CT_SP rsp
/* arch/x86/include/asm/segment.h: __USER_CS, __USER32_CS. */
#define CT_REGS_MODE cs
#define CT_IS_USER_MODE(mode) (((mode) & 3) == 3)
#define CT_IS_32_BIT_MODE(mode) ((mode) == 0x23)
/* struct thread_struct: of a thread, glibc has its control block behind the stack's upper end. */
#define CT_THREAD_POINTER fsbase
#define CT_RESULT rax
/* What the tracepoints sys_enter and sys_exit tell of a system call lies between two members of struct pt_regs: its
 * arguments, and its number, which stays there until the exit (syscall_get_nr() in asm/syscall.h). */
#define CT_CALL_FIRST r10
#define CT_CALL_NUMBER orig_rax
#define CT_CALL_ARGS(X) X(0, rdi) X(1, rsi) X(2, rdx) X(3, r10) X(4, r8) X(5, r9)
/* psABI i386, 2.2.3: all arguments of a 32-bit program's functions are words above the return address. */
#define CT_WORD_ARGUMENT(c, index) ((u32)(CT_REG(c, rsp) + 4 + 4 * (index)))
/* clone, fork, vfork, clone3: arch/x86/entry/syscalls/syscall_64.tbl, also with the bit of x32, and syscall_32.tbl for
 * tasks with TS_COMPAT (asm/thread_info.h). */
#define CT_X32_BIT 0x40000000u
#define CT_IS_FORK(nr)                                                                    \
  (((nr) & ~CT_X32_BIT) == 56 || ((nr) & ~CT_X32_BIT) == 57 || ((nr) & ~CT_X32_BIT) == 58 || \
   ((nr) & ~CT_X32_BIT) == 435)
#define CT_COMPAT_STATUS 2
#define CT_IS_COMPAT_FORK(nr) ((nr) == 2 || (nr) == 120 || (nr) == 190 || (nr) == 435)
// clang-format on
