// Regular expressions to IR: `=~`, `!~`, matched() and ngroups().
//
// Groups are looked for only when the script asks for them, in user space, in the text of the last
// match. So all that a match leaves behind is that text and which pattern it was.
#include <algorithm>

#include "analyse/variable_use.h"
#include "lower/lower_body.h"

namespace coretap {

using ir::Op;
using ir::Ty;

// ------------------------------------------------------------------ what a module shares

const ModuleLowering::MatchGlobals& ModuleLowering::match_globals() {
  if (!match_globals_)
    match_globals_ = {hidden_global("match_text", Ty::Str),
                      hidden_global("match_pattern", Ty::Long)};
  return *match_globals_;
}

int64_t ModuleLowering::pattern_number(const std::string& pattern) {
  auto& all = module.patterns;
  auto it = std::find(all.begin(), all.end(), pattern);
  if (it == all.end()) it = all.insert(all.end(), pattern);
  return it - all.begin() + 1;
}

// ------------------------------------------------------------------ matches and groups

ir::Operand BodyLowering::regex(ast::Regex& regex) {
  Operand text = value(*regex.left);
  b_.at(regex.span);
  int64_t number = outer_.pattern_number(regex.pattern);
  ir::LocalId dst = b_.temp(Ty::Long);
  b_.append(Op::RegexMatch, {text}, dst).name = regex.pattern;
  Operand matches = Operand::of(dst);
  if (asks_for_groups(outer_.program)) {
    Operand which = b_.value(Op::Mul, {matches, Operand::integer(number)});
    if (side_ == ir::Side::Kernel) {
      b_.append(Op::Copy, {text}, match_locals().text.local);
      b_.append(Op::Copy, {which}, match_locals().which.local);
    } else {
      b_.append(Op::GlobalSet, {text}).global = outer_.match_globals().text;
      b_.append(Op::GlobalSet, {which}).global = outer_.match_globals().which;
    }
  }
  return regex.negated ? b_.value(Op::Eq, {matches, Operand::integer(0)}) : matches;
}

const BodyLowering::LastMatch& BodyLowering::match_locals() {
  if (!match_locals_)
    match_locals_ = {Operand::of(b_.named("match_text", Ty::Str)),
                     Operand::of(b_.named("match_pattern", Ty::Long))};
  return *match_locals_;
}

BodyLowering::LastMatch BodyLowering::last_match() {
  if (side_ == ir::Side::Kernel) return match_locals();
  LastMatch last{Operand::of(b_.temp(Ty::Str)), Operand::of(b_.temp(Ty::Long))};
  b_.append(Op::GlobalGet, {}, last.text.local).global = outer_.match_globals().text;
  b_.append(Op::GlobalGet, {}, last.which.local).global = outer_.match_globals().which;
  return last;
}

ir::Operand BodyLowering::match_query(CallMeans what, const std::vector<Operand>& args) {
  LastMatch last = last_match();
  if (what == CallMeans::Ngroups) return b_.value(Op::RegexGroups, {last.which});
  return b_.value(Op::RegexGroup, {args[0], last.which, last.text}, Ty::Str);
}

}  // namespace coretap
