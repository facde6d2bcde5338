#include "emit/kernel_plan.h"

#include <algorithm>
#include <set>

#include "emit/layout.h"

namespace coretap::kernel {

using ir::Block;
using ir::Body;
using ir::Inst;
using ir::kNone;
using ir::LocalId;
using ir::Op;
using ir::Operand;
using ir::Ty;

namespace {

// Bytes of the BPF stack that one string, and all strings of one body, may take.
constexpr uint32_t kStackString = 32, kStackStrings = 96;
// Results of embedded C up to this size are assumed to be written at constant offsets: execname(). Not
// where that is MAXSTRINGLEN, for then all results are so small.
constexpr uint32_t kStackResult = 16;

/// Walks a body once, in program order, and notes which C functions mention a local and whether a
/// read may come before the first write, both in the whole body and within one callback.
class Planner {
 public:
  Planner(const Body& body, uint32_t parameters, bool is_large, uint32_t max_string)
      : body_(body), parameters_(parameters), max_string_(max_string), uses_(body) {
    plan_.is_large = is_large;
    brief_.resize(body.locals.size());
    plan_.locals.resize(body.locals.size());
    functions_.resize(body.locals.size());
  }

  BodyPlan run() {
    for (LocalId i = 0; i < parameters_; ++i) assigned_.insert(i);
    walk(body_.block);
    for (LocalId i = 0; i < plan_.locals.size(); ++i) name(i);
    place();
    return std::move(plan_);
  }

 private:
  void name(LocalId id) {
    const std::string& given = body_.locals[id].name;
    std::string number = std::to_string(id);
    plan_.locals[id].name =
        given == "t" + number ? given : layout::identifier(given) + "_" + number;
  }

  void read(LocalId id) {
    mention(id);
    if (!assigned_.count(id)) plan_.locals[id].needs_zero = true;
    if (function_ != 0 && !assigned_here_.count(id)) carried_.insert(id);
  }

  void write(LocalId id) {
    mention(id);
    if (plan_.locals[id].written) rewritten_.insert(id);
    plan_.locals[id].written = true;
    assigned_.insert(id);
    assigned_here_.insert(id);
  }

  void mention(LocalId id) {
    plan_.locals[id].used = true;
    functions_[id].insert(function_);
  }

  void walk(const Block& block) {
    for (size_t at = 0; at < block.size(); ++at) {
      const Inst& inst = block[at];
      if (plan_.is_large && is_brief(block, at)) brief_[inst.dst] = true;
      if (plan_.is_large && inst.op == Op::Copy && uses_.writes[inst.dst] == 1 &&
          inst.args[0].kind == Operand::Int)
        plan_.locals[inst.dst].constant = inst.args[0].num;
      if (inst.op == Op::Loop) {
        loop(inst);
        continue;
      }
      for (const Operand& o : inst.args)
        if (o.kind == Operand::Local) read(o.local);
      keep_in_frame(inst);
      calls_back_ |= inst.op == Op::RegexMatch || inst.op == Op::StatGet || inst.op == Op::Call ||
                     inst.op == Op::EmbeddedC;
      if (inst.op == Op::Return && function_ != 0) plan_.returns_from_loop = true;
      if (inst.op == Op::If) {
        branches(inst.blocks[0], inst.blocks[1]);
      } else if (inst.op == Op::Try) {
        try_block(inst);
      } else if (inst.dst != kNone) {
        write(inst.dst);
      }
      if (inst.declined != kNone) write(inst.declined);
    }
  }

  /// Strings that cannot be on the stack whatever their size: an error's message outlives the C
  /// function, and at a variable offset (the end of a string) the verifier lets nobody read the
  /// stack, neither our concatenation nor embedded C nor the walk of a regular expression; nor does
  /// a helper write a variable number of bytes there unless all of them were written before.
  void keep_in_frame(const Inst& inst) {
    if (inst.op == Op::Error || inst.op == Op::Call || inst.op == Op::RegexMatch)
      for (const Operand& o : inst.args)
        if (o.kind == Operand::Local) framed_.insert(o.local);
    bool appends = inst.op == Op::Concat || inst.op == Op::Sprintf || inst.op == Op::LoadBytes ||
                   inst.op == Op::Try;
    bool embedded = inst.op == Op::EmbeddedC || inst.op == Op::Call;
    if (inst.dst == kNone || (!appends && !embedded)) return;
    uint32_t cap = body_.locals[inst.dst].type.cap;
    if (appends || cap > kStackResult || cap >= max_string_) framed_.insert(inst.dst);
  }

  /// Is what block[at] makes used up right behind it, and is it never a constant?
  bool is_brief(const Block& block, size_t at) const {
    LocalId id = block[at].dst;
    if (id == kNone || uses_.writes[id] != 1) return false;
    if (!makes_no_constant(block[at]) && !is_condition(uses_, block, at)) return false;
    size_t found = 0;
    for (size_t i = at + 1; i < block.size() && i <= at + kWaitingVariable; ++i)
      for (const Operand& o : block[i].args) found += o.kind == Operand::Local && o.local == id;
    return found == uses_.reads[id];
  }

  bool makes_no_constant(const Inst& inst) const {
    switch (inst.op) {
      case Op::Add:
      case Op::Sub:
      case Op::Mul:
      case Op::Div:
      case Op::Mod:
      case Op::And:
      case Op::Or:
      case Op::Xor:
      case Op::Shl:
      case Op::Sar:
      case Op::Shr:
      case Op::Reg:
      case Op::RegIp:
      case Op::KernelAddress:
      case Op::CtxRet:
      case Op::ThreadId:
      case Op::ProcessId:
      case Op::GlobalGet:
      case Op::ColumnNum:
      case Op::CoreOffset: return body_.locals[inst.dst].type.ty == Ty::Long;
      case Op::CtxArg: return inst.binding == kNone;
      default: return false;
    }
  }

  /// After an If only what both branches wrote is certain.
  void branches(const Block& a, const Block& b) {
    auto before = assigned_, before_here = assigned_here_;
    walk(a);
    auto after_a = std::move(assigned_), after_a_here = std::move(assigned_here_);
    assigned_ = std::move(before);
    assigned_here_ = std::move(before_here);
    walk(b);
    assigned_ = common(assigned_, after_a);
    assigned_here_ = common(assigned_here_, after_a_here);
  }

  void try_block(const Inst& inst) {
    auto before = assigned_, before_here = assigned_here_;
    walk(inst.blocks[0]);
    assigned_ = before;
    assigned_here_ = before_here;
    if (inst.dst != kNone) write(inst.dst);
    walk(inst.blocks[1]);
    assigned_ = std::move(before);
    assigned_here_ = std::move(before_here);
  }

  void loop(const Inst& inst) {
    plan_.has_loop = true;
    uint32_t outer = function_;
    auto before = assigned_, before_here = std::move(assigned_here_);
    assigned_here_.clear();
    function_ = ++functions_made_;
    walk(inst.blocks[0]);
    if (inst.args[0].kind == Operand::Local) read(inst.args[0].local);
    auto after_condition = assigned_, after_condition_here = assigned_here_;
    walk(inst.blocks[1]);
    assigned_ = std::move(after_condition);  // `continue` may skip the rest
    assigned_here_ = std::move(after_condition_here);
    walk(inst.blocks[2]);
    function_ = outer;
    assigned_ = std::move(before);
    assigned_here_ = std::move(before_here);
  }

  static std::set<LocalId> common(const std::set<LocalId>& a, const std::set<LocalId>& b) {
    std::set<LocalId> both;
    for (LocalId id : a)
      if (b.count(id)) both.insert(id);
    return both;
  }

  void place() {
    uint32_t strings = 0;
    for (LocalId i = 0; i < plan_.locals.size(); ++i) {
      LocalPlan& l = plan_.locals[i];
      const ir::Type& type = body_.locals[i].type;
      if (l.needs_zero || i < parameters_) l.constant.reset();
      if (l.constant) l.used = false;
      bool shared = functions_[i].size() > 1 || carried_.count(i);
      l.c_function = functions_[i].empty() ? 0 : *functions_[i].begin();
      if (i < parameters_ && functions_[i].size() == 1 && l.c_function != 0) shared = true;
      if (type.ty == Ty::Str && i < parameters_ && !l.written) {
        l.home = Home::Pointer;
        continue;
      }
      bool small =
          type.ty == Ty::Long || (type.cap != 0 && type.cap <= kStackString && !framed_.count(i));
      bool on_stack = !shared && small;
      if (plan_.is_large && i >= parameters_) on_stack = !shared && brief_[i];
      if (on_stack && type.ty == Ty::Str && l.used)
        on_stack = (strings += type.cap) <= kStackStrings;
      if (!on_stack) l.home = Home::Frame;
      l.is_volatile = plan_.is_large && l.home == Home::Frame;
    }
    if (plan_.is_large) return;
    if (plan_.has_loop || (calls_back_ && has_frame())) hide_values();
  }

  bool has_frame() const {
    return std::any_of(plan_.locals.begin(), plan_.locals.end(),
                       [](const LocalPlan& l) { return l.used && l.home == Home::Frame; });
  }

  /// Numbers whose value depends on the way taken: see the head of kernel_plan.h.
  void hide_values() {
    for (LocalId i : rewritten_)
      if (i >= parameters_ && body_.locals[i].type.ty == Ty::Long)
        plan_.locals[i].home = Home::Frame;
  }

  const Body& body_;
  uint32_t parameters_, max_string_;
  LocalUses uses_;
  BodyPlan plan_;
  std::vector<bool> brief_;
  std::vector<std::set<uint32_t>> functions_;
  std::set<LocalId> assigned_;       ///< since the body's start
  std::set<LocalId> assigned_here_;  ///< since the iteration's start
  std::set<LocalId> carried_;        ///< a callback reads what an earlier iteration wrote
  std::set<LocalId> framed_;
  std::set<LocalId> rewritten_;  ///< written in more than one place
  bool calls_back_ = false;      ///< may call a helper that takes a callback
  uint32_t function_ = 0, functions_made_ = 0;
};

}  // namespace

BodyPlan plan_body(const Body& body, uint32_t parameters, bool is_large, uint32_t max_string) {
  return Planner(body, parameters, is_large, max_string).run();
}

LocalUses::LocalUses(const Body& body) : reads(body.locals.size()), writes(body.locals.size()) {
  count(body.block);
}

void LocalUses::count(const Block& block) {
  for (const Inst& inst : block) {
    for (const Operand& o : inst.args)
      if (o.kind == Operand::Local) ++reads[o.local];
    if (inst.dst != kNone) ++writes[inst.dst];
    if (inst.declined != kNone) ++writes[inst.declined];
    for (const Block& inner : inst.blocks) count(inner);
  }
}

bool is_condition(const LocalUses& uses, const Block& block, size_t at) {
  LocalId id = block[at].dst;
  if (id == kNone || uses.reads[id] != 1 || uses.writes[id] != 1 || at + 1 == block.size())
    return false;
  const Inst& next = block[at + 1];
  return next.op == Op::If && next.args[0].kind == Operand::Local && next.args[0].local == id;
}

uint32_t capacity(const ir::Module& module, const ir::Type& type) {
  return type.cap ? type.cap : (module.max_string + 7) / 8 * 8;
}

}  // namespace coretap::kernel
