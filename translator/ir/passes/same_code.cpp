#include "ir/passes/same_code.h"

#include <map>

namespace coretap {

using ir::Block;
using ir::Body;
using ir::Inst;
using ir::kNone;
using ir::LocalId;
using ir::Op;
using ir::Operand;

namespace {

bool is_literal(const Operand& operand) {
  return operand.kind == Operand::Int || operand.kind == Operand::StrLit;
}

void collect(const Block& block, std::vector<Operand>& found) {
  for (const Inst& inst : block) {
    for (const Operand& operand : inst.args)
      if (is_literal(operand)) found.push_back(operand);
    for (const Block& inner : inst.blocks) collect(inner, found);
  }
}

/// Two shared values: the same, or both there and equal.
template <typename T>
bool equal(const std::shared_ptr<T>& a, const std::shared_ptr<T>& b) {
  return a == b || (a && b && *a == *b);
}

bool is_in_script(const Inst& inst) { return inst.span && inst.span.file->is_user_script; }

class Comparison {
 public:
  Comparison(const ir::Module& module, const Body& a, const Body& b)
      : module_(module), a_(a), b_(b) {}

  bool same() { return same(a_.block, b_.block); }

 private:
  bool same(const Block& a, const Block& b) {
    if (a.size() != b.size()) return false;
    for (size_t i = 0; i < a.size(); ++i)
      if (!same(a[i], b[i])) return false;
    return true;
  }

  bool same(const Inst& a, const Inst& b) {
    if (a.op != b.op || a.args.size() != b.args.size() || a.blocks.size() != b.blocks.size())
      return false;
    if (!same_attributes(a, b)) return false;
    if ((may_raise(a) || is_in_script(a)) && !same_place(a.span, b.span)) return false;
    for (size_t i = 0; i < a.args.size(); ++i)
      if (!same(a.args[i], b.args[i])) return false;
    if (!same(a.dst, b.dst) || !same(a.declined, b.declined)) return false;
    for (size_t i = 0; i < a.blocks.size(); ++i)
      if (!same(a.blocks[i], b.blocks[i])) return false;
    return true;
  }

  bool same(const Operand& a, const Operand& b) {
    return a.kind == b.kind && (a.kind != Operand::Local || same(a.local, b.local));
  }

  /// Each local of one body is one local of the other.
  bool same(LocalId a, LocalId b) {
    if (a == kNone || b == kNone) return a == b;
    const ir::Type &left = a_.locals[a].type, &right = b_.locals[b].type;
    if (left.ty != right.ty || left.bytes != right.bytes ||
        a_.locals[a].origin != b_.locals[b].origin)
      return false;
    return there_.emplace(a, b).first->second == b && back_.emplace(b, a).first->second == a;
  }

  static bool same_attributes(const Inst& a, const Inst& b) {
    // A foreach, and C within the handler, are rare enough to be the script's own each time.
    if (a.foreach || b.foreach || a.c || b.c) return false;
    return a.imm == b.imm && a.size == b.size && a.is_signed == b.is_signed && a.space == b.space &&
           a.global == b.global && a.function == b.function && a.binding == b.binding &&
           a.stat_fn == b.stat_fn && a.hist == b.hist && a.site_text == b.site_text &&
           a.name == b.name && equal(a.format, b.format) && equal(a.core, b.core) &&
           equal(a.steps, b.steps);
  }

  static bool same_place(const Span& a, const Span& b) {
    return a.file == b.file && a.begin == b.begin && a.end == b.end;
  }

  bool may_raise(const Inst& inst) const {
    if (inst.op != Op::Call) return info(inst.op).can_fail;
    const ir::Function& callee = module_.functions[inst.function];
    return !callee.c || callee.c->may_raise;
  }

  const ir::Module& module_;
  const Body &a_, &b_;
  std::map<LocalId, LocalId> there_, back_;
};

}  // namespace

std::vector<Operand> literals(const Body& body) {
  std::vector<Operand> found;
  collect(body.block, found);
  return found;
}

bool is_same_code(const ir::Module& module, const Body& a, const Body& b) {
  return Comparison(module, a, b).same();
}

}  // namespace coretap
