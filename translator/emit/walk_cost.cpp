#include "emit/walk_cost.h"

#include <algorithm>
#include <bit>

#include "emit/kernel_plan.h"
#include "emit/layout.h"

namespace coretap::kernel {

using ir::Inst;
using ir::Op;
using ir::Operand;
using ir::Ty;

namespace {

uint64_t words(uint64_t bytes) { return (bytes + 7) / 8; }

/// Copies longer than this are a helper's work: CT_COPY_INLINE in runtime/bpf/string.bpf.h.
WalkCost copy_cost(uint64_t cap) { return {cap > 128 ? 12 : words(cap) * 2 + 4, 0}; }
/// A search for the end of `to` by halves, and a helper call.
WalkCost append_cost(uint64_t to) {
  uint64_t halves = static_cast<uint64_t>(std::bit_width(to));
  return {halves * 12 + 30, halves + 2};
}

/// ct_hash_text() takes about 60 steps for each word of the room. Each word may be the last, and in a loop the
/// verifier has dropped what it knew behind the hash before it comes back for those ways (is_state_visited() in
/// kernel/bpf/verifier.c: a state that was compared in vain a few times). So from the seventh turn on it walks
/// each turn about four times (measured on 5.10 and 6.18: 16600 instructions for each turn with a key of 512 bytes).
WalkCost hash_cost(uint64_t cap) { return {words(cap) * 60 * 4 + 10, 1}; }

}  // namespace

WalkCost WalkCosts::of(const ir::Body& body, const ir::Block& block) const {
  WalkCost sum;
  for (const Inst& inst : block) sum += of(body, inst);
  return sum;
}

WalkCost WalkCosts::of(const ir::Body& body, const Inst& inst) const {
  WalkCost inside;
  for (const ir::Block& b : inst.blocks) inside += of(body, b);
  switch (inst.op) {
    case Op::Loop: {
      uint64_t often = turns(inst);
      return {(inside.steps + 4) * often + 10, (inside.branches + 2) * often + 2};
    }
    case Op::If: return inside += {2, 1};
    case Op::Try: return inside += {inst.dst == ir::kNone ? 4u : 250u, 4};
    case Op::Div:
    case Op::Mod: return {16, 4};
    case Op::GlobalUpdate: return {8 + 16 * inst.args.size(), 4 * inst.args.size()};
    case Op::ArrayUpdate:
    case Op::ArraySet:
    case Op::ArrayAdd: return string_cost(body, inst) += {80, 24};
    case Op::StatAdd: return string_cost(body, inst) += {200, 30};
    case Op::ArrayGet:
    case Op::ArrayIn:
    case Op::ArrayDelete: return string_cost(body, inst) += {30, 4};
    case Op::Load:
    case Op::LoadStr:
    case Op::LoadBytes: return string_cost(body, inst) += {20, 3};
    case Op::CoreField: return {40, 5};
    case Op::Call:
    case Op::EmbeddedC: return call_cost(inst);
    case Op::Send: return string_cost(body, inst) += {60, 4};
    default: return string_cost(body, inst) += {4, 1};
  }
}

/// What the strings that `inst` reads and writes cost besides.
WalkCost WalkCosts::string_cost(const ir::Body& body, const Inst& inst) const {
  auto cap_of = [&](const Operand& o) -> uint64_t {
    if (o.kind == Operand::StrLit) return std::min<uint64_t>(o.str.size() + 1, module_.max_string);
    if (o.kind != Operand::Local || body.locals[o.local].type.ty != Ty::Str) return 0;
    return capacity(module_, body.locals[o.local].type);
  };
  bool to_string = inst.dst != ir::kNone && body.locals[inst.dst].type.ty == Ty::Str;
  uint64_t to = to_string ? capacity(module_, body.locals[inst.dst].type) : 0;
  WalkCost sum;
  if (to_string) sum += {words(to) + 2, 0};
  const ir::Global* hashed = nullptr;  // the array whose key it hashes
  if (in_loop_ && ir::info(inst.op).names_global() &&
      layout::is_hashed(module_.globals[inst.global]))
    hashed = &module_.globals[inst.global];
  for (size_t i = 0; i < inst.args.size(); ++i) {
    const Operand& arg = inst.args[i];
    uint64_t from = cap_of(arg);
    if (hashed && from && i - ir::first_key(inst) < hashed->keys.size()) sum += hash_cost(from);
    switch (inst.op) {
      case Op::Concat: sum += append_cost(to); break;
      case Op::StrEq:
      case Op::StrCmp: sum += {words(from) * 6, inst.op == Op::StrCmp ? words(from) : 0}; break;
      case Op::RegexMatch: {
        uint64_t turns = flavour_ == Flavour::Base ? words(from) : 1;
        sum += {turns * (in_loop_ ? 200 : 90) + 20, turns};
        break;
      }
      case Op::Sprintf:
        sum += append_cost(to);
        if (!from) sum += {21 * 50, 2};  // ct_number_text
        break;
      default:
        if (from) sum += copy_cost(from);
    }
  }
  if (inst.op == Op::Sprintf && inst.format)
    for (const FormatPiece& piece : *inst.format)
      if (piece.kind == FormatPiece::Literal) sum += append_cost(to);
  return sum;
}

WalkCost WalkCosts::call_cost(const Inst& inst) const {
  if (inst.op == Op::EmbeddedC) return {100, 10};
  const ir::Function& f = module_.functions[inst.function];
  uint64_t widest = f.result.ty == Ty::Str ? capacity(module_, f.result) : 0;
  WalkCost sum = {20, 2};
  for (uint32_t i = 0; i < f.parameters; ++i) {
    if (f.body.locals[i].type.ty != Ty::Str) continue;
    uint64_t cap = capacity(module_, f.body.locals[i].type);
    sum += copy_cost(cap);
    widest = std::max(widest, cap);
  }
  if (!f.c) return sum += of(f.body, f.body.block);
  if (f.c->bytewise == 0) return sum += {f.c->walked_steps, f.c->walked_steps / 13};
  uint64_t turns = flavour_ == Flavour::Base ? widest : 1;
  return sum += {turns * 100 + 100, turns * 3 + 12};
}

}  // namespace coretap::kernel
