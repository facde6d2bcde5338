// The formats are those of the Linux Standard Base, "DWARF Extensions" (.eh_frame, pointer encodings),
// and of the call-site table of the Itanium C++ ABI's "Exception Handling Tables", which gcc, clang and
// rustc all write:
//
//   LPStart encoding [LPStart]  TType encoding [uleb]  call-site encoding  table length (uleb)
//   for each call site: start, length, landing pad (in that encoding, from LPStart), action (uleb)
//
// A landing pad of 0 is none. Without LPStart pads count from the beginning of the function's part.
#include "dwarf/landing_pads.h"

#include <elfutils/libdw.h>
#include <gelf.h>

#include <algorithm>
#include <cstring>
#include <optional>
#include <string_view>

#include "dwarf/elf_file.h"

namespace coretap::debug {
namespace {

/// DW_EH_PE_*.
enum Encoding : uint8_t { Absolute = 0, Omitted = 0xff };
constexpr uint8_t kFormat = 0x0f, kApplication = 0x70, kProgramRelative = 0x10, kIndirect = 0x80;

/// Reads numbers from bytes that are loaded at `address`.
class Reader {
 public:
  Reader(std::string_view bytes, uint64_t address, unsigned address_size)
      : bytes_(bytes), address_(address), address_size_(address_size) {}
  bool failed() const { return failed_; }
  uint64_t address() const { return address_ + at_; }
  void skip(uint64_t count) { take(count); }

  uint8_t byte() {
    std::string_view one = take(1);
    return one.empty() ? 0 : static_cast<uint8_t>(one[0]);
  }

  uint64_t uleb() {
    constexpr unsigned kBits = 7, kMost = 64;
    uint64_t value = 0;
    for (unsigned shift = 0; shift < kMost && !failed_; shift += kBits) {
      uint8_t next = byte();
      value |= static_cast<uint64_t>(next & 0x7f) << shift;
      if (!(next & 0x80)) return value;
    }
    failed_ = true;
    return 0;
  }

  /// A pointer as DW_EH_PE_* says; nothing if there is none, or if it is kept elsewhere.
  std::optional<uint64_t> pointer(uint8_t encoding) {
    if (encoding == Omitted) return std::nullopt;
    uint64_t here = address(), value = 0;
    switch (encoding & kFormat) {
      case 0x00: value = address_size_ == 4 ? number<uint32_t>() : number<uint64_t>(); break;
      case 0x04:
      case 0x0c: value = number<uint64_t>(); break;
      case 0x01: value = uleb(); break;
      case 0x02: value = number<uint16_t>(); break;
      case 0x03: value = number<uint32_t>(); break;
      case 0x0a: value = static_cast<uint64_t>(int64_t{number<int16_t>()}); break;
      case 0x0b: value = static_cast<uint64_t>(int64_t{number<int32_t>()}); break;
      default: failed_ = true;
    }
    if (failed_ || (encoding & kIndirect)) return std::nullopt;
    if (value != 0 && (encoding & kApplication) == kProgramRelative) value += here;
    return value;
  }

 private:
  template <typename T>
  T number() {
    T value{};
    std::string_view from = take(sizeof value);
    if (from.size() == sizeof value) memcpy(&value, from.data(), sizeof value);
    return value;
  }

  std::string_view take(uint64_t count) {
    if (failed_ || bytes_.size() - at_ < count) {
      failed_ = true;
      return {};
    }
    at_ += count;
    return bytes_.substr(at_ - count, count);
  }

  std::string_view bytes_;
  uint64_t address_, at_ = 0;
  unsigned address_size_;
  bool failed_ = false;
};

/// What a CIE's augmentation string says of its FDEs.
struct Augmentation {
  uint8_t pointer = Absolute;  ///< encoding of the function's address
  uint8_t area = Omitted;      ///< encoding of the LSDA's
};

Augmentation read_augmentation(const Dwarf_CIE& cie, unsigned address_size) {
  Augmentation found;
  if (!cie.augmentation || cie.augmentation[0] != 'z' || !cie.augmentation_data) return found;
  Reader data({reinterpret_cast<const char*>(cie.augmentation_data), cie.augmentation_data_size}, 0,
              address_size);
  for (const char* letter = cie.augmentation + 1; *letter && !data.failed(); letter++)
    switch (*letter) {
      case 'L': found.area = data.byte(); break;
      case 'R': found.pointer = data.byte(); break;
      case 'P': data.pointer(data.byte() & kFormat); break;
      default: break;
    }
  return found;
}

}  // namespace

LandingPads::LandingPads(const ElfFile& object) : object_(object) {
  ElfFile::Section frames = object.section(".eh_frame");
  if (!frames.data) return;
  const char* start = static_cast<const char*>(frames.data->d_buf);
  const unsigned char* ident =
      reinterpret_cast<const unsigned char*>(elf_getident(object.elf(), nullptr));
  std::map<Dwarf_Off, Augmentation> families;
  Dwarf_Off next = 0;
  Dwarf_CFI_Entry entry;
  for (Dwarf_Off offset = 0; dwarf_next_cfi(ident, frames.data, true, offset, &next, &entry) == 0;
       offset = next) {
    if (dwarf_cfi_cie_p(&entry)) {
      families[offset] = read_augmentation(entry.cie, object.address_size());
      continue;
    }
    auto family = families.find(entry.fde.CIE_pointer);
    if (family == families.end() || family->second.area == Omitted) continue;
    const char* from = reinterpret_cast<const char*>(entry.fde.start);
    const char* to = reinterpret_cast<const char*>(entry.fde.end);
    Reader reader({from, static_cast<size_t>(to - from)},
                  frames.address + static_cast<uint64_t>(from - start), object.address_size());
    std::optional<uint64_t> begin = reader.pointer(family->second.pointer);
    std::optional<uint64_t> size = reader.pointer(family->second.pointer & kFormat);
    reader.uleb();  // length of the augmentation data
    std::optional<uint64_t> area = reader.pointer(family->second.area);
    if (!reader.failed() && begin && size && area && *area != 0)
      areas_[*begin] = {*begin + *size, *area};
  }
  for (const auto& [function, area] : areas_) read_area(function, area.address);
  std::sort(pads_.begin(), pads_.end());
}

bool LandingPads::has_area(uint64_t lo, uint64_t hi) const {
  auto next = areas_.lower_bound(hi);
  return next != areas_.begin() && std::prev(next)->second.function_end > lo;
}

void LandingPads::read_area(uint64_t function, uint64_t address) {
  constexpr size_t kMostCallSites = 1 << 20;
  Reader reader(object_.bytes_at(address, SIZE_MAX), address, object_.address_size());
  uint64_t pads_from = reader.pointer(reader.byte()).value_or(function);
  if (reader.byte() != Omitted) reader.uleb();
  uint8_t encoding = reader.byte();
  uint64_t length = reader.uleb(), end = reader.address() + length;
  for (size_t i = 0; i < kMostCallSites && !reader.failed() && reader.address() < end; i++) {
    reader.pointer(encoding);
    reader.pointer(encoding);
    uint64_t pad = reader.pointer(encoding).value_or(0);
    reader.uleb();
    if (!reader.failed() && pad != 0) pads_.push_back(pads_from + pad);
  }
}

std::vector<uint64_t> LandingPads::in(uint64_t lo, uint64_t hi) const {
  return {std::lower_bound(pads_.begin(), pads_.end(), lo),
          std::lower_bound(pads_.begin(), pads_.end(), hi)};
}

}  // namespace coretap::debug
