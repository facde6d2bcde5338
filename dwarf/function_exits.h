// How a function is left, and what its return may be tampered with: where a return probe can be.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace coretap::debug {

class DebugData;

struct FunctionExits {
  /// Its return instructions, sorted: whoever returns from it passes one of them. Empty if that is
  /// not known, and where it never returns.
  std::vector<uint64_t> returns;
  /// Why `returns` is not all of it, as the end of "because …"; "" if it is.
  std::string obstacle;
  /// It looks at its own return address (setjmp, vfork, dlsym): to replace that changes what it does.
  bool reads_return_address = false;
  /// Calls of it may nest to any depth, or code that it does not know may run in them: it calls itself,
  /// or it or what it calls directly calls through a pointer.
  bool may_nest = false;
  /// The kernel emulates its first instruction, so a breakpoint there costs one trap. One at a return
  /// instruction costs two: it is stepped over.
  bool entry_is_cheap = false;
  /// Bytes that its returns take off the stack besides the return address (i386: that of a returned struct, arguments).
  unsigned popped = 0;
  /// The compiler made it to be unwound through: it cleans up, or catches.
  bool has_landing_pads = false;
};

FunctionExits find_exits(const DebugData& data, uint64_t entry);

/// What else than returning may find a replaced return address on the stack.
struct StackUse {
  bool is_go = false;            ///< moves and scans stacks
  bool throws = false;           ///< C++, Rust and their like: unwinds stacks
  bool switches_stacks = false;  ///< coroutines
};

StackUse find_stack_use(const DebugData& data);

}  // namespace coretap::debug
