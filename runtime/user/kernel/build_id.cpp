#include "build_id.h"

#include <fcntl.h>
#include <gelf.h>
#include <libelf.h>
#include <link.h>
#include <string.h>
#include <unistd.h>

#include "runtime/common/regular_file.h"

namespace ct {
namespace {

std::string to_hex(const char* bytes, size_t count) {
  std::string hex;
  for (size_t i = 0; i < count; ++i) {
    unsigned char byte = static_cast<unsigned char>(bytes[i]);
    hex += "0123456789abcdef"[byte >> 4];
    hex += "0123456789abcdef"[byte & 15];
  }
  return hex;
}

/// Looks through one block of notes for NT_GNU_BUILD_ID.
std::string find_in_notes(Elf_Data* data) {
  GElf_Nhdr note;
  size_t name, description, next = 0;
  for (size_t at = 0; (next = gelf_getnote(data, at, &note, &name, &description)) > 0; at = next) {
    const char* base = static_cast<const char*>(data->d_buf);
    if (note.n_type != NT_GNU_BUILD_ID || note.n_namesz != 4 || memcmp(base + name, "GNU", 4) != 0)
      continue;
    return to_hex(base + description, note.n_descsz);
  }
  return "";
}

}  // namespace

std::string build_id_of(Elf* elf) {
  std::string id;
  size_t headers = 0;
  if (elf_getphdrnum(elf, &headers) != 0) return "";
  for (size_t i = 0; i < headers && id.empty(); ++i) {
    GElf_Phdr header;
    if (!gelf_getphdr(elf, static_cast<int>(i), &header) || header.p_type != PT_NOTE) continue;
    Elf_Data* data =
        elf_getdata_rawchunk(elf, static_cast<int64_t>(header.p_offset), header.p_filesz,
                             header.p_align == 8 ? ELF_T_NHDR8 : ELF_T_NHDR);
    if (data) id = find_in_notes(data);
  }
  // A kernel module that is not loaded has sections only.
  for (Elf_Scn* section = nullptr;
       headers == 0 && id.empty() && (section = elf_nextscn(elf, section));) {
    GElf_Shdr header;
    if (!gelf_getshdr(section, &header) || header.sh_type != SHT_NOTE) continue;
    if (Elf_Data* data = elf_getdata(section, nullptr)) id = find_in_notes(data);
  }
  return id;
}

Result<std::string> build_id_of_file(const std::string& path) {
  Result<int> file = open_regular(path.c_str());
  if (!file) return file.failure();
  elf_version(EV_CURRENT);
  Elf* elf = elf_begin(*file, ELF_C_READ_MMAP, nullptr);
  const bool is_elf = elf && elf_kind(elf) == ELF_K_ELF;
  const std::string id = is_elf ? build_id_of(elf) : "";
  elf_end(elf);
  close(*file);
  if (!is_elf) return Status("it is not an ELF file");
  if (id.empty()) return Status("it has no build-id, by which a probe knows its kernel");
  return id;
}

namespace {

/// Looks for the id in notes as elf(5) has them: header, name, description, each padded to four bytes.
std::string find_in_memory(const char* notes, size_t size) {
  auto padded = [](size_t bytes) { return (bytes + 3) / 4 * 4; };
  Elf64_Nhdr note;
  for (size_t at = 0; at + sizeof note <= size;) {
    memcpy(&note, notes + at, sizeof note);
    size_t name = at + sizeof note, description = name + padded(note.n_namesz);
    at = description + padded(note.n_descsz);
    if (at > size) break;
    if (note.n_type == NT_GNU_BUILD_ID && note.n_namesz == 4 && !memcmp(notes + name, "GNU", 4))
      return to_hex(notes + description, note.n_descsz);
  }
  return "";
}

std::string build_id_in(const std::string& notes_file) {
  int fd = open(notes_file.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return "";
  char notes[4096];
  ssize_t size = read(fd, notes, sizeof notes);
  close(fd);
  return size > 0 ? find_in_memory(notes, static_cast<size_t>(size)) : "";
}

}  // namespace

std::string kernel_build_id() { return build_id_in("/sys/kernel/notes"); }

std::string module_build_id(const std::string& module) {
  return build_id_in("/sys/module/" + module + "/notes/.note.gnu.build-id");
}

std::string own_build_id() {
  std::string id;
  auto look = [](dl_phdr_info* program, size_t, void* found) {
    for (int i = 0; i < program->dlpi_phnum; ++i) {
      const auto& header = program->dlpi_phdr[i];
      auto& id = *static_cast<std::string*>(found);
      if (header.p_type == PT_NOTE && id.empty())
        id = find_in_memory(reinterpret_cast<const char*>(program->dlpi_addr + header.p_vaddr),
                            header.p_memsz);
    }
    return 1;  // the first is the program itself: dl_iterate_phdr(3)
  };
  dl_iterate_phdr(look, &id);
  return id;
}

}  // namespace ct
