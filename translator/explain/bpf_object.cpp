// libbpf loads objects, and shows neither the functions that loops call nor the lines. Both are in the file: functions are symbols of
// sections with code, and lines are in .BTF.ext, whose layout is said in Documentation/bpf/btf.rst: a header, and for each
// section with code records of an offset in bytes, a file's name, a text and a line with its column, 22 bits and 10.
#include "explain/bpf_object.h"

#include <gelf.h>
#include <libelf.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <optional>
#include <string_view>

namespace coretap::explain {
namespace {

constexpr size_t kInstruction = sizeof(bpf_insn);

struct ElfEnd {
  void operator()(Elf* elf) const { elf_end(elf); }
};

struct ExtHeader {
  uint16_t magic;
  uint8_t version, flags;
  uint32_t header_size, function_at, function_size, line_at, line_size;
};
struct LineRecord {
  uint32_t offset, file, text, position;
};
struct BtfHeader {
  uint16_t magic;
  uint8_t version, flags;
  uint32_t header_size, type_at, type_size, string_at, string_size;
};

template <typename T>
std::optional<T> read_at(std::string_view bytes, size_t at) {
  T value;
  if (at > bytes.size() || bytes.size() - at < sizeof value) return std::nullopt;
  std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}

class ObjectReader {
 public:
  ObjectReader(Elf* elf, std::string source) : elf_(elf), source_(std::move(source)) {}

  bool run(std::vector<BpfFunction>& functions) {
    if (elf_getshdrstrndx(elf_, &names_) != 0) return false;
    for (Elf_Scn* section = nullptr; (section = elf_nextscn(elf_, section));) {
      GElf_Shdr header;
      if (!gelf_getshdr(section, &header)) return false;
      const char* const name = elf_strptr(elf_, names_, header.sh_name);
      if (!name) return false;
      if (header.sh_type == SHT_SYMTAB) {
        symbols_ = elf_getdata(section, nullptr);
        strings_ = header.sh_link;
      }
      if (std::string_view(name) == ".BTF") btf_ = bytes_of(section);
      if (std::string_view(name) == ".BTF.ext") lines_ = bytes_of(section);
      if (header.sh_type == SHT_PROGBITS && (header.sh_flags & SHF_EXECINSTR) != 0)
        sections_[elf_ndxscn(section)] = {name, bytes_of(section)};
    }
    read_functions(functions);
    read_lines(functions);
    for (Elf_Scn* section = nullptr; (section = elf_nextscn(elf_, section));)
      read_relocations(section, functions);
    return !functions.empty();
  }

 private:
  struct Section {
    std::string name;
    std::string_view bytes;
  };

  static std::string_view bytes_of(Elf_Scn* section) {
    const Elf_Data* data = elf_getdata(section, nullptr);
    return data && data->d_buf
               ? std::string_view(static_cast<const char*>(data->d_buf), data->d_size)
               : std::string_view();
  }

  void read_functions(std::vector<BpfFunction>& functions) {
    for (int i = 0; symbols_; i++) {
      GElf_Sym symbol;
      if (!gelf_getsym(symbols_, i, &symbol)) break;
      const auto section = sections_.find(symbol.st_shndx);
      const char* const name = elf_strptr(elf_, strings_, symbol.st_name);
      if (GELF_ST_TYPE(symbol.st_info) != STT_FUNC || section == sections_.end() || !name) continue;
      const std::string_view bytes = section->second.bytes;
      if (symbol.st_value > bytes.size() || bytes.size() - symbol.st_value < symbol.st_size)
        continue;
      BpfFunction function;
      function.name = name;
      function.section = section->second.name;
      function.code.resize(symbol.st_size / kInstruction);
      std::memcpy(function.code.data(), bytes.data() + symbol.st_value,
                  function.code.size() * kInstruction);
      places_.emplace(std::pair(section->first, symbol.st_value), functions.size());
      functions.push_back(std::move(function));
    }
  }

  /// The function with the instruction at an offset of a section, and the instruction's index in it.
  std::optional<std::pair<size_t, uint32_t>> find(size_t section, uint64_t offset,
                                                  const std::vector<BpfFunction>& functions) const {
    auto place = places_.upper_bound({section, offset});
    if (place == places_.begin()) return std::nullopt;
    --place;
    const uint64_t index = (offset - place->first.second) / kInstruction;
    if (place->first.first != section || index >= functions[place->second].code.size())
      return std::nullopt;
    return std::pair(place->second, static_cast<uint32_t>(index));
  }

  std::string_view btf_string(uint32_t at) const {
    const auto header = read_at<BtfHeader>(btf_, 0);
    if (!header) return {};
    const size_t begin = size_t{header->header_size} + header->string_at + at;
    if (begin >= btf_.size()) return {};
    const size_t end = btf_.find('\0', begin);
    return btf_.substr(begin, end == std::string_view::npos ? 0 : end - begin);
  }

  void read_lines(std::vector<BpfFunction>& functions) const {
    const auto header = read_at<ExtHeader>(lines_, 0);
    if (!header) return;
    size_t at = size_t{header->header_size} + header->line_at;
    const size_t end = std::min(lines_.size(), at + header->line_size);
    const auto record_size = read_at<uint32_t>(lines_, at);
    if (!record_size || *record_size < sizeof(LineRecord)) return;
    at += sizeof(uint32_t);
    while (at + 2 * sizeof(uint32_t) <= end) {
      const std::string_view name = btf_string(*read_at<uint32_t>(lines_, at));
      const uint32_t count = *read_at<uint32_t>(lines_, at + sizeof(uint32_t));
      at += 2 * sizeof(uint32_t);
      for (uint32_t i = 0; i < count; i++, at += *record_size) {
        const auto record = read_at<LineRecord>(lines_, at);
        if (!record) return;
        for (const auto& [index, section] : sections_) {
          if (section.name != name) continue;
          const auto place = find(index, record->offset, functions);
          if (place)
            functions[place->first].lines[place->second] =
                is_source(btf_string(record->file)) ? record->position >> 10 : 0;
        }
      }
    }
  }

  /// clang puts its working folder in front.
  bool is_source(std::string_view file) const {
    return file == source_ || file.ends_with("/" + source_);
  }

  void read_relocations(Elf_Scn* section, std::vector<BpfFunction>& functions) const {
    GElf_Shdr header;
    if (!gelf_getshdr(section, &header) || header.sh_type != SHT_REL || !symbols_) return;
    Elf_Data* data = elf_getdata(section, nullptr);
    for (int i = 0; data; i++) {
      GElf_Rel entry;
      GElf_Sym symbol;
      if (!gelf_getrel(data, i, &entry)) break;
      const auto place = find(header.sh_info, entry.r_offset, functions);
      if (!place || !gelf_getsym(symbols_, static_cast<int>(GELF_R_SYM(entry.r_info)), &symbol))
        continue;
      const char* const name = elf_strptr(elf_, strings_, symbol.st_name);
      if (name && *name) functions[place->first].symbols[place->second] = name;
    }
  }

  Elf* elf_;
  std::string source_;
  size_t names_ = 0, strings_ = 0;
  Elf_Data* symbols_ = nullptr;
  std::string_view btf_, lines_;
  std::map<size_t, Section> sections_;                    ///< those with code, by their index
  std::map<std::pair<size_t, uint64_t>, size_t> places_;  ///< of functions, by section and offset
};

}  // namespace

ct::Result<std::vector<BpfFunction>> read_bpf_object(const std::string& object,
                                                     const std::string& source) {
  elf_version(EV_CURRENT);
  const std::unique_ptr<Elf, ElfEnd> elf(
      elf_memory(const_cast<char*>(object.data()), object.size()));
  std::vector<BpfFunction> functions;
  if (!elf || !ObjectReader(elf.get(), source).run(functions))
    return ct::Status("what the compiler made is no BPF object");
  return functions;
}

}  // namespace coretap::explain
