// Values whose text depends on what they hold: containers and strings of libraries (shapes.h), and enums with data (variants).
//
// Reads happen in the kernel, and text is made in user space, so what is there of the text is told by a number that the
// kernel sets: how many elements there are, or which variant it is. FormatPiece::When asks for it. Each such value has a
// try block of its own. Where that fails, or where the object cannot be one (a size beyond reason, an end before its
// beginning), the number is -1 and the whole value "<fault>". So nothing is read and nothing is shown of an object that was
// not made yet, or is gone.
#include <algorithm>
#include <cstdint>

#include "probes/pretty_printer.h"
#include "probes/variants.h"

namespace coretap::probes {

using debug::TypeKind;
using ir::Op;
using ir::Operand;

namespace {

constexpr int64_t kAny = INT64_MAX;
constexpr int64_t kBad = -1;         ///< "<fault>"
constexpr int64_t kUnreadable = -2;  ///< "?"
/// More bytes or elements nothing has: such a size was never written, or is gone.
constexpr int64_t kBeyondReason = int64_t{1} << 40;
constexpr size_t kCountsAsValues = 3;  ///< a container, among the values of a text
constexpr size_t kMostVariants = 64;
constexpr int kMostSteps = 8;  ///< through objects that stand for others

/// What objects of the type are aligned to.
uint64_t alignment_of(const debug::TypePtr& type, int depth = 0) {
  constexpr int kMaxDepth = 32;
  constexpr uint64_t kWidest = 16;
  if (!type || depth > kMaxDepth) return 1;
  uint64_t widest = std::max<uint64_t>(type->declared_alignment(), 1);
  switch (type->kind()) {
    case TypeKind::Struct:
    case TypeKind::Union:
      for (const debug::Member& member : type->members())
        widest = std::max(widest, alignment_of(member.type, depth + 1));
      return widest;
    case TypeKind::Array: return std::max(widest, alignment_of(type->target(), depth + 1));
    default: return std::max(widest, std::min(type->byte_size(), kWidest));
  }
}

bool is_tuple(const std::vector<debug::Member>& members) {
  return std::ranges::all_of(
      members, [](const debug::Member& member) { return member.name.starts_with("__"); });
}

}  // namespace

const Shape* Printer::shape(const Place& place) const {
  if (place.relocated || !is_record(kind_of(place))) return nullptr;
  return shape_of(type_of(place), emitter_.to().shapes());
}

ct::Result<Place> Printer::walk(Place place, const ShapePath& path) const {
  for (const ShapePath::Step& step : path.steps) {
    if (kind_of(place) == TypeKind::Pointer) {
      ct::Result<Place> target = emitter_.pointee(place);
      if (!target) return target;
      place = *std::move(target);
    }
    ct::Result<Place> next = emitter_.member(place, *find_step(*type_of(place), step));
    if (!next) return next;
    place = *std::move(next);
  }
  return place;
}

ct::Result<Operand> Printer::number(const Place& place, const ShapePath& path) const {
  ct::Result<Place> found = walk(place, path);
  if (!found) return found.failure();
  ct::Result<Operand> value = emitter_.read(*found);
  if (!value || !path.word) return value;
  ir::Builder& to = text_.builder();
  const auto size = static_cast<uint32_t>(type_of(*found)->byte_size());
  return to.load(place.space, to.add(*value, *path.word), size, false);
}

ct::Result<Place> Printer::seen_through(Place place) const {
  for (int steps = 0; steps < kMostSteps; steps++) {
    const Shape* known = shape(place);
    const ShapePath* path = !known                          ? nullptr
                            : known->kind == Shape::Pointer ? known->path("to")
                            : known->kind == Shape::Value   ? known->path("of")
                                                            : nullptr;
    if (!path) break;
    ct::Result<Place> next = walk(place, *path);
    if (!next) return next;
    place = *std::move(next);
  }
  return place;
}

template <typename Fill>
void Printer::guarded(Fill&& fill) {
  const ir::LocalId state = text_.builder().temp(ir::Ty::Long);
  copy(Operand::integer(kBad), state);
  text_.when(Operand::of(state), kBad, kBad);
  text_.text("<fault>");
  text_.end();
  text_.when(Operand::of(state), kUnreadable, kUnreadable);
  text_.text("?");
  text_.end();
  const int outer = std::exchange(object_bit_, -1);
  emit_try(
      text_.builder(),
      [&] {
        if (!fill(state)) copy(Operand::integer(kUnreadable), state);
      },
      [&] { copy(Operand::integer(kBad), state); });
  object_bit_ = outer;
}

void Printer::shaped(const Place& place, const Shape& shape, bool is_top) {
  switch (shape.kind) {
    case Shape::Text: return sized_text(place, shape);
    case Shape::Optional: return optional(place, shape, is_top);
    case Shape::Array:
    case Shape::Bits:
    case Shape::Blocks:
    case Shape::Tree:
    case Shape::Chain:
      if (!is_top && !deep_) return text_.text(shape.is_keyed ? "{...}" : "[...]");
      return sequence(place, shape);
    case Shape::Plain:
    case Shape::Pointer:  // a chain of them that is too long
    case Shape::Value: break;
  }
  record(place, is_top);
}

void Printer::sized_text(const Place& place, const Shape& shape) {
  guarded([&](ir::LocalId state) {
    ir::Builder& to = text_.builder();
    ct::Result<Operand> data = number(place, *shape.path("data"));
    ct::Result<Operand> size = number(place, *shape.path("size"));
    if (!data || !size) return false;
    // Text in a container is one of several that share the result's MAXSTRINGLEN.
    constexpr int64_t kLeast = 64, kShare = 4;
    const int64_t whole = emitter_.to().module().max_string - 1;
    const int64_t most =
        std::min(is_element_ ? std::max(kLeast, whole / kShare) : whole, ir::kMostDumped);
    const ir::LocalId shown = to.temp(ir::Ty::Long), bytes = to.temp(ir::Ty::Str);
    to.body().locals[bytes].type = {ir::Ty::Str, static_cast<uint32_t>((most + 7) & ~7), true};
    if_true(combined(Op::Ult, *size, Operand::integer(kBeyondReason)), [&] {
      copy(*size, shown);
      if_true(combined(Op::Lt, Operand::integer(most), *size),
              [&] { copy(Operand::integer(most), shown); });
      if_true(combined(Op::Ne, *size, Operand::integer(0)), [&] {
        to.append(Op::LoadBytes, {*data, Operand::of(shown)}, bytes).space = place.space;
      });
      copy(*size, state);
    });
    text_.when(Operand::of(state), 0, kAny);
    text_.more(Operand::of(shown));
    FormatPiece& piece = text_.value('s', Operand::of(bytes));
    piece.is_quoted = true;
    piece.precision_kind = FormatPiece::Dynamic;
    text_.when(Operand::of(state), most + 1, kAny);
    text_.text("...");
    text_.end();
    text_.end();
    return true;
  });
}

void Printer::optional(const Place& place, const Shape& shape, bool is_top) {
  guarded([&](ir::LocalId state) {
    ct::Result<Operand> when = number(place, *shape.path("when"));
    ct::Result<Place> value = walk(place, *shape.path("value"));
    if (!when || !value) return false;
    if_true(combined(Op::Ult, *when, Operand::integer(2)), [&] { copy(*when, state); });
    text_.when(Operand::of(state), 0, 0);
    text_.text(shape.none);
    text_.end();
    text_.when(Operand::of(state), 1, 1);
    if_true(combined(Op::Eq, Operand::of(state), Operand::integer(1)),
            [&] { print(*value, is_top); });
    text_.end();
    return true;
  });
}

bool Printer::read_count(const Place& place, const Shape& shape, const Operand& data,
                         uint64_t element_size, ir::LocalId state) {
  auto from_data = [&](const ShapePath& path) -> ct::Result<Operand> {
    ct::Result<Operand> value = number(place, path);
    if (value) value = combined(Op::Sub, *value, data);
    return value;
  };
  const ShapePath *size = shape.path("size"), *end = shape.path("end");
  const ShapePath *room = shape.path("room"), *last = shape.path("last");
  ct::Result<Operand> count = size ? number(place, *size) : from_data(*end);
  if (!count) return false;
  std::optional<Operand> most;
  if (room || last) {
    ct::Result<Operand> found = room ? number(place, *room) : from_data(*last);
    if (!found) return false;
    most = *found;
  }
  // Of `end` and `last` both are bytes so far.
  if_true(combined(Op::Ult, *count, Operand::integer(kBeyondReason)), [&] {
    auto accept = [&] {
      if (size) return copy(*count, state);
      const Operand stride = Operand::integer(static_cast<int64_t>(element_size));
      if_true(combined(Op::Eq, combined(Op::Mod, *count, stride), Operand::integer(0)),
              [&] { copy(combined(Op::Div, *count, stride), state); });
    };
    if (!most) return accept();
    if_true(combined(Op::Eq, combined(Op::Ult, *most, *count), Operand::integer(0)), accept);
  });
  return true;
}

bool Printer::array_elements(const Place& place, const Shape& shape, ir::LocalId state,
                             NextElement& next) {
  ct::Result<Place> pointer = walk(place, *shape.path("data"));
  if (!pointer) return false;
  debug::TypePtr type = type_of(*pointer);
  if (kind_of(*pointer) == TypeKind::Pointer) type = type->target();
  if (const ShapePath* of = shape.path("of")) type = type_at(type_of(place), *of);
  ct::Result<Operand> data = emitter_.read(*pointer);
  const uint64_t size = type ? type->byte_size() : 0;
  if (!data || size == 0 || !read_count(place, shape, *data, size, state)) return false;
  next = [this, type, size, data = *data, space = place.space](unsigned number) {
    Place element;
    element.type = type;
    element.space = space;
    element.base = data;
    element.offset = static_cast<int64_t>(number * size);
    return ct::Result<Place>(element);
  };
  return true;
}

std::optional<std::vector<Operand>> Printer::numbers(
    const Place& place, const Shape& shape, std::initializer_list<const char*> keys) const {
  std::vector<Operand> values;
  for (const char* key : keys) {
    ct::Result<Operand> value = number(place, *shape.path(key));
    if (!value) return std::nullopt;
    values.push_back(*value);
  }
  return values;
}

/// From bit `skip` of the word at `data` to bit `more` of the word at `end`, the lowest bit of a word first.
bool Printer::bit_elements(const Place& place, const Shape& shape, ir::LocalId state,
                           NextElement& next) {
  constexpr int64_t kWordBits = 64, kByteBits = 8;
  const auto found = numbers(place, shape, {"data", "skip", "end", "more"});
  debug::TypePtr type = type_at(type_of(place), *shape.path("of"));
  if (!found || !type) return false;
  const Operand data = (*found)[0], skip = (*found)[1], more = (*found)[3];
  const Operand bytes = combined(Op::Sub, (*found)[2], data);
  const Operand is_sane =
      combined(Op::And, combined(Op::Ult, bytes, Operand::integer(kBeyondReason)),
               combined(Op::And, combined(Op::Ult, skip, Operand::integer(kWordBits)),
                        combined(Op::Ult, more, Operand::integer(kWordBits))));
  const Operand bits = combined(
      Op::Sub, combined(Op::Add, combined(Op::Mul, bytes, Operand::integer(kByteBits)), more),
      skip);
  if_true(is_sane, [&] { copy(bits, state); });
  next = [this, type, data, skip, space = place.space](unsigned number) {
    const Operand at = combined(Op::Add, skip, Operand::integer(number));
    const Operand from = combined(Op::Add, data, combined(Op::Shr, at, Operand::integer(3)));
    const Operand byte = text_.builder().load(space, from, 1, false);
    const Operand low = combined(Op::And, at, Operand::integer(kByteBits - 1));
    Place element;
    element.kind = Place::Value;
    element.type = type;
    element.base = combined(Op::And, combined(Op::Shr, byte, low), Operand::integer(1));
    element.extended = true;
    return ct::Result<Place>(element);
  };
  return true;
}

/// Blocks of one size, and a list of pointers to them. The elements begin at `data` in the block from `begin` to `end`, to which
/// the pointer at `block` leads, and end at `last` in the block that begins at `last-begin`.
bool Printer::block_elements(const Place& place, const Shape& shape, ir::LocalId state,
                             NextElement& next) {
  constexpr int64_t kPointer = 8;
  const auto found =
      numbers(place, shape, {"block", "data", "begin", "end", "last-block", "last", "last-begin"});
  ct::Result<Place> pointer = walk(place, *shape.path("data"));
  debug::TypePtr type = pointer ? type_of(*pointer)->target() : nullptr;
  const auto size = type ? static_cast<int64_t>(type->byte_size()) : 0;
  if (!found || size == 0) return false;
  const std::vector<Operand>& at_key = *found;
  const Operand &block = at_key[0], &data = at_key[1], &begin = at_key[2], &end = at_key[3];
  const Operand &last_block = at_key[4], &last = at_key[5], &last_begin = at_key[6];
  const Operand stride = Operand::integer(size);
  const Operand bytes = combined(Op::Sub, end, begin);
  const Operand distance = combined(Op::Sub, last_block, block);
  const Operand head = combined(Op::Sub, end, data), tail = combined(Op::Sub, last, last_begin);
  // In a block of `bytes`, and in a list that is one: all are below 2^40.
  const Operand most = Operand::integer(kBeyondReason);
  Operand is_sane =
      combined(Op::And, combined(Op::Ult, bytes, most), combined(Op::Ult, distance, most));
  for (const Operand& part : {head, tail})
    is_sane = combined(Op::And, is_sane,
                       combined(Op::Eq, combined(Op::Ult, bytes, part), Operand::integer(0)));
  const Operand blocks = combined(Op::Sub, combined(Op::Div, distance, Operand::integer(kPointer)),
                                  Operand::integer(1));
  const Operand all =
      combined(Op::Add, combined(Op::Mul, bytes, blocks), combined(Op::Add, head, tail));
  if_true(is_sane, [&] {
    if_true(combined(Op::Ult, all, most), [&] { copy(combined(Op::Div, all, stride), state); });
  });
  next = [this, type, size, bytes, block, space = place.space,
          skipped = combined(Op::Sub, data, begin)](unsigned number) {
    const Operand at = combined(Op::Add, skipped, Operand::integer(number * size));
    const Operand step =
        combined(Op::Mul, combined(Op::Div, at, bytes), Operand::integer(kPointer));
    const Operand found_block =
        text_.builder().load(space, combined(Op::Add, block, step), kPointer, false);
    Place element;
    element.type = type;
    element.space = space;
    element.base = combined(Op::Add, found_block, combined(Op::Mod, at, bytes));
    return ct::Result<Place>(element);
  };
  return true;
}

bool Printer::linked_elements(const Place& place, const Shape& shape, ir::LocalId state,
                              NextElement& next) {
  ct::Result<Place> pointer = walk(place, *shape.path("first"));
  debug::TypePtr type = type_at(type_of(place), *shape.path("of"));
  if (!pointer || !type || kind_of(*pointer) != TypeKind::Pointer) return false;
  debug::TypePtr node_type = type_of(*pointer)->target();
  ct::Result<Operand> first = emitter_.read(*pointer);
  ct::Result<Operand> count = number(place, *shape.path("size"));
  if (!first || !count || !node_type) return false;
  if_true(combined(Op::Ult, *count, Operand::integer(kBeyondReason)), [&] { copy(*count, state); });
  // The value is in a class that is derived from the node's: at the next address that it may have.
  const uint64_t alignment = alignment_of(type);
  const uint64_t behind = (node_type->byte_size() + alignment - 1) / alignment * alignment;
  next = [this, &shape, type, node_type, behind, node = *first,
          space = place.space](unsigned number) mutable -> ct::Result<Place> {
    if (number > 0) {
      ct::Result<Operand> following = next_node(shape, node_type, node, space);
      if (!following) return following.failure();
      node = *following;
    }
    Place element;
    element.type = type;
    element.space = space;
    element.base = node;
    element.offset = static_cast<int64_t>(behind);
    return element;
  };
  return true;
}

ct::Result<Operand> Printer::next_node(const Shape& shape, const debug::TypePtr& node_type,
                                       const Operand& node, ir::Space space) {
  auto offset_of = [&](const char* key) {
    return std::to_string(find_step(*node_type, shape.path(key)->steps.front())->byte_offset);
  };
  if (shape.kind == Shape::Chain) {
    Place from;
    from.type = node_type;
    from.space = space;
    from.base = node;
    return number(from, *shape.path("next"));
  }
  // The macro's operands are constants; the node is the only value.
  const std::string call =
      "/* bpf */ /* user-memory */ /* pure */ ct_tree_next(c, STAP_ARG_node, " + offset_of("left") +
      ", " + offset_of("right") + ", " + offset_of("up") + ", " +
      std::to_string(type_at(node_type, *shape.path("up"))->byte_size()) + ")";
  const ir::LocalId following = text_.builder().temp(ir::Ty::Long);
  text_.builder().embedded(EmbeddedC(call), {node}, following);
  return Operand::of(following);
}

void Printer::sequence(const Place& place, const Shape& shape) {
  guarded([&](ir::LocalId state) {
    NextElement next;
    const auto find = shape.kind == Shape::Array    ? &Printer::array_elements
                      : shape.kind == Shape::Bits   ? &Printer::bit_elements
                      : shape.kind == Shape::Blocks ? &Printer::block_elements
                                                    : &Printer::linked_elements;
    if (!(this->*find)(place, shape, state, next)) return false;
    text_.when(Operand::of(state), 0, kAny);
    text_.text(shape.is_keyed ? "{" : "[");
    const bool outer = std::exchange(is_element_, true);
    const size_t values = text_.values();
    if (!outer) reads_before_ = text_.reads();
    elements(Operand::of(state), next, 0, shape.is_keyed);
    is_element_ = outer;
    if (!outer) text_.recount(values, kCountsAsValues);
    text_.text(shape.is_keyed ? "}" : "]");
    text_.end();
    return true;
  });
}

/// Element `number` and those behind it, as far as there are any.
void Printer::elements(const Operand& count, const NextElement& next, unsigned number,
                       bool is_keyed) {
  text_.when(count, number + 1, kAny);
  if (number > 0) text_.text(", ");
  if (number == kMostElements || is_full()) {
    text_.text("...");
  } else {
    if_true(combined(Op::Lt, Operand::integer(number), count), [&] {
      element(next(number), is_keyed);
      elements(count, next, number + 1, is_keyed);
    });
  }
  text_.end();
}

void Printer::element(const ct::Result<Place>& place, bool is_keyed) {
  debug::TypePtr type = place ? type_of(*place) : nullptr;
  std::optional<debug::FoundMember> key, value;
  if (is_keyed && type) {
    key = debug::find_member(*type, "first");
    value = debug::find_member(*type, "second");
  }
  if (!key || !value) return part(place);
  text_.text("[");
  part(emitter_.member(*place, *key));
  text_.text("]=");
  part(emitter_.member(*place, *value));
}

void Printer::variant(const Place& place, const debug::Variants& variants, bool is_top) {
  if (!variants.problem.empty()) return text_.text("?");
  if (variants.all.size() > kMostVariants) return text_.text("{...}");
  guarded([&](ir::LocalId state) {
    ct::Result<Operand> number = variant_number(place, variants, emitter_);
    if (!number) return false;
    copy(*number, state);
    for (size_t i = 0; i < variants.all.size(); i++) {
      const auto which = static_cast<int64_t>(i);
      text_.when(Operand::of(state), which, which);
      text_.text(variants.all[i].name);
      if_true(combined(Op::Eq, Operand::of(state), Operand::integer(which)),
              [&] { content(place, variants.all[i], is_top); });
      text_.end();
    }
    return true;
  });
}

void Printer::content(const Place& place, const debug::Variants::Variant& variant, bool is_top) {
  const std::vector<debug::Member> members = variant.content.type->members();
  if (members.empty()) return;
  const bool has_numbers = is_tuple(members);
  text_.text(has_numbers ? "(" : "{");
  ct::Result<Place> inner =
      emitter_.member(place, debug::FoundMember{{variant.content}, variant.content.byte_offset});
  if (!is_top && !deep_)
    text_.text("...");
  else if (inner)
    list(*inner, members, !has_numbers);
  else
    text_.text("?");
  text_.text(has_numbers ? ")" : "}");
}

}  // namespace coretap::probes
