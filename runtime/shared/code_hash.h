// The hash by which a probe knows the code that it was compiled for. The translator makes it of the
// function's bytes in the file, the runtime makes it again before it attaches.
#pragma once

#include <gelf.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

// Inlined, so that neither side needs the library when it is linked.
#define XXH_INLINE_ALL
#include <xxhash.h>

namespace ct {

class CodeHash {
 public:
  CodeHash() { XXH64_reset(&state_, 0); }
  void add(const void* bytes, size_t count) { XXH64_update(&state_, bytes, count); }
  uint64_t value() const { return XXH64_digest(&state_); }

 private:
  XXH64_state_t state_;
};

/// Where the segments of a file that are loaded are and how large: nearly every change of a program
/// moves something. Stripping, and splitting off debug information, leave them alone.
inline uint64_t segment_layout(Elf* elf) {
  CodeHash hash;
  size_t count = 0;
  if (elf_getphdrnum(elf, &count) != 0) return 0;
  for (size_t i = 0; i < count; i++) {
    GElf_Phdr header;
    if (!gelf_getphdr(elf, static_cast<int>(i), &header) || header.p_type != PT_LOAD) continue;
    const uint64_t place[] = {header.p_vaddr, header.p_filesz, header.p_memsz, header.p_flags};
    hash.add(place, sizeof place);
  }
  return hash.value();
}

/// Of the notes that describe the file's USDT marks and say what their arguments are: these may differ
/// where no byte of code does. 0 if there are none.
inline uint64_t marks_hash(Elf* elf) {
  CodeHash hash;
  bool any = false;
  size_t names = 0;
  if (elf_getshdrstrndx(elf, &names) != 0) return 0;
  for (Elf_Scn* section = nullptr; (section = elf_nextscn(elf, section));) {
    GElf_Shdr header;
    if (!gelf_getshdr(section, &header) || header.sh_type != SHT_NOTE) continue;
    const char* name = elf_strptr(elf, names, header.sh_name);
    Elf_Data* data =
        name && !strcmp(name, ".note.stapsdt") ? elf_rawdata(section, nullptr) : nullptr;
    if (!data || !data->d_buf) continue;
    hash.add(data->d_buf, data->d_size);
    any = true;
  }
  return any ? hash.value() : 0;
}

}  // namespace ct
