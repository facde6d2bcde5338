// The print family to Printf, Sprintf and PrintHist: every form becomes a list of format pieces
// and arguments, so that the emitters know one way of printing.
#include "passes/lower_body.h"

namespace coretap {

using ir::Op;
using ir::Ty;

namespace {

ast::FormatPiece literal(std::string text) {
  ast::FormatPiece piece;
  piece.text = std::move(text);
  return piece;
}

ast::FormatPiece conversion_for(const ast::Expr& arg, bool is_char) {
  ast::FormatPiece piece;
  piece.kind = ast::FormatPiece::Conversion;
  piece.conversion = is_char ? 'c' : arg.type == ast::Type::String ? 's' : 'd';
  return piece;
}

}  // namespace

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
      b_.append(Op::Printf).format =
          std::make_shared<std::vector<ast::FormatPiece>>(1, literal("\n"));
    }
    return Operand::of(dst);
  }

  auto pieces = std::make_shared<std::vector<ast::FormatPiece>>();
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
  ir::LocalId dst = print.to_string ? b_.temp(Ty::Str) : ir::kNone;
  b_.append(print.to_string ? Op::Sprintf : Op::Printf, std::move(args), dst).format = pieces;
  return Operand::of(dst);
}

}  // namespace coretap
