// The psABI for i386, section 2.2.3, as far as probes need it. All arguments are on the stack above the return address, in
// order, each in a whole number of words. Results of up to four bytes are in eax, of eight in edx:eax; floating-point ones are in
// st(0), which a probe cannot read. Structs and unions of any size are returned in memory, whose address the caller passes as a
// hidden first argument and gets back in eax. A C++ object with code of its own for copying is passed by address (Itanium C++
// ABI, 3.1.1).
//
// Functions with the attributes regparm and fastcall take arguments in registers instead, and gcc's debug information does not say
// so. It says where the parameter is once the prologue has copied it. So an argument counts as known only where the prologue is
// seen to read its place, or where the debug information says that it stays there.
#include "dwarf/calling_convention_i386.h"

#include <dwarf.h>

#include <algorithm>

#include "dwarf/code_flow.h"
#include "dwarf/die.h"
#include "dwarf/registers.h"
#include "dwarf/types_dwarf.h"

namespace coretap::debug {
namespace {

constexpr uint64_t kWord = 4;
constexpr unsigned kEax = 0, kEdx = 2, kEsp = 4, kEbp = 5;  // see registers.cpp
constexpr int kMaxDepth = 32;
/// The prologue of an unoptimised function is not longer, in instructions.
constexpr size_t kMostOfPrologue = 48;

VarLocation in_register(unsigned number) {
  VarLocation location;
  location.kind = VarLocation::Value;
  location.expr = expr::reg(number);
  return location;
}

VarLocation in_memory(LocExprPtr address) {
  VarLocation location;
  location.kind = VarLocation::Memory;
  location.expr = std::move(address);
  return location;
}

/// Does the object hold a vector? Those are passed in registers, or aligned to their size.
bool holds_vector(const Type& type, int depth) {
  if (depth > kMaxDepth || type.is_vector()) return true;
  if (type.kind() == TypeKind::Array) {
    TypePtr element = type.target();
    return element && holds_vector(*element, depth + 1);
  }
  if (!is_record(type.kind())) return false;
  const std::vector<Member> members = type.members();
  return std::any_of(members.begin(), members.end(), [&](const Member& member) {
    return member.type && holds_vector(*member.type, depth + 1);
  });
}

/// How far above the stack pointer an argument is at the entry.
struct Slot {
  uint64_t above;
  bool by_address;  ///< what is there is its address
};

std::optional<Slot> slot_of(const DebugData& data, Dwarf_Die function, const Dwarf_Die& parameter) {
  TypePtr result = type_of(data, &function);
  // A complex number, or one of sixteen bytes, may be returned in either way.
  if (result &&
      (result->is_vector() || (result->is_floating() && (result->name().starts_with("complex") ||
                                                         result->byte_size() > 3 * kWord))))
    return std::nullopt;
  const bool is_hidden = result && (result->is_passed_by_address() || is_record(result->kind()));
  uint64_t above = kWord + (is_hidden ? kWord : 0);  // the return address is first
  std::optional<Slot> found;
  for_each_child(&function, [&](Dwarf_Die* die) {
    if (dwarf_tag(die) != DW_TAG_formal_parameter) return true;
    TypePtr type = type_of(data, die);
    if (!type || type->byte_size() == 0 || holds_vector(*type, 0)) return false;
    const bool by_address = type->is_passed_by_address() || is_described_by_address(data, die);
    if (die->addr == parameter.addr) found = Slot{above, by_address};
    above += by_address ? kWord : (type->byte_size() + kWord - 1) / kWord * kWord;
    return !found;
  });
  return found;
}

/// Does the debug information say of the parameter that it is there, counted from the frame pointer (clang)?
bool is_described_there(Dwarf_Die function, Dwarf_Die parameter, uint64_t above) {
  Dwarf_Attribute attr;
  Dwarf_Op* ops = nullptr;
  size_t count = 0;
  const bool counts_from_frame = dwarf_attr_integrate(&function, DW_AT_frame_base, &attr) &&
                                 die_expression(&attr, &ops, &count) == 0 && count == 1 &&
                                 ops[0].atom == DW_OP_reg0 + kEbp;
  return counts_from_frame && dwarf_attr_integrate(&parameter, DW_AT_location, &attr) &&
         die_expression(&attr, &ops, &count) == 0 && count == 1 && ops[0].atom == DW_OP_fbreg &&
         static_cast<int64_t>(ops[0].number) == static_cast<int64_t>(above + kWord);
}

/// Does the code at the function's entry read what is `above` its stack pointer at the entry? Such code has a frame pointer, which
/// is saved below the return address.
bool prologue_reads(const DebugData& data, uint64_t entry, uint64_t above) {
  const CodeFlow* flow = data.code_flow(entry);
  if (!flow) return false;
  const std::vector<Instruction>& code = flow->instructions();
  auto one = std::find_if(code.begin(), code.end(),
                          [&](const Instruction& each) { return each.address == entry; });
  const auto wanted = static_cast<int64_t>(above + kWord);
  for (size_t i = 0; i < kMostOfPrologue && one != code.end(); ++one, i++) {
    if (one->reads_at_register == kEbp && one->reads_at_offset == wanted) return true;
    // Position-independent code calls a function that tells where it is.
    if (one->flow != Instruction::Flow::Next && one->flow != Instruction::Flow::Call) return false;
  }
  return false;
}

}  // namespace

VarLocation i386_return_location(const Type& type, bool is_c) {
  const uint64_t size = type.byte_size();
  if (size == 0) return unavailable("the size of the returned type is not known");
  if (type.is_floating())
    return unsupported("it is returned in a floating-point register, which a probe cannot read");
  if (!type.is_scalar() && !is_c)
    return unsupported("how this language returns a value of more than one number is not known");
  if (type.is_vector())
    return unsupported("it is returned in a vector register, which a probe cannot read");
  if (is_record(type.kind()) || type.is_passed_by_address()) return in_memory(expr::reg(kEax));
  if (size <= kWord) return in_register(kEax);
  if (size > 2 * kWord) return unsupported("how a value of this type is returned is not known");
  VarLocation location;
  location.kind = VarLocation::Pieces;
  for (unsigned number : {kEax, kEdx})
    location.pieces.push_back({kWord, std::make_shared<VarLocation>(in_register(number))});
  return location;
}

std::optional<VarLocation> i386_argument_location(const DebugData& data, Dwarf_Die function,
                                                  const Dwarf_Die& parameter) {
  const std::optional<uint64_t> entry = die_entry_pc(&function);
  std::optional<Slot> slot = slot_of(data, function, parameter);
  if (!entry || !slot) return std::nullopt;
  if (!is_described_there(function, parameter, slot->above) &&
      !prologue_reads(data, *entry, slot->above))
    return std::nullopt;
  LocExprPtr address = expr::binary(LocExpr::Add, expr::reg(kEsp),
                                    expr::constant(static_cast<int64_t>(slot->above)));
  return in_memory(slot->by_address ? expr::deref(address, kWord) : address);
}

}  // namespace coretap::debug
