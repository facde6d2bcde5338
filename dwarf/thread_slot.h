// How a library's own code finds a thread-local variable: by words that the dynamic linker fills when it has found room.
#pragma once

#include <cstdint>
#include <optional>

#include "dwarf/elf_file.h"

namespace coretap::debug {

/// A way to a variable of a library. The words are in the library's memory, at link-time addresses.
struct ThreadSlot {
  enum Kind : uint8_t {
    Offset,  ///< the word at `address` is a distance from the thread pointer; that and `rest` lead to the variable
    Module,  ///< the word at `address` is the number of a module; the variable is `rest` behind the beginning of that one's block
    ModuleAndOffset,  ///< the same, but where it is in the block says the word behind
  } kind = Offset;
  uint64_t address = 0;
  int64_t rest = 0;
  int vector = 0;  ///< of modules: ThreadRelocations::vector
};

/// The way to the variable at `offset` in the block of the object's thread-local variables; nothing if the object's relocations do not
/// tell, which is so if its code finds them by descriptors (-mtls-dialect=gnu2), or leaves the variable to others.
std::optional<ThreadSlot> find_thread_slot(const ElfFile& object, uint64_t offset);

}  // namespace coretap::debug
