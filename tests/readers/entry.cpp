// What libFuzzer calls: once for each input, and to make new ones.
#include <gelf.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <random>
#include <string>
#include <utility>

#include "harness.h"

extern "C" size_t LLVMFuzzerMutate(uint8_t* data, size_t size, size_t most);

namespace {

/// A part of the input: offset and size.
using Part = std::pair<size_t, size_t>;

/// Where the sections of interest are in the ELF files of the input.
std::vector<Part> find_sections(const uint8_t* data, size_t size) {
  std::vector<Part> found;
  std::string copy(reinterpret_cast<const char*>(data), size);
  const size_t object_size = readers::parts_of(copy).object.size();
  const std::vector<Part> files = {{0, object_size}, {object_size, size - object_size}};
  for (const auto& [begin, length] : files) {
    Elf* elf = length != 0 ? elf_memory(copy.data() + begin, length) : nullptr;
    size_t names = 0;
    if (!elf || elf_getshdrstrndx(elf, &names) != 0) {
      elf_end(elf);
      continue;
    }
    for (Elf_Scn* section = nullptr; (section = elf_nextscn(elf, section));) {
      GElf_Shdr header;
      if (!gelf_getshdr(section, &header) || header.sh_type == SHT_NOBITS) continue;
      const char* name = elf_strptr(elf, names, header.sh_name);
      const bool is_wanted =
          name && std::any_of(readers::kSections.begin(), readers::kSections.end(),
                              [&](std::string_view wanted) {
                                return std::string_view(name).starts_with(wanted);
                              });
      if (!is_wanted || header.sh_offset >= length || header.sh_size == 0) continue;
      found.emplace_back(begin + header.sh_offset,
                         std::min<size_t>(header.sh_size, length - header.sh_offset));
    }
    elf_end(elf);
  }
  return found;
}

}  // namespace

extern "C" int LLVMFuzzerInitialize(int*, char***) {
  elf_version(EV_CURRENT);
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  readers::read_input({reinterpret_cast<const char*>(data), size});
  return 0;
}

/// Changes one section, in place and without moving what is behind it. Now and then anything.
extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t most, unsigned seed) {
  constexpr unsigned kAnything = 16;  // one in so many
  std::minstd_rand random(seed);
  const std::vector<Part> sections = find_sections(data, size);
  if (sections.empty() || random() % kAnything == 0) return LLVMFuzzerMutate(data, size, most);
  const auto [begin, length] = sections[random() % sections.size()];
  std::string part(reinterpret_cast<const char*>(data) + begin, length);
  const size_t changed = LLVMFuzzerMutate(reinterpret_cast<uint8_t*>(part.data()), length, length);
  memcpy(data + begin, part.data(), changed);
  return size;
}
