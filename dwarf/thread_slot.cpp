// A relocation of a thread-local variable names no symbol if the variable cannot be another object's (Drepper, "ELF Handling For
// Thread-Local Storage", 4): then its word leads to the object's own block, and so to all of its variables. If it names a symbol,
// another object may have taken its place; then the word leads to the variable that the object's code uses under this name, and
// to no other. The general and the local dynamic model have the number of a module, and the blocks of a thread are found by
// glibc's vector (DTV), which other C libraries have in another form; the initial-exec model has a distance, in any of them.
#include "dwarf/thread_slot.h"

#include "dwarf/registers.h"

namespace coretap::debug {

std::optional<ThreadSlot> find_thread_slot(const ElfFile& object, uint64_t offset) {
  const MachineRegisters* machine = registers_of(object.machine());
  if (!machine || !machine->thread_relocations) return std::nullopt;
  const ThreadRelocations& types = *machine->thread_relocations;
  // A library that calls no function of the C library may ask for the dynamic linker alone.
  const bool has_vector = object.needs("libc.so.6") || object.needs("ld-linux");
  std::optional<ThreadSlot> best;
  int rank = 0;
  auto offer = [&](int value, ThreadSlot slot) {
    if (value <= rank) return;
    rank = value;
    best = slot;
  };
  object.for_each_relocation([&](const ElfFile::Relocation& one) {
    const bool is_own = one.symbol.empty() && !one.value;
    const bool is_it = !is_own && one.value == offset;
    if (one.type == types.offset) {
      if (is_own)
        offer(4, {ThreadSlot::Offset, one.slot, static_cast<int64_t>(offset) - one.addend});
      if (is_it) offer(2, {ThreadSlot::Offset, one.slot, -one.addend});
    } else if (one.type == types.module && has_vector) {
      if (is_own)
        offer(3, {ThreadSlot::Module, one.slot, static_cast<int64_t>(offset), types.vector});
      if (is_it) offer(1, {ThreadSlot::ModuleAndOffset, one.slot, 0, types.vector});
    }
  });
  return best;
}

}  // namespace coretap::debug
