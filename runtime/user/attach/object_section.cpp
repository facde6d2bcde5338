#include "object_section.h"

#include <gelf.h>
#include <libelf.h>
#include <string.h>

namespace ct {

std::string object_section(const void* object, u64 size, const char* name) {
  elf_version(EV_CURRENT);
  Elf* elf = elf_memory(const_cast<char*>(static_cast<const char*>(object)), size);
  std::string contents;
  size_t names = 0;
  if (elf && elf_getshdrstrndx(elf, &names) == 0) {
    for (Elf_Scn* section = nullptr; (section = elf_nextscn(elf, section));) {
      GElf_Shdr header;
      const char* found =
          gelf_getshdr(section, &header) ? elf_strptr(elf, names, header.sh_name) : nullptr;
      if (!found || strcmp(found, name) != 0) continue;
      if (Elf_Data* data = elf_getdata(section, nullptr); data && data->d_buf)
        contents.assign(static_cast<const char*>(data->d_buf), data->d_size);
      break;
    }
  }
  if (elf) elf_end(elf);
  return contents;
}

}  // namespace ct
