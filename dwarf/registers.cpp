#include "dwarf/registers.h"

#include <elf.h>

namespace coretap::debug {
namespace {

// psABI x86-64, table 3.36 "DWARF Register Number Mapping".
const MachineRegisters x86_64 = {
    EM_X86_64,
    "x86_64",
    {
        {0, "rax", "ax"},
        {1, "rdx", "dx"},
        {2, "rcx", "cx"},
        {3, "rbx", "bx"},
        {4, "rsi", "si"},
        {5, "rdi", "di"},
        {6, "rbp", "bp"},
        {7, "rsp", "sp"},
        {8, "r8", "r8"},
        {9, "r9", "r9"},
        {10, "r10", "r10"},
        {11, "r11", "r11"},
        {12, "r12", "r12"},
        {13, "r13", "r13"},
        {14, "r14", "r14"},
        {15, "r15", "r15"},
        {16, "rip", "ip"},
    },
    {{17, 16, "xmm", 0}, {33, 8, "st", 0}, {41, 8, "mm", 0}, {67, 16, "xmm", 16}, {118, 8, "k", 0}},
    {5, 4, 1, 2, 8, 9},
    {0, 1},
    7,
    6,
    14,
};

// "DWARF for the Arm 64-bit Architecture", register names.
const MachineRegisters aarch64 = {
    EM_AARCH64,
    "aarch64",
    {
        {0, "x0", "regs[0]"},    {1, "x1", "regs[1]"},    {2, "x2", "regs[2]"},
        {3, "x3", "regs[3]"},    {4, "x4", "regs[4]"},    {5, "x5", "regs[5]"},
        {6, "x6", "regs[6]"},    {7, "x7", "regs[7]"},    {8, "x8", "regs[8]"},
        {9, "x9", "regs[9]"},    {10, "x10", "regs[10]"}, {11, "x11", "regs[11]"},
        {12, "x12", "regs[12]"}, {13, "x13", "regs[13]"}, {14, "x14", "regs[14]"},
        {15, "x15", "regs[15]"}, {16, "x16", "regs[16]"}, {17, "x17", "regs[17]"},
        {18, "x18", "regs[18]"}, {19, "x19", "regs[19]"}, {20, "x20", "regs[20]"},
        {21, "x21", "regs[21]"}, {22, "x22", "regs[22]"}, {23, "x23", "regs[23]"},
        {24, "x24", "regs[24]"}, {25, "x25", "regs[25]"}, {26, "x26", "regs[26]"},
        {27, "x27", "regs[27]"}, {28, "x28", "regs[28]"}, {29, "x29", "regs[29]"},
        {30, "x30", "regs[30]"}, {31, "sp", "sp"},        {32, "pc", "pc"},
    },
    {{64, 32, "v", 0}},
    {0, 1, 2, 3, 4, 5, 6, 7},
    {0, 1},
    31,
    29,
    28,
};

}  // namespace

const MachineRegisters* registers_of(uint16_t machine) {
  if (machine == EM_X86_64) return &x86_64;
  if (machine == EM_AARCH64) return &aarch64;
  return nullptr;
}

const RegisterInfo* register_info(uint16_t machine, unsigned dwarf_number) {
  const MachineRegisters* table = registers_of(machine);
  if (!table) return nullptr;
  for (const RegisterInfo& row : table->rows)
    if (row.dwarf_number == dwarf_number) return &row;
  return nullptr;
}

std::string unreadable_register(uint16_t machine, unsigned dwarf_number) {
  if (const MachineRegisters* table = registers_of(machine))
    for (const UnreadableRegisters& row : table->floating_point)
      if (dwarf_number >= row.first && dwarf_number - row.first < row.count)
        return "the floating-point register " + std::string(row.prefix) +
               std::to_string(row.number + dwarf_number - row.first) +
               ", which a probe cannot read";
  return "register " + std::to_string(dwarf_number) + ", which a probe cannot read";
}

}  // namespace coretap::debug
