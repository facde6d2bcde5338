// Finds what kernel code does to a global in two steps although SystemTap, which locks a handler's
// globals, would do it in one: a read, and a write that depends on it. What another CPU writes between the
// two is lost. BPF cannot hold a lock across a handler, so such an update is named once, by a warning.
//
// Most handlers that read and write a variable are harmless, and a warning that cries wolf is worse than none.
// No warning is given for
//
//   - what lowering made one atomic operation: `x op= e`, `x = x op e`, the larger of two (lower_update.cpp);
//   - elements under a key that belongs to one thread or CPU (pragma `serial`: tid(), cpu()): no other
//     handler has the key at that moment;
//   - constants stored in a variable that nothing counts in: flags, states, deletions. Whoever comes
//     second stores the same;
//   - the first value: `if (!x) x = e`, `if (!(k in a)) a[k] = e`. Of two CPUs that come at once, either
//     may be the first.
//
// What remains:
//
//   Value     the new value is computed from the old one: `x = x * x`, `s = s . "."`
//   Decision  the old value decides whether another is stored or added: `if (x != v) { x = v; n++ }`,
//             `if (n < 10) n++`
//   Reset     a handler reads what others count in, and clears it: `if (++n == 100) n = 0`
//   Report    a timer reads and clears an array that kernel code counts in and reads as well. (If kernel
//             code only counts, arrays have generations and lose nothing: runtime/user/values/array.h.)
#include <algorithm>
#include <map>
#include <set>

#include "ir/passes/passes.h"
#include "ir/walk.h"

namespace coretap {

using ir::GlobalId;
using ir::Inst;
using ir::LocalId;
using ir::Op;
using ir::Operand;

namespace {

/// How what a handler has read of a global lives on in a local or in a condition.
enum class Trace : uint8_t {
  Read,    ///< the value itself
  Exists,  ///< whether there is an element: `k in a`
  Test,    ///< whether it is something: `x == 0`
  Other,   ///< something computed from it
};
using Traces = std::map<GlobalId, Trace>;

void add(Traces& into, const Traces& more) {
  for (auto [global, trace] : more) {
    auto [it, is_new] = into.emplace(global, trace);
    if (!is_new) it->second = std::max(it->second, trace);
  }
}

bool is_empty_literal(const Operand& o) {
  return (o.kind == Operand::Int && o.num == 0) || (o.kind == Operand::StrLit && o.str.empty());
}

bool counts(const Inst& inst) {
  return ir::info(inst.op).global == ir::GlobalUse::Adds || inst.op == Op::StatAdd ||
         inst.op == Op::GlobalUpdate || inst.op == Op::ArrayUpdate;
}

bool clears(const Inst& inst) { return inst.op == Op::Clear || inst.op == Op::ArrayDelete; }

class RaceFinder {
 public:
  RaceFinder(const ir::Module& module, Diagnostics& diagnostics)
      : module_(module), diagnostics_(diagnostics) {}

  void run() {
    // Who counts in what is known before anybody is accused of resetting it.
    for (bool reports : {false, true}) {
      reports_ = reports;
      for (const ir::KernelHandler& handler : module_.kernel_handlers) {
        if (handler.mechanism == ir::Mechanism::TestRun) continue;  // one at a time
        handler_ = handler.span;
        kernel_body(handler.body);
      }
    }
    for (const ir::UserHandler& handler : module_.user_handlers) {
      handler_ = handler.span;
      const bool is_timer = handler.event == ir::UserEvent::Timer;
      if (!is_timer && handler.file.path.empty()) continue;
      const std::string who = is_timer ? "a timer" : "a procfs probe";
      meanwhile(handler.body, who);
      each(handler.body.block, [&](const Inst& inst) {
        if (inst.op == Op::RunKernel) part_meanwhile(static_cast<uint32_t>(inst.imm), who);
      });
    }
  }

 private:
  void kernel_body(const ir::Body& body) {
    locals_.assign(body.locals.size(), {});
    decided_.assign(body.locals.size(), {});
    serial_.clear();
    read_here_.clear();
    controls_.clear();
    // Twice: what a loop's turn leaves behind is there in the next one.
    bool reports = std::exchange(reports_, false);
    walk(body.block);
    reports_ = reports;
    controls_.clear();
    read_here_.clear();
    walk(body.block);
  }

  // ---------------------------------------------------------------- traces

  bool is_serial(const Operand& o) const {
    return o.kind == Operand::Local && serial_.count(o.local) != 0;
  }

  /// Is the element that `inst` names under a key that only one handler has at a time?
  bool has_serial_key(const Inst& inst) const {
    if (!module_.globals[inst.global].is_array()) return false;
    for (size_t i = ir::first_key(inst); i < inst.args.size(); i++)
      if (is_serial(inst.args[i])) return true;
    return false;
  }

  void note_serial(const Inst& inst) {
    bool makes = (inst.op == Op::Call && module_.functions[inst.function].c &&
                  module_.functions[inst.function].c->serial) ||
                 inst.op == Op::ThreadId;
    bool keeps = (inst.op == Op::Copy || inst.op == Op::Concat || inst.op == Op::Sprintf) &&
                 std::any_of(inst.args.begin(), inst.args.end(),
                             [&](const Operand& o) { return is_serial(o); });
    if (makes || keeps) serial_.insert(inst.dst);
  }

  Traces of(const Operand& o) const {
    return o.kind == Operand::Local ? locals_[o.local] : Traces();
  }

  Traces decided(const Operand& o) const {
    return o.kind == Operand::Local ? decided_[o.local] : Traces();
  }

  Traces of_values(const Inst& inst) const {
    Traces all;
    size_t end = ir::info(inst.op).names_global() ? ir::first_key(inst) : inst.args.size();
    for (size_t i = 0; i < end && i < inst.args.size(); i++) add(all, of(inst.args[i]));
    return all;
  }

  /// What `inst` leaves in its destination.
  Traces result(const Inst& inst) const {
    if (ir::info(inst.op).names_global()) {
      if (!reads_global(inst) || has_serial_key(inst)) return {};
      return {{inst.global, inst.op == Op::ArrayIn ? Trace::Exists : Trace::Read}};
    }
    Traces all = of_values(inst);
    bool asks_for_nothing = (inst.op == Op::Eq || inst.op == Op::Ne || inst.op == Op::StrEq) &&
                            (is_empty_literal(inst.args[0]) || is_empty_literal(inst.args[1]));
    if (inst.op == Op::Copy) return all;
    for (auto& [global, trace] : all)
      if (!asks_for_nothing || trace == Trace::Other)
        trace = Trace::Other;
      else if (trace == Trace::Read)
        trace = Trace::Test;
    return all;
  }

  /// The traces in the condition of a branch: the value itself asks whether there is one.
  static Traces as_condition(Traces traces) {
    for (auto& [global, trace] : traces)
      if (trace == Trace::Read) trace = Trace::Test;
    return traces;
  }

  Traces controlling() const {
    Traces all;
    for (const Traces& each : controls_) add(all, each);
    return all;
  }

  void walk(const ir::Block& block) {
    size_t outer = controls_.size();
    for (const Inst& inst : block) {
      if (ir::info(inst.op).names_global()) use(inst);
      if (inst.dst != ir::kNone) {
        note_serial(inst);
        add(locals_[inst.dst], result(inst));
        add(decided_[inst.dst], controlling());
        for (const Operand& o : inst.args) add(decided_[inst.dst], decided(o));
      }
      if (inst.op == Op::If || inst.op == Op::Loop)
        branch(inst);
      else
        for (const ir::Block& child : inst.blocks) walk(child);
    }
    controls_.resize(outer);
  }

  void branch(const Inst& inst) {
    if (inst.op == Op::Loop) {
      // What a turn reads was read before what the next one clears.
      for (const ir::Block& block : inst.blocks) each(block, [&](const Inst& i) { note_read(i); });
      walk(inst.blocks[0]);
    }
    controls_.push_back(as_condition(of(inst.args[0])));
    add(controls_.back(), decided(inst.args[0]));
    for (size_t i = inst.op == Op::Loop ? 1 : 0; i < inst.blocks.size(); i++) walk(inst.blocks[i]);
    // A branch that may leave decides about what comes behind it.
    if (!leaves(inst)) controls_.pop_back();
  }

  static bool leaves(const Inst& inst) {
    switch (inst.op) {
      case Op::Next:
      case Op::Return:
      case Op::Break:
      case Op::Continue: return true;
      default: break;
    }
    for (const ir::Block& block : inst.blocks)
      for (const Inst& child : block)
        if (leaves(child)) return true;
    return false;
  }

  // ---------------------------------------------------------------- uses

  void use(const Inst& inst) {
    if (has_serial_key(inst)) return;
    if (counts(inst)) counted_.insert(inst.global);
    if (writes_global(inst)) write(inst);
    note_read(inst);
  }

  void note_read(const Inst& inst) {
    if (ir::info(inst.op).names_global() && reads_global(inst) && inst.op != Op::ArrayIn &&
        !has_serial_key(inst))
      read_here_[inst.global].push_back(&inst);
  }

  /// Has this handler read the variable, or an element that may be the one that `inst` writes?
  bool has_read(const Inst& inst) const {
    auto reads = read_here_.find(inst.global);
    return reads != read_here_.end() &&
           std::any_of(reads->second.begin(), reads->second.end(),
                       [&](const Inst* read) { return may_be_one_element(*read, inst); });
  }

  static bool may_be_one_element(const Inst& a, const Inst& b) {
    size_t i = ir::first_key(a), j = ir::first_key(b);
    for (; i < a.args.size() && j < b.args.size(); i++, j++) {
      const Operand &x = a.args[i], &y = b.args[j];
      if (x.kind == Operand::Int && y.kind == Operand::Int && x.num != y.num) return false;
      if (x.kind == Operand::StrLit && y.kind == Operand::StrLit && x.str != y.str) return false;
    }
    return true;
  }

  void write(const Inst& inst) {
    bool stores = inst.op == Op::GlobalSet || inst.op == Op::ArraySet;
    bool updates = inst.op == Op::GlobalUpdate || inst.op == Op::ArrayUpdate;
    bool is_constant = clears(inst) || (stores && inst.args[0].kind != Operand::Local);
    if ((stores || updates) && of_values(inst).count(inst.global))
      return warn(inst, "its new value is computed from the one that was read before");
    if (is_constant) {
      if (counted_.count(inst.global) && has_read(inst))
        warn(inst, "it is cleared after it was read, and what is counted in between is lost");
      return;
    }
    Traces control = controlling();
    for (size_t i = 0; i < ir::first_key(inst); i++) add(control, decided(inst.args[i]));
    auto decides = control.find(inst.global);
    if (decides == control.end() || inst.op == Op::StatAdd) return;
    bool is_first_value = decides->second <= Trace::Test && !counted_.count(inst.global);
    bool counts_what_exists = decides->second == Trace::Exists && counts(inst);
    if (!is_first_value && !counts_what_exists)
      warn(inst, "the value that was read before decides about this change");
  }

  /// User-side code that runs while probes fire.
  void meanwhile(const ir::Body& body, const std::string& who) {
    std::set<GlobalId> read;
    auto is_counted = [&](GlobalId id) {
      const ir::Global& global = module_.globals[id];
      return global.shared && global.is_array() && !global.additive && counted_.count(id);
    };
    each(body.block, [&](const Inst& inst) {
      if (!ir::info(inst.op).names_global() || !is_counted(inst.global)) return;
      if (reads_global(inst) && inst.op != Op::ArrayIn) read.insert(inst.global);
      bool clears_read = clears(inst) && read.count(inst.global);
      bool stores = writes_global(inst) && !clears(inst) && inst.op != Op::StatAdd;
      if (clears_read || stores)
        warn(inst, who + " changes it while probes count in it and read it");
    });
  }

  /// The same of a handler that runs in the kernel, and of its segments.
  void part_meanwhile(uint32_t part, const std::string& who) {
    meanwhile(module_.kernel_handlers[part].body, who);
    for (const ir::Segment& segment : module_.segments)
      if (segment.handler == part) meanwhile(segment.body, who);
  }

  template <typename F>
  static void each(const ir::Block& block, F&& f) {
    for (const Inst& inst : block) {
      f(inst);
      for (const ir::Block& child : inst.blocks) each(child, f);
    }
  }

  void warn(const Inst& inst, const std::string& why) {
    const ir::Global& global = module_.globals[inst.global];
    if (!reports_ || !global.span || !warned_.insert(inst.global).second) return;
    bool in_script = inst.span && inst.span.file->is_user_script;
    diagnostics_
        .warning("racing-update", in_script ? inst.span : handler_,
                 std::string("updates of ") + (in_script ? "'" : "the tapset's '") + global.name +
                     "' may be lost when probes run on several CPUs: " + why)
        .hint("one step is exact: x++, x += e, x = x op e, <<<; so is a key with tid() or cpu()");
  }

  const ir::Module& module_;
  Diagnostics& diagnostics_;
  bool reports_ = false;
  Span handler_;                  ///< the present one
  std::vector<Traces> locals_;    ///< by local: what its value came from
  std::vector<Traces> decided_;   ///< by local: what decided which value it got
  std::set<LocalId> serial_;      ///< locals that hold a serial value
  std::vector<Traces> controls_;  ///< conditions around the present instruction, and before it
  std::set<GlobalId> counted_;    ///< kernel code counts in them
  std::map<GlobalId, std::vector<const Inst*>> read_here_;  ///< what this handler has read so far
  std::set<GlobalId> warned_;
};

}  // namespace

void warn_of_racing_updates(const ir::Module& module, Diagnostics& diagnostics) {
  RaceFinder(module, diagnostics).run();
}

}  // namespace coretap
