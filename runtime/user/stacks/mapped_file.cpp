#include "mapped_file.h"

#include <cxxabi.h>
#include <dwarf.h>
#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <string_view>
#include <tuple>

#include "runtime/common/clock.h"
#include "runtime/common/dwarf_texts.h"
#include "runtime/common/elf_sections.h"
#include "runtime/common/regular_file.h"
#include "runtime/common/split_unit.h"
#include "runtime/user/kernel/build_id.h"

namespace ct {
namespace {

/// As the kernel names it in the list of mappings.
constexpr char kVdso[] = "[vdso]";
constexpr u64 kVdsoBytes = 64 << 10;

/// Addresses whose rules are kept.
constexpr size_t kMostRules = 65536;

/// Symbols that may begin within a function and before the address that is looked for.
constexpr int kMostNested = 32;

/// A time of CLOCK_REALTIME as one of CLOCK_MONOTONIC.
s64 monotonic_ns(const timespec& real) {
  const s64 age = clock_ns(CLOCK_REALTIME) - (real.tv_sec * 1'000'000'000ll + real.tv_nsec);
  return clock_ns(CLOCK_MONOTONIC) - age;
}

bool has_section(Elf* elf, const char* wanted) {
  return find_section(
      elf, [&](Elf_Scn*, const char* name, const GElf_Shdr&) { return strcmp(name, wanted) == 0; });
}

}  // namespace

MappedFile::~MappedFile() {
  forget_rules();
  if (dwarf_) dwarf_end(dwarf_);
  if (eh_frame_) dwarf_cfi_end(eh_frame_);
  if (debug_elf_) elf_end(debug_elf_);
  if (elf_) elf_end(elf_);
  if (debug_fd_ >= 0) close(debug_fd_);
  if (fd_ >= 0) close(fd_);
}

/// The vdso of this process. Its size is in its section headers, which are its last part.
bool MappedFile::open_vdso() {
  char* image = reinterpret_cast<char*>(getauxval(AT_SYSINFO_EHDR));
  if (!image) {
    why_not_ = "this process has no vdso to compare with";
    return false;
  }
  const auto* header = reinterpret_cast<const Elf64_Ehdr*>(image);
  const u64 size = header->e_shoff + u64(header->e_shentsize) * header->e_shnum;
  elf_ = size <= kVdsoBytes ? elf_memory(image, size) : nullptr;
  if (!elf_) why_not_ = "the vdso cannot be read";
  return elf_ != nullptr;
}

bool MappedFile::accept(int fd) {
  elf_ = elf_begin(fd, ELF_C_READ, nullptr);
  GElf_Ehdr header;
  if (elf_ && elf_kind(elf_) == ELF_K_ELF && gelf_getclass(elf_) == ELFCLASS64 &&
      gelf_getehdr(elf_, &header)) {
    fd_ = fd;
    return true;
  }
  why_not_ = "it is not a 64-bit ELF file";
  if (elf_) elf_end(elf_);
  elf_ = nullptr;
  close(fd);
  return false;
}

bool MappedFile::open(u32 pid, u64 start, u64 end, u64 since_ns) {
  if (elf_) return true;
  if (refused_to_ == pid) return false;
  refused_to_ = pid;
  elf_version(EV_CURRENT);
  bool ok = false;
  if (path_ == kVdso) {
    ok = open_vdso();
  } else if (path_.empty() || path_[0] != '/') {
    why_not_ = "the memory is not a file's";
  } else {
    // The first is the file itself, whatever has become of its name; it is there as long as the process is.
    char mapped[64];
    snprintf(mapped, sizeof mapped, "/proc/%u/map_files/%llx-%llx", pid, start, end);
    const std::string in_its_root = "/proc/" + std::to_string(pid) + "/root" + path_;
    why_not_ = "it is not there any more";
    for (const char* name :
         {static_cast<const char*>(mapped), in_its_root.c_str(), path_.c_str()}) {
      const int fd = open_regular(name).value_or(-1);
      struct stat status;
      if (fd < 0) continue;
      // Some file systems tell stat(2) another number than the list of mappings. Then the file is taken if nobody has changed
      // it since it was mapped.
      const bool is_same =
          fstat(fd, &status) == 0 &&
          (status.st_ino == inode_ ||
           (since_ns != 0 && monotonic_ns(status.st_ctim) < static_cast<s64>(since_ns)));
      if (!is_same) {
        why_not_ = "another file has its name now";
        close(fd);
        continue;
      }
      ok = accept(fd);
      break;
    }
  }
  if (ok) read_segments();
  return ok;
}

void MappedFile::read_segments() {
  size_t count = 0;
  if (elf_getphdrnum(elf_, &count) != 0) return;
  for (size_t i = 0; i < count; ++i) {
    GElf_Phdr header;
    if (gelf_getphdr(elf_, static_cast<int>(i), &header) && header.p_type == PT_LOAD)
      segments_.push_back({header.p_offset, header.p_filesz, header.p_vaddr});
  }
}

bool MappedFile::address_of(u64 offset, u64& address) const {
  for (const Segment& segment : segments_) {
    if (offset < segment.offset || offset - segment.offset >= segment.size) continue;
    address = offset - segment.offset + segment.address;
    return true;
  }
  return false;
}

u64 MappedFile::extent() const {
  if (segments_.empty()) return 0;
  return segments_.back().address + segments_.back().size - segments_.front().address;
}

u64 MappedFile::first_page() const {
  const u64 page = static_cast<u64>(sysconf(_SC_PAGESIZE));
  return segments_.empty() ? 0 : segments_.front().address & ~(page - 1);
}

std::string MappedFile::build_id() const { return elf_ ? build_id_of(elf_) : ""; }

// ------------------------------------------------------------------ rules

Dwarf_Frame* MappedFile::find_rules(u64 address) {
  if (!elf_) return nullptr;
  if (!has_looked_for_cfi_) eh_frame_ = dwarf_getcfi_elf(elf_);
  has_looked_for_cfi_ = true;
  Dwarf_Frame* rules = nullptr;
  if (eh_frame_ && dwarf_cfi_addrframe(eh_frame_, address, &rules) == 0) return rules;
  open_dwarf();
  Dwarf_CFI* others = dwarf_ ? dwarf_getcfi(dwarf_) : nullptr;
  return others && dwarf_cfi_addrframe(others, address, &rules) == 0 ? rules : nullptr;
}

void MappedFile::forget_rules() {
  for (auto& [address, rules] : rules_) free(rules);
  rules_.clear();
}

Dwarf_Frame* MappedFile::rules(u64 address) {
  auto known = rules_.find(address);
  if (known != rules_.end()) return known->second;
  if (rules_.size() >= kMostRules) forget_rules();
  return rules_[address] = find_rules(address);
}

bool MappedFile::is_jump_of_plt(u64 address) const {
#if defined(__x86_64__)
  u64 start = 0;
  Elf_Scn* section = find_section(elf_, [&](Elf_Scn*, const char* name, const GElf_Shdr& header) {
    start = header.sh_addr;
    return (strncmp(name, ".plt", 4) == 0 || strcmp(name, ".iplt") == 0) &&
           header.sh_type == SHT_PROGBITS && address >= start && address - start < header.sh_size;
  });
  const Elf_Data* data = section ? elf_rawdata(section, nullptr) : nullptr;
  if (!data || !data->d_buf) return false;
  const char* code = static_cast<const char*>(data->d_buf);
  for (const std::string_view begin : {"\xff\x25", "\xf2\xff\x25", "\xf3\x0f\x1e\xfa"})
    if (address - start + begin.size() <= data->d_size &&
        memcmp(code + (address - start), begin.data(), begin.size()) == 0)
      return true;
#endif
  return false;
}

// ------------------------------------------------------------------ symbols

void MappedFile::add_symbols(Elf* elf) {
  for (Elf_Scn* section = elf_nextscn(elf, nullptr); section; section = elf_nextscn(elf, section)) {
    GElf_Shdr header;
    if (!gelf_getshdr(section, &header) || header.sh_entsize == 0) continue;
    if (header.sh_type != SHT_SYMTAB && header.sh_type != SHT_DYNSYM) continue;
    Elf_Data* data = elf_getdata(section, nullptr);
    if (!data) continue;
    const size_t count = data->d_size / header.sh_entsize;
    for (size_t i = 0; i < count; ++i) {
      GElf_Sym symbol;
      if (!gelf_getsym(data, static_cast<int>(i), &symbol)) break;
      const int type = GELF_ST_TYPE(symbol.st_info);
      const bool is_wanted =
          type == STT_FUNC || type == STT_GNU_IFUNC || type == STT_OBJECT || type == STT_NOTYPE;
      if (!is_wanted || symbol.st_shndx == SHN_UNDEF || symbol.st_shndx == SHN_ABS) continue;
      const char* name = elf_strptr(elf, header.sh_link, symbol.st_name);
      if (name && *name)
        symbols_.push_back({symbol.st_value, symbol.st_size, name, symbol.st_size == 0});
    }
  }
}

/// Of several names of one address the shortest is kept, of these the first in the alphabet: a rule that does not depend on
/// the order in the file.
void MappedFile::read_symbols() {
  has_symbols_ = true;
  add_symbols(elf_);
  if (!has_section(elf_, ".symtab")) open_debug_file();
  if (debug_elf_) add_symbols(debug_elf_);
  auto by_address = [](const Symbol& a, const Symbol& b) {
    const size_t a_length = strlen(a.name), b_length = strlen(b.name);
    if (a.address != b.address) return a.address < b.address;
    if (a.is_label != b.is_label) return b.is_label;
    return a_length != b_length ? a_length < b_length : strcmp(a.name, b.name) < 0;
  };
  std::sort(symbols_.begin(), symbols_.end(), by_address);
  auto same = [](const Symbol& a, const Symbol& b) { return a.address == b.address; };
  symbols_.erase(std::unique(symbols_.begin(), symbols_.end(), same), symbols_.end());
  for (size_t i = 0; i + 1 < symbols_.size(); ++i)
    if (symbols_[i].is_label) symbols_[i].size = symbols_[i + 1].address - symbols_[i].address;
}

const MappedFile::Symbol* MappedFile::symbol(u64 address) {
  if (!elf_) return nullptr;
  if (!has_symbols_) read_symbols();
  auto after = std::upper_bound(symbols_.begin(), symbols_.end(), address,
                                [](u64 a, const Symbol& b) { return a < b.address; });
  // A smaller symbol may be within a larger one and end before the address; labels may be within functions.
  const Symbol* label = nullptr;
  for (int i = 0; i < kMostNested && after != symbols_.begin(); ++i) {
    --after;
    if (address - after->address >= after->size) continue;
    if (!after->is_label) return &*after;
    if (!label) label = &*after;
  }
  return label;
}

std::string demangled(const char* name) {
  int status = 0;
  char* text = name[0] == '_' && name[1] == 'Z'
                   ? abi::__cxa_demangle(name, nullptr, nullptr, &status)
                   : nullptr;
  std::string result = text ? text : name;
  free(text);
  return result;
}

// ------------------------------------------------------------------ lines

/// Where Debian and others put the debug information of a file, by its build-id.
std::string MappedFile::debug_path(const std::string& directory) const {
  const std::string id = build_id_of(elf_);
  return id.size() > 2 ? directory + "/.build-id/" + id.substr(0, 2) + "/" + id.substr(2) + ".debug"
                       : "";
}

void MappedFile::open_debug_file() {
  if (has_looked_for_debug_ || !elf_) return;
  has_looked_for_debug_ = true;
  const std::string wanted = build_id_of(elf_);
  const std::string path = debug_path("/usr/lib/debug");
  debug_fd_ = path.empty() ? -1 : open_regular(path.c_str()).value_or(-1);
  if (debug_fd_ < 0) return;
  debug_elf_ = elf_begin(debug_fd_, ELF_C_READ, nullptr);
  if (debug_elf_ && build_id_of(debug_elf_) == wanted) return;
  if (debug_elf_) elf_end(debug_elf_);
  debug_elf_ = nullptr;
}

/// libdw reads all of it, which may be much: so only when rules or lines are asked for that are nowhere else.
void MappedFile::open_dwarf() {
  if (has_looked_for_dwarf_ || !elf_ || path_ == kVdso) return;
  has_looked_for_dwarf_ = true;
  const bool is_apart = !has_section(elf_, ".debug_info") && !has_section(elf_, ".debug_frame");
  if (is_apart) open_debug_file();
  Elf* elf = is_apart && debug_elf_ ? debug_elf_ : elf_;
  dwarf_path_ = elf == elf_ ? path_ : debug_path("/usr/lib/debug");
  if (auto dwarf = begin_dwarf(elf)) dwarf_ = *dwarf;
}

/// Tables of address ranges may be missing or partial, so where they do not help all units are asked.
Dwarf_Die* MappedFile::unit_of(u64 address, Dwarf_Die& die) {
  open_dwarf();
  if (!dwarf_) return nullptr;
  if (Dwarf_Die* unit = dwarf_addrdie(dwarf_, address, &die)) return unit;
  Dwarf_Off offset = 0, next = 0;
  size_t header = 0;
  while (dwarf_nextcu(dwarf_, offset, &next, &header, nullptr, nullptr, nullptr) == 0) {
    if (dwarf_offdie(dwarf_, offset + header, &die) && dwarf_haspc(&die, address) == 1) return &die;
    offset = next;
  }
  return nullptr;
}

bool MappedFile::line(u64 address, Line& line) {
  Dwarf_Die die;
  Dwarf_Die* unit = unit_of(address, die);
  Dwarf_Line* row = unit ? dwarf_getsrc_die(unit, address) : nullptr;
  const char* file = row ? dwarf_linesrc(row, nullptr, nullptr) : nullptr;
  if (!file) return false;
  line.file = file;
  if (dwarf_lineno(row, &line.line) != 0) line.line = 0;
  return true;
}

std::vector<MappedFile::Inlined> MappedFile::inlined(u64 address) {
  std::vector<Inlined> found;
  Dwarf_Die die;
  Dwarf_Die* unit = unit_of(address, die);
  Dwarf_Die* scopes = nullptr;
  if (unit && split_name(unit)) {
    Result<Dwarf_Die> split = split_unit(unit, dwarf_path_);
    unit = split ? &(die = *split) : nullptr;
  }
  const int count = unit ? dwarf_getscopes(unit, address, &scopes) : 0;
  for (int i = 0; i < count && dwarf_tag(&scopes[i]) != DW_TAG_subprogram; ++i) {
    if (dwarf_tag(&scopes[i]) != DW_TAG_inlined_subroutine) continue;
    Inlined function;
    const char* name = die_text(&scopes[i], DW_AT_name);
    function.function = name ? name : "?";
    Dwarf_Attribute attribute;
    Dwarf_Word number = 0;
    Dwarf_Files* files = nullptr;
    size_t file_count = 0;
    if (dwarf_formudata(dwarf_attr(&scopes[i], DW_AT_call_file, &attribute), &number) == 0 &&
        dwarf_getsrcfiles(unit, &files, &file_count) == 0)
      if (const char* file = dwarf_filesrc(files, number, nullptr, nullptr))
        function.call.file = file;
    if (dwarf_formudata(dwarf_attr(&scopes[i], DW_AT_call_line, &attribute), &number) == 0)
      function.call.line = static_cast<int>(number);
    found.push_back(std::move(function));
  }
  free(scopes);
  return found;
}

}  // namespace ct
