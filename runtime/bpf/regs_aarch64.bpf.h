/* DWARF register numbers of AArch64 (AADWARF64, table 4.1) and the arguments of AAPCS64 (6.8.2),
 * as members of uapi struct user_pt_regs (asm/ptrace.h): the kernel's own struct pt_regs begins
 * with it, and is not exported. */
// clang-format off
#define CT_REGS_STRUCT struct user_pt_regs
#define CT_DWARF_REGS(X)                                                                      \
  X(0, regs[0]) X(1, regs[1]) X(2, regs[2]) X(3, regs[3]) X(4, regs[4]) X(5, regs[5])         \
  X(6, regs[6]) X(7, regs[7]) X(8, regs[8]) X(9, regs[9]) X(10, regs[10]) X(11, regs[11])     \
  X(12, regs[12]) X(13, regs[13]) X(14, regs[14]) X(15, regs[15]) X(16, regs[16])             \
  X(17, regs[17]) X(18, regs[18]) X(19, regs[19]) X(20, regs[20]) X(21, regs[21])             \
  X(22, regs[22]) X(23, regs[23]) X(24, regs[24]) X(25, regs[25]) X(26, regs[26])             \
  X(27, regs[27]) X(28, regs[28]) X(29, regs[29]) X(30, regs[30]) X(31, sp) X(32, pc)
#define CT_ARGUMENT_REGS(X)                                                                   \
  X(0, regs[0]) X(1, regs[1]) X(2, regs[2]) X(3, regs[3]) X(4, regs[4]) X(5, regs[5])         \
  X(6, regs[6]) X(7, regs[7])
/* 6.8.2: at the stack pointer. */
#define CT_STACK_ARGUMENT(c, index) (CT_REG(c, sp) + 8 * ((index) - 8))
#define CT_IP pc
#define CT_RESULT regs[0]
/* clone and clone3: asm-generic/unistd.h. */
#define CT_IS_FORK(nr) ((nr) == 220 || (nr) == 435)
// clang-format on
