// A place: an object (variable, member, element, pointee) of a known type that IR can read.
//
// One description serves programs and the kernel. In a program's memory the layout is that of the
// binary's own debug information: member offsets are constants. Kernel types are *relocated*: the
// place keeps the nearest enclosing named struct and the member path from it, and offsets come
// from CO-RE (core_path.h) when the object is loaded.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "probes/location_ir.h"
#include "probes/probe_kind.h"
#include "runtime/common/result.h"

namespace coretap::probes {

/// One step below a named kernel struct: a member (anonymous parents left out), or an index.
struct CoreStep {
  debug::Member member;
  int64_t index = -1;  ///< >= 0: element of the array so far; `member` is then unused
};

struct Place {
  enum Kind : uint8_t { Memory, Value, Described } kind = Memory;
  debug::TypePtr type;  ///< null: void
  unsigned dims = 0;    ///< how many dimensions of an array type were indexed already
  ir::Space space = ir::Space::User;
  ir::Operand base;    ///< Memory: an address; Value: the bits of an object of up to 8 bytes
  int64_t offset = 0;  ///< Memory: added to base; Value, Described: first byte of the place in it
  uint32_t bit_size = 0, bit_offset = 0;  ///< a bit field, as in debug::Member
  std::shared_ptr<const debug::VarLocation>
      described;          ///< in pieces, or a pointer that was optimised away
  bool extended = false;  ///< Value: `base` is the object itself, already extended to 64 bits
  bool relocated = false;
  std::string core_root;  ///< "struct task_struct": what `base` points to
  std::vector<CoreStep> core_path;
};

/// Is the place a struct, union or array (so that its value is its address)?
bool is_aggregate(const Place& place);
/// Kind of the place: an array all of whose dimensions are indexed is its element.
debug::TypeKind kind_of(const Place& place);
/// The type of the place with its indexed dimensions taken off, as far as types can express it.
debug::TypePtr type_of(const Place& place);

/// Emits the IR that moves between places and reads them. What cannot be done fails with the end of a sentence
/// about the place: "it is in a register, which has no address".
class PlaceEmitter {
 public:
  PlaceEmitter(ContextLowering& to, LocationSite site) : to_(to), site_(std::move(site)) {
    site_.entry_register = [&to](unsigned dwarf_register, ir::Operand cfa) {
      return to.entry_register(dwarf_register, std::move(cfa));
    };
  }

  /// The place of a whole variable. Its location must have passed check_location().
  Place variable(const debug::VarLocation& location, debug::TypePtr type);
  ct::Result<Place> member(const Place& from, const debug::FoundMember& found);
  ct::Result<Place> element(const Place& array, const ir::Operand& index);
  ct::Result<Place> pointee(const Place& pointer);
  /// `pointer[index]` for a pointer.
  ct::Result<Place> pointee(const Place& pointer, const ir::Operand& index);

  /// The value as a long: sized and sign-extended by type; of an aggregate its address.
  ct::Result<ir::Operand> read(const Place& place);
  /// The eight bytes at `at` of an object that is larger than a number.
  ct::Result<ir::Operand> read_part(const Place& place, uint64_t at) {
    return read_part(place, at, 8);
  }
  /// The byte at `at` of an object, from 0 to 255. A byte of a constant is a constant.
  ct::Result<ir::Operand> read_byte(const Place& place, uint64_t at) {
    return read_part(place, at, 1);
  }
  ct::Result<ir::Operand> address(const Place& place);

  ContextLowering& to() { return to_; }

 private:
  ir::Builder& builder() { return to_.builder(); }
  ct::Result<ir::Operand> member_address(const Place& record, const debug::FoundMember& found);
  ct::Result<ir::Operand> count_of(const debug::Type& array, size_t dim);
  ct::Result<ir::Operand> stride_of(const debug::TypePtr& type, size_t first_dim);
  ct::Result<Place> displaced(Place place, const ir::Operand& index,
                              const ct::Result<ir::Operand>& stride);
  const debug::VarLocation* implicit_pointer(const Place& pointer) const;
  ir::Operand memory_address(const Place& place);
  ct::Result<ir::Operand> read_part(const Place& place, uint64_t at, uint32_t size);
  ct::Result<ir::Operand> read_raw(const Place& place, uint32_t size, bool is_signed);
  ct::Result<ir::Operand> read_bytes(const debug::VarLocation& location, uint64_t at,
                                     uint32_t size);
  ct::Result<ir::Operand> gather(const debug::VarLocation& location, uint64_t at, uint32_t size);
  ir::Operand extend(ir::Operand value, uint32_t low_bit, uint32_t bits, bool is_signed);

  ContextLowering& to_;
  LocationSite site_;
};

}  // namespace coretap::probes
