#include "probes/place.h"

#include <algorithm>
#include <optional>

#include "probes/core_path.h"

namespace coretap::probes {

using debug::TypeKind;
using debug::VarLocation;
using ir::Op;
using ir::Operand;

namespace {

/// The smallest load that covers `bits`.
uint32_t load_size(uint32_t bits) { return bits <= 8 ? 1 : bits <= 16 ? 2 : bits <= 32 ? 4 : 8; }

/// The fixed element type of an array once `dims` cover all dimensions, or the type itself.
const debug::TypePtr& settled(const Place& place, debug::TypePtr& storage) {
  storage = place.type;
  if (storage && storage->kind() == TypeKind::Array && place.dims >= storage->array_counts().size())
    storage = storage->target();
  return storage;
}

}  // namespace

debug::TypePtr type_of(const Place& place) {
  debug::TypePtr storage;
  return settled(place, storage);
}

TypeKind kind_of(const Place& place) {
  debug::TypePtr type = type_of(place);
  return type ? type->kind() : TypeKind::Void;
}

bool is_aggregate(const Place& place) {
  TypeKind kind = kind_of(place);
  return is_record(kind) || kind == TypeKind::Array || kind == TypeKind::Function;
}

Place PlaceEmitter::variable(const VarLocation& location, debug::TypePtr type) {
  Place place;
  place.type = std::move(type);
  place.space = site_.space;
  if (location.kind == VarLocation::Pieces || location.kind == VarLocation::ImplicitPointer) {
    place.kind = Place::Described;
    place.described = std::make_shared<VarLocation>(location);
    return place;
  }
  place.kind = location.kind == VarLocation::Value ? Place::Value : Place::Memory;
  const debug::LocExpr* expr = location.expr.get();
  // Keep a constant offset apart: members add to it without another instruction.
  if (place.kind == Place::Memory && expr->op == debug::LocExpr::Add &&
      expr->children[1]->op == debug::LocExpr::Const) {
    place.offset = expr->children[1]->value;
    expr = expr->children[0].get();
  }
  place.base = lower_location(*expr, site_, builder());
  return place;
}

ct::Result<Place> PlaceEmitter::member(const Place& from, const debug::FoundMember& found) {
  Place place = from;
  debug::TypePtr record = type_of(from);
  const debug::Member& leaf = found.leaf();
  place.type = leaf.type;
  place.dims = 0;
  place.bit_size = leaf.bit_size;
  place.bit_offset = leaf.bit_offset;
  place.extended = false;
  if (!found.is_constant()) {
    ct::Result<Operand> address = member_address(from, found);
    if (!address) return address.failure();
    place.base = *address;
    place.offset = 0;
    return place;
  }
  if (!from.relocated) {
    place.offset += static_cast<int64_t>(found.byte_offset);
    return place;
  }
  if (!record->name().empty()) {
    place.base = memory_address(from);
    place.offset = 0;
    place.core_root = (record->kind() == TypeKind::Union ? "union " : "struct ") + record->name();
    place.core_path.clear();
  } else if (from.core_root.empty()) {
    // An anonymous type that nothing names (@cast to a typedef): nothing CO-RE could go by.
    place.offset += static_cast<int64_t>(found.byte_offset);
    return place;
  }
  place.core_path.push_back({leaf, -1});
  return place;
}

/// Where a member is whose place depends on the object: each step of its path in turn.
ct::Result<Operand> PlaceEmitter::member_address(const Place& record,
                                                 const debug::FoundMember& found) {
  if (record.kind != Place::Memory)
    return ct::Status(
        "its place is computed from the object in memory, but the object is in registers");
  Operand at = memory_address(record);
  for (const debug::Member& step : found.path) {
    LocationSite site = site_;
    site.object = at;
    at = step.address ? lower_location(*step.address, site, builder())
                      : builder().add(at, static_cast<int64_t>(step.byte_offset));
  }
  return at;
}

/// The count of one dimension of an array: a literal, or read where the program keeps it.
ct::Result<Operand> PlaceEmitter::count_of(const debug::Type& array, size_t dim) {
  std::vector<uint64_t> counts = array.array_counts();
  if (counts[dim] != 0) return Operand::integer(static_cast<int64_t>(counts[dim]));
  const std::string unknown = "the size of a dimension of the array is not known here";
  ct::Result<debug::LocExprPtr> count = array.array_count_at(dim, site_.point);
  if (!count) {
    const std::string& why = count.failure().text();
    return count.failure().reworded(why.empty() ? unknown : unknown + ": " + why);
  }
  if (!*count) return ct::Status(unknown);
  VarLocation location;
  location.kind = VarLocation::Value;
  location.expr = *count;
  if (ct::Status readable = check_location(location, site_); !readable)
    return readable.reworded(unknown + ": " + readable.text());
  return lower_location(**count, site_, builder());
}

/// The size of an array's element that has its dimensions from `first_dim` on left, or of the whole type (0).
ct::Result<Operand> PlaceEmitter::stride_of(const debug::TypePtr& type, size_t first_dim) {
  if (!type) return Operand::integer(1);  // void, as gcc has it
  if (type->kind() != TypeKind::Array) {
    uint64_t size = type->byte_size();
    if (size != 0) return Operand::integer(static_cast<int64_t>(size));
    return ct::Status("the size of '" + type->spelling() + "' is not known here");
  }
  ct::Result<Operand> stride = stride_of(type->target(), 0);
  for (size_t dim = first_dim; stride && dim < type->array_counts().size(); dim++) {
    ct::Result<Operand> count = count_of(*type, dim);
    if (!count) return count;
    stride = stride->kind == Operand::Int && count->kind == Operand::Int
                 ? Operand::integer(stride->num * count->num)
                 : builder().value(Op::Mul, {*stride, *count});
  }
  return stride;
}

/// `place` moved by `index` times `stride`.
ct::Result<Place> PlaceEmitter::displaced(Place place, const Operand& index,
                                          const ct::Result<Operand>& stride) {
  if (!stride) return stride.failure();
  if (index.kind == Operand::Int && stride->kind == Operand::Int) {
    place.offset += index.num * stride->num;
    return place;
  }
  if (place.kind != Place::Memory)
    return ct::Status("it is in registers, where only a literal index can be used");
  const bool is_one = stride->kind == Operand::Int && stride->num == 1;
  Operand distance = is_one ? index : builder().value(Op::Mul, {index, *stride});
  place.base = builder().value(Op::Add, {place.base, distance});
  return place;
}

ct::Result<Place> PlaceEmitter::element(const Place& array, const Operand& index) {
  Place place = array;
  place.dims++;
  bool is_literal = index.kind == Operand::Int;
  debug::TypePtr element = array.type->target();
  bool size_may_differ = element && is_record(element->kind());
  if (array.relocated && !array.core_path.empty()) {
    if (is_literal && size_may_differ && index.num >= 0 && array.type->array_counts().size() == 1) {
      place.core_path.push_back({{}, index.num});
      return place;
    }
    place.base = memory_address(array);
    place.offset = 0;
    place.core_root.clear();
    place.core_path.clear();
  }
  if (is_literal && index.num == 0) return place;
  const auto stride = stride_of(array.type, place.dims);
  return displaced(std::move(place), index, stride);
}

/// The description of a pointer that was optimised away, if that is what `pointer` is.
const VarLocation* PlaceEmitter::implicit_pointer(const Place& pointer) const {
  if (pointer.kind != Place::Described) return nullptr;
  if (pointer.described->kind == VarLocation::ImplicitPointer)
    return pointer.offset == 0 ? pointer.described.get() : nullptr;
  int64_t begin = 0;
  for (const VarLocation::Piece& piece : pointer.described->pieces) {
    if (begin == pointer.offset && piece.location &&
        piece.location->kind == VarLocation::ImplicitPointer)
      return piece.location.get();
    begin += static_cast<int64_t>(piece.byte_size);
  }
  return nullptr;
}

ct::Result<Place> PlaceEmitter::pointee(const Place& pointer) {
  debug::TypePtr type = type_of(pointer);
  debug::TypePtr target = type ? type->target() : nullptr;
  if (const VarLocation* implicit = implicit_pointer(pointer)) {
    if (ct::Status readable = check_location(*implicit->pointee, site_); !readable) return readable;
    Place place = variable(*implicit->pointee, std::move(target));
    place.offset += implicit->pointee_offset;
    return place;
  }
  Place place;
  place.space = pointer.space;
  place.relocated = pointer.relocated;
  place.type = std::move(target);
  ct::Result<Operand> value = read(pointer);
  if (!value) return value.failure();
  place.base = *value;
  return place;
}

ct::Result<Place> PlaceEmitter::pointee(const Place& pointer, const Operand& index) {
  ct::Result<Place> place = pointee(pointer);
  if (!place || (index.kind == Operand::Int && index.num == 0)) return place;
  ct::Result<Operand> stride = stride_of(place->type, 0);
  return displaced(*std::move(place), index, stride);
}

Operand PlaceEmitter::memory_address(const Place& place) {
  Operand base = place.base;
  if (!place.core_path.empty()) {
    ir::LocalId offset = builder().temp(ir::Ty::Long);
    builder().append(Op::CoreOffset, {}, offset).core = make_core_access(place, to_.module());
    base = builder().value(Op::Add, {base, Operand::of(offset)});
  }
  return builder().add(base, place.offset);
}

ct::Result<Operand> PlaceEmitter::address(const Place& place) {
  if (place.kind != Place::Memory) return ct::Status("it is in a register, which has no address");
  if (place.bit_size != 0) return ct::Status("it is a bit field, which has no address");
  return memory_address(place);
}

Operand PlaceEmitter::extend(Operand value, uint32_t low_bit, uint32_t bits, bool is_signed) {
  if (bits >= 64) return value;
  if (value.kind == Operand::Int) {
    auto shifted = static_cast<uint64_t>(value.num) << (64 - low_bit - bits);
    return Operand::integer(is_signed ? static_cast<int64_t>(shifted) >> (64 - bits)
                                      : static_cast<int64_t>(shifted >> (64 - bits)));
  }
  if (low_bit + bits < 64 && (is_signed || low_bit != 0 || bits > 32))
    value = builder().value(Op::Shl, {value, Operand::integer(64 - low_bit - bits)});
  else if (low_bit == 0 && !is_signed)
    return builder().value(Op::And, {value, Operand::integer((int64_t{1} << bits) - 1)});
  return builder().value(is_signed ? Op::Sar : Op::Shr, {value, Operand::integer(64 - bits)});
}

/// The part [at, at+size) of a location, zero-extended.
ct::Result<Operand> PlaceEmitter::read_bytes(const VarLocation& location, uint64_t at,
                                             uint32_t size) {
  if (ct::Status readable = check_location(location, site_); !readable) return readable;
  if (location.kind == VarLocation::ImplicitPointer)
    return ct::Status(
        "the pointer itself was optimised away; what it points to can be read with '->' or '[0]'");
  if (location.kind == VarLocation::Pieces) return gather(location, at, size);
  Operand base = lower_location(*location.expr, site_, builder());
  if (location.kind == VarLocation::Memory)
    return builder().load(site_.space, builder().add(base, static_cast<int64_t>(at)), size, false);
  return extend(base, static_cast<uint32_t>(at * 8), size * 8, false);
}

ct::Result<Operand> PlaceEmitter::gather(const VarLocation& location, uint64_t at, uint32_t size) {
  const ct::Status optimised_out("this part of it is optimised out here");
  std::optional<Operand> sum;
  uint64_t begin = 0, covered = 0;
  for (const VarLocation::Piece& piece : location.pieces) {
    uint64_t end = begin + piece.byte_size;
    uint64_t from = std::max(begin, at), to = std::min<uint64_t>(end, at + size);
    if (from < to) {
      if (!piece.location) return optimised_out;
      auto part = read_bytes(*piece.location, from - begin, static_cast<uint32_t>(to - from));
      if (!part) return part;
      if (from != at)
        part = builder().value(Op::Shl,
                               {*part, Operand::integer(static_cast<int64_t>(from - at) * 8)});
      sum = sum ? builder().value(Op::Or, {*sum, *part}) : *part;
      covered += to - from;
    }
    begin = end;
  }
  return covered == size && sum ? ct::Result<Operand>(*sum) : optimised_out;
}

ct::Result<Operand> PlaceEmitter::read_raw(const Place& place, uint32_t size, bool is_signed) {
  switch (place.kind) {
    case Place::Memory: return builder().load(place.space, memory_address(place), size, is_signed);
    case Place::Value:
      if (place.offset < 0 || place.offset + size > 8)
        return ct::Status("this part of it is not in the register that it is in");
      return extend(place.base, static_cast<uint32_t>(place.offset * 8), size * 8, is_signed);
    case Place::Described: break;
  }
  ct::Result<Operand> bytes =
      read_bytes(*place.described, static_cast<uint64_t>(place.offset), size);
  if (bytes && is_signed) bytes = extend(*bytes, 0, size * 8, true);
  return bytes;
}

ct::Result<Operand> PlaceEmitter::read_part(const Place& place, uint64_t at, uint32_t size) {
  Place part = place;
  if (!part.core_path.empty()) {
    part.base = memory_address(place);
    part.core_path.clear();
    part.offset = 0;
  }
  part.offset += static_cast<int64_t>(at);
  return read_raw(part, size, false);
}

ct::Result<Operand> PlaceEmitter::read(const Place& place) {
  if (is_aggregate(place)) return address(place);
  debug::TypePtr type = type_of(place);
  TypeKind kind = type ? type->kind() : TypeKind::Void;
  uint64_t size = type ? type->byte_size() : 0;
  bool is_signed = type && type->is_signed() && kind != TypeKind::Pointer;
  if (place.extended) return place.base;
  bool is_integer = kind == TypeKind::Int || kind == TypeKind::Bool || kind == TypeKind::Char ||
                    kind == TypeKind::Enum;
  if (size == 0) return ct::Status("its type is incomplete");
  if (std::string why = type->why_unreadable(); !why.empty()) return ct::Status(why);
  if (size > 8)
    return ct::Status("its type '" + type->spelling() + "' has " + std::to_string(size) +
                      " bytes, and a number has 8");
  if (is_integer && !place.core_path.empty() && place.core_path.back().index < 0) {
    ir::LocalId dst = builder().temp(ir::Ty::Long);
    builder().append(Op::CoreField, {place.base}, dst).core = make_core_access(place, to_.module());
    return Operand::of(dst);
  }
  if (place.bit_size == 0) return read_raw(place, static_cast<uint32_t>(size), is_signed);
  uint32_t bits = place.bit_offset + place.bit_size;
  if (bits > 64) return ct::Status("it is a bit field across 64 bits");
  ct::Result<Operand> unit = read_raw(place, load_size(bits), false);
  if (!unit) return unit;
  return extend(*unit, place.bit_offset, place.bit_size, is_signed);
}

}  // namespace coretap::probes
