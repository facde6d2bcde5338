// A DwarfType keeps the DIE as it was referred to (for the spelling) and the one behind typedefs
// and qualifiers (for everything else). An incomplete struct is completed, when its members or
// size are asked for, by the definition of that name in any other unit of the same object.
#include "dwarf/types_dwarf.h"

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <cstring>

#include "dwarf/die.h"
#include "dwarf/location_compile.h"
#include "dwarf/names.h"
#include "dwarf/spelling.h"

namespace coretap::debug {
namespace {

constexpr int kMaxTypeHops = 64;

bool is_qualifier(int tag) {
  switch (tag) {
    case DW_TAG_typedef:
    case DW_TAG_const_type:
    case DW_TAG_volatile_type:
    case DW_TAG_restrict_type:
    case DW_TAG_atomic_type:
    case DW_TAG_immutable_type: return true;
    default: return false;
  }
}

bool is_record_tag(int tag) {
  return tag == DW_TAG_structure_type || tag == DW_TAG_class_type || tag == DW_TAG_union_type;
}

/// A float of 128 bits, which has the size and the encoding of x87's "long double", and is none. Compilers tell them apart by
/// name: __float128, _Float128, Fortran's real(kind=16).
bool is_quad(Dwarf_Die* die) {
  constexpr uint64_t kSize = 16;
  const char* name = die_given_name(die);
  return name && die_unsigned(die, DW_AT_byte_size) == kSize &&
         (strstr(name, "128") || strstr(name, "kind=16"));
}

bool is_big_endian(Dwarf_Die* die) {
  return die_unsigned(die, DW_AT_endianity).value_or(DW_END_little) == DW_END_big;
}

/// Unknown is what no expression and no printer reads: complex numbers, decimal and quadruple floats, and what is stored in the
/// byte order of another machine (gcc's scalar_storage_order).
TypeKind base_kind(Dwarf_Die* die) {
  if (is_big_endian(die)) return TypeKind::Unknown;
  switch (die_unsigned(die, DW_AT_encoding).value_or(0)) {
    case DW_ATE_boolean: return TypeKind::Bool;
    case DW_ATE_signed_char:
    case DW_ATE_unsigned_char:
    case DW_ATE_UTF: return TypeKind::Char;
    case DW_ATE_signed:
    case DW_ATE_unsigned:
    case DW_ATE_address: return TypeKind::Int;
    case DW_ATE_float: return is_quad(die) ? TypeKind::Unknown : TypeKind::Float;
    default: return TypeKind::Unknown;
  }
}

TypeKind kind_of(Dwarf_Die* die) {
  switch (dwarf_tag(die)) {
    case DW_TAG_base_type: return base_kind(die);
    case DW_TAG_pointer_type:
    case DW_TAG_reference_type:
    case DW_TAG_rvalue_reference_type: return TypeKind::Pointer;
    case DW_TAG_ptr_to_member_type: return TypeKind::Unknown;
    case DW_TAG_array_type: return TypeKind::Array;
    case DW_TAG_structure_type:
    case DW_TAG_class_type: return TypeKind::Struct;
    case DW_TAG_union_type: return TypeKind::Union;
    case DW_TAG_enumeration_type: return TypeKind::Enum;
    case DW_TAG_subroutine_type:
    case DW_TAG_subprogram: return TypeKind::Function;
    case DW_TAG_unspecified_type: return TypeKind::Void;
    default: return TypeKind::Unknown;
  }
}

/// The lower bound of a dimension, which its language decides if it is not given (DWARF 5, table 7.17): 1 in Fortran.
int64_t lower_bound(Dwarf_Die* range) {
  if (auto given = die_unsigned(range, DW_AT_lower_bound)) return static_cast<int64_t>(*given);
  Dwarf_Die unit;
  Dwarf_Sword lower = 0;
  if (!dwarf_diecu(range, &unit, nullptr, nullptr)) return 0;
  return dwarf_default_lower_bound(dwarf_srclang(&unit), &lower) == 0 ? lower : 0;
}

/// Does the first dimension change fastest in memory, as in Fortran?
bool is_column_major(Dwarf_Die* array) {
  if (auto order = die_unsigned(array, DW_AT_ordering)) return *order == DW_ORD_col_major;
  Dwarf_Die unit;
  if (!dwarf_diecu(array, &unit, nullptr, nullptr)) return false;
  switch (dwarf_srclang(&unit)) {
    case DW_LANG_Fortran77:
    case DW_LANG_Fortran90:
    case DW_LANG_Fortran95:
    case DW_LANG_Fortran03:
    case DW_LANG_Fortran08: return true;
    default: return false;
  }
}

/// The dimensions of an array DIE, the one first that changes slowest in memory.
std::vector<Dwarf_Die> ranges_of(Dwarf_Die* array) {
  std::vector<Dwarf_Die> ranges;
  for_each_child(array, [&](Dwarf_Die* range) {
    if (dwarf_tag(range) == DW_TAG_subrange_type) ranges.push_back(*range);
    return true;
  });
  if (is_column_major(array)) std::reverse(ranges.begin(), ranges.end());
  return ranges;
}

/// The number of elements of a dimension; 0 if its bound is missing.
uint64_t count_of(Dwarf_Die* range) {
  if (auto given = die_unsigned(range, DW_AT_count)) return *given;
  auto upper = die_unsigned(range, DW_AT_upper_bound);
  // gcc writes a zero-length array as an upper bound of -1, in whatever size.
  if (!upper || *upper == UINT32_MAX) return 0;
  return *upper - static_cast<uint64_t>(lower_bound(range)) + 1;
}

class DwarfType : public Type {
 public:
  DwarfType(DebugDataPtr data, Dwarf_Die use, Dwarf_Die stripped)
      : data_(std::move(data)), use_(use), die_(stripped) {}

  TypeKind kind() const override {
    Dwarf_Die die = die_;
    return kind_of(&die);
  }
  std::string name() const override {
    Dwarf_Die die = die_;
    const char* name = die_given_name(&die);
    return name ? name : "";
  }
  std::string spelling() const override { return spell(use_, "", 0); }
  uint64_t byte_size() const override {
    Dwarf_Die die = definition();
    if (kind() == TypeKind::Pointer)
      return die_unsigned(&die, DW_AT_byte_size).value_or(data_->object().address_size());
    Dwarf_Word size = 0;
    return dwarf_aggregate_size(&die, &size) == 0 ? size : 0;
  }
  bool is_signed() const override;
  bool is_reference() const override {
    Dwarf_Die die = die_;
    int tag = dwarf_tag(&die);
    return tag == DW_TAG_reference_type || tag == DW_TAG_rvalue_reference_type;
  }
  TypePtr target() const override {
    Dwarf_Die die = arrays().back();
    return type_of(*data_, &die);
  }
  std::vector<uint64_t> array_counts() const override {
    std::vector<uint64_t> counts;
    for (Dwarf_Die range : dimensions()) counts.push_back(count_of(&range));
    return counts;
  }
  bool is_vector() const override {
    Dwarf_Die die = die_;
    return die_own_flag(&die, DW_AT_GNU_vector);
  }
  bool is_passed_by_address() const override { return is_passed_by_address(0); }
  std::string why_unreadable() const override {
    Dwarf_Die die = die_;
    if (dwarf_tag(&die) != DW_TAG_base_type || kind() != TypeKind::Unknown) return "";
    if (is_big_endian(&die)) return "its bytes are in big-endian order";
    return is_floating() ? "it is a complex, decimal or 128-bit floating-point number" : "";
  }
  bool is_floating() const override {
    Dwarf_Die die = die_;
    if (dwarf_tag(&die) != DW_TAG_base_type) return false;
    switch (die_unsigned(&die, DW_AT_encoding).value_or(0)) {
      case DW_ATE_float:
      case DW_ATE_complex_float:
      case DW_ATE_imaginary_float:
      case DW_ATE_decimal_float: return true;
      default: return false;
    }
  }
  ct::Result<LocExprPtr> array_count_at(size_t dim, CodePoint point) const override;
  std::vector<Member> members() const override;
  std::vector<std::pair<std::string, int64_t>> enumerators() const override;
  std::string full_name() const override;
  std::vector<TypePtr> template_types() const override;
  std::optional<Variants> variants() const override;
  uint64_t declared_alignment() const override {
    Dwarf_Die die = definition();
    return die_unsigned(&die, DW_AT_alignment).value_or(0);
  }

 private:
  Dwarf_Die definition() const;
  /// The type's own DIE and, if it is an array of arrays, theirs, from the outside. gcc writes `int a[2][3]` as one array of two
  /// dimensions; Rust, Go, and every compiler of a typedef, as an array whose elements are arrays. Both are read as one.
  std::vector<Dwarf_Die> arrays() const;
  bool is_passed_by_address(int depth) const;
  /// The dimensions of an array, outermost first; none of another type.
  std::vector<Dwarf_Die> dimensions() const;
  static std::string spell(Dwarf_Die die, const std::string& declarator, int depth);
  static std::string spell_target(Dwarf_Die* die, const std::string& declarator, int depth);

  DebugDataPtr data_;
  Dwarf_Die use_, die_;
};

/// "geo::Box::" for what is declared in class Box of namespace geo; nothing of C and of functions has a scope.
std::string scope_of(Dwarf_Die* die) {
  Dwarf_Die* scopes = nullptr;
  const int count = dwarf_getscopes_die(die, &scopes);
  std::string result;
  for (int i = 1; i < count; i++) {  // from the inside; the first is the type itself
    const int tag = dwarf_tag(&scopes[i]);
    const bool is_scope = tag == DW_TAG_namespace || tag == DW_TAG_class_type ||
                          tag == DW_TAG_structure_type || tag == DW_TAG_union_type;
    const char* name = is_scope ? die_given_name(&scopes[i]) : nullptr;
    if (name) result = std::string(name) + "::" + result;
  }
  free(scopes);
  return result;
}

std::vector<Dwarf_Die> DwarfType::arrays() const {
  std::vector<Dwarf_Die> found = {die_};
  constexpr size_t kMost = 16;  // damaged debug information may go round in circles
  while (found.size() < kMost && kind_of(&found.back()) == TypeKind::Array &&
         !die_own_flag(&found.back(), DW_AT_GNU_vector)) {
    std::optional<Dwarf_Die> use = die_ref(&found.back(), DW_AT_type);
    std::optional<Dwarf_Die> element = use ? strip_type(*use) : std::nullopt;
    if (!element || kind_of(&*element) != TypeKind::Array ||
        die_own_flag(&*element, DW_AT_GNU_vector))
      break;
    found.push_back(*element);
  }
  return found;
}

/// Is the DIE, a child of a class, code of its own for copying or destroying objects: a destructor, a copy or a move constructor, or
/// a virtual function, for which objects have a pointer that a copy sets? Not if the compiler makes it (DW_AT_artificial), or is
/// told to (DW_AT_defaulted).
bool is_code_for_copies(Dwarf_Die* child, const std::string& class_name) {
  if (dwarf_tag(child) != DW_TAG_subprogram) return false;
  if (die_unsigned(child, DW_AT_virtuality).value_or(DW_VIRTUALITY_none) != DW_VIRTUALITY_none)
    return true;
  const char* name = die_given_name(child);
  if (!name || die_own_flag(child, DW_AT_artificial) || die_own_flag(child, DW_AT_deleted) ||
      die_unsigned(child, DW_AT_defaulted).value_or(DW_DEFAULTED_no) == DW_DEFAULTED_in_class)
    return false;
  if (name == "~" + class_name) return true;
  if (name != class_name) return false;
  // A constructor of one argument, a reference to an object of the class; the first parameter is `this`.
  std::vector<Dwarf_Die> parameters;
  for_each_child(child, [&](Dwarf_Die* one) {
    if (dwarf_tag(one) == DW_TAG_formal_parameter) parameters.push_back(*one);
    return true;
  });
  if (parameters.size() != 2) return false;
  std::optional<Dwarf_Die> use = die_ref(&parameters[1], DW_AT_type);
  std::optional<Dwarf_Die> reference = use ? strip_type(*use) : std::nullopt;
  if (!reference || (dwarf_tag(&*reference) != DW_TAG_reference_type &&
                     dwarf_tag(&*reference) != DW_TAG_rvalue_reference_type))
    return false;
  use = die_ref(&*reference, DW_AT_type);
  std::optional<Dwarf_Die> object = use ? strip_type(*use) : std::nullopt;
  const char* of = object ? die_given_name(&*object) : nullptr;
  return of && std::string(of).substr(0, std::string(of).find('<')) == class_name;
}

/// clang says it (DW_AT_calling_convention), g++ does not: then it follows from what the class declares, and from its bases and
/// members (Itanium C++ ABI, "non-trivial for the purposes of calls").
bool DwarfType::is_passed_by_address(int depth) const {
  constexpr int kDeepest = 16;
  Dwarf_Die die = definition();
  if (kind_of(&die) == TypeKind::Array) {
    const auto element = std::dynamic_pointer_cast<const DwarfType>(target());
    return element && depth < kDeepest && element->is_passed_by_address(depth + 1);
  }
  if (auto told = die_unsigned(&die, DW_AT_calling_convention))
    return *told == DW_CC_pass_by_reference;
  Dwarf_Die unit;
  if (!is_record_tag(dwarf_tag(&die)) || depth > kDeepest ||
      !dwarf_diecu(&die, &unit, nullptr, nullptr) || !is_cpp_language(&unit))
    return false;
  const std::string name = this->name().substr(0, this->name().find('<'));
  bool by_address = false;
  for_each_child(&die, [&](Dwarf_Die* child) {
    const int tag = dwarf_tag(child);
    by_address = is_code_for_copies(child, name);
    const bool is_part = tag == DW_TAG_inheritance ||
                         (tag == DW_TAG_member && !dwarf_hasattr(child, DW_AT_external) &&
                          !dwarf_hasattr(child, DW_AT_declaration));
    if (tag == DW_TAG_inheritance && dwarf_hasattr(child, DW_AT_virtuality)) by_address = true;
    if (is_part && !by_address) {
      const auto part = std::dynamic_pointer_cast<const DwarfType>(type_of(*data_, child));
      by_address = part && part->is_passed_by_address(depth + 1);
    }
    return !by_address;
  });
  return by_address;
}

std::vector<Dwarf_Die> DwarfType::dimensions() const {
  std::vector<Dwarf_Die> all;
  for (Dwarf_Die array : arrays())
    if (kind_of(&array) == TypeKind::Array)
      for (const Dwarf_Die& range : ranges_of(&array)) all.push_back(range);
  return all;
}

Dwarf_Die DwarfType::definition() const {
  Dwarf_Die die = die_;
  if (!die_own_flag(&die, DW_AT_declaration)) return die;
  const char* name = die_given_name(&die);
  if (!name) return die;
  const char* keyword = dwarf_tag(&die) == DW_TAG_union_type         ? "union "
                        : dwarf_tag(&die) == DW_TAG_enumeration_type ? "enum "
                                                                     : "struct ";
  return data_->names().type(keyword + scope_of(&die) + name).value_or(die);
}

bool DwarfType::is_signed() const {
  Dwarf_Die die = die_;
  if (kind_of(&die) == TypeKind::Enum) {
    if (auto underlying = die_ref(&die, DW_AT_type))
      return DwarfType(data_, *underlying, strip_type(*underlying).value_or(*underlying))
          .is_signed();
    // C enums of gcc before DWARF 3 strict: signed only if an enumerator is negative.
    for (const auto& [name, value] : enumerators())
      if (value < 0) return true;
    return false;
  }
  uint64_t encoding = die_unsigned(&die, DW_AT_encoding).value_or(0);
  return encoding == DW_ATE_signed || encoding == DW_ATE_signed_char;
}

/// The bound of a dimension that `attribute` gives: an expression whose result it is, or a variable that holds it.
/// Null if there is no such attribute.
ct::Result<LocExprPtr> bound_at(const DebugData& data, Dwarf_Die* range, unsigned attribute,
                                CodePoint point) {
  Dwarf_Attribute attr;
  Dwarf_Die variable;
  if (!dwarf_attr_integrate(range, attribute, &attr)) return nullptr;
  if (!dwarf_formref_die(&attr, &variable)) return compile_bound(data, &attr, point);
  VarLocation location = compile_location(data, variable, point);
  if (location.kind == VarLocation::Value) return location.expr;
  TypePtr type = type_of(data, &variable);
  if (location.kind == VarLocation::Memory && type && type->is_scalar())
    return expr::deref(location.expr, static_cast<unsigned>(type->byte_size()), type->is_signed());
  return ct::Status(location.why);
}

ct::Result<LocExprPtr> DwarfType::array_count_at(size_t dim, CodePoint point) const {
  std::vector<Dwarf_Die> ranges = dimensions();
  ct::Result<LocExprPtr> count = nullptr;
  if (dim >= ranges.size()) return count;
  Dwarf_Die* range = &ranges[dim];
  count = bound_at(*data_, range, DW_AT_count, point);
  if (!count || *count) return count;
  count = bound_at(*data_, range, DW_AT_upper_bound, point);
  if (!count || !*count) return count;
  return expr::binary(LocExpr::Add, *count, expr::constant(1 - lower_bound(range)));
}

/// Where a member begins: a number, or an expression (always one in DWARF 2; for virtual base classes in every version).
void find_offset(const DebugData& data, Dwarf_Die* die, Member& member) {
  Dwarf_Attribute attr;
  Dwarf_Word offset = 0;
  if (!dwarf_attr_integrate(die, DW_AT_data_member_location, &attr)) return;
  if (dwarf_formudata(&attr, &offset) == 0) {
    member.byte_offset = offset;
    return;
  }
  LocExprPtr address = compile_member_address(data, &attr);
  if (!address) {
    member.problem = "its place in the object is given in a way that is not supported";
    return;
  }
  const LocExpr& sum = *expr::unwrapped(address);
  if (sum.op == LocExpr::Add && sum.children[0]->op == LocExpr::ObjectAddr &&
      sum.children[1]->op == LocExpr::Const) {
    member.byte_offset = static_cast<uint64_t>(sum.children[1]->value);
  } else if (address->op != LocExpr::ObjectAddr) {
    member.address = std::move(address);
  }
}

/// Offset and size of one member; bit fields in DWARF 4+ (DW_AT_data_bit_offset) and in the older
/// form, which counts from the most significant bit of a storage unit.
void place_member(const DebugData& data, Dwarf_Die* die, const TypePtr& type, Member& member) {
  find_offset(data, die, member);
  auto bits = die_unsigned(die, DW_AT_bit_size);
  if (!bits) return;
  member.bit_size = static_cast<uint32_t>(*bits);
  if (auto offset = die_unsigned(die, DW_AT_data_bit_offset)) {
    // The storage unit is the declared type's, at its own alignment, as compilers lay it out.
    uint64_t unit = std::max<uint64_t>(type ? type->byte_size() : 1, 1) * 8;
    uint64_t start = *offset / unit * unit;
    if (*offset - start + *bits > unit) start = *offset / 8 * 8;  // packed: straddles
    member.byte_offset = start / 8;
    member.bit_offset = static_cast<uint32_t>(*offset - start);
  } else if (auto from_msb = die_unsigned(die, DW_AT_bit_offset)) {
    uint64_t unit = die_unsigned(die, DW_AT_byte_size).value_or(type ? type->byte_size() : 4) * 8;
    uint64_t used = *from_msb + *bits;
    member.bit_offset = used <= unit ? static_cast<uint32_t>(unit - used) : 0;
  }
}

std::vector<Member> DwarfType::members() const {
  std::vector<Member> members;
  Dwarf_Die die = definition();
  if (!is_record_tag(dwarf_tag(&die))) return members;
  for_each_child(&die, [&](Dwarf_Die* child) {
    int tag = dwarf_tag(child);
    // A base class is like an anonymous member: its members are found through it.
    if (tag != DW_TAG_member && tag != DW_TAG_inheritance) return true;
    if (die_own_flag(child, DW_AT_external) || die_own_flag(child, DW_AT_declaration)) return true;
    Member member;
    member.name = tag == DW_TAG_member ? die_name(child) : "";
    member.type = type_of(*data_, child);
    place_member(*data_, child, member.type, member);
    members.push_back(std::move(member));
    return true;
  });
  return members;
}

std::string DwarfType::full_name() const {
  Dwarf_Die die = die_;
  const char* name = die_given_name(&die);
  return name ? scope_of(&die) + name : "";
}

std::vector<TypePtr> DwarfType::template_types() const {
  std::vector<TypePtr> types;
  Dwarf_Die die = definition();
  for_each_child(&die, [&](Dwarf_Die* child) {
    if (dwarf_tag(child) == DW_TAG_template_type_parameter) types.push_back(type_of(*data_, child));
    return true;
  });
  return types;
}

/// The values of a variant: none in the DIE means all that no other has.
void read_values(Dwarf_Die* die, const Type* number, Variants::Variant& variant,
                 std::string& problem) {
  Dwarf_Attribute attr;
  if (dwarf_attr(die, DW_AT_discr_list, &attr)) {
    problem = "its variants are given in a way that is not supported";
    return;
  }
  Dwarf_Word bits = 0;
  Dwarf_Sword value = 0;
  if (!dwarf_attr(die, DW_AT_discr_value, &attr)) {
    variant.is_any_other = true;
    return;
  }
  if (dwarf_whatform(&attr) == DW_FORM_sdata)
    bits = dwarf_formsdata(&attr, &value) == 0 ? static_cast<Dwarf_Word>(value) : 0;
  else if (dwarf_formudata(&attr, &bits) != 0)
    problem = "the number of a variant is too large";
  // As wide as the discriminant, and extended as it is read.
  const unsigned unused = 64 - 8 * static_cast<unsigned>(number->byte_size());
  const auto at_top = static_cast<int64_t>(bits << unused);
  value = number->is_signed() ? at_top >> unused
                              : static_cast<int64_t>(static_cast<uint64_t>(at_top) >> unused);
  variant.values.push_back(value);
}

std::optional<Variants> read_variants(const DebugData& data, Dwarf_Die* part) {
  Variants found;
  TypePtr number;
  if (auto discriminant = die_ref(part, DW_AT_discr)) {
    Member member;
    member.name = die_name(&*discriminant);
    member.type = number = type_of(data, &*discriminant);
    place_member(data, &*discriminant, member.type, member);
    found.problem = member.problem;
    if (!number || number->byte_size() == 0 || number->byte_size() > 8)
      found.problem = "the number that tells its variant has no size that can be read";
    found.discriminant = std::move(member);
  }
  for_each_child(part, [&](Dwarf_Die* child) {
    if (dwarf_tag(child) != DW_TAG_variant) return true;
    Variants::Variant variant;
    if (found.discriminant && found.problem.empty())
      read_values(child, number.get(), variant, found.problem);
    else
      variant.is_any_other = true;
    for_each_child(child, [&](Dwarf_Die* content) {
      if (dwarf_tag(content) != DW_TAG_member) return true;
      variant.content.type = type_of(data, content);
      place_member(data, content, variant.content.type, variant.content);
      variant.name = die_name(content);
      return false;
    });
    if (!variant.content.type) return true;
    if (variant.name.empty()) variant.name = variant.content.type->name();
    found.all.push_back(std::move(variant));
    return true;
  });
  if (found.all.empty()) return std::nullopt;
  return found;
}

std::optional<Variants> DwarfType::variants() const {
  std::optional<Variants> found;
  Dwarf_Die die = definition();
  if (!is_record_tag(dwarf_tag(&die))) return found;
  for_each_child(&die, [&](Dwarf_Die* child) {
    if (dwarf_tag(child) == DW_TAG_variant_part) found = read_variants(*data_, child);
    return !found;
  });
  return found;
}

std::vector<std::pair<std::string, int64_t>> DwarfType::enumerators() const {
  std::vector<std::pair<std::string, int64_t>> values;
  Dwarf_Die die = definition();
  for_each_child(&die, [&](Dwarf_Die* child) {
    if (dwarf_tag(child) != DW_TAG_enumerator) return true;
    Dwarf_Attribute attr;
    Dwarf_Sword value = 0;
    if (dwarf_attr(child, DW_AT_const_value, &attr)) {
      // An unsigned form must not be sign-extended: dwarf_formsdata would turn 200 into -56.
      unsigned form = dwarf_whatform(&attr);
      Dwarf_Word bits = 0;
      if (form == DW_FORM_sdata || form == DW_FORM_implicit_const)
        dwarf_formsdata(&attr, &value);
      else if (dwarf_formudata(&attr, &bits) == 0)
        value = static_cast<int64_t>(bits);
    }
    values.emplace_back(die_name(child), value);
    return true;
  });
  return values;
}

std::string DwarfType::spell_target(Dwarf_Die* die, const std::string& declarator, int depth) {
  auto target = die_ref(die, DW_AT_type);
  return target ? spell(*target, declarator, depth + 1) : "void" + declarator;
}

std::string DwarfType::spell(Dwarf_Die die, const std::string& declarator, int depth) {
  if (depth > kMaxTypeHops) return "..." + declarator;
  if (auto whole = die_ref(&die, DW_AT_signature)) return spell(*whole, declarator, depth + 1);
  const char* given = die_given_name(&die);
  auto named = [&](const char* keyword) {
    return keyword + std::string(given ? given : "{...}") + declarator;
  };
  auto wrapped = [&](const std::string& wrapper) { return spell_target(&die, wrapper, depth); };
  switch (dwarf_tag(&die)) {
    case DW_TAG_structure_type: return named("struct ");
    case DW_TAG_class_type: return named("class ");
    case DW_TAG_union_type: return named("union ");
    case DW_TAG_enumeration_type: return named("enum ");
    case DW_TAG_pointer_type: return wrapped(spelling::pointer(declarator));
    case DW_TAG_reference_type: return wrapped("&" + declarator);
    case DW_TAG_rvalue_reference_type: return wrapped("&&" + declarator);
    case DW_TAG_const_type: return wrapped(spelling::qualifier("const", declarator));
    case DW_TAG_volatile_type: return wrapped(spelling::qualifier("volatile", declarator));
    case DW_TAG_restrict_type: return wrapped(spelling::qualifier("restrict", declarator));
    case DW_TAG_atomic_type: return wrapped(spelling::qualifier("_Atomic", declarator));
    case DW_TAG_array_type: return wrapped(spelling::array(declarator));
    case DW_TAG_subroutine_type: {
      std::string parameters;
      for_each_child(&die, [&](Dwarf_Die* child) {
        int tag = dwarf_tag(child);
        if (tag != DW_TAG_formal_parameter && tag != DW_TAG_unspecified_parameters) return true;
        parameters += parameters.empty() ? "" : ", ";
        parameters += tag == DW_TAG_formal_parameter ? spell_target(child, "", depth) : "...";
        return true;
      });
      if (parameters.empty() && dwarf_hasattr(&die, DW_AT_prototyped)) parameters = "void";
      return wrapped(spelling::function(parameters, declarator));
    }
    default: return named("");
  }
}

}  // namespace

std::optional<Dwarf_Die> strip_type(Dwarf_Die die) {
  for (int hops = 0; hops < kMaxTypeHops && is_qualifier(dwarf_tag(&die)); hops++) {
    auto next = die_ref(&die, DW_AT_type);
    if (!next) return std::nullopt;
    die = *next;
  }
  // With -fdebug-types-section all that is here of a type is its signature; the rest is in a type unit (DWARF 5, 3.1.4).
  return die_ref(&die, DW_AT_signature).value_or(die);
}

TypePtr make_type(const DebugData& data, const Dwarf_Die& die) {
  auto stripped = strip_type(die);
  if (!stripped) return nullptr;
  return std::make_shared<DwarfType>(data.shared_from_this(), die, *stripped);
}

TypePtr type_of(const DebugData& data, Dwarf_Die* die) {
  auto target = die_ref_integrated(die, DW_AT_type);
  return target ? make_type(data, *target) : nullptr;
}

}  // namespace coretap::debug
