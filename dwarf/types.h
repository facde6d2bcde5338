// Types of a program or kernel, behind one face: DWARF (types_dwarf.cpp) and BTF (btf.cpp).
// A Type is a cheap immutable handle; children are loaded when asked for. Handles share ownership
// of the debug information they came from, so they may outlive the object that made them.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "dwarf/location.h"
#include "runtime/common/result.h"

namespace coretap::debug {

enum class TypeKind : uint8_t {
  Void,
  Int,
  Bool,
  Char,
  Float,
  Pointer,
  Array,
  Struct,
  Union,
  Enum,
  Function,
  Unknown,
};

constexpr bool is_record(TypeKind kind) {
  return kind == TypeKind::Struct || kind == TypeKind::Union;
}

class Type;
using TypePtr = std::shared_ptr<const Type>;

/// One member of a struct or union. An anonymous struct/union member has an empty name.
struct Member {
  std::string name;
  TypePtr type;
  uint64_t byte_offset = 0;  ///< of the member, or of the storage unit of a bit field
  uint32_t bit_size = 0;     ///< 0: not a bit field
  uint32_t bit_offset = 0;   ///< from the least significant bit of the byte at byte_offset
  /// Where it is, if that depends on the object (a virtual base class): an expression over LocExpr::ObjectAddr; else null.
  LocExprPtr address;
  std::string problem;  ///< why its place is not known, or ""
};

/// A value that is one of several, as a Rust enum: which one, a number in it tells.
struct Variants {
  /// Holds the number; nothing where there is only one variant.
  std::optional<Member> discriminant;
  struct Variant {
    std::string name;
    /// Of what values of the discriminant it is the variant, as that is read: sign-extended if it is signed.
    std::vector<int64_t> values;
    bool is_any_other = false;  ///< of all that no other variant has
    Member content;             ///< its members are the variant's
  };
  std::vector<Variant> all;
  std::string problem;  ///< why it cannot be told which one it is, or ""
};

/// A type with typedefs and qualifiers already stripped from kind(), but kept in spelling().
class Type {
 public:
  virtual ~Type() = default;
  virtual TypeKind kind() const = 0;
  /// Tag or base type name without "struct ": "task_struct", "int"; empty if anonymous.
  virtual std::string name() const = 0;
  /// name() with the namespaces and classes around it: "std::vector<int, std::allocator<int> >".
  virtual std::string full_name() const { return name(); }
  /// The types among the arguments of a template or generic type, in their order: int and std::allocator<int>.
  virtual std::vector<TypePtr> template_types() const { return {}; }
  /// What the type's own declaration says that its objects are aligned to (alignas); 0: nothing.
  virtual uint64_t declared_alignment() const { return 0; }
  /// The variants that a struct consists of; nothing if it does not.
  virtual std::optional<Variants> variants() const { return std::nullopt; }
  /// The type as stap's -L spells it at the use: "char const*", "struct task_struct*", "uint64_t",
  /// "char[]" (array_counts() has the counts), "int (*) (int, char)".
  virtual std::string spelling() const = 0;
  virtual uint64_t byte_size() const = 0;  ///< 0 if not known (incomplete, void)
  virtual bool is_signed() const = 0;      ///< Int, Char, Enum
  /// A C++ reference: kind() is Pointer, and who names it means what it refers to.
  virtual bool is_reference() const { return false; }
  /// A floating-point number, also one that nothing here reads: complex, decimal, of 128 bits.
  virtual bool is_floating() const { return kind() == TypeKind::Float; }
  /// Why a number of this type is not read, as a sentence; "" if it is.
  virtual std::string why_unreadable() const { return ""; }
  /// An array that travels as one vector register (gcc's vector_size).
  virtual bool is_vector() const { return false; }
  /// A C++ class whose objects are copied or destroyed by its own code, so that calls pass and return their address.
  virtual bool is_passed_by_address() const { return false; }
  virtual TypePtr target() const = 0;  ///< pointee, array element, function's return; or null
  /// Element counts of an array, outermost first; 0 = flexible.
  virtual std::vector<uint64_t> array_counts() const = 0;
  /// The count of dimension `dim` of an array whose bounds the program computes (C's variable length arrays), as it is at
  /// `point`. Null for all others; fails with the reason, or without one, where it cannot be read.
  virtual ct::Result<LocExprPtr> array_count_at(size_t dim, CodePoint point) const;
  virtual std::vector<Member> members() const = 0;
  virtual std::vector<std::pair<std::string, int64_t>> enumerators() const = 0;
  bool is_scalar() const;  ///< fits the language's long: Int Bool Char Enum Pointer
};

/// A member found by name, also inside anonymous structs and unions: `path` runs outermost first,
/// `byte_offset` is from the start of `type`, as far as it is constant.
struct FoundMember {
  std::vector<Member> path;
  uint64_t byte_offset = 0;
  const Member& leaf() const { return path.back(); }
  bool is_constant() const;            ///< no step of the path has an `address`
  const std::string& problem() const;  ///< the first step's that has one, or ""
};
std::optional<FoundMember> find_member(const Type& type, const std::string& name);

/// All names that find_member would find, for "similar:" hints.
std::vector<std::string> member_names(const Type& type);

}  // namespace coretap::debug
