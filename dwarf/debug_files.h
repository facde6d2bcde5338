// The files that hold the debug information of an object apart from it.
#pragma once

#include <elfutils/libdw.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "dwarf/elf_file.h"

namespace coretap::debug {

/// The search for one object.
class DebugFiles {
 public:
  /// `places` must outlive it.
  explicit DebugFiles(const DebugPlaces& places) : places_(places) {}

  /// The first file that fits `object` and that `use` takes; null if there is none.
  std::unique_ptr<ElfFile> find(const ElfFile& object,
                                const std::function<ct::Status(const ElfFile&)>& use);
  /// The file with what dwz moved out of `dwarf`, which was read from `file`; null if nothing was, or it is not found.
  std::unique_ptr<ElfFile> find_alternate(Dwarf* dwarf, const ElfFile& file);

  /// What find() tried, and why it took none of it.
  const LoadError& error() const { return error_; }
  /// The path of each file that was tried, there or not.
  const std::vector<std::string>& looked_at() const { return looked_at_; }
  /// See Module::notices().
  const std::vector<std::string>& notices() const { return notices_; }

 private:
  std::unique_ptr<ElfFile> open_if_fits(const std::string& path, const ElfFile& object,
                                        std::optional<uint32_t> crc);
  std::string ask_server(const std::string& build_id, const std::string& of);
  const DebugPlaces& places_;
  LoadError error_{LoadError::NoDebugInfo, "", {}, {}};
  std::vector<std::string> notices_;
  std::vector<std::string> looked_at_;
};

}  // namespace coretap::debug
