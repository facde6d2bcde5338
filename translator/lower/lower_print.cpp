// The print family to Printf, Sprintf and PrintHist: every form becomes a list of format pieces
// and arguments, so that the emitters know one way of printing.
#include <algorithm>

#include "lower/lower_body.h"

namespace coretap {

using ir::Op;
using ir::Ty;

namespace {

FormatPiece literal(std::string text) {
  FormatPiece piece;
  piece.text = std::move(text);
  return piece;
}

FormatPiece conversion(char letter) {
  FormatPiece piece;
  piece.kind = FormatPiece::Conversion;
  piece.conversion = letter;
  return piece;
}

FormatPiece conversion_for(const ast::Expr& arg, bool is_char) {
  return conversion(is_char ? 'c' : arg.type == ast::Type::String ? 's' : 'd');
}

}  // namespace

/// Replaces the address of each %m and %M by the bytes that are there. In functions of user
/// space the address stays, and printing it is an error.
void BodyLowering::read_memory(const std::vector<FormatPiece>& pieces, std::vector<Operand>& args) {
  size_t next = 0;
  for (const FormatPiece& piece : pieces) {
    if (piece.kind == FormatPiece::Literal) continue;
    next += (piece.width_kind == FormatPiece::Dynamic);
    Operand count = Operand::integer(std::max(1, piece.precision));
    if (piece.precision_kind == FormatPiece::Dynamic) count = args[next++];
    Operand& address = args[next++];
    if (piece.conversion != 'm' && piece.conversion != 'M') continue;
    refuse_large_dump(count);
    if (side_ == ir::Side::User) continue;
    if (piece.flag_hash && !has_event) {
      raise_user_fault(address);
      continue;
    }
    int64_t most = ir::kMostDumped;
    if (count.kind == Operand::Int) most = std::clamp<int64_t>(count.num, 1, most);
    ir::LocalId bytes = b_.temp(Ty::Str);
    b_.body().locals[bytes].type = {Ty::Str, static_cast<uint32_t>((most + 7) & ~7), true};
    b_.append(Op::LoadBytes, {address, count}, bytes).space =
        piece.flag_hash ? ir::Space::User : ir::Space::Kernel;
    address = Operand::of(bytes);
  }
}

/// Without an event there is no program whose memory could be there.
void BodyLowering::raise_user_fault(const Operand& address) {
  auto pieces = std::make_shared<std::vector<FormatPiece>>();
  FormatPiece digits = conversion('x');
  digits.flag_zero = true;
  digits.width_kind = FormatPiece::Fixed;
  digits.width = 16;
  *pieces = {literal("user read fault at 0x"), digits, literal(" (addr)")};
  ir::LocalId text = b_.temp(Ty::Str);
  b_.append(Op::Sprintf, {address}, text).format = pieces;
  b_.append(Op::Error, {Operand::of(text)});
}

/// More than a page, or less than nothing, is an error in SystemTap's words.
void BodyLowering::refuse_large_dump(const Operand& count) {
  bool fits = count.kind == Operand::Int && count.num >= 0 && count.num <= ir::kMostDumped;
  if (fits) return;
  Operand large = b_.value(Op::Ult, {Operand::integer(ir::kMostDumped), count});
  auto error = either(
      [&] {
        ir::LocalId text = b_.temp(Ty::Str);
        auto pieces = std::make_shared<std::vector<FormatPiece>>();
        pieces->push_back(conversion('d'));
        pieces->push_back(literal(" is too many bytes for a memory dump"));
        b_.append(Op::Sprintf, {count}, text).format = pieces;
        b_.append(Op::Error, {Operand::of(text)});
      },
      [] {});
  b_.append(Op::If, {large}).blocks = std::move(error);
}

ir::Operand BodyLowering::print(ast::Print& print) {
  // print(@hist_log(x)), println(@hist_linear(…)): the histogram is laid out by the runtime.
  if (!print.with_format && print.args.size() == 1 && print.args[0]->kind == ast::ExprKind::Hist) {
    auto& hist = static_cast<ast::Hist&>(*print.args[0]);
    StatRef ref = stat_ref(*hist.operand);
    ir::HistSpec spec = hist_spec(hist, ref.global);
    ir::LocalId dst = print.to_string ? b_.temp(Ty::Str) : ir::kNone;
    ir::Inst& inst = b_.append(print.to_string ? Op::StrToHist : Op::PrintHist, ref.keys, dst);
    inst.global = ref.global;
    inst.hist = spec;
    if (print.with_newline && !print.to_string) {
      b_.append(Op::Printf).format = std::make_shared<std::vector<FormatPiece>>(1, literal("\n"));
    }
    return Operand::of(dst);
  }

  auto pieces = std::make_shared<std::vector<FormatPiece>>();
  std::vector<Operand> args;
  for (size_t i = 0; i < print.args.size(); i++) {
    Operand arg = value(*print.args[i]);
    for (size_t j = i + 1; j < print.args.size(); j++) arg = held(arg, *print.args[j]);
    args.push_back(arg);
  }
  if (print.with_format) {
    *pieces = print.pieces;
  } else {
    for (size_t i = 0; i < print.args.size(); i++) {
      if (i && print.with_delimiter) pieces->push_back(literal(print.delimiter));
      pieces->push_back(conversion_for(*print.args[i], print.is_char));
    }
    if (print.with_newline) pieces->push_back(literal("\n"));
  }
  b_.at(print.span);
  read_memory(*pieces, args);
  ir::LocalId dst = print.to_string ? b_.temp(Ty::Str) : ir::kNone;
  b_.append(print.to_string ? Op::Sprintf : Op::Printf, std::move(args), dst).format = pieces;
  return Operand::of(dst);
}

}  // namespace coretap
