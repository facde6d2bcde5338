// What the rest of the box asks about machine instructions. An architecture is one implementation of
// InstructionSet; nobody else knows opcodes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace coretap::debug {

struct Instruction {
  /// What can run after it.
  enum class Flow : uint8_t {
    Next,             ///< the next instruction
    Jump,             ///< `target`
    ConditionalJump,  ///< `target` or the next one
    IndirectJump,     ///< what a register or memory says
    Call,             ///< `target`; the next one if that returns
    IndirectCall,     ///< the same, of what a register or memory says
    Return,           ///< the caller, by the ordinary return instruction
    End,              ///< nothing: a trap, or a return from something else than a call
  };
  uint64_t address = 0;
  uint64_t target = 0;  ///< Jump, ConditionalJump, Call
  uint32_t shape = 0;   ///< equal for instructions that differ at most in registers and constants
  uint8_t length = 0;
  Flow flow = Flow::Next;
  uint16_t popped = 0;  ///< Return: bytes that it takes off the stack besides the return address
  bool is_padding = false;  ///< fills the space between blocks and functions
  bool is_refused = false;  ///< the kernel takes no breakpoint on it
  bool reads_memory = false;
  bool writes_memory = false;
  /// The place in memory that an operand names: equal for the same address, or the same sum of registers and a constant.
  /// 0: there is none.
  uint64_t memory_place = 0;
  /// With a breakpoint on it, the kernel does its work itself, which is cheaper than a single step.
  bool is_emulated = false;
  bool is_transfer = false;  ///< only moves a value
  bool is_vector = false;    ///< computes several values at once
  /// It reads memory at a fixed distance from where the stack or frame pointer, or on i386 the pointer to the global offset
  /// table, points (a DWARF number).
  std::optional<unsigned> reads_at_register;
  int64_t reads_at_offset = 0;

  uint64_t end() const { return address + length; }
  bool falls_through() const {
    return flow == Flow::Next || flow == Flow::ConditionalJump || flow == Flow::Call ||
           flow == Flow::IndirectCall;
  }
};

/// Where an indirect jump takes its target from: a switch has a table of them.
struct JumpTable {
  uint64_t address = 0;
  /// Not null: `address` was not seen to be loaded near the jump, so any table that the function
  /// mentions may be meant.
  bool address_known = false;
  enum class Entries : uint8_t {
    Addresses,
    FromTable,        ///< 4-byte offsets from the table
    FromOffsetTable,  ///< 4-byte offsets from the global offset table, as `address` is one, too (i386)
  } entries = Entries::Addresses;
  std::optional<uint64_t> count;  ///< entries, if a comparison in front of the jump says so
};

class InstructionSet {
 public:
  /// Of an ELF machine (EM_*); null if there is none.
  static const InstructionSet* of(uint16_t machine);
  virtual ~InstructionSet() = default;

  /// The instruction at the start of `bytes`, which are at `address`; nothing if they are not code.
  /// Addresses that it takes or reads from are added to `mentioned`.
  virtual std::optional<Instruction> decode(std::string_view bytes, uint64_t address,
                                            std::vector<uint64_t>& mentioned) const = 0;

  /// The instruction at the start of `bytes` in the notation of gdb and objdump (AT&T's on x86); "" if they are not code.
  virtual std::string text(std::string_view bytes, uint64_t address) const = 0;

  /// The table behind the indirect jump that ends `bytes`; they begin with an instruction at
  /// `address` and run up to the jump without one that jumps away for good. Nothing if the jump goes
  /// to what a table does not hold: a function pointer.
  virtual std::optional<JumpTable> jump_table(std::string_view bytes, uint64_t address) const = 0;

  /// On entry of a function, and in front of its return instruction, the canonical frame address is
  /// this far above the stack pointer.
  virtual unsigned frame_above_stack() const = 0;
  /// Where the return address is in memory, below the canonical frame address; 0 if it is not.
  virtual unsigned return_address_below_frame() const = 0;
};

}  // namespace coretap::debug
