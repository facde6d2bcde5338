// The stack machine that DWARF expressions are programs for. Internal to the box.
#pragma once

#include <elfutils/libdw.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "dwarf/debug_data.h"
#include "dwarf/location.h"

namespace coretap::debug {

/// Thrown from deep in an expression; `why` ends a sentence: "it is in the floating-point register xmm0 …".
struct CannotCompile {
  std::string why;
};

/// Where an expression is evaluated.
struct LocationContext {
  const DebugData& data;
  CodePoint point;
  Dwarf_Die function{};   ///< whose frame is live; addr null if there is none
  bool at_entry = false;  ///< the point is the first instruction of `function`
  int depth = 0;          ///< locations that led here by way of an implicit pointer
};

/// The context at `point`: the function whose frame is live is looked up.
LocationContext location_context(const DebugData& data, CodePoint point);

/// Compiles one expression of attribute `attr`. Throws CannotCompile; what is wrong with one piece spoils only that piece.
VarLocation run_location(const LocationContext& context, Dwarf_Attribute* attr, const Dwarf_Op* ops,
                         size_t count);
/// The same for an expression that starts with `object`, the address of an object, on its stack, and leaves an address.
LocExprPtr run_member_address(const LocationContext& context, Dwarf_Attribute* attr,
                              const Dwarf_Op* ops, size_t count);
/// The canonical frame address; throws CannotCompile.
LocExprPtr run_cfa(const LocationContext& context);

/// Where the variable `die` is in the same context, for a pointer to it that was optimised away.
VarLocation compile_location_of(const LocationContext& context, Dwarf_Die die);

/// The link-time address that an operation pushes (DW_OP_addr, or by a number in .debug_addr); nothing of other operations, and if
/// the number is damaged.
std::optional<uint64_t> address_operand(Dwarf_Attribute* attr, const Dwarf_Op& op);

/// The bytes of a constant, as one value or as pieces of eight bytes.
VarLocation constant_bytes(const unsigned char* bytes, size_t count);
VarLocation located(VarLocation::Kind kind, LocExprPtr value);

}  // namespace coretap::debug
