// Emits the reads of one object and appends its text: see pretty.cpp; what libraries' classes and enums of Rust look like is in
// pretty_shapes.cpp.
#pragma once

#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <vector>

#include "probes/pretty_text.h"
#include "probes/shapes.h"

namespace coretap::probes {

bool is_char(const debug::TypePtr& type);

class Printer {
 public:
  /// `object_bit`: the bit of the object whose memory is read.
  Printer(PlaceEmitter& emitter, Text& text, bool deep, int object_bit)
      : emitter_(emitter), text_(text), deep_(deep), object_bit_(object_bit) {}

  /// Follows pointers: what `$x$` itself names is printed, not its address.
  ct::Status top(ct::Result<Place> found);
  void scalar(const Place& place, char conversion, bool hash = false) {
    if (FormatPiece* piece = read(place, conversion)) piece->flag_hash = hash;
  }
  void floating(const Place& place);
  /// An object of 16 bytes, in two halves.
  void wide(const Place& place, char conversion);

 private:
  void print(const Place& place, bool is_top);
  /// A member or an element.
  void part(const ct::Result<Place>& place);
  /// Values in registers do not depend on memory.
  void mark(FormatPiece& piece, const Place& place) const {
    if (place.kind != Place::Value) piece.fault_bit = object_bit_;
  }
  /// One number; null, and "?" in the text, if it cannot be read.
  FormatPiece* read(const Place& place, char conversion);
  void pointer(const Place& place, const debug::Type& type, bool is_top);
  /// The text at `address`, of at most `limit` bytes (0: any number).
  void string(const ir::Operand& address, ir::Space space, uint64_t limit);
  /// The text that begins with the character at this place, wherever it is.
  void characters(const Place& first, uint64_t limit);
  void array(const Place& place, bool is_top);
  void record(const Place& place, bool is_top);
  /// ".a=1, .b=2"; without their names "1, 2".
  void list(const Place& place, const std::vector<debug::Member>& members, bool with_names);
  ct::Result<Place> step_into(const Place& place, const debug::FoundMember& found);

  /// Is no more to be shown?
  bool is_full() const {
    if (text_.reads() >= kMostOfAll) return true;
    return is_element_ ? text_.reads() - reads_before_ >= kMostOfContainer
                       : text_.values() >= kMostValues;
  }

  // Shapes and variants.
  const Shape* shape(const Place& place) const;
  /// Where a pointer-like object's pointer is, and so on; the place itself if it is no such object.
  ct::Result<Place> seen_through(Place place) const;
  ct::Result<Place> walk(Place place, const ShapePath& path) const;
  ct::Result<ir::Operand> number(const Place& place, const ShapePath& path) const;
  /// What the paths of these keys lead to; nothing if one cannot be read.
  std::optional<std::vector<ir::Operand>> numbers(const Place& place, const Shape& shape,
                                                  std::initializer_list<const char*> keys) const;
  void shaped(const Place& place, const Shape& shape, bool is_top);
  void sized_text(const Place& place, const Shape& shape);
  void optional(const Place& place, const Shape& shape, bool is_top);

  /// The place of the element of this number. Asked in order, each within what was asked before.
  using NextElement = std::function<ct::Result<Place>(unsigned)>;
  void sequence(const Place& place, const Shape& shape);
  // They set `state` to the number of elements, if that is one; false: it cannot be read.
  bool array_elements(const Place& place, const Shape& shape, ir::LocalId state, NextElement& next);
  bool bit_elements(const Place& place, const Shape& shape, ir::LocalId state, NextElement& next);
  bool block_elements(const Place& place, const Shape& shape, ir::LocalId state, NextElement& next);
  bool linked_elements(const Place& place, const Shape& shape, ir::LocalId state,
                       NextElement& next);
  bool read_count(const Place& place, const Shape& shape, const ir::Operand& data,
                  uint64_t element_size, ir::LocalId state);
  ct::Result<ir::Operand> next_node(const Shape& shape, const debug::TypePtr& node_type,
                                    const ir::Operand& node, ir::Space space);
  void elements(const ir::Operand& count, const NextElement& next, unsigned number, bool is_keyed);
  void element(const ct::Result<Place>& place, bool is_keyed);

  void variant(const Place& place, const debug::Variants& variants, bool is_top);
  void content(const Place& place, const debug::Variants::Variant& variant, bool is_top);

  ir::Operand combined(ir::Op op, ir::Operand left, ir::Operand right) {
    return text_.builder().value(op, {std::move(left), std::move(right)});
  }
  void copy(const ir::Operand& from, ir::LocalId to) {
    text_.builder().append(ir::Op::Copy, {from}, to);
  }
  template <typename Then>
  void if_true(const ir::Operand& condition, Then&& then) {
    text_.builder().if_true(condition, std::forward<Then>(then));
  }
  /// Calls `fill` with a local that says what is shown. It is -1 ("<fault>" in the text) until `fill` sets it, and again if
  /// a read fails; `fill` appends the text for all else, and returns false if nothing can be read at all.
  template <typename Fill>
  void guarded(Fill&& fill);

  PlaceEmitter& emitter_;
  Text& text_;
  bool deep_;
  int object_bit_;
  bool is_element_ = false;  ///< of a container: text is shorter there
  size_t reads_before_ = 0;  ///< Text::reads() at the beginning of the outermost container
};

}  // namespace coretap::probes
