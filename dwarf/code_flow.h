// Machine code of one function as a graph of instructions: what can run after what. Used to tell
// where an execution of a source line begins, and to refuse addresses inside of an instruction.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "dwarf/instruction.h"

namespace coretap::debug {

class ElfFile;

class CodeFlow {
 public:
  using Ranges = std::vector<std::pair<uint64_t, uint64_t>>;

  /// Decodes the code in `ranges` of a function that is entered at `entry`. Null if the machine
  /// has no InstructionSet or the bytes are not code.
  static std::unique_ptr<CodeFlow> decode(const ElfFile& object, const Ranges& ranges,
                                          uint64_t entry);

  bool is_instruction(uint64_t address) const { return index_of(address).has_value(); }
  /// Start of the last instruction before `address` in address order, if there is one.
  std::optional<uint64_t> instruction_before(uint64_t address) const;
  /// Is `address` the target of a direct jump, or of a jump table, within the function?
  bool is_jump_target(uint64_t address) const;
  /// Does the instruction write memory?
  bool writes_memory(uint64_t address) const;
  /// The shapes of the first few instructions in [start, end): equal shapes mean instructions that
  /// differ at most in registers and constants.
  std::vector<uint32_t> shapes(uint64_t start, uint64_t end) const;

  /// Addresses that the code takes or reads from, as far as they are written in it.
  const std::vector<uint64_t>& mentioned_addresses() const { return mentioned_; }

  uint64_t entry() const { return entry_; }
  std::optional<size_t> index_of(uint64_t address) const;
  /// Indexes of the instructions that can run right after one.
  std::vector<size_t> successors(size_t index) const;
  /// Indexes of the instructions that can run right before one, by address.
  std::vector<size_t> predecessors(size_t index) const;
  /// Visits what can be reached from `starts`, each instruction once; where `visit` says false the way ends.
  void walk(const std::vector<uint64_t>& starts,
            const std::function<bool(const Instruction&)>& visit) const;
  const std::vector<Instruction>& instructions() const { return instructions_; }  ///< by address
  /// What can run when the function is entered at its entry, or at one of `others` (landing pads):
  /// a flag for each of instructions(). Code that nothing leads to is not in it.
  std::vector<bool> reachable(const std::vector<uint64_t>& others) const;
  /// Where code begins that nothing in the function seems to lead to, padding left out.
  std::vector<uint64_t> unexplained() const;
  /// Where the function goes on behind branches from its first block to code that begins it anew: behind
  /// Go's check of the stack's size. The entry, if there are none.
  uint64_t behind_stack_check() const;
  /// Can the indirect jump at `address` only go to instructions of this function, because it is a
  /// switch? With `strict`, only if the size of its table is known.
  bool is_switch(const ElfFile& object, uint64_t address, bool strict) const;

 private:
  bool decode_range(const ElfFile& object, const InstructionSet& set, uint64_t lo, uint64_t hi);
  void connect(const ElfFile& object, uint64_t entry);
  std::vector<size_t> read_jump_tables(const ElfFile& object) const;
  std::optional<size_t> table_entry(const ElfFile& object, uint64_t table,
                                    JumpTable::Entries entries, uint64_t number) const;
  bool begins_anew(size_t index) const;
  template <typename Visit>
  void for_each_successor(size_t index, Visit visit) const;

  std::vector<Instruction> instructions_;  ///< by address
  uint64_t entry_ = 0;
  std::vector<uint64_t> mentioned_;
  std::vector<size_t> table_targets_;
  std::vector<bool> is_target_;
  std::vector<size_t> roots_;  ///< the entry, and what is reached in ways we do not see
};

}  // namespace coretap::debug
