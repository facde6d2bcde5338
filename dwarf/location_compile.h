// From DWARF location attributes to VarLocation.
#pragma once

#include <elfutils/libdw.h>

#include "dwarf/debug_data.h"
#include "dwarf/location.h"
#include "dwarf/types.h"

namespace coretap::debug {

/// Where the variable or parameter `die` is at `point`.
VarLocation compile_location(const DebugData& data, Dwarf_Die die, CodePoint point);
/// The address of a member whose place is an expression, over LocExpr::ObjectAddr; a constant offset comes out as
/// ObjectAddr + Const. Null if it needs what is not supported.
LocExprPtr compile_member_address(const DebugData& data, Dwarf_Attribute* attr);
/// The result of an expression that gives an array's bound; fails with the reason if it cannot be had at `point`.
ct::Result<LocExprPtr> compile_bound(const DebugData& data, Dwarf_Attribute* attr, CodePoint point);
/// The canonical frame address when the instruction at `pc` is about to run; null if the object
/// has no unwind information for it.
LocExprPtr compile_cfa(const DebugData& data, uint64_t pc);
/// Where a value of `type` is when the function around `pc` has just returned, by the machine's calling
/// convention.
VarLocation compile_return_location(const DebugData& data, const Type* type, uint64_t pc);
/// Is the parameter's place described by an address that was passed in its stead: in a slot of the stack, or in a register
/// of arguments? gcc says so of C++ objects with copying code of their own where it says nothing of their class.
bool is_described_by_address(const DebugData& data, Dwarf_Die* parameter);
/// Where `parameter` of `function` is on entry, by the calling convention; nothing if it is on the
/// stack (DWARF describes that one well) or cannot be known.
std::optional<VarLocation> compile_argument_location(const DebugData& data, Dwarf_Die function,
                                                     const Dwarf_Die& parameter);
/// Link-time address of the only symbol of this name in a program; nothing in a library, whose symbols others may replace.
std::optional<uint64_t> place_of_symbol(const DebugData& data, const std::string& name);

namespace expr {
LocExprPtr constant(int64_t value);
LocExprPtr reg(unsigned number);
LocExprPtr static_address(uint64_t address);
LocExprPtr unary(LocExpr::Op op, LocExprPtr operand);
LocExprPtr binary(LocExpr::Op op, LocExprPtr left, LocExprPtr right);
LocExprPtr deref(LocExprPtr address, unsigned size, bool is_signed = false);
/// The value as it is in a program whose addresses have `address_size` bytes: zero-extended, with nothing above them.
LocExprPtr wrapped(LocExprPtr value, unsigned address_size);
/// What `wrapped` took in, for those who look only at the lower half.
const LocExprPtr& unwrapped(const LocExprPtr& value);
}  // namespace expr

VarLocation unsupported(std::string why);
VarLocation unavailable(std::string why);

}  // namespace coretap::debug
