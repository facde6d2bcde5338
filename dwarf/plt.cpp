// A stub jumps to where its slot in the global offset table points, and the slot's relocation names the function. So stubs
// are told by their code and not by their order, which differs: .plt holds them behind one of the linker's own, .plt.sec
// those of programs with -fcf-protection, whose entries in .plt only bind lazily, and .plt.got those of functions whose
// address is taken as well, or all with -z now. Section headers and dynamic relocations stay when a file is stripped.
#include "dwarf/plt.h"

#include <gelf.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <map>

#include "dwarf/elf_file.h"
#include "dwarf/instruction.h"
#include "dwarf/registers.h"

namespace coretap::debug {
namespace {

constexpr std::array<std::string_view, 4> kSections = {".plt", ".plt.sec", ".plt.got", ".plt.bnd"};
constexpr uint64_t kUsualEntry = 16;  // bytes, where the section does not say
constexpr uint64_t kLargestEntry = 64;
constexpr size_t kStubBytes = 16;

/// gcc's list of functions with the attribute returns_twice (special_function_p() in calls.cc), and their names in glibc.
constexpr std::array<std::string_view, 8> kTwice = {
    "setjmp", "_setjmp", "__setjmp", "sigsetjmp", "__sigsetjmp", "vfork", "__vfork", "getcontext"};

/// A function's name by the address of its slot.
std::map<uint64_t, std::string> read_slots(const ElfFile& file) {
  std::map<uint64_t, std::string> slots;
  file.for_each_relocation([&](const ElfFile::Relocation& one) {
    if (!one.symbol.empty()) slots.emplace(one.slot, one.symbol);
  });
  return slots;
}

}  // namespace

std::optional<uint64_t> slot_of_stub(const ElfFile& file, uint64_t address) {
  const InstructionSet* set = InstructionSet::of(file.machine());
  std::string_view bytes = file.code_bytes(address, kStubBytes);
  while (set && !bytes.empty()) {
    std::vector<uint64_t> mentioned;
    std::optional<Instruction> one = set->decode(bytes, address, mentioned);
    if (!one) return std::nullopt;
    const bool is_indirect = one->flow == Instruction::Flow::IndirectJump ||
                             one->flow == Instruction::Flow::IndirectCall;
    if (is_indirect && !mentioned.empty()) return mentioned.front();
    // Position-independent i386 code: jmp *offset(%ebx).
    const std::optional<unsigned> offset_table = registers_of(file.machine())->offset_table;
    if (is_indirect && offset_table && one->reads_at_register == offset_table)
      return static_cast<uint32_t>(file.offset_table() +
                                   static_cast<uint64_t>(one->reads_at_offset));
    if (is_indirect) return std::nullopt;
    if (one->flow != Instruction::Flow::Next) return std::nullopt;
    address += one->length;
    bytes.remove_prefix(one->length);
  }
  return std::nullopt;
}

std::vector<PltEntry> read_plt(const ElfFile& file) {
  std::vector<PltEntry> entries;
  size_t names = 0;
  if (elf_getshdrstrndx(file.elf(), &names) != 0) return entries;
  const std::map<uint64_t, std::string> slots = read_slots(file);
  for (Elf_Scn* section = nullptr; (section = elf_nextscn(file.elf(), section));) {
    GElf_Shdr header;
    if (!gelf_getshdr(section, &header) || !(header.sh_flags & SHF_EXECINSTR)) continue;
    const char* name = elf_strptr(file.elf(), names, header.sh_name);
    if (!name || std::find(kSections.begin(), kSections.end(), name) == kSections.end()) continue;
    const bool says_size = header.sh_entsize >= 8 && header.sh_entsize <= kLargestEntry;
    const uint64_t size = says_size ? header.sh_entsize : kUsualEntry;
    const uint64_t bytes = file.code_bytes(header.sh_addr, header.sh_size).size();
    for (uint64_t at = 0; at + size <= bytes; at += size) {
      // A damaged section may be none of the program's code.
      if (!file.file_offset(header.sh_addr + at)) continue;
      std::optional<uint64_t> slot = slot_of_stub(file, header.sh_addr + at);
      auto known = slot ? slots.find(*slot) : slots.end();
      if (known != slots.end()) entries.push_back({known->second, header.sh_addr + at});
    }
  }
  std::sort(entries.begin(), entries.end(),
            [](const PltEntry& a, const PltEntry& b) { return a.pc < b.pc; });
  return entries;
}

bool returns_twice(std::string_view name) {
  return std::find(kTwice.begin(), kTwice.end(), name) != kTwice.end();
}

}  // namespace coretap::debug
