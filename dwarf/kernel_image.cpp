#include "dwarf/kernel_image.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "dwarf/elf_file.h"

namespace coretap::debug {
namespace {

/// `const char linux_banner[]` of init/version.c: "Linux version RELEASE (who built it) …".
std::string release_of(const ElfFile& object) {
  constexpr std::string_view kBegin = "Linux version ";
  constexpr size_t kLongest = 128;
  for (uint64_t address : object.symbol_addresses("linux_banner")) {
    std::string_view text = object.bytes_at(address, kBegin.size() + kLongest);
    if (!text.starts_with(kBegin)) continue;
    text.remove_prefix(kBegin.size());
    return std::string(text.substr(0, text.find(' ')));
  }
  return "";
}

std::optional<uint64_t> only_symbol(const ElfFile& object, const char* name) {
  const std::set<uint64_t> found = object.symbol_addresses(name);
  if (found.size() != 1) return std::nullopt;
  return *found.begin();
}

}  // namespace

KernelImage read_kernel_image(const ElfFile& object) {
  KernelImage image;
  image.is_cut_off = object.is_cut_off();
  image.release = release_of(object);
  image.text = only_symbol(object, "_stext");
  image.per_cpu = object.section_range(".data..percpu");
  return image;
}

std::string what_module_lacks(const std::string& path) {
  auto file = ElfFile::open(path, ElfFile::Purpose::DebugInfo);
  if (!file) return file.failure().message;
  if (!(*file)->has_debug_info()) return "it has no debug information (.debug_info)";
  // Of a file that only keeps what strip took away, the code has a section without contents.
  if (!(*file)->section(".text").data) return "it has no code (.text)";
  return "";
}

bool takes_kprobes(const std::string& section) {
  constexpr std::array<std::string_view, 6> kRefused = {".init.text",    ".exit.text",
                                                        ".kprobes.text", ".noinstr.text",
                                                        ".entry.text",   ".altinstr_replacement"};
  return std::find(kRefused.begin(), kRefused.end(), section) == kRefused.end();
}

}  // namespace coretap::debug
