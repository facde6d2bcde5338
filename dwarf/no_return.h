// Calls that do not return, which compilers put nothing behind that would be reached through them.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>

#include "dwarf/instruction.h"

namespace coretap::debug {

class DebugData;

/// Is this a function of the C, C++ and Rust runtime libraries that does not return?
bool never_returns(std::string_view name);

class NoReturnCalls {
 public:
  explicit NoReturnCalls(const DebugData& data) : data_(data) {}
  /// Does the call never come back? No for what is not known.
  bool never_returns(const Instruction& call);

 private:
  bool function_never_returns(uint64_t address, int depth);
  bool code_never_returns(uint64_t address, int depth);
  /// What a slot of the global offset table refers to.
  struct Import {
    std::string name;      ///< of another object's function
    uint64_t address = 0;  ///< or one of this object
  };
  const Import* import_at(uint64_t slot);
  std::optional<uint64_t> slot_of(uint64_t address) const;
  void read_imports();

  const DebugData& data_;
  std::unordered_map<uint64_t, bool> known_;  ///< by address of the function
  std::unordered_map<uint64_t, Import> imports_;
  bool imports_read_ = false;
};

}  // namespace coretap::debug
