// Registers as data: DWARF number -> name, per machine. The names are those of the kernel's
// struct pt_regs where the register is in it, so the translator can make a field access of them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace coretap::debug {

struct RegisterInfo {
  unsigned dwarf_number;
  const char* name;     ///< architecture's name: "rdi", "x0"
  const char* pt_regs;  ///< member of the kernel's struct pt_regs ("di", "regs[0]"), or null
  /// Of a machine whose programs another machine's kernel runs: that machine's number of the register that holds it.
  unsigned kernel_number = 0;
};

/// Registers that a probe cannot read: the kernel saves none of them for it. `count` DWARF numbers from `first` on are called
/// `prefix` and a number from `number` on: {17, 16, "xmm", 0}.
struct UnreadableRegisters {
  unsigned first, count;
  const char* prefix;
  unsigned number;
};

/// The relocations of thread-local variables (R_*), and where glibc keeps a thread's vector of blocks (DTV).
struct ThreadRelocations {
  unsigned module;  ///< the number of a module
  unsigned offset;  ///< a distance from the thread pointer
  int vector;       ///< from the thread pointer to the pointer to the vector
};

struct MachineRegisters {
  uint16_t machine;  ///< EM_*
  const char* name;
  unsigned address_size;  ///< of its programs, in bytes
  bool has_own_kernel;    ///< else RegisterInfo::kernel_number counts
  std::vector<RegisterInfo> rows;
  std::vector<UnreadableRegisters> floating_point;  ///< floating-point and vector registers
  std::vector<unsigned> integer_arguments;  ///< DWARF numbers in the calling convention's order
  std::vector<unsigned> integer_results;
  unsigned stack_pointer;
  unsigned frame_pointer;
  /// Go's internal ABI: points to the running goroutine's struct g. Go keeps it in memory where there is none.
  std::optional<unsigned> goroutine;
  /// Points to the global offset table in position-independent code, by the compilers' habit.
  std::optional<unsigned> offset_table = std::nullopt;
  /// The thread-local variables of a program itself end where the thread pointer is ("variant II" in Drepper, "ELF Handling
  /// For Thread-Local Storage", 3), and the kernel keeps the thread pointer where a probe can read it.
  bool has_thread_block = false;
  /// How the dynamic linker fills the words by which libraries find theirs; nothing if that is not known.
  std::optional<ThreadRelocations> thread_relocations = std::nullopt;
};

/// The table of a machine, or null if we have none.
const MachineRegisters* registers_of(uint16_t machine);
/// The machines that have a table: "x86_64, i386 and aarch64".
std::string machine_names();
/// The row of a register, or null if user space cannot read it from pt_regs' machine table.
const RegisterInfo* register_info(uint16_t machine, unsigned dwarf_number);
/// The number by which a probe asks for a register of a program: that of the kernel's machine. The register must have a row.
unsigned kernel_register(uint16_t machine, unsigned dwarf_number);
/// Why a probe cannot read a register that register_info does not know: "the floating-point register xmm0, which a probe
/// cannot read".
std::string unreadable_register(uint16_t machine, unsigned dwarf_number);

/// A register as assembler text names it, or a part of one: "eax" is the lower half of "rax".
struct NamedRegister {
  unsigned dwarf_number;
  unsigned shift;  ///< bits below the part: 8 of "ah"
};
/// The general-purpose register or part that `name` (without '%') stands for.
std::optional<NamedRegister> register_named(uint16_t machine, std::string_view name);
/// Is it a floating-point or vector register's name?
bool is_vector_register(uint16_t machine, std::string_view name);

}  // namespace coretap::debug
