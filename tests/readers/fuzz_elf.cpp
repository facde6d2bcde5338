// The reader of ELF: headers, sections, symbols, relocations, the procedure linkage table, separate debug files, build-ids.
#include <libelf.h>

#include <memory>

#include "dwarf/dynamic.h"
#include "dwarf/elf_file.h"
#include "dwarf/jump_sources.h"
#include "dwarf/kernel_image.h"
#include "dwarf/plt.h"
#include "harness.h"
#include "one_file.h"
#include "runtime/user/kernel/build_id.h"

namespace readers {

using namespace coretap::debug;

const std::vector<std::string_view> kSections = {};

namespace {

void ask_of_address(const ElfFile& file, uint64_t address) {
  file.file_offset(address);
  file.data_offset(address);
  file.is_allocated(address);
  file.section_at(address);
  file.bytes_at(address, SIZE_MAX);
  slot_of_stub(file, address);
}

/// The number of symbols.
size_t ask_file(const ElfFile& file) {
  size_t names = 0;
  file.for_each_name([&](std::string_view name, bool) { names += name.empty() ? 0 : 1; });
  file.for_each_relocation(
      [&](const ElfFile::Relocation& relocation) { ask_of_address(file, relocation.slot); });
  for (const FunctionSymbol& symbol : file.function_symbols()) {
    ask_of_address(file, symbol.address);
    file.symbol_addresses(std::string(symbol.name));
    file.data_symbols(std::string(symbol.name));
  }
  for (const ElfFile::CodeSegment& segment : file.code_segments())
    if (!segment.bytes.empty()) must(segment.bytes.data() != nullptr, "code is in the file");
  file.offset_table();
  file.has_debug_info();
  file.section_range(".text");
  file.is_cut_off();
  file.is_library();
  file.entry();
  file.thread_block();
  file.layout();
  file.marks_hash();
  uint64_t last = 0;
  for (const PltEntry& entry : read_plt(file)) {
    must(!entry.symbol.empty() && entry.pc >= last, "stubs have names and are sorted");
    must(file.file_offset(entry.pc).has_value(), "a stub is code in the file");
    last = entry.pc;
  }
  JumpSources(file).jumps_into(file.entry().value_or(0), file.entry().value_or(0) + 5, {},
                               [](uint64_t) { return true; });
  read_kernel_image(file);
  ct::build_id_of(file.elf());
  return names;
}

}  // namespace

bool read_input(std::string_view input) {
  const Parts parts = parts_of(input);
  const MemoryFile object(parts.object);
  OneFile server(parts.separate);
  read_dynamic(object.path());
  (void)ct::build_id_of_file(object.path());
  file_crc32(object.path());
  for (const ElfFile::Purpose purpose : {ElfFile::Purpose::DebugInfo, ElfFile::Purpose::Code}) {
    auto opened = ElfFile::open(object.path(), purpose);
    if (!opened) must(!opened.failure().message.empty(), "what is refused has a reason");
    if (opened && ask_file(**opened) != 0 && purpose == ElfFile::Purpose::Code) {
      auto module = Module::open(object.path(), {{}, &server});
      must(module.operator bool(), "an object that opens as a file opens as a module");
      (*module)->files();
      (*module)->plt();
      for (const PltEntry& entry : (*module)->plt()) (*module)->code_at(entry.pc);
      return true;
    }
  }
  return false;
}

}  // namespace readers
