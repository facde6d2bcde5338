// What an object says to the dynamic linker: which libraries it needs, and where they may be.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace coretap::debug {

struct DynamicSection {
  std::vector<std::string> needed;  ///< DT_NEEDED, in order
  /// DT_RPATH and DT_RUNPATH, split at colons, with $ORIGIN, $LIB and $PLATFORM as they are written.
  std::vector<std::string> rpath, runpath;
  uint16_t machine = 0;  ///< EM_*
};

/// Of an ELF object; nothing if it cannot be read. An object that is linked statically has an empty one.
std::optional<DynamicSection> read_dynamic(const std::string& path);

}  // namespace coretap::debug
