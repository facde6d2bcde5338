// A symbol of data in an ELF file.
#pragma once

#include <cstdint>

namespace coretap::debug {

/// A symbol of data (STT_OBJECT, STT_NOTYPE, STT_COMMON or STT_TLS) that is defined in the file.
struct DataSymbol {
  uint64_t address = 0;  ///< link-time; of a thread-local one the distance in the thread's block
  uint64_t size = 0;     ///< 0: the file does not say it
  bool is_thread_local = false;
  bool operator<(const DataSymbol& other) const { return address < other.address; }
};

}  // namespace coretap::debug
