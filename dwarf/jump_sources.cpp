#include "dwarf/jump_sources.h"

#include <elf.h>

#include <algorithm>
#include <cstring>

#include "dwarf/elf_file.h"
#include "dwarf/instruction.h"

namespace coretap::debug {

namespace {

/// How far a short jump goes, and its own length.
constexpr uint64_t kShort = 130;
/// A decoder that begins in the middle of an instruction finds the beginnings after a few.
constexpr uint64_t kToFindStep = 128;

}  // namespace

JumpSources::JumpSources(const ElfFile& object) : object_(object) {
  if (object.machine() != EM_X86_64 && object.machine() != EM_386) return;
  constexpr uint8_t kJump = 0xe9, kTwoBytes = 0x0f, kFirstCondition = 0x80, kConditions = 0xf0;
  for (auto [address, bytes] : object.code_segments()) {
    for (size_t i = 0; i + 1 < bytes.size(); i++) {
      const auto first = static_cast<uint8_t>(bytes[i]),
                 second = static_cast<uint8_t>(bytes[i + 1]);
      const bool is_conditional = first == kTwoBytes && (second & kConditions) == kFirstCondition;
      if (first != kJump && !is_conditional) continue;
      int32_t distance;
      const size_t end = i + (is_conditional ? 2 : 1) + sizeof distance;
      if (end > bytes.size()) break;
      memcpy(&distance, bytes.data() + end - sizeof distance, sizeof distance);
      uint64_t target = address + end + static_cast<uint64_t>(int64_t{distance});
      if (object.address_size() == 4) target = static_cast<uint32_t>(target);
      jumps_.push_back({target, address + i});
    }
  }
  std::sort(jumps_.begin(), jumps_.end(),
            [](const Jump& a, const Jump& b) { return a.target < b.target; });
}

bool JumpSources::short_jumps_into(uint64_t lo, uint64_t hi, uint64_t from, uint64_t to) const {
  const InstructionSet* set = InstructionSet::of(object_.machine());
  std::string_view bytes = object_.code_bytes(from, to - from);
  std::vector<uint64_t> unused;
  for (size_t at = 0; set && at < bytes.size();) {
    std::optional<Instruction> one = set->decode(bytes.substr(at), from + at, unused);
    if (one && one->flow != Instruction::Flow::Call && one->target > lo && one->target < hi)
      return true;
    at += one ? one->length : 1;
  }
  return false;
}

bool JumpSources::jumps_into(uint64_t lo, uint64_t hi,
                             const std::vector<std::pair<uint64_t, uint64_t>>& own,
                             const std::function<bool(uint64_t)>& is_code) const {
  auto first =
      std::upper_bound(jumps_.begin(), jumps_.end(), lo,
                       [](uint64_t value, const Jump& jump) { return value < jump.target; });
  auto is_own = [&](uint64_t source) {
    return std::any_of(own.begin(), own.end(), [&](const auto& range) {
      return source >= range.first && source < range.second;
    });
  };
  for (auto jump = first; jump != jumps_.end() && jump->target < hi; ++jump)
    if (!is_own(jump->source) && is_code(jump->source)) return true;
  return short_jumps_into(lo, hi, lo - kShort - kToFindStep, lo) ||
         short_jumps_into(lo, hi, hi, hi + kShort);
}

}  // namespace coretap::debug
