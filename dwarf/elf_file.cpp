#include "dwarf/elf_file.h"

#include <elfutils/libdwelf.h>
#include <fcntl.h>
#include <gelf.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <cstring>

#include "dwarf/registers.h"
#include "runtime/common/regular_file.h"
#include "runtime/shared/code_hash.h"

namespace coretap::debug {
namespace {

LoadError load_error(LoadError::Kind kind, const std::string& path, const std::string& why) {
  return {kind, "'" + path + "' " + why, {path}, {}};
}

/// Why an ELF header is not one that we can read; nothing if it is.
std::optional<LoadError> refuse_header(const GElf_Ehdr& header, ElfFile::Purpose purpose,
                                       const std::string& path) {
  const MachineRegisters* machine = registers_of(header.e_machine);
  if (!machine)
    return load_error(LoadError::WrongArch, path,
                      "is for machine type " + std::to_string(header.e_machine) +
                          ", which is not supported (only " + machine_names() + ")");
  const bool is_64_bit = machine->address_size == 8;
  if (header.e_ident[EI_CLASS] != (is_64_bit ? ELFCLASS64 : ELFCLASS32) ||
      header.e_ident[EI_DATA] != ELFDATA2LSB)
    return load_error(LoadError::WrongArch, path,
                      "is for " + std::string(machine->name) + ", but is not a " +
                          (is_64_bit ? "64" : "32") + "-bit little-endian ELF object");
  if (purpose == ElfFile::Purpose::Code && header.e_type != ET_EXEC && header.e_type != ET_DYN)
    return load_error(LoadError::NotElf, path, "is neither an executable nor a shared object");
  return std::nullopt;
}

/// libelf maps a file privately. For the kernel that is a program with the file's code: if a uprobe is made while the mapping is
/// there, the kernel takes the instruction for one of our own 64 bits, and a 32-bit program that steps over it crashes
/// (kernel/events/uprobes.c: valid_vma(), prepare_uprobe(); arch/x86/kernel/uprobes.c: is_64bit_mm()). So a 32-bit file is read.
Elf* open_elf(int fd) {
  Elf* elf = elf_begin(fd, ELF_C_READ, nullptr);
  if (elf && gelf_getclass(elf) == ELFCLASS32) return elf;
  elf_end(elf);
  return elf_begin(fd, ELF_C_READ_MMAP, nullptr);
}

/// Calls `look` with each symbol of a table and its name, which lives as long as the file. None of a damaged table, or of none.
template <typename Look>
void each_symbol(Elf* elf, Elf_Scn* section, Look look) {
  GElf_Shdr header;
  if (!section || !gelf_getshdr(section, &header) || header.sh_entsize == 0) return;
  Elf_Data* data = elf_getdata(section, nullptr);
  const size_t count = data ? data->d_size / header.sh_entsize : 0;
  for (size_t i = 1; i < count; i++) {
    GElf_Sym symbol;
    if (!gelf_getsym(data, static_cast<int>(i), &symbol)) return;
    if (const char* name = elf_strptr(elf, header.sh_link, symbol.st_name))
      look(symbol, std::string_view(name));
  }
}

}  // namespace

std::string to_hex(const void* bytes, size_t count) {
  static const char digits[] = "0123456789abcdef";
  std::string out;
  for (size_t i = 0; i < count; i++) {
    auto byte = static_cast<const unsigned char*>(bytes)[i];
    out += digits[byte >> 4];
    out += digits[byte & 15];
  }
  return out;
}

std::optional<uint32_t> file_crc32(const std::string& path) {
  int fd = ct::open_regular(path.c_str()).value_or(-1);
  if (fd < 0) return std::nullopt;
  uLong crc = crc32(0, nullptr, 0);
  std::vector<unsigned char> buffer(1 << 18);
  ssize_t got;
  while ((got = read(fd, buffer.data(), buffer.size())) > 0)
    crc = crc32(crc, buffer.data(), static_cast<uInt>(got));
  close(fd);
  if (got < 0) return std::nullopt;
  return static_cast<uint32_t>(crc);
}

ElfFile::ElfFile(std::string path, int fd, Elf* elf) : path_(std::move(path)), fd_(fd), elf_(elf) {}

ElfFile::~ElfFile() {
  if (is_mapped_) munmap(const_cast<char*>(contents_.data()), contents_.size());
  elf_end(elf_);
  close(fd_);
}

ct::Result<std::unique_ptr<ElfFile>, LoadError> ElfFile::open(const std::string& path,
                                                              Purpose purpose) {
  elf_version(EV_CURRENT);
  ct::Result<int> opened = ct::open_regular(path.c_str());
  if (!opened)
    return load_error(access(path.c_str(), R_OK) == 0 ? LoadError::NotElf : LoadError::NotFound,
                      path, opened.failure().text());
  int fd = *opened;
  Elf* elf = open_elf(fd);
  if (!elf || elf_kind(elf) != ELF_K_ELF) {
    elf_end(elf);
    close(fd);
    return load_error(LoadError::NotElf, path, "is not an ELF file");
  }
  std::unique_ptr<ElfFile> file(new ElfFile(ct::canonical_path(path), fd, elf));
  GElf_Ehdr header;
  if (!gelf_getehdr(elf, &header))
    return load_error(LoadError::Corrupt, path, "has a damaged ELF header");
  if (std::optional<LoadError> refusal = refuse_header(header, purpose, path)) return *refusal;
  file->machine_ = header.e_machine;
  file->map_contents();
  if (!file->load_segments())
    return load_error(LoadError::Corrupt, path, "has damaged program headers");
  file->load_sections();
  const void* id = nullptr;
  ssize_t length = dwelf_elf_gnu_build_id(elf, &id);
  if (length > 0) file->build_id_ = to_hex(id, static_cast<size_t>(length));
  return file;
}

void ElfFile::map_contents() {
  struct stat status = {};
  size_t size = fstat(fd_, &status) == 0 ? static_cast<size_t>(status.st_size) : 0;
  void* start = size != 0 ? mmap(nullptr, size, PROT_READ, MAP_SHARED, fd_, 0) : MAP_FAILED;
  is_mapped_ = start != MAP_FAILED;
  if (is_mapped_) {
    contents_ = {static_cast<const char*>(start), size};
  } else if (const char* file = elf_rawfile(elf_, &size)) {
    contents_ = {file, size};
  }
}

bool ElfFile::load_segments() {
  size_t count = 0;
  if (elf_getphdrnum(elf_, &count) != 0) return false;
  for (size_t i = 0; i < count; i++) {
    GElf_Phdr segment;
    if (!gelf_getphdr(elf_, static_cast<int>(i), &segment)) return false;
    if (segment.p_type != PT_LOAD) continue;
    segments_.push_back({segment.p_vaddr, segment.p_offset, segment.p_filesz, segment.p_memsz});
    if (segment.p_flags & PF_X) code_segments_.push_back(segments_.back());
  }
  return true;
}

void ElfFile::load_sections() {
  for (Elf_Scn* section = nullptr; (section = elf_nextscn(elf_, section));) {
    GElf_Shdr header;
    if (!gelf_getshdr(section, &header) || !(header.sh_flags & SHF_ALLOC)) continue;
    // .tbss takes no room where its address says: that is a place in each thread's block.
    if ((header.sh_flags & SHF_TLS) && header.sh_type == SHT_NOBITS) continue;
    AddressRange range{header.sh_addr, header.sh_addr + header.sh_size};
    sections_.push_back(range);
    if (header.sh_flags & SHF_EXECINSTR) code_sections_.push_back(range);
  }
}

bool ElfFile::is_allocated(uint64_t address) const {
  auto covers = [&](const auto& range) { return address >= range.lo && address < range.hi; };
  if (!sections_.empty()) return std::any_of(sections_.begin(), sections_.end(), covers);
  return address != 0 && std::any_of(segments_.begin(), segments_.end(), [&](const Segment& s) {
           return address >= s.address && address - s.address < s.memory_size;
         });
}

unsigned ElfFile::address_size() const { return registers_of(machine_)->address_size; }

uint64_t ElfFile::offset_table() const {
  Section dynamic = section(".dynamic");
  GElf_Dyn tag;
  for (int i = 0; dynamic.data && gelf_getdyn(dynamic.data, i, &tag) && tag.d_tag != DT_NULL; i++)
    if (tag.d_tag == DT_PLTGOT) return tag.d_un.d_ptr;
  return 0;
}

uint64_t ElfFile::layout() const { return ct::segment_layout(elf_); }

uint64_t ElfFile::marks_hash() const { return ct::marks_hash(elf_); }

ElfFile::Section ElfFile::section(const char* wanted) const {
  size_t names = 0;
  if (elf_getshdrstrndx(elf_, &names) != 0) return {};
  for (Elf_Scn* section = nullptr; (section = elf_nextscn(elf_, section));) {
    GElf_Shdr header;
    if (!gelf_getshdr(section, &header) || header.sh_type == SHT_NOBITS) continue;
    const char* name = elf_strptr(elf_, names, header.sh_name);
    if (name && !strcmp(name, wanted)) return {elf_getdata(section, nullptr), header.sh_addr};
  }
  return {};
}

std::optional<std::pair<uint64_t, uint64_t>> ElfFile::section_range(const char* name) const {
  std::optional<std::pair<uint64_t, uint64_t>> found;
  for_each_loaded_section([&](const char* each, uint64_t lo, uint64_t hi) {
    if (!strcmp(each, name)) found = {lo, hi};
  });
  return found;
}

std::string ElfFile::section_at(uint64_t address) const {
  std::string found;
  for_each_loaded_section([&](const char* each, uint64_t lo, uint64_t hi) {
    if (address >= lo && address < hi) found = each;
  });
  return found;
}

void ElfFile::for_each_loaded_section(
    const std::function<void(const char* name, uint64_t lo, uint64_t hi)>& visit) const {
  size_t names = 0;
  if (elf_getshdrstrndx(elf_, &names) != 0) return;
  for (Elf_Scn* section = nullptr; (section = elf_nextscn(elf_, section));) {
    GElf_Shdr header;
    if (!gelf_getshdr(section, &header) || !(header.sh_flags & SHF_ALLOC)) continue;
    const char* name = elf_strptr(elf_, names, header.sh_name);
    if (name) visit(name, header.sh_addr, header.sh_addr + header.sh_size);
  }
}

bool ElfFile::has_debug_info() const {
  return section(".debug_info").data || section(".zdebug_info").data;
}

Elf_Scn* ElfFile::find_section_type(uint32_t type) const {
  for (Elf_Scn* section = nullptr; (section = elf_nextscn(elf_, section));) {
    GElf_Shdr header;
    if (gelf_getshdr(section, &header) && header.sh_type == type) return section;
  }
  return nullptr;
}

std::vector<FunctionSymbol> ElfFile::function_symbols() const {
  std::vector<FunctionSymbol> symbols;
  Elf_Scn* section = find_section_type(SHT_SYMTAB);
  if (!section) section = find_section_type(SHT_DYNSYM);
  each_symbol(elf_, section, [&](const GElf_Sym& symbol, std::string_view name) {
    const int type = GELF_ST_TYPE(symbol.st_info);
    if ((type != STT_FUNC && type != STT_GNU_IFUNC) || symbol.st_shndx == SHN_UNDEF) return;
    name = name.substr(0, name.find('@'));
    if (symbol.st_value == 0 || name.empty()) return;
    symbols.push_back({name, symbol.st_value, symbol.st_size,
                       GELF_ST_BIND(symbol.st_info) != STB_LOCAL, type == STT_GNU_IFUNC});
  });
  return symbols;
}

std::set<uint64_t> ElfFile::symbol_addresses(const std::string& name) const {
  std::set<uint64_t> addresses;
  for (uint32_t type : {SHT_SYMTAB, SHT_DYNSYM})
    each_symbol(elf_, find_section_type(type), [&](const GElf_Sym& symbol, std::string_view text) {
      // A thread-local symbol's value is no address, nor is an absolute symbol's.
      const bool has_address = symbol.st_shndx != SHN_UNDEF && symbol.st_shndx != SHN_ABS &&
                               GELF_ST_TYPE(symbol.st_info) != STT_TLS;
      if (has_address && name == text) addresses.insert(symbol.st_value);
    });
  return addresses;
}

std::vector<DataSymbol> ElfFile::data_symbols(const std::string& name) const {
  std::set<DataSymbol> found;
  for (uint32_t type : {SHT_SYMTAB, SHT_DYNSYM})
    each_symbol(elf_, find_section_type(type), [&](const GElf_Sym& symbol, std::string_view text) {
      const int kind = GELF_ST_TYPE(symbol.st_info);
      const bool is_data =
          kind == STT_OBJECT || kind == STT_NOTYPE || kind == STT_COMMON || kind == STT_TLS;
      if (!is_data || symbol.st_shndx == SHN_UNDEF || symbol.st_shndx == SHN_ABS) return;
      if (name == text) found.insert({symbol.st_value, symbol.st_size, kind == STT_TLS});
    });
  return {found.begin(), found.end()};
}

std::optional<uint64_t> ElfFile::entry() const {
  GElf_Ehdr header;
  if (!gelf_getehdr(elf_, &header) || header.e_entry == 0) return std::nullopt;
  if (header.e_type == ET_EXEC) return header.e_entry;
  // A shared object is a program if it has an interpreter, or if it is static and its linker says so. Libraries of older
  // linkers have an entry, too.
  size_t count = 0;
  if (elf_getphdrnum(elf_, &count) != 0) return std::nullopt;
  for (size_t i = 0; i < count; i++) {
    GElf_Phdr segment;
    if (gelf_getphdr(elf_, static_cast<int>(i), &segment) && segment.p_type == PT_INTERP)
      return header.e_entry;
  }
  const Section dynamic = section(".dynamic");
  GElf_Dyn tag;
  for (int i = 0; dynamic.data && gelf_getdyn(dynamic.data, i, &tag) && tag.d_tag != DT_NULL; i++)
    if (tag.d_tag == DT_FLAGS_1 && tag.d_un.d_val & DF_1_PIE) return header.e_entry;
  return std::nullopt;
}

std::optional<int64_t> ElfFile::thread_block() const {
  const MachineRegisters* machine = registers_of(machine_);
  size_t count = 0;
  if (!machine || !machine->has_thread_block || !entry() || is_library() ||
      elf_getphdrnum(elf_, &count) != 0)
    return std::nullopt;
  for (size_t i = 0; i < count; i++) {
    GElf_Phdr segment;
    if (!gelf_getphdr(elf_, static_cast<int>(i), &segment) || segment.p_type != PT_TLS) continue;
    const uint64_t align = std::max<uint64_t>(segment.p_align, 1);
    // A block that does not begin at a multiple of its alignment is none that linkers make.
    if (segment.p_vaddr % align != 0) return std::nullopt;
    return -static_cast<int64_t>((segment.p_memsz + align - 1) / align * align);
  }
  return std::nullopt;
}

void ElfFile::for_each_name(const std::function<void(std::string_view, bool)>& visit) const {
  for (uint32_t type : {SHT_SYMTAB, SHT_DYNSYM}) {
    Elf_Scn* section = find_section_type(type);
    GElf_Shdr header;
    if (!section || !gelf_getshdr(section, &header) || header.sh_entsize == 0) continue;
    Elf_Data* data = elf_getdata(section, nullptr);
    GElf_Sym symbol;
    for (int i = 1; data && gelf_getsym(data, i, &symbol); i++) {
      const char* name = elf_strptr(elf_, header.sh_link, symbol.st_name);
      if (name && *name) visit(name, symbol.st_shndx != SHN_UNDEF);
    }
  }
}

bool ElfFile::is_cut_off() const {
  GElf_Ehdr header;
  if (!gelf_getehdr(elf_, &header)) return true;
  const uint64_t size = contents_.size();
  return header.e_shoff > size ||
         uint64_t{header.e_shnum} * header.e_shentsize > size - header.e_shoff;
}

bool ElfFile::has_fixed_addresses() const {
  GElf_Ehdr header;
  return gelf_getehdr(elf_, &header) && header.e_type == ET_EXEC;
}

bool ElfFile::needs(std::string_view library) const {
  Elf_Scn* dynamic = find_section_type(SHT_DYNAMIC);
  GElf_Shdr header;
  if (!dynamic || !gelf_getshdr(dynamic, &header)) return false;
  Elf_Data* data = elf_getdata(dynamic, nullptr);
  GElf_Dyn tag;
  for (int i = 0; data && gelf_getdyn(data, i, &tag) && tag.d_tag != DT_NULL; i++) {
    if (tag.d_tag != DT_NEEDED) continue;
    const char* name = elf_strptr(elf_, header.sh_link, tag.d_un.d_val);
    if (name && std::string_view(name).starts_with(library)) return true;
  }
  return false;
}

bool ElfFile::is_library() const {
  // The name by which programs ask for it. The C library is a program, too: it has an interpreter.
  Section dynamic = section(".dynamic");
  GElf_Dyn tag;
  for (int i = 0; dynamic.data && gelf_getdyn(dynamic.data, i, &tag) && tag.d_tag != DT_NULL; i++)
    if (tag.d_tag == DT_SONAME) return true;
  return false;
}

std::vector<ElfFile::CodeSegment> ElfFile::code_segments() const {
  std::vector<CodeSegment> found;
  for (const Segment& segment : code_segments_)
    found.push_back({segment.address, code_bytes(segment.address, segment.size)});
  return found;
}

void ElfFile::for_each_relocation(const std::function<void(const Relocation&)>& visit) const {
  Elf_Scn* table = find_section_type(SHT_DYNSYM);
  GElf_Shdr table_header{};
  Elf_Data* symbols =
      table && gelf_getshdr(table, &table_header) ? elf_getdata(table, nullptr) : nullptr;
  for (Elf_Scn* section = nullptr; (section = elf_nextscn(elf_, section));) {
    GElf_Shdr header;
    if (!gelf_getshdr(section, &header) || header.sh_entsize == 0 ||
        (header.sh_type != SHT_RELA && header.sh_type != SHT_REL) || !(header.sh_flags & SHF_ALLOC))
      continue;
    const bool has_addends = header.sh_type == SHT_RELA;
    Elf_Data* data = elf_getdata(section, nullptr);
    for (size_t i = 0; data && i < data->d_size / header.sh_entsize; i++) {
      GElf_Rela relocation{};
      GElf_Rel without{};
      GElf_Sym symbol;
      if (has_addends ? !gelf_getrela(data, static_cast<int>(i), &relocation)
                      : !gelf_getrel(data, static_cast<int>(i), &without))
        break;
      if (!has_addends) {
        // The word itself holds the addend (i386).
        uint32_t word = 0;
        std::string_view bytes = bytes_at(without.r_offset, sizeof word);
        if (bytes.size() == sizeof word) memcpy(&word, bytes.data(), sizeof word);
        relocation = {without.r_offset, without.r_info, word};
      }
      const auto number = static_cast<int>(GELF_R_SYM(relocation.r_info));
      Relocation found{relocation.r_offset, static_cast<unsigned>(GELF_R_TYPE(relocation.r_info)),
                       "", std::nullopt, relocation.r_addend};
      if (number != 0 && symbols && gelf_getsym(symbols, number, &symbol)) {
        if (const char* name = elf_strptr(elf_, table_header.sh_link, symbol.st_name))
          found.symbol = name;
        if (symbol.st_shndx != SHN_UNDEF) found.value = symbol.st_value;
      }
      visit(found);
    }
  }
}

std::optional<uint64_t> ElfFile::offset_in(const std::vector<Segment>& segments, uint64_t address) {
  for (const Segment& segment : segments)
    if (address >= segment.address && address - segment.address < segment.size)
      return address - segment.address + segment.file_offset;
  return std::nullopt;
}

std::optional<uint64_t> ElfFile::file_offset(uint64_t address) const {
  auto covers = [&](const AddressRange& range) {
    return address >= range.lo && address < range.hi;
  };
  if (!code_sections_.empty() && std::none_of(code_sections_.begin(), code_sections_.end(), covers))
    return std::nullopt;
  return offset_in(code_segments_, address);
}

std::optional<uint64_t> ElfFile::data_offset(uint64_t address) const {
  return offset_in(segments_, address);
}

std::string_view ElfFile::code_bytes(uint64_t address, size_t count) const {
  return bytes_in(code_segments_, address, count);
}

std::string_view ElfFile::bytes_at(uint64_t address, size_t count) const {
  return bytes_in(segments_, address, count);
}

std::string_view ElfFile::bytes_in(const std::vector<Segment>& segments, uint64_t address,
                                   size_t count) const {
  for (const Segment& segment : segments) {
    if (address < segment.address || address - segment.address >= segment.size) continue;
    uint64_t skipped = address - segment.address;
    uint64_t start = segment.file_offset + skipped;
    if (start < skipped || start >= contents_.size()) return {};
    return contents_.substr(start, std::min<uint64_t>(count, segment.size - skipped));
  }
  return {};
}

}  // namespace coretap::debug
