// The sections of an ELF file that somebody else made.
#pragma once

#include <gelf.h>
#include <libelf.h>

#include <cstddef>

namespace ct {

/// The first section for which `fits(section, name, header)` is true, in the order of the file; nullptr if it is none of them. Sections
/// without a readable header or name are passed over.
template <typename Fits>
Elf_Scn* find_section(Elf* elf, Fits&& fits) {
  size_t names;
  if (elf_getshdrstrndx(elf, &names) != 0) return nullptr;
  for (Elf_Scn* section = elf_nextscn(elf, nullptr); section; section = elf_nextscn(elf, section)) {
    GElf_Shdr header;
    const char* name =
        gelf_getshdr(section, &header) ? elf_strptr(elf, names, header.sh_name) : nullptr;
    if (name && fits(section, name, header)) return section;
  }
  return nullptr;
}

}  // namespace ct
