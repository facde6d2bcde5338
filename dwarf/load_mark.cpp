#include "dwarf/load_mark.h"

#include <gelf.h>

#include <cstring>
#include <optional>
#include <string_view>

namespace coretap::debug {
namespace {

/// Where the build-id is among the notes of a segment at `address`, if it is there and long enough.
std::optional<std::pair<uint64_t, std::string_view>> find_id(std::string_view notes,
                                                             uint64_t address, uint64_t align) {
  constexpr uint32_t kBuildId = 3;  // NT_GNU_BUILD_ID of <elf.h>
  constexpr std::string_view kOwner("GNU\0", 4);
  const size_t step = align == 8 ? 8 : 4;
  auto padded = [&](size_t size) { return (size + step - 1) / step * step; };
  size_t at = 0;
  while (notes.size() - at >= sizeof(GElf_Nhdr)) {
    GElf_Nhdr note;
    std::memcpy(&note, notes.data() + at, sizeof note);
    const size_t name = at + sizeof note, bytes = name + padded(note.n_namesz);
    const size_t end = bytes + padded(note.n_descsz);
    if (end > notes.size()) break;
    if (note.n_type == kBuildId && notes.substr(name, note.n_namesz) == kOwner)
      return std::pair(address + bytes, notes.substr(bytes, note.n_descsz));
    at = end;
  }
  return std::nullopt;
}

}  // namespace

ct::Result<LoadMark> read_load_mark(const ElfFile& object) {
  LoadMark mark;
  bool has_dynamic = false, has_id = false;
  size_t count = 0;
  if (elf_getphdrnum(object.elf(), &count) != 0) count = 0;
  for (size_t i = 0; i < count; i++) {
    GElf_Phdr segment;
    if (!gelf_getphdr(object.elf(), static_cast<int>(i), &segment)) continue;
    if (segment.p_type == PT_DYNAMIC) {
      mark.dynamic = segment.p_vaddr;
      has_dynamic = true;
    }
    if (segment.p_type != PT_NOTE || has_id) continue;
    const auto found = find_id(object.bytes_at(segment.p_vaddr, segment.p_filesz), segment.p_vaddr,
                               segment.p_align);
    if (!found || found->second.size() < sizeof mark.id) continue;
    mark.id_address = found->first;
    std::memcpy(mark.id.data(), found->second.data(), sizeof mark.id);
    has_id = true;
  }
  if (object.address_size() != 8) return ct::Status("it is a 32-bit object");
  if (!has_dynamic) return ct::Status("it is linked statically");
  if (!has_id) return ct::Status("it has no build-id of 16 bytes or more");
  return mark;
}

}  // namespace coretap::debug
