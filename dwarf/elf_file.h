// One ELF file, opened read-only with libelf: headers, symbols, segments, notes. The rest of the
// box sees addresses and strings only; every look-up here tolerates a corrupt file.
#pragma once

#include <libelf.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "dwarf/module.h"

namespace coretap::debug {

/// A function symbol (STT_FUNC or STT_GNU_IFUNC) that is defined in the file.
struct FunctionSymbol {
  std::string_view name;  ///< without symbol version; points into the mapped file
  uint64_t address = 0;   ///< link-time
  uint64_t size = 0;
  bool is_global = false;
  bool is_ifunc = false;
};

class ElfFile {
 public:
  enum class Purpose : uint8_t { Code, DebugInfo };
  /// Maps `path`. Only little-endian files of a machine that registers.cpp knows, with the addresses that it has there, are
  /// accepted, for code only executables and shared objects. Fails otherwise.
  static ct::Result<std::unique_ptr<ElfFile>, LoadError> open(const std::string& path,
                                                              Purpose purpose = Purpose::Code);
  ~ElfFile();
  ElfFile(const ElfFile&) = delete;
  ElfFile& operator=(const ElfFile&) = delete;

  Elf* elf() const { return elf_; }
  const std::string& path() const { return path_; }  ///< canonical
  void set_path(std::string path) { path_ = std::move(path); }
  uint16_t machine() const { return machine_; }  ///< EM_*
  unsigned address_size() const;                 ///< in bytes
  /// Where _GLOBAL_OFFSET_TABLE_ is, to which position-independent i386 code refers (DT_PLTGOT); 0 if it is not known.
  uint64_t offset_table() const;
  const std::string& build_id() const { return build_id_; }

  /// A section with contents in the file, by name.
  struct Section {
    Elf_Data* data = nullptr;  ///< null if there is none
    uint64_t address = 0;
  };
  Section section(const char* name) const;
  /// Where a section is that is loaded, with contents in the file or not; nothing if there is none of the name.
  std::optional<std::pair<uint64_t, uint64_t>> section_range(const char* name) const;
  /// Name of the section that is loaded at this address; "" if there is none.
  std::string section_at(uint64_t address) const;
  /// Is there a .debug_info (or .zdebug_info) section with contents?
  bool has_debug_info() const;
  /// Defined function symbols of .symtab, or of .dynsym if the file has no .symtab.
  std::vector<FunctionSymbol> function_symbols() const;
  /// Every name of both symbol tables, and whether the file defines it.
  void for_each_name(const std::function<void(std::string_view, bool is_defined)>& visit) const;
  /// A dynamic relocation of a word of data.
  struct Relocation {
    uint64_t slot = 0;              ///< where the word is
    unsigned type = 0;              ///< R_*
    std::string_view symbol;        ///< "" if it is this object's own place
    std::optional<uint64_t> value;  ///< of the symbol, if this object defines it
    int64_t addend = 0;
  };
  void for_each_relocation(const std::function<void(const Relocation&)>& visit) const;
  /// Does the file end before the section headers that it says it has?
  bool is_cut_off() const;
  /// Is it linked to be loaded at one place (ET_EXEC)?
  bool has_fixed_addresses() const;
  /// Does it ask the dynamic linker for a library whose name begins so (DT_NEEDED)?
  bool needs(std::string_view library) const;
  /// A shared object that others are linked with (DT_SONAME).
  bool is_library() const;
  /// Link-time addresses of the defined symbols `name` of code and data: several, if files that were
  /// linked have static ones of that name.
  std::set<uint64_t> symbol_addresses(const std::string& name) const;
  /// The symbols of data named `name` in both symbol tables, each address once.
  std::vector<DataSymbol> data_symbols(const std::string& name) const;
  /// Link-time address of a program's first instruction; nothing of a library.
  std::optional<uint64_t> entry() const;
  /// What is added to the thread pointer to come to the program's block of thread-local variables; nothing of a library,
  /// and if the program has none.
  std::optional<int64_t> thread_block() const;
  bool has_symtab() const { return find_section_type(SHT_SYMTAB) != nullptr; }
  /// See ct::segment_layout.
  uint64_t layout() const;
  /// See ct::marks_hash.
  uint64_t marks_hash() const;
  /// File offset of code at a link-time address. Nothing for what lies in no section of code, though a segment that is
  /// executable may cover it: the headers of the file at address 0 do, and debug information of functions that the linker
  /// discarded says 0 (or 1, or -1: the "tombstones" of lld).
  std::optional<uint64_t> file_offset(uint64_t address) const;
  /// Does the program have something at this address, code or data? Not so for a variable that was discarded.
  bool is_allocated(uint64_t address) const;
  /// The same for an address in any loaded segment, such as a USDT semaphore's.
  std::optional<uint64_t> data_offset(uint64_t address) const;
  /// Up to `count` bytes of file contents at a link-time address of an executable segment.
  std::string_view code_bytes(uint64_t address, size_t count) const;
  struct CodeSegment {
    uint64_t address;
    std::string_view bytes;
  };
  std::vector<CodeSegment> code_segments() const;
  /// The same for any loaded segment.
  std::string_view bytes_at(uint64_t address, size_t count) const;

 private:
  struct Segment {
    uint64_t address, file_offset, size, memory_size;
  };
  ElfFile(std::string path, int fd, Elf* elf);
  /// Maps the file as one that is shared: in a private mapping of it, as libelf's is, the kernel puts the
  /// breakpoints of everybody's uprobes (valid_vma() in kernel/events/uprobes.c), which are no part of the program.
  void map_contents();
  bool load_segments();
  void load_sections();
  void for_each_loaded_section(
      const std::function<void(const char* name, uint64_t lo, uint64_t hi)>& visit) const;
  Elf_Scn* find_section_type(uint32_t type) const;

  static std::optional<uint64_t> offset_in(const std::vector<Segment>& segments, uint64_t address);

  std::string path_;
  int fd_;
  Elf* elf_;
  uint16_t machine_ = 0;
  std::string build_id_;
  std::string_view contents_;
  bool is_mapped_ = false;
  std::string_view bytes_in(const std::vector<Segment>& segments, uint64_t address,
                            size_t count) const;
  std::vector<Segment> segments_, code_segments_;
  struct AddressRange {
    uint64_t lo, hi;
  };
  std::vector<AddressRange> sections_,
      code_sections_;  ///< allocated ones; empty if the file has no section headers
};

/// CRC-32 as .gnu_debuglink uses it (the zlib polynomial) of a whole file; nothing on a read error.
std::optional<uint32_t> file_crc32(const std::string& path);
std::string to_hex(const void* bytes, size_t count);

}  // namespace coretap::debug
