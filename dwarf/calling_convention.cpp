// The x86-64 psABI, section 3.2.3, as far as probes need it: where arguments are on entry and where
// a result is on return. A class is given to each eightbyte of an object: what holds only
// floating-point members is SSE (xmm registers, which a probe cannot read), everything else
// INTEGER. Integer eightbytes of arguments take rdi, rsi, rdx, rcx, r8, r9 in order; an object that
// does not fit in the registers that are left goes to the stack as a whole. Results take rax, rdx.
// Objects over 16 bytes are passed on the stack and returned in memory, whose address the callee
// gets as a hidden first argument and leaves in rax. A C++ object with code of its own for copying is
// passed by address, and returned in memory, whatever its size (Itanium C++ ABI, 3.1.1).
//
// Rust and Go have conventions of their own, which differ as soon as a value is no single number; there nothing
// else is said to be known.
#include <elf.h>

#include <algorithm>

#include "dwarf/calling_convention_i386.h"
#include "dwarf/die.h"
#include "dwarf/location_compile.h"
#include "dwarf/registers.h"
#include "dwarf/types_dwarf.h"

namespace coretap::debug {
namespace {

constexpr uint64_t kEightbyte = 8;
constexpr uint64_t kMaxInRegisters = 16;
constexpr int kMaxDepth = 32;
constexpr unsigned kVectorArguments = 8;  // xmm0 to xmm7
constexpr char kX87Type[] = "long double";

enum class Class : uint8_t { None, Integer, Sse, Memory };

Class merge(Class a, Class b) {
  if (a == Class::None) return b;
  if (b == Class::None) return a;
  if (a == Class::Memory || b == Class::Memory) return Class::Memory;
  return a == Class::Integer || b == Class::Integer ? Class::Integer : Class::Sse;
}

/// Adds the classes of `type` at `offset` of the object to those of its two eightbytes.
/// `is_bit_field`: it may begin anywhere.
void classify(const Type& type, uint64_t offset, Class (&classes)[2], int depth,
              bool is_bit_field = false) {
  auto put = [&](Class one) {
    if (offset / kEightbyte < 2)
      classes[offset / kEightbyte] = merge(classes[offset / kEightbyte], one);
  };
  if (depth > kMaxDepth) return put(Class::Memory);
  if (type.is_vector()) return put(type.byte_size() > kMaxInRegisters ? Class::Memory : Class::Sse);
  // An object with a member that is not aligned (a packed one) is in memory.
  if ((type.is_scalar() || type.is_floating()) && !is_bit_field && type.byte_size() != 0 &&
      offset % std::min(type.byte_size(), kMaxInRegisters) != 0)
    return put(Class::Memory);
  if (type.is_floating()) {
    if (type.name() == kX87Type || type.byte_size() > kMaxInRegisters) return put(Class::Memory);
    if (type.byte_size() > kEightbyte && offset == 0)
      classes[1] = Class::Sse;  // complex double, __float128
    return put(Class::Sse);
  }
  switch (type.kind()) {
    case TypeKind::Struct:
    case TypeKind::Union:
      for (const Member& member : type.members())
        if (member.type)
          classify(*member.type, offset + member.byte_offset + member.bit_offset / 8, classes,
                   depth + 1, member.bit_size != 0);
      return;
    case TypeKind::Array: {
      TypePtr element = type.target();
      uint64_t size = element ? element->byte_size() : 0;
      if (size == 0) return;
      for (uint64_t at = 0; at < std::min(type.byte_size(), kMaxInRegisters); at += size)
        classify(*element, offset + at, classes, depth + 1);
      return;
    }
    default: break;
  }
  put(Class::Integer);
  if (type.byte_size() > kEightbyte && offset == 0) classes[1] = Class::Integer;  // __int128
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
  bool by_address = false;  ///< what travels is its address
  size_t integers = 0;      ///< integer registers that it takes
  size_t vectors = 0;       ///< vector registers
};

Passing passing_of(const Type& type) {
  Passing passing;
  uint64_t size = type.byte_size();
  passing.by_address = type.is_passed_by_address();
  if (passing.by_address) {
    passing.integers = 1;
    return passing;
  }
  if (size <= kMaxInRegisters) classify(type, 0, passing.classes, 0);
  passing.in_memory = size > kMaxInRegisters;
  for (Class one : passing.classes) {
    passing.in_memory |= one == Class::Memory;
    passing.integers += one == Class::Integer;
    passing.vectors += one == Class::Sse;
  }
  if (passing.in_memory) passing.integers = passing.vectors = 0;
  return passing;
}

/// What memory arguments are aligned to; a type's own DW_AT_alignment is not known here.
uint64_t alignment_of(const Type& type, int depth) {
  if (depth > kMaxDepth) return kEightbyte;
  uint64_t alignment = kEightbyte;
  switch (type.kind()) {
    case TypeKind::Struct:
    case TypeKind::Union:
      for (const Member& member : type.members())
        if (member.type) alignment = std::max(alignment, alignment_of(*member.type, depth + 1));
      return alignment;
    case TypeKind::Array:
      if (TypePtr element = type.target(); element && !type.is_vector())
        return alignment_of(*element, depth + 1);
      break;
    default: break;
  }
  return std::max(alignment, std::min(type.byte_size(), kMaxInRegisters));
}

bool has_c_convention(const DebugData& data, uint64_t pc) {
  const Unit* unit = data.unit_at(pc);
  return !unit || unit->is_c || unit->is_cpp;
}

VarLocation in_memory_at(LocExprPtr address) {
  VarLocation location;
  location.kind = VarLocation::Memory;
  location.expr = std::move(address);
  return location;
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

VarLocation compile_return_location(const DebugData& data, const Type* type, uint64_t pc) {
  if (!type) return unavailable("the function returns nothing");
  if (data.object().machine() == EM_386)
    return i386_return_location(*type, has_c_convention(data, pc));
  if (data.object().machine() != EM_X86_64)
    return unsupported("return values of this machine are not supported");
  const MachineRegisters& machine = *registers_of(EM_X86_64);
  uint64_t size = type->byte_size();
  if (size == 0) return unavailable("the size of the returned type is not known");
  if (type->is_floating())
    return unsupported("it is returned in a floating-point register, which a probe cannot read");
  if (!type->is_scalar() && !has_c_convention(data, pc))
    return unsupported("how this language returns a value of more than one number is not known");
  Passing passing = passing_of(*type);
  if (passing.in_memory || passing.by_address)
    return in_memory_at(expr::reg(machine.integer_results[0]));
  return in_registers(passing, size, machine.integer_results.data());
}

namespace {

/// Hands out registers and stack to the parameters in their order.
class ArgumentCounter {
 public:
  explicit ArgumentCounter(const MachineRegisters& machine, bool has_hidden_result)
      : machine_(machine), integers_(has_hidden_result ? 1 : 0) {}

  VarLocation next(const Type& type, bool by_address) {
    Passing passing = passing_of(type);
    if (by_address && !passing.by_address) {
      passing = {};
      passing.by_address = true;
      passing.integers = 1;
    }
    bool fits = !passing.in_memory &&
                integers_ + passing.integers <= machine_.integer_arguments.size() &&
                vectors_ + passing.vectors <= kVectorArguments;
    if (!fits) return on_stack(type, passing);
    const unsigned* registers = &machine_.integer_arguments[integers_];
    integers_ += passing.integers;
    vectors_ += passing.vectors;
    return passing.by_address ? in_memory_at(expr::reg(registers[0]))
                              : in_registers(passing, type.byte_size(), registers);
  }

 private:
  /// Above the return address, which is on top of the stack at the entry.
  VarLocation on_stack(const Type& type, const Passing& passing) {
    uint64_t alignment = passing.by_address ? kEightbyte : alignment_of(type, 0);
    uint64_t size = passing.by_address ? kEightbyte : type.byte_size();
    stack_ = (stack_ + alignment - 1) / alignment * alignment;
    LocExprPtr address = expr::binary(LocExpr::Add, expr::reg(machine_.stack_pointer),
                                      expr::constant(static_cast<int64_t>(kEightbyte + stack_)));
    stack_ += (size + kEightbyte - 1) / kEightbyte * kEightbyte;
    return in_memory_at(passing.by_address ? expr::deref(address, kEightbyte) : address);
  }

  const MachineRegisters& machine_;
  size_t integers_, vectors_ = 0;
  uint64_t stack_ = 0;
};

}  // namespace

bool is_described_by_address(const DebugData& data, Dwarf_Die* parameter) {
  Dwarf_Attribute attr;
  Dwarf_Op* ops = nullptr;
  size_t count = 0;
  if (!dwarf_attr_integrate(parameter, DW_AT_location, &attr) ||
      die_expression(&attr, &ops, &count) != 0)
    return false;
  if (count == 2 && ops[1].atom == DW_OP_deref) return true;
  const MachineRegisters* machine = registers_of(data.object().machine());
  if (count != 1 || !machine || ops[0].number != 0) return false;
  return std::ranges::any_of(machine->integer_arguments,
                             [&](unsigned number) { return ops[0].atom == DW_OP_breg0 + number; });
}

std::optional<VarLocation> compile_argument_location(const DebugData& data, Dwarf_Die function,
                                                     const Dwarf_Die& parameter) {
  if (!has_c_convention(data, die_entry_pc(&function).value_or(0))) return std::nullopt;
  if (data.object().machine() == EM_386) return i386_argument_location(data, function, parameter);
  if (data.object().machine() != EM_X86_64) return std::nullopt;
  TypePtr result = type_of(data, &function);
  Passing returned = result ? passing_of(*result) : Passing{};
  // Left in st0 or xmm0, also where a parameter of its type would be in memory.
  const bool is_floating = result && result->is_floating();
  ArgumentCounter counter(*registers_of(EM_X86_64),
                          !is_floating && (returned.in_memory || returned.by_address));
  std::optional<VarLocation> location;
  for_each_child(&function, [&](Dwarf_Die* die) {
    if (dwarf_tag(die) != DW_TAG_formal_parameter) return true;
    TypePtr type = type_of(data, die);
    if (!type || type->byte_size() == 0) return false;
    VarLocation one = counter.next(*type, is_described_by_address(data, die));
    if (die->addr == parameter.addr) location = std::move(one);
    return !location;
  });
  return location;
}

}  // namespace coretap::debug
