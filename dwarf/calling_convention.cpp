// The x86-64 psABI, section 3.2.3, as far as probes need it: where arguments are on entry and where
// a result is on return. A class is given to each eightbyte of an object: what holds only
// floating-point members is SSE (xmm registers, which a probe cannot read), everything else
// INTEGER. Integer eightbytes of arguments take rdi, rsi, rdx, rcx, r8, r9 in order; an object that
// does not fit in the registers that are left goes to the stack as a whole. Results take rax, rdx.
// Objects over 16 bytes are passed on the stack and returned in memory, whose address the callee
// gets as a hidden first argument and leaves in rax. (C++ objects that are not trivially copyable
// are passed by address; DWARF does not say which those are, so they are taken for plain ones.)
#include <elf.h>

#include <algorithm>

#include "dwarf/die.h"
#include "dwarf/location_compile.h"
#include "dwarf/registers.h"
#include "dwarf/types_dwarf.h"

namespace coretap::debug {
namespace {

constexpr uint64_t kEightbyte = 8;
constexpr uint64_t kMaxInRegisters = 16;
constexpr int kMaxDepth = 32;

enum class Class : uint8_t { None, Integer, Sse, Memory };

Class merge(Class a, Class b) {
  if (a == Class::None) return b;
  if (b == Class::None) return a;
  if (a == Class::Memory || b == Class::Memory) return Class::Memory;
  return a == Class::Integer || b == Class::Integer ? Class::Integer : Class::Sse;
}

/// Adds the classes of `type` at `offset` of the object to those of its two eightbytes.
void classify(const Type& type, uint64_t offset, Class (&classes)[2], int depth) {
  auto put = [&](Class one) {
    if (offset / kEightbyte < 2)
      classes[offset / kEightbyte] = merge(classes[offset / kEightbyte], one);
  };
  if (depth > kMaxDepth) return put(Class::Memory);
  switch (type.kind()) {
    case TypeKind::Float:
      // long double is X87, and is left in st0.
      return put(type.byte_size() > kEightbyte ? Class::Memory : Class::Sse);
    case TypeKind::Struct:
    case TypeKind::Union:
      for (const Member& member : type.members())
        if (member.type)
          classify(*member.type, offset + member.byte_offset + member.bit_offset / 8, classes,
                   depth + 1);
      return;
    case TypeKind::Array: {
      TypePtr element = type.target();
      uint64_t size = element ? element->byte_size() : 0;
      if (size == 0) return;
      for (uint64_t at = 0; at < std::min(type.byte_size(), kMaxInRegisters); at += size)
        classify(*element, offset + at, classes, depth + 1);
      return;
    }
    default:
      put(Class::Integer);
      if (type.byte_size() > kEightbyte && offset == 0) classes[1] = Class::Integer;  // __int128
      return;
  }
}

VarLocation in_register(unsigned number) {
  VarLocation location;
  location.kind = VarLocation::Value;
  location.expr = expr::reg(number);
  return location;
}

/// The classes of a whole object: how it travels.
struct Passing {
  Class classes[2] = {Class::None, Class::None};
  bool in_memory = false;
  size_t integers = 0;  ///< integer registers that it takes
};

Passing passing_of(const Type& type) {
  Passing passing;
  uint64_t size = type.byte_size();
  if (size <= kMaxInRegisters) classify(type, 0, passing.classes, 0);
  passing.in_memory = size > kMaxInRegisters;
  for (Class one : passing.classes) {
    passing.in_memory |= one == Class::Memory;
    passing.integers += one == Class::Integer;
  }
  if (passing.in_memory) passing.integers = 0;
  return passing;
}

/// An object whose integer eightbytes are in `registers`, in order.
VarLocation in_registers(const Passing& passing, uint64_t size, const unsigned* registers) {
  if (size <= kEightbyte) {
    if (passing.classes[0] == Class::Sse)
      return unsupported("it is in a floating-point register, which a probe cannot read");
    return in_register(registers[0]);
  }
  if (passing.integers == 0)
    return unsupported("it is in floating-point registers, which a probe cannot read");
  VarLocation location;
  location.kind = VarLocation::Pieces;
  for (size_t i = 0; i < 2; i++) {
    VarLocation part = passing.classes[i] == Class::Sse
                           ? unsupported("this half is in a floating-point register")
                           : in_register(*registers++);
    location.pieces.push_back({std::min(kEightbyte, size - i * kEightbyte),
                               std::make_shared<VarLocation>(std::move(part))});
  }
  return location;
}

}  // namespace

VarLocation compile_return_location(const DebugData& data, const Type* type) {
  if (!type) return unavailable("the function returns nothing");
  if (data.object().machine() != EM_X86_64)
    return unsupported("return values of this machine are not supported");
  const MachineRegisters& machine = *registers_of(EM_X86_64);
  uint64_t size = type->byte_size();
  if (size == 0) return unavailable("the size of the returned type is not known");
  if (type->kind() == TypeKind::Float)
    return unsupported("it is returned in a floating-point register, which a probe cannot read");
  Passing passing = passing_of(*type);
  if (!passing.in_memory) return in_registers(passing, size, machine.integer_results.data());
  VarLocation location;
  location.kind = VarLocation::Memory;
  location.expr = expr::reg(machine.integer_results[0]);
  return location;
}

std::optional<VarLocation> compile_argument_location(const DebugData& data, Dwarf_Die function,
                                                     const Dwarf_Die& parameter) {
  if (data.object().machine() != EM_X86_64) return std::nullopt;
  const MachineRegisters& machine = *registers_of(EM_X86_64);
  size_t used = 0;
  TypePtr result = type_of(data, &function);
  if (result && passing_of(*result).in_memory && result->kind() != TypeKind::Float) used = 1;
  std::optional<VarLocation> location;
  for_each_child(&function, [&](Dwarf_Die* die) {
    if (dwarf_tag(die) != DW_TAG_formal_parameter) return true;
    TypePtr type = type_of(data, die);
    if (!type || type->byte_size() == 0) return false;
    Passing passing = passing_of(*type);
    bool fits = !passing.in_memory && used + passing.integers <= machine.integer_arguments.size();
    if (die->addr == parameter.addr) {
      if (fits)
        location = in_registers(passing, type->byte_size(), &machine.integer_arguments[used]);
      return false;
    }
    if (fits) used += passing.integers;
    return true;
  });
  return location;
}

}  // namespace coretap::debug
