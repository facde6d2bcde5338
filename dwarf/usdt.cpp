#include "dwarf/usdt.h"

#include <elf.h>
#include <gelf.h>

#include <cstring>

#include "dwarf/elf_file.h"

namespace coretap::debug {
namespace {

constexpr char kOwner[] = "stapsdt";
constexpr uint32_t kNoteType = 3;

/// Texts and addresses of a note's description, each checked against its end.
class NoteReader {
 public:
  NoteReader(std::string_view bytes, unsigned address_size)
      : bytes_(bytes), address_size_(address_size) {}

  uint64_t address() {
    uint64_t value = 0;
    if (bytes_.size() < address_size_) {
      damaged_ = true;
      return 0;
    }
    memcpy(&value, bytes_.data(), address_size_);  // little-endian, as ElfFile::open sees to
    bytes_.remove_prefix(address_size_);
    return value;
  }

  std::string text() {
    size_t end = bytes_.find('\0');
    if (end == std::string_view::npos) {
      damaged_ = true;
      return "";
    }
    std::string value(bytes_.substr(0, end));
    bytes_.remove_prefix(end + 1);
    return value;
  }

  bool damaged() const { return damaged_; }

 private:
  std::string_view bytes_;
  unsigned address_size_;
  bool damaged_ = false;
};

std::optional<UsdtMark> read_mark(const ElfFile& file, std::string_view description,
                                  std::optional<uint64_t> base, const SymbolLookup& symbols) {
  NoteReader reader(description, gelf_getclass(file.elf()) == ELFCLASS32 ? 4 : 8);
  UsdtMark mark;
  mark.pc = reader.address();
  uint64_t linked_base = reader.address();
  mark.semaphore = reader.address();
  mark.provider = reader.text();
  mark.name = reader.text();
  std::string arguments = reader.text();
  if (reader.damaged() || mark.name.empty()) return std::nullopt;
  // prelink moves an object and not what its notes say: .stapsdt.base tells how far.
  if (base && linked_base != 0) {
    mark.pc += *base - linked_base;
    if (mark.semaphore != 0) mark.semaphore += *base - linked_base;
  }
  mark.arguments = parse_usdt_arguments(arguments, file.machine(), symbols);
  return mark;
}

/// Reads one section of notes.
void read_notes(const ElfFile& file, Elf_Data* data, std::optional<uint64_t> base,
                UsdtMarks& found) {
  SymbolLookup symbols = [&](const std::string& name) { return file.symbol_addresses(name); };
  GElf_Nhdr note;
  size_t at = 0, next = 0, name_at = 0, text_at = 0;
  for (; (next = gelf_getnote(data, at, &note, &name_at, &text_at)) > 0; at = next) {
    const char* bytes = static_cast<const char*>(data->d_buf);
    if (note.n_type != kNoteType || note.n_namesz != sizeof kOwner ||
        memcmp(bytes + name_at, kOwner, sizeof kOwner) != 0)
      continue;
    std::optional<UsdtMark> mark = read_mark(file, {bytes + text_at, note.n_descsz}, base, symbols);
    if (mark)
      found.marks.push_back(std::move(*mark));
    else
      found.damaged++;
  }
  // What is left does not hold the note that it begins: that one is lost, with all behind it.
  if (at < data->d_size) found.damaged++;
}

}  // namespace

UsdtMarks read_usdt_marks(const ElfFile& file) {
  UsdtMarks found;
  size_t names = 0;
  if (elf_getshdrstrndx(file.elf(), &names) != 0) return found;
  std::vector<Elf_Scn*> notes;
  std::optional<uint64_t> base;
  for (Elf_Scn* section = nullptr; (section = elf_nextscn(file.elf(), section));) {
    GElf_Shdr header;
    if (!gelf_getshdr(section, &header)) continue;
    const char* name = elf_strptr(file.elf(), names, header.sh_name);
    if (!name) continue;
    if (strcmp(name, ".stapsdt.base") == 0) base = header.sh_addr;
    if (header.sh_type == SHT_NOTE && strcmp(name, ".note.stapsdt") == 0) notes.push_back(section);
  }
  for (Elf_Scn* section : notes)
    if (Elf_Data* data = elf_getdata(section, nullptr); data && data->d_buf)
      read_notes(file, data, base, found);
    else
      found.damaged++;
  for (const UsdtMark& mark : found.marks)
    if (mark.semaphore != 0) found.semaphores.emplace(mark.pc, mark.semaphore);
  if (!found.marks.empty()) found.hash = file.marks_hash();
  return found;
}

}  // namespace coretap::debug
