// The IR's grammar as code. A violation is a bug of the pass before, never of the script, so the
// text is for the authors of passes: it names the body, the instruction and the rule.
#include <algorithm>

#include "ir/ir.h"
#include "ir/words.h"

namespace coretap::ir {

namespace {

class Verifier {
 public:
  explicit Verifier(const Module& module) : module_(module) {}

  std::string run() {
    for (const Global& g : module_.globals) global(g);
    for (const Function& f : module_.functions) function(f);
    for (const KernelHandler& h : module_.kernel_handlers) {
      where_ = "kernel handler " + h.name;
      if (h.sites.empty()) fail("has no site");
      start(h.body, Side::Kernel, {});
    }
    for (const UserHandler& h : module_.user_handlers) {
      where_ = "user handler " + h.name;
      start(h.body, Side::User, {});
    }
    for (size_t i = 0; i < module_.segments.size(); ++i) {
      const Segment& s = module_.segments[i];
      where_ = "segment " + std::to_string(s.id);
      if (s.id != i) fail("is not at its index");
      if (s.captures > s.body.locals.size()) fail("captures more locals than it has");
      start(s.body, Side::User, {});
    }
    return error_;
  }

 private:
  void fail(const std::string& what) {
    if (!error_.empty()) return;
    error_ = where_ + ": " + what;
    if (inst_)
      error_ += " in `" + std::string(info(inst_->op).text) + "` at " + describe(inst_->span);
  }

  void type(const Type& t, const std::string& what) {
    if (t.ty != Ty::Str && t.cap != 0) fail(what + " is not a string and has a capacity");
    if (t.cap % 8 != 0) fail(what + " has a capacity that is not a multiple of 8");
    if (t.bytes ? t.cap > kMostDumped : t.cap > (module_.max_string + 7) / 8 * 8)
      fail(what + " is wider than " + (t.bytes ? "a page" : "MAXSTRINGLEN"));
  }

  void global(const Global& g) {
    where_ = "global " + g.name;
    type(g.value, "the value");
    if (g.value.ty == Ty::Void) fail("has a void value");
    if (g.is_stat && g.value.ty != Ty::Long) fail("a statistic of strings");
    for (const Type& key : g.keys) {
      type(key, "a key");
      if (key.ty == Ty::Void) fail("a void key");
    }
    for (const HistSpec& h : g.hists)
      if (h.linear && (h.step <= 0 || h.high < h.low)) fail("bad bounds of a linear histogram");
    if (g.init && g.init->kind != (g.value.ty == Ty::Str ? Operand::StrLit : Operand::Int))
      fail("initial value of another type");
  }

  void function(const Function& f) {
    where_ = "function " + f.name;
    type(f.result, "the result");
    if (f.parameters > f.body.locals.size()) fail("has more parameters than locals");
    if (f.c && !f.body.block.empty()) fail("has an embedded and a script body");
    start(f.body, f.side, f.result);
  }

  void start(const Body& body, Side side, Type result) {
    body_ = &body;
    side_ = side;
    result_ = result;
    for (const Local& l : body.locals) {
      type(l.type, "local " + l.name);
      if (l.type.ty == Ty::Void) fail("local " + l.name + " is void");
    }
    block(body.block, 0);
    inst_ = nullptr;
  }

  /// Kernel code that holds only what kernel code can do.
  bool is_split_kernel() const { return side_ == Side::Kernel && module_.stage >= Stage::Split; }
  /// Before split, kernel bodies hold what user space will do, and functions of user space what they will ask the kernel for.
  bool stays_on_side() const { return module_.stage >= Stage::Split; }
  /// Kernel code of which it is known how its globals are kept.
  bool is_placed_kernel() const { return side_ == Side::Kernel && module_.stage >= Stage::Placed; }

  void block(const Block& b, int loops) {
    for (size_t i = 0; i < b.size() && error_.empty(); ++i) {
      inst_ = &b[i];
      instruction(b[i], loops);
    }
  }

  void instruction(const Inst& inst, int loops) {
    const OpInfo& row = info(inst.op);
    bool has_case = side_ == Side::Kernel ? row.kernel : row.user;
    if (!has_case && stays_on_side()) fail("operation of the other side");
    if (inst.dst != kNone && inst.dst >= body_->locals.size()) fail("destination out of range");
    if (inst.declined != kNone && (inst.op != Op::Call || inst.declined >= body_->locals.size() ||
                                   body_->locals[inst.declined].type.ty != Ty::Long))
      fail("only a call tells whether it was declined, in a long");
    for (const Operand& o : inst.args)
      if (o.kind == Operand::Local && o.local >= body_->locals.size()) fail("operand out of range");
    if (row.names_global() && inst.global >= module_.globals.size()) fail("global out of range");
    if (!error_.empty()) return;
    operands(inst, row);
    destination(inst, row);
    specific(inst, loops);
    if (error_.empty()) blocks(inst, loops);
  }

  Ty ty(const Operand& o) const {
    switch (o.kind) {
      case Operand::None: return Ty::Void;
      case Operand::Int: return Ty::Long;
      case Operand::StrLit: return Ty::Str;
      case Operand::Local: return body_->locals[o.local].type.ty;
    }
    return Ty::Void;
  }

  bool is_bytes(const Operand& o) const {
    return o.kind == Operand::Local && body_->locals[o.local].type.bytes;
  }

  /// Operand types by the letters of ops.def.
  void operands(const Inst& inst, const OpInfo& row) {
    const Global* g = row.names_global() ? &module_.globals[inst.global] : nullptr;
    if (inst.op == Op::Loop) return;  // its condition is checked with its blocks
    size_t next = 0;
    for (const char* p = row.args; *p; ++p) {
      if (*p == '*') return;
      if (*p == 'K') {
        if (g) keys(inst, *g, next);
        return;
      }
      if (*p == 'U') {
        update_operands(inst, next);
        continue;
      }
      if (inst.op == Op::Return && inst.args.empty()) return;
      if (next >= inst.args.size()) return fail("too few operands");
      Ty have = ty(inst.args[next++]);
      if (*p == 'L' && have != Ty::Long) fail("operand is not a long");
      if (*p == 'S' && (have != Ty::Str || is_bytes(inst.args[next - 1])))
        fail("operand is not a string");
      if (*p == 'V' && g && have != g->value.ty) fail("operand is not of the global's type");
      if (*p == 'V' && have == Ty::Void) fail("operand is none");
    }
    if (next != inst.args.size()) fail("too many operands");
  }

  void update_operands(const Inst& inst, size_t& next) {
    if (!inst.steps || inst.steps->empty()) return fail("an update without steps");
    for (const UpdateStep& step : *inst.steps) {
      if (step.op < Op::Add || step.op > Op::Shr) fail("a step that is not arithmetic");
      if (step.reversed && (step.op == Op::Div || step.op == Op::Mod)) fail("a step that may fail");
      if (next >= inst.args.size() || ty(inst.args[next++]) != Ty::Long)
        return fail("a step without a long");
    }
  }

  void keys(const Inst& inst, const Global& g, size_t from) {
    if (inst.args.size() - from != g.keys.size()) return fail("wrong number of keys");
    bool slices = !is_split_kernel() && (inst.op == Op::ArrayIn || inst.op == Op::ArrayDelete);
    for (size_t i = 0; i < g.keys.size(); ++i) {
      const Operand& o = inst.args[from + i];
      if (o.kind == Operand::None && slices) continue;
      if (ty(o) != g.keys[i].ty) fail("key " + std::to_string(i + 1) + " is of another type");
    }
  }

  void destination(const Inst& inst, const OpInfo& row) {
    if (inst.dst == kNone) {
      // A value that nobody wants still has to be computed if computing it may fail or does more.
      bool optional = row.dst == 'N' || !row.pure;
      if (!optional) fail("pure operation without a destination");
      return;
    }
    Ty have = body_->locals[inst.dst].type.ty;
    if (row.dst == 'N') fail("destination of an operation that has no value");
    if (row.dst == 'L' && have != Ty::Long) fail("destination is not a long");
    if (row.dst == 'S' && have != Ty::Str) fail("destination is not a string");
    if (row.dst != 'V') return;
    if (inst.op == Op::Copy && have != ty(inst.args[0])) fail("copy between types");
    if (row.names_global() && have != module_.globals[inst.global].value.ty)
      fail("destination is not of the global's type");
    if (inst.op == Op::Call && inst.function < module_.functions.size() &&
        module_.functions[inst.function].result.ty != have)
      fail("destination is not of the function's type");
  }

  void specific(const Inst& inst, int loops) {
    switch (inst.op) {
      case Op::GlobalGet:
      case Op::GlobalSet:
      case Op::GlobalUpdate:
      case Op::GlobalAdd: return scalar(inst);
      case Op::ArrayGet:
      case Op::ArraySet:
      case Op::ArrayAdd:
      case Op::ArrayUpdate:
      case Op::ArrayIn:
      case Op::ArrayDelete: return array(inst);
      case Op::StatAdd:
      case Op::StatGet: return statistic(inst);
      case Op::Clear: {
        const Global& g = module_.globals[inst.global];
        if (is_placed_kernel() && (g.is_array() || !g.shared))
          fail("kernel code clears a whole array or a global of the harness");
        return;
      }
      case Op::Sprintf:
      case Op::Printf:
        if (!inst.format) return fail("no format");
        return format(inst);
      case Op::Load:
        if (inst.size != 1 && inst.size != 2 && inst.size != 4 && inst.size != 8)
          fail("load of " + std::to_string(inst.size) + " bytes");
        return;
      case Op::PerfRead:
        if (inst.imm < 0 || static_cast<size_t>(inst.imm) >= module_.perf_counters.size())
          fail("perf counter out of range");
        return;
      case Op::ColumnNum:
      case Op::ColumnStr:
        if (inst.imm < 0 || static_cast<size_t>(inst.imm) >= module_.columns.size())
          fail("column out of range");
        else if (module_.columns[inst.imm].ty() != (inst.op == Op::ColumnStr ? Ty::Str : Ty::Long))
          fail("column of another type");
        return;
      case Op::LoadBytes:
        if (inst.dst == kNone || !body_->locals[inst.dst].type.bytes)
          fail("bytes go into a local for bytes");
        return;
      case Op::CoreOffset:
      case Op::CoreExists:
      case Op::CoreField:
        if (inst.op == Op::CoreExists && inst.binding != kNone) break;
        if (!inst.core || inst.core->steps.empty()) fail("no member path");
        return;
      case Op::RegexMatch:
        if (std::find(module_.patterns.begin(), module_.patterns.end(), inst.name) ==
            module_.patterns.end())
          fail("a pattern that the module does not list");
        return;
      case Op::EmbeddedC:
        if (!inst.c) fail("no C");
        if (inst.c && inst.args.size() != inst.c->arguments.size())
          fail("not a value for each argument of the C");
        return;
      case Op::Call: return call(inst);
      case Op::RunKernel: return run_kernel(inst);
      case Op::Send: return send(inst);
      case Op::Foreach:
        if (!inst.foreach || inst.foreach->array >= module_.globals.size())
          fail("foreach over nothing");
        return;
      case Op::Break:
      case Op::Continue:
        if (loops == 0) fail("outside of a loop");
        return;
      case Op::Return: {
        Ty have = inst.args.empty() ? Ty::Void : ty(inst.args[0]);
        if (have != result_.ty) fail("returns another type than the function");
        return;
      }
      default: return;
    }
  }

  /// Kernel code formats plain numbers, characters and whole strings only.
  void format(const Inst& inst) {
    size_t conversions = 0;
    for (const FormatPiece& piece : *inst.format) {
      if (piece.kind == FormatPiece::Literal) continue;
      ++conversions;
      bool plain = piece.kind == FormatPiece::Conversion && piece.fault_bit < 0 &&
                   piece.width_kind != FormatPiece::Dynamic &&
                   piece.precision_kind == FormatPiece::None &&
                   std::string_view("duxXoscp").find(piece.conversion) != std::string_view::npos;
      if (piece.conversion == 's' || piece.conversion == 'c')
        plain = plain && piece.width_kind == FormatPiece::None;
      if (is_split_kernel() && !plain) fail("a conversion that kernel code cannot do");
    }
    if (is_split_kernel() && conversions != inst.args.size())
      fail("arguments do not match the format");
  }

  void shared_if_kernel(const Global& g) {
    if (is_placed_kernel() && !g.shared) fail("kernel code uses a global that is not shared");
  }

  void scalar(const Inst& inst) {
    const Global& g = module_.globals[inst.global];
    shared_if_kernel(g);
    if (g.is_array() || g.is_stat) fail("'" + g.name + "' is not a scalar");
    bool counts = inst.op == Op::GlobalAdd || inst.op == Op::GlobalUpdate;
    if (counts && g.value.ty != Ty::Long) fail("adds to a string");
    bool keeps = inst.op == Op::GlobalAdd || inst.op == Op::GlobalGet;
    if (is_placed_kernel() && g.additive && !keeps)
      fail("'" + g.name + "' is additive and used otherwise");
  }

  void array(const Inst& inst) {
    const Global& g = module_.globals[inst.global];
    shared_if_kernel(g);
    if (!g.is_array()) fail("'" + g.name + "' is not an array");
    bool on_stat = inst.op == Op::ArrayIn || inst.op == Op::ArrayDelete;
    if (g.is_stat && !on_stat) fail("'" + g.name + "' is a statistic");
    bool counts = inst.op == Op::ArrayAdd || inst.op == Op::ArrayUpdate;
    if (counts && g.value.ty != Ty::Long) fail("adds to a string");
    if (is_placed_kernel() && g.additive && inst.op != Op::ArrayAdd)
      fail("'" + g.name + "' is additive and used otherwise");
    if (is_placed_kernel() && g.additive && inst.dst != kNone)
      fail("'" + g.name + "' is additive and its value is used");
  }

  void statistic(const Inst& inst) {
    const Global& g = module_.globals[inst.global];
    shared_if_kernel(g);
    if (!g.is_stat) fail("'" + g.name + "' is no statistic");
    if (is_placed_kernel() && g.additive && inst.op != Op::StatAdd)
      fail("'" + g.name + "' is additive and is read");
    if (is_placed_kernel() && inst.op == Op::StatGet && inst.stat_fn == StatFn::Variance)
      fail("kernel code extracts a variance");
  }

  void call(const Inst& inst) {
    if (inst.function >= module_.functions.size()) return fail("function out of range");
    const Function& f = module_.functions[inst.function];
    if (f.side != side_ && stays_on_side()) fail("calls " + f.name + " of the other side");
    if (inst.args.size() != f.parameters) return fail("wrong number of arguments");
    for (size_t i = 0; i < inst.args.size(); ++i)
      if (ty(inst.args[i]) != f.body.locals[i].type.ty)
        fail("argument " + std::to_string(i + 1) + " is of another type");
  }

  void run_kernel(const Inst& inst) {
    if (inst.imm < 0 || static_cast<size_t>(inst.imm) >= module_.kernel_handlers.size())
      return fail("kernel handler out of range");
    if (module_.kernel_handlers[static_cast<size_t>(inst.imm)].mechanism != Mechanism::TestRun)
      fail("runs a handler that waits for an event");
    for (const Operand& arg : inst.args)
      if (ty(arg) != Ty::Long) fail("an argument that is not a long");
  }

  void send(const Inst& inst) {
    if (inst.imm < 0 || static_cast<size_t>(inst.imm) >= module_.segments.size())
      return fail("segment out of range");
    const Segment& s = module_.segments[inst.imm];
    if (inst.args.size() != s.captures) return fail("wrong number of captured values");
    for (size_t i = 0; i < inst.args.size(); ++i)
      if (ty(inst.args[i]) != s.body.locals[i].type.ty)
        fail("captured value " + std::to_string(i + 1) + " is of another type");
  }

  void blocks(const Inst& inst, int loops) {
    const size_t want = block_words(inst.op).size();
    const int inner = loops + (inst.op == Op::Loop || inst.op == Op::Foreach);
    if (inst.op == Op::Loop && (inst.args.size() != 1 || ty(inst.args[0]) != Ty::Long))
      fail("loop without condition");
    if (inst.blocks.size() != want)
      return fail("has " + std::to_string(inst.blocks.size()) + " blocks, not " +
                  std::to_string(want));
    for (const Block& b : inst.blocks) block(b, inner);
  }

  const Module& module_;
  const Body* body_ = nullptr;
  const Inst* inst_ = nullptr;
  Side side_ = Side::User;
  Type result_;
  std::string where_;
  std::string error_;
};

}  // namespace

std::string verify(const Module& module) { return Verifier(module).run(); }

}  // namespace coretap::ir
