// Which code of a file looks like a jump to where. Every byte is taken for the beginning of a jump with
// a distance of four bytes, so there is more here than jumps, and no jump is missing: good for showing
// that nothing jumps somewhere. Short jumps come from the neighbourhood, which is decoded.
#pragma once

#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

namespace coretap::debug {

class ElfFile;

class JumpSources {
 public:
  explicit JumpSources(const ElfFile& object);

  /// May code outside of `own` jump behind the first instruction of [lo, hi)? `is_code` tells of an
  /// address whether an instruction may begin there.
  bool jumps_into(uint64_t lo, uint64_t hi, const std::vector<std::pair<uint64_t, uint64_t>>& own,
                  const std::function<bool(uint64_t)>& is_code) const;

 private:
  struct Jump {
    uint64_t target, source;
  };
  bool short_jumps_into(uint64_t lo, uint64_t hi, uint64_t from, uint64_t to) const;

  const ElfFile& object_;
  std::vector<Jump> jumps_;  ///< sorted by target
};

}  // namespace coretap::debug
