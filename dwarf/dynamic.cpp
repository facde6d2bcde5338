#include "dwarf/dynamic.h"

#include <gelf.h>

#include <memory>

#include "dwarf/elf_file.h"
#include "dwarf/module.h"

namespace coretap::debug {
namespace {

std::vector<std::string> split(const std::string& list) {
  std::vector<std::string> parts;
  for (size_t begin = 0; begin <= list.size();) {
    size_t end = std::min(list.find(':', begin), list.size());
    if (end != begin) parts.push_back(list.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

}  // namespace

std::optional<DynamicSection> read_dynamic(const std::string& path) {
  std::unique_ptr<ElfFile> file = ElfFile::open(path).value_or(nullptr);
  if (!file) return std::nullopt;
  DynamicSection found;
  found.machine = file->machine();
  for (Elf_Scn* section = nullptr; (section = elf_nextscn(file->elf(), section));) {
    GElf_Shdr header;
    if (!gelf_getshdr(section, &header) || header.sh_type != SHT_DYNAMIC) continue;
    Elf_Data* data = elf_getdata(section, nullptr);
    GElf_Dyn entry;
    for (int i = 0; data && gelf_getdyn(data, i, &entry) && entry.d_tag != DT_NULL; i++) {
      if (entry.d_tag != DT_NEEDED && entry.d_tag != DT_RPATH && entry.d_tag != DT_RUNPATH)
        continue;
      const char* text = elf_strptr(file->elf(), header.sh_link, entry.d_un.d_val);
      if (!text) continue;
      if (entry.d_tag == DT_NEEDED)
        found.needed.emplace_back(text);
      else
        (entry.d_tag == DT_RPATH ? found.rpath : found.runpath) = split(text);
    }
  }
  return found;
}

}  // namespace coretap::debug
