// Where exceptions land: the tables by which the C++ runtime, and that of other languages that unwind
// the stack, finds out what to do in a frame.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

namespace coretap::debug {

class ElfFile;

class LandingPads {
 public:
  /// Reads .eh_frame: which functions have a language-specific data area (LSDA). What is damaged is
  /// left out.
  explicit LandingPads(const ElfFile& object);

  bool any() const { return !areas_.empty(); }
  /// Has code in [lo, hi) an LSDA: is it made to be unwound through?
  bool has_area(uint64_t lo, uint64_t hi) const;
  /// The addresses at which unwinding enters the code in [lo, hi).
  std::vector<uint64_t> in(uint64_t lo, uint64_t hi) const;

 private:
  struct Area {
    uint64_t function_end, address;
  };
  void read_area(uint64_t function, uint64_t address);

  const ElfFile& object_;
  std::map<uint64_t, Area> areas_;  ///< by where the function, or its part, begins
  std::vector<uint64_t> pads_;      ///< of all functions, sorted
};

}  // namespace coretap::debug
