#include "dwarf/registers.h"

#include <elf.h>

namespace coretap::debug {
namespace {

// psABI x86-64, table 3.36 "DWARF Register Number Mapping".
const MachineRegisters x86_64 = {
    EM_X86_64,
    "x86_64",
    8,
    true,
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
    std::nullopt,
    true,
    ThreadRelocations{R_X86_64_DTPMOD64, R_X86_64_TPOFF64, 8},
};

// psABI i386, table 2.14 "DWARF Register Number Mapping". The kernel is one of x86-64, which keeps the registers of a 32-bit
// program in the lower halves of its own.
const MachineRegisters i386 = {
    EM_386,
    "i386",
    4,
    false,
    {
        {0, "eax", "ax", 0},
        {1, "ecx", "cx", 2},
        {2, "edx", "dx", 1},
        {3, "ebx", "bx", 3},
        {4, "esp", "sp", 7},
        {5, "ebp", "bp", 6},
        {6, "esi", "si", 4},
        {7, "edi", "di", 5},
        {8, "eip", "ip", 16},
    },
    {{11, 8, "st", 0}, {21, 8, "xmm", 0}, {29, 8, "mm", 0}},
    {},
    {0, 2},
    4,
    5,
    std::nullopt,
    3,
};

// "DWARF for the Arm 64-bit Architecture", register names.
const MachineRegisters aarch64 = {
    EM_AARCH64,
    "aarch64",
    8,
    true,
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

/// All of them; dwarf/elf_file.cpp refuses what is for another machine.
const MachineRegisters* const machines[] = {&x86_64, &i386, &aarch64};

/// Names of the parts of x86-64's registers that have names besides the whole register's.
struct RegisterParts {
  unsigned dwarf_number;
  const char* whole;
  const char* lower[3];  ///< 32, 16 and 8 bits
  const char* high_byte;
};
constexpr RegisterParts x86_64_parts[] = {
    {0, "rax", {"eax", "ax", "al"}, "ah"},     {1, "rdx", {"edx", "dx", "dl"}, "dh"},
    {2, "rcx", {"ecx", "cx", "cl"}, "ch"},     {3, "rbx", {"ebx", "bx", "bl"}, "bh"},
    {4, "rsi", {"esi", "si", "sil"}, ""},      {5, "rdi", {"edi", "di", "dil"}, ""},
    {6, "rbp", {"ebp", "bp", "bpl"}, ""},      {7, "rsp", {"esp", "sp", "spl"}, ""},
    {8, "r8", {"r8d", "r8w", "r8b"}, ""},      {9, "r9", {"r9d", "r9w", "r9b"}, ""},
    {10, "r10", {"r10d", "r10w", "r10b"}, ""}, {11, "r11", {"r11d", "r11w", "r11b"}, ""},
    {12, "r12", {"r12d", "r12w", "r12b"}, ""}, {13, "r13", {"r13d", "r13w", "r13b"}, ""},
    {14, "r14", {"r14d", "r14w", "r14b"}, ""}, {15, "r15", {"r15d", "r15w", "r15b"}, ""},
};

/// How the names of floating-point and vector registers begin; a number follows.
struct VectorNames {
  uint16_t machine;
  std::vector<std::string_view> prefixes;
};
const VectorNames vector_names[] = {
    {EM_X86_64, {"xmm", "ymm", "zmm", "mm"}},
    {EM_386, {"xmm", "ymm", "zmm", "mm"}},
    {EM_AARCH64, {"v", "q", "d", "s", "h", "b"}},
};

bool is_number(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

}  // namespace

const MachineRegisters* registers_of(uint16_t machine) {
  for (const MachineRegisters* table : machines)
    if (table->machine == machine) return table;
  return nullptr;
}

std::string machine_names() {
  std::string names;
  for (const MachineRegisters* const& table : machines)
    names += (names.empty()                      ? ""
              : &table + 1 == std::end(machines) ? " and "
                                                 : ", ") +
             std::string(table->name);
  return names;
}

const RegisterInfo* register_info(uint16_t machine, unsigned dwarf_number) {
  const MachineRegisters* table = registers_of(machine);
  if (!table) return nullptr;
  for (const RegisterInfo& row : table->rows)
    if (row.dwarf_number == dwarf_number) return &row;
  return nullptr;
}

unsigned kernel_register(uint16_t machine, unsigned dwarf_number) {
  const MachineRegisters* table = registers_of(machine);
  const RegisterInfo* row = register_info(machine, dwarf_number);
  return table && row && !table->has_own_kernel ? row->kernel_number : dwarf_number;
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

std::optional<NamedRegister> register_named(uint16_t machine, std::string_view name) {
  if (machine == EM_X86_64)
    for (const RegisterParts& parts : x86_64_parts) {
      if (name == parts.whole) return NamedRegister{parts.dwarf_number, 0};
      for (const char* lower : parts.lower)
        if (name == lower) return NamedRegister{parts.dwarf_number, 0};
      if (name == parts.high_byte && *parts.high_byte) return NamedRegister{parts.dwarf_number, 8};
    }
  if (machine == EM_386)
    for (const RegisterInfo& row : i386.rows)
      for (const RegisterParts& parts : x86_64_parts) {
        if (parts.dwarf_number != row.kernel_number) continue;
        for (const char* lower : parts.lower)
          if (name == lower) return NamedRegister{row.dwarf_number, 0};
        if (name == parts.high_byte && *parts.high_byte) return NamedRegister{row.dwarf_number, 8};
      }
  if (machine == EM_AARCH64)
    for (const RegisterInfo& row : aarch64.rows) {
      std::string_view whole = row.name;
      bool is_half =
          name.starts_with('w') && whole.starts_with('x') && name.substr(1) == whole.substr(1);
      if (name == whole || is_half) return NamedRegister{row.dwarf_number, 0};
    }
  return std::nullopt;
}

bool is_vector_register(uint16_t machine, std::string_view name) {
  if ((machine == EM_X86_64 || machine == EM_386) && name == "st")
    return true;  // st(0) and its like
  for (const VectorNames& names : vector_names)
    for (std::string_view prefix : names.prefixes)
      if (names.machine == machine && name.starts_with(prefix) &&
          is_number(name.substr(prefix.size())))
        return true;
  return false;
}

}  // namespace coretap::debug
