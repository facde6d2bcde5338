// The procedure linkage table: the stubs through which an object calls functions of other objects.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace coretap::debug {

class ElfFile;

/// The stub for one function. A function may have two, if it is called and its address is taken.
struct PltEntry {
  std::string symbol;  ///< as the object's dynamic symbol table has it, without a version
  uint64_t pc = 0;     ///< link-time address
  bool operator==(const PltEntry&) const = default;
};

/// All entries whose functions have a name, by address. None if the object has no such table: it is linked statically, or
/// calls other objects through its global offset table (gcc -fno-plt).
std::vector<PltEntry> read_plt(const ElfFile& file);

/// The slot of the global offset table that the code at `address` takes the target of its first call or jump from: a stub's,
/// or that of `call *slot(%rip)`. Nothing if that is no such code.
std::optional<uint64_t> slot_of_stub(const ElfFile& file, uint64_t address);

/// Does a function of this name return a second time, or look at its own return address in another way? setjmp(3) keeps it,
/// vfork(2) hands it to the child: to replace it, as a uretprobe does, ends the program.
bool returns_twice(std::string_view name);

}  // namespace coretap::debug
