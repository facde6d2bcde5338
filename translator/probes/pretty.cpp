// How reading and printing are kept apart. Memory can only be read in the kernel, where a fault ends
// the handler or goes to a `catch`; text is made in user space, from the values that were read. So
// all reads of one object stand in a try block of the kernel's, whose catch sets a bit in a mask of
// faults. The mask is the last argument of the format; each conversion knows its bit (FormatPiece)
// and prints "<fault>" for its value. Text that a pointer leads to is other memory than the
// pointer, and has bits of its own: they are set at first and cleared when the text was read.
#include "probes/pretty.h"

#include <algorithm>

#include "probes/pretty_printer.h"

namespace coretap::probes {

using debug::TypeKind;
using ir::Op;
using ir::Operand;

namespace {

/// gdb's flag enums: each constant is a bit of its own, or 0.
bool is_flags(const std::vector<std::pair<std::string, int64_t>>& constants) {
  uint64_t seen = 0;
  for (const auto& [name, constant] : constants) {
    auto bit = static_cast<uint64_t>(constant);
    if (constant < 0 || (bit & (bit - 1)) != 0 || (seen & bit) != 0) return false;
    seen |= bit;
  }
  return true;
}

std::shared_ptr<const EnumNames> names_of(const debug::Type& type) {
  auto names = std::make_shared<EnumNames>();
  std::vector<std::pair<std::string, int64_t>> constants = type.enumerators();
  for (const auto& [name, constant] : constants)
    names->constants.emplace_back(constant, ct::terminal_safe(name));
  names->is_flags = is_flags(constants);
  return names;
}

/// How many bytes there are from `place` on to the end of what holds it, which is not memory.
uint64_t described_size(const Place& place) {
  uint64_t size = sizeof(uint64_t);
  if (place.kind == Place::Described) {
    size = 0;
    for (const debug::VarLocation::Piece& piece : place.described->pieces) size += piece.byte_size;
  }
  const auto begin = static_cast<uint64_t>(place.offset);
  return begin < size ? size - begin : 0;
}

/// ".name=", of a base class "<Base>=".
std::string label_of(const debug::Member& member) {
  if (!member.name.empty()) return "." + member.name + "=";
  if (member.type && member.type->kind() == TypeKind::Union) return "<union>=";
  const std::string name = member.type ? member.type->name() : "";
  return "<" + (name.empty() ? "class" : name) + ">=";
}

}  // namespace

bool is_char(const debug::TypePtr& type) {
  return type && type->kind() == TypeKind::Char && type->byte_size() == 1;
}

ct::Status Printer::top(ct::Result<Place> found) {
  if (!found) return found.failure();
  Place place = *std::move(found);
  while (true) {
    ct::Result<Place> inner = seen_through(place);
    if (!inner) return inner.failure();
    place = *std::move(inner);
    if (kind_of(place) != TypeKind::Pointer) break;
    debug::TypePtr target = type_of(place)->target();
    TypeKind kind = target ? target->kind() : TypeKind::Void;
    const bool is_reference = type_of(place)->is_reference();
    if (!is_reference && (kind == TypeKind::Void || kind == TypeKind::Function || is_char(target)))
      break;
    ct::Result<Place> target_place = emitter_.pointee(place);
    if (!target_place) return target_place.failure();
    place = *std::move(target_place);
  }
  print(place, true);
  return {};
}

void Printer::floating(const Place& place) {
  switch (type_of(place)->byte_size()) {
    case sizeof(float): return scalar(place, 'f');
    case sizeof(double): return scalar(place, 'g');
    case sizeof(long double): return wide(place, 'L');
    default: text_.text("?");
  }
}

void Printer::wide(const Place& place, char conversion) {
  ct::Result<Operand> low = emitter_.read_part(place, 0), high = emitter_.read_part(place, 8);
  if (!low || !high) return text_.text("?");
  mark(text_.value(conversion, *low), place);
  text_.more(*high);
}

void Printer::print(const Place& found, bool is_top) {
  ct::Result<Place> seen = seen_through(found);
  if (!seen) return text_.text("?");
  const Place place = *std::move(seen);
  debug::TypePtr type = type_of(place);
  switch (kind_of(place)) {
    case TypeKind::Struct:
    case TypeKind::Union:
      if (const Shape* known = shape(place)) return shaped(place, *known, is_top);
      if (auto variants = type->variants()) return variant(place, *variants, is_top);
      return record(place, is_top);
    case TypeKind::Array: return array(place, is_top);
    case TypeKind::Pointer: return pointer(place, *type, is_top);
    case TypeKind::Bool: return scalar(place, 'd');
    case TypeKind::Int:
      if (type->byte_size() > 8) return wide(place, type->is_signed() ? 'I' : 'U');
      return scalar(place, type->is_signed() ? 'd' : 'u');
    case TypeKind::Enum:
      if (FormatPiece* piece = read(place, 'E')) piece->names = names_of(*type);
      return;
    case TypeKind::Char:
      if (!is_char(type)) return scalar(place, 'u');  // char32_t and the like
      if (FormatPiece* piece = read(place, 'c')) piece->is_quoted = true;
      return;
    case TypeKind::Float: return floating(place);
    default: break;
  }
  text_.text("?");
}

void Printer::part(const ct::Result<Place>& place) {
  if (place)
    print(*place, false);
  else
    text_.text("?");
}

FormatPiece* Printer::read(const Place& place, char conversion) {
  ct::Result<Operand> value = emitter_.read(place);
  if (!value) {
    text_.text("?");
    return nullptr;
  }
  FormatPiece& piece = text_.value(conversion, *value);
  mark(piece, place);
  return &piece;
}

void Printer::pointer(const Place& place, const debug::Type& type, bool is_top) {
  debug::TypePtr target = type.target();
  if (is_char(target) && !type.is_reference()) {
    if (ct::Result<Operand> value = emitter_.read(place)) return string(*value, place.space, 0);
    // Of a pointer that was optimised away it may be known what it would point to.
    ct::Result<Place> first = emitter_.pointee(place);
    return first ? characters(*first, 0) : text_.text("?");
  }
  if (is_top && target && target->kind() == TypeKind::Function) text_.text("<function>:");
  scalar(place, 'p');
}

void Printer::string(const Operand& address, ir::Space space, uint64_t limit) {
  const int bit = text_.bits(2, true);
  if (bit < 0) return text_.text("...");
  ir::Builder& to = text_.builder();
  ir::LocalId text = to.temp(ir::Ty::Str);
  const auto load_from = [&](ir::Space from) {
    ir::Inst& load = to.append(Op::LoadStr, {address}, text);
    load.space = from;
    load.imm = static_cast<int64_t>(limit);
    text_.clear_bit(bit);
  };
  const auto tell_fault = [&] {
    ir::Block is_null = to.nested([&] {
      text_.clear_bit(bit);
      text_.set_bit(bit + 1);
    });
    Operand condition = to.value(Op::Eq, {address, Operand::integer(0)});
    std::vector<ir::Block>& blocks = to.append(Op::If, {condition}).blocks;
    blocks.push_back(std::move(is_null));
    blocks.emplace_back();
  };
  const auto load_from_user = [&] {
    emit_try(
        to, [&] { load_from(ir::Space::User); }, tell_fault);
  };
  // What the kernel has may point to a text of the program, as `filename` of its functions for system
  // calls; the types do not say so.
  if (space == ir::Space::Kernel)
    emit_try(
        to, [&] { load_from(space); }, load_from_user);
  else
    load_from_user();
  FormatPiece& piece = text_.value('s', Operand::of(text));
  piece.fault_bit = bit;
  piece.is_quoted = true;
}

/// An array that the compiler took apart is in registers or in the debug information itself, a byte here and a byte there.
/// What is constant is text already; what is not is put together of its characters, which end at the first that is 0.
void Printer::characters(const Place& first, uint64_t limit) {
  if (ct::Result<Operand> address = emitter_.address(first))
    return string(*address, first.space, limit);
  const auto most = static_cast<size_t>(emitter_.to().module().max_string - 1);
  const uint64_t size = described_size(first);
  const uint64_t end = limit == 0 ? size : std::min(limit, size);
  std::vector<Operand> bytes;
  std::string constant;
  bool is_constant = true, is_whole = false;
  while (!is_whole && bytes.size() < (is_constant ? most : kMostValues)) {
    ct::Result<Operand> byte = emitter_.read_byte(first, bytes.size());
    if (!byte) return text_.text("?");
    is_constant = is_constant && byte->kind == Operand::Int;
    is_whole = byte->kind == Operand::Int && byte->num == 0;
    if (is_whole) break;
    bytes.push_back(*byte);
    constant += static_cast<char>(byte->num);
    is_whole = bytes.size() == end;
  }
  const int bit = is_constant ? -1 : text_.bits(2, true);
  if (!is_constant && bit < 0) return text_.text("...");
  Operand whole = Operand::string(constant);
  if (!is_constant) {
    text_.clear_bit(bit);  // no read has ended the try block
    Text text(emitter_);
    for (const Operand& byte : bytes) {
      text.when(byte, 1, UINT8_MAX);
      text.value('c', byte);
    }
    for (size_t i = 0; i < bytes.size(); i++) text.end();
    whole = text.finish({});
  }
  FormatPiece& piece = text_.value('s', whole);
  piece.is_quoted = true;
  piece.fault_bit = bit;
  if (!is_whole) text_.text("...");
}

void Printer::array(const Place& place, bool is_top) {
  if (!is_top && !deep_) return text_.text("[...]");
  const std::vector<uint64_t> counts = place.type->array_counts();
  const uint64_t count = place.dims < counts.size() ? counts[place.dims] : 0;
  if (is_char(place.type->target()) && place.dims + 1 >= counts.size()) {
    ct::Result<Place> first = emitter_.element(place, Operand::integer(0));
    return first ? characters(*first, count) : text_.text("?");
  }
  text_.text("[");
  // Of an array whose size only the program knows (0), not even the first element may be there.
  uint64_t shown = 0;
  for (; shown < std::min(count, kMostElements) && !is_full(); shown++) {
    if (shown > 0) text_.text(", ");
    part(emitter_.element(place, Operand::integer(static_cast<int64_t>(shown))));
  }
  text_.text(shown == count && count > 0 ? "]" : shown > 0 ? ", ...]" : "...]");
}

void Printer::record(const Place& place, bool is_top) {
  debug::TypePtr type = type_of(place);
  std::vector<debug::Member> members = type->members();
  if ((!is_top && !deep_) || members.empty()) return text_.text("{...}");
  text_.text("{");
  list(place, members, true);
  text_.text("}");
}

void Printer::list(const Place& place, const std::vector<debug::Member>& members, bool with_names) {
  bool is_first = true;
  for (const debug::Member& member : members) {
    if (!is_first) text_.text(", ");
    is_first = false;
    if (is_full()) return text_.text("...");
    if (with_names) text_.text(label_of(member));
    if (!member.problem.empty())
      text_.text("?");
    else
      part(step_into(place, debug::FoundMember{{member}, member.byte_offset}));
  }
}

/// A CO-RE path cannot name an anonymous member: it stands for its parent, whose members it
/// shows, so the place stays and only the type changes.
ct::Result<Place> Printer::step_into(const Place& place, const debug::FoundMember& found) {
  if (!place.relocated || !found.leaf().name.empty()) return emitter_.member(place, found);
  Place inner = place;
  if (!type_of(place)->name().empty()) {
    ct::Result<Operand> address = emitter_.address(place);
    if (!address) return address.failure();
    inner.base = *address;
    inner.offset = 0;
    inner.core_path.clear();
    inner.core_root =
        (kind_of(place) == TypeKind::Union ? "union " : "struct ") + type_of(place)->name();
  }
  inner.type = found.leaf().type;
  inner.dims = 0;
  return inner;
}

namespace {

/// One variable of a plain `$$vars`: a number in hexadecimal, or what it is.
void print_plain(const VarsEntry& entry, PlaceEmitter& emitter, Text& text, int bit) {
  Place place = entry.emit(emitter);
  while (type_of(place) && type_of(place)->is_reference()) {
    ct::Result<Place> target = emitter.pointee(place);
    if (!target) return text.text("?");
    place = *std::move(target);
  }
  Printer printer(emitter, text, false, bit);
  switch (kind_of(place)) {
    case TypeKind::Struct:
    case TypeKind::Union: return text.text("{...}");
    case TypeKind::Array: return text.text("[...]");
    case TypeKind::Float: return printer.floating(place);
    case TypeKind::Int:
      if (type_of(place)->byte_size() > 8)
        return printer.wide(place, type_of(place)->is_signed() ? 'I' : 'U');
      break;
    default: break;
  }
  printer.scalar(place, 'x', true);
}

}  // namespace

ct::Result<Operand> pretty_print(const std::function<ct::Result<Place>()>& place, bool deep,
                                 PlaceEmitter& emitter) {
  ir::Builder& to = emitter.to().builder();
  Text text(emitter);
  const int bit = text.bits(1, false);
  ct::Status found;
  ir::Block reads = to.nested([&] {
    emit_try(
        to, [&] { found = Printer(emitter, text, deep, bit).top(place()); },
        [&] { text.set_bit(bit); });
  });
  if (!found) return found;
  return text.finish(std::move(reads));
}

Operand print_vars(const std::vector<VarsEntry>& entries, int pretty, PlaceEmitter& emitter) {
  ir::Builder& to = emitter.to().builder();
  Text text(emitter);
  const size_t in_one_try = entries.size() / kMostBits + 1;
  int bit = -1;
  size_t number = 0;
  auto print = [&](const VarsEntry& entry) {
    text.text((number > 0 ? " " : "") + entry.name + "=");
    if (!entry.emit) return text.text("?");
    if (pretty != 0) {
      auto place = [&] { return entry.emit(emitter); };
      ct::Result<Operand> shown = pretty_print(place, pretty == 2, emitter);
      if (!shown) return text.text("?");
      text.value('s', *shown);
      return;
    }
    if (number % in_one_try == 0) bit = text.bits(1, false);
    emit_try(
        to, [&] { print_plain(entry, emitter, text, bit); }, [&] { text.set_bit(bit); });
  };
  return text.finish(to.nested([&] {
    for (const VarsEntry& entry : entries) {
      print(entry);
      number++;
    }
  }));
}

}  // namespace coretap::probes
