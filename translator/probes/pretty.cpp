#include "probes/pretty.h"

#include "runtime/user/terminal.h"

namespace coretap::probes {

using debug::TypeKind;
using ir::Op;
using ir::Operand;

namespace {

constexpr size_t kMostValues = 32;

/// A format under construction, with its arguments.
class Format {
 public:
  void text(const std::string& more) {
    if (pieces_.empty() || pieces_.back().kind != ast::FormatPiece::Literal) {
      pieces_.emplace_back();
      pieces_.back().kind = ast::FormatPiece::Literal;
    }
    pieces_.back().text += ct::terminal_safe(more);  // it holds names of debug information
  }
  void value(char conversion, Operand argument, bool hash = false) {
    ast::FormatPiece& piece = pieces_.emplace_back();
    piece.kind = ast::FormatPiece::Conversion;
    piece.conversion = conversion;
    piece.flag_hash = hash;
    args_.push_back(std::move(argument));
  }
  size_t values() const { return args_.size(); }

  /// Appends the Sprintf into `result`.
  void emit(ir::Builder& to, ir::LocalId result) {
    ir::Inst& inst = to.append(Op::Sprintf, std::move(args_), result);
    inst.format = std::make_shared<const std::vector<ast::FormatPiece>>(std::move(pieces_));
  }

 private:
  std::vector<ast::FormatPiece> pieces_;
  std::vector<Operand> args_;
};

/// try { body } catch { result = otherwise }
template <typename Body, typename Handler>
void emit_try(ir::Builder& to, Body&& body, Handler&& handler) {
  ir::Block tried = to.nested(std::forward<Body>(body));
  ir::Block caught = to.nested(std::forward<Handler>(handler));
  ir::Inst& inst = to.append(Op::Try);
  inst.blocks.push_back(std::move(tried));
  inst.blocks.push_back(std::move(caught));
}

bool is_char(const debug::TypePtr& type) { return type && type->kind() == TypeKind::Char; }

class Printer {
 public:
  Printer(PlaceEmitter& emitter, Format& format, bool deep)
      : emitter_(emitter), format_(format), deep_(deep) {}

  /// Follows pointers: what `$x$` itself names is printed, not its address.
  void top(Place place) {
    while (kind_of(place) == TypeKind::Pointer) {
      debug::TypePtr target = type_of(place)->target();
      TypeKind kind = target ? target->kind() : TypeKind::Void;
      if (kind == TypeKind::Void || kind == TypeKind::Function || is_char(target)) break;
      place = emitter_.pointee(place);
    }
    print(place, true);
  }

 private:
  void print(const Place& place, bool is_top) {
    debug::TypePtr type = type_of(place);
    switch (kind_of(place)) {
      case TypeKind::Struct:
      case TypeKind::Union: return record(place, is_top);
      case TypeKind::Array: return array(place, is_top);
      case TypeKind::Pointer: return pointer(place, *type, is_top);
      case TypeKind::Int:
      case TypeKind::Bool:
      case TypeKind::Enum:
        return scalar(place, type->is_signed() || type->kind() == TypeKind::Bool ? 'd' : 'u');
      case TypeKind::Char:
        format_.text("'");
        scalar(place, 'c', true);
        return format_.text("'");
      default: break;
    }
    format_.text("?");
  }

  void scalar(const Place& place, char conversion, bool hash = false) {
    PlaceEmitter own(emitter_);  // its failure must not spoil the next member
    std::optional<Operand> value = own.read(place);
    if (value)
      format_.value(conversion, *value, hash);
    else
      format_.text("?");
  }

  void pointer(const Place& place, const debug::Type& type, bool is_top) {
    debug::TypePtr target = type.target();
    PlaceEmitter own(emitter_);
    std::optional<Operand> value = own.read(place);
    if (!value) return format_.text("?");
    if (is_char(target)) return string(*value, place.space);
    if (is_top && target && target->kind() == TypeKind::Function) format_.text("<function>:");
    format_.value('p', *value);
  }

  /// "text", or the address if there is nothing to read.
  void string(const Operand& address, ir::Space space) {
    ir::Builder& to = emitter_.to().builder();
    ir::LocalId result = to.temp(ir::Ty::Str);
    emit_try(
        to,
        [&] {
          ir::LocalId text = to.temp(ir::Ty::Str);
          to.append(Op::LoadStr, {address}, text).space = space;
          Format quoted;
          quoted.text("\"");
          quoted.value('s', Operand::of(text));
          quoted.text("\"");
          quoted.emit(to, result);
        },
        [&] {
          Format plain;
          plain.value('x', address, true);
          plain.emit(to, result);
        });
    format_.value('s', Operand::of(result));
  }

  void array(const Place& place, bool is_top) {
    if (!is_top && !deep_) return format_.text("[...]");
    debug::TypePtr element = place.type->target();
    if (is_char(element) && place.dims + 1 >= place.type->array_counts().size()) {
      PlaceEmitter own(emitter_);
      std::optional<Operand> address = own.address(place);
      if (address) return string(*address, place.space);
      return format_.text("?");
    }
    format_.text("[");
    Place first = place;
    while (kind_of(first) == TypeKind::Array && first.type == place.type)
      first = emitter_.element(first, Operand::integer(0));
    print(first, false);
    format_.text(", ...]");
  }

  void record(const Place& place, bool is_top) {
    debug::TypePtr type = type_of(place);
    std::vector<debug::Member> members = type->members();
    if ((!is_top && !deep_) || members.empty()) return format_.text("{...}");
    format_.text("{");
    bool is_first = true;
    for (const debug::Member& member : members) {
      if (!is_first) format_.text(", ");
      is_first = false;
      if (format_.values() >= kMostValues) {
        format_.text("...");
        break;
      }
      bool is_union = member.type && member.type->kind() == TypeKind::Union;
      format_.text(!member.name.empty() ? "." + member.name + "="
                   : is_union           ? "<union>="
                                        : "<class>=");
      debug::FoundMember found{{member}, member.byte_offset};
      print(step_into(place, found), false);
    }
    format_.text("}");
  }

  /// A CO-RE path cannot name an anonymous member: it stands for its parent, whose members it
  /// shows, so the place stays and only the type changes.
  Place step_into(const Place& place, const debug::FoundMember& found) {
    if (!place.relocated || !found.leaf().name.empty()) return emitter_.member(place, found);
    Place inner = place;
    if (!type_of(place)->name().empty()) {
      inner.base = emitter_.address(place).value_or(Operand::integer(0));
      inner.offset = 0;
      inner.core_path.clear();
      inner.core_root =
          (kind_of(place) == TypeKind::Union ? "union " : "struct ") + type_of(place)->name();
    }
    inner.type = found.leaf().type;
    inner.dims = 0;
    return inner;
  }

  PlaceEmitter& emitter_;
  Format& format_;
  bool deep_;
};

/// try { result = <text> } catch { result = "ERROR" }
template <typename Fill>
Operand guarded(ir::Builder& to, Fill&& fill) {
  ir::LocalId result = to.temp(ir::Ty::Str);
  emit_try(
      to,
      [&] {
        Format format;
        fill(format);
        format.emit(to, result);
      },
      [&] { to.append(Op::Copy, {Operand::string("ERROR")}, result); });
  return Operand::of(result);
}

void print_plain(const VarsEntry& entry, PlaceEmitter& emitter, Format& format) {
  Place shape;
  shape.type = entry.type;
  switch (kind_of(shape)) {
    case TypeKind::Struct:
    case TypeKind::Union: return format.text("{...}");
    case TypeKind::Array: return format.text("[...]");
    default: break;
  }
  std::optional<Operand> value = emitter.read(entry.emit(emitter));
  if (value)
    format.value('x', *value, true);
  else
    format.text("?");
}

}  // namespace

Operand pretty_print(const Place& place, bool deep, PlaceEmitter& emitter) {
  return guarded(emitter.to().builder(),
                 [&](Format& format) { Printer(emitter, format, deep).top(place); });
}

Operand print_vars(const std::vector<VarsEntry>& entries, int pretty, PlaceEmitter& emitter) {
  return guarded(emitter.to().builder(), [&](Format& format) {
    bool is_first = true;
    for (const VarsEntry& entry : entries) {
      format.text((is_first ? "" : " ") + entry.name + "=");
      is_first = false;
      // One variable that cannot be read must not spoil the next.
      PlaceEmitter own(emitter);
      if (!entry.emit)
        format.text("?");
      else if (pretty == 0)
        print_plain(entry, own, format);
      else
        format.value('s', pretty_print(entry.emit(own), pretty == 2, own));
    }
  });
}

}  // namespace coretap::probes
