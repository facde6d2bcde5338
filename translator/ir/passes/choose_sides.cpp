// Where each instruction of a kernel handler runs. The pass must decide for every instruction:
//
//   - user-only operations run in user space; so does whatever reads a local that user space
//     computed, and every write of such a local ("user locals", a fixpoint);
//   - an If or Loop whose condition is a user local moves as a whole; so does every compound
//     statement that shares a user local with the code around it, because a user local lives in
//     one segment only;
//   - after a user instruction has touched a global, later instructions of the handler on that
//     global follow it, so that their order is kept;
//   - what only the kernel can do (registers, memory, pid()) inside a moved statement is
//     evaluated before it, in the kernel, if it does not depend on user locals;
//   - so is a read of a global, unless the handler's own segments write it: when they run, other events
//     may have changed it.
//
// A handler that the session runs (ir::Mechanism::TestRun) has no moment that would be over: what cannot be evaluated before a
// moved statement stays in it, and asks the kernel there (ask_kernel.cpp).
//
// Strings that are only printed are not built in the kernel: what makes them moves, too.
#include <algorithm>
#include <map>
#include <optional>

#include "ir/builder.h"
#include "ir/passes/split_parts.h"
#include "ir/walk.h"

namespace coretap {

using ir::Inst;
using ir::LocalId;
using ir::MoveReason;
using ir::Op;
using ir::Operand;

namespace {

bool kernel_can_format(const std::vector<FormatPiece>& pieces) {
  for (const FormatPiece& piece : pieces) {
    if (piece.kind == FormatPiece::Literal) continue;
    bool plain = piece.kind == FormatPiece::Conversion && piece.fault_bit < 0 &&
                 piece.width_kind == FormatPiece::None &&
                 piece.precision_kind == FormatPiece::None && !piece.flag_minus &&
                 !piece.flag_plus && !piece.flag_space && !piece.flag_zero && !piece.flag_hash;
    if (!plain || std::string("dscx").find(piece.conversion) == std::string::npos) return false;
  }
  return true;
}

/// Embedded C in a handler is the kernel's unless its pragma says otherwise.
bool is_harness_c(const Inst& inst) { return inst.op == Op::EmbeddedC && inst.c->says_user; }

class SideChoice {
 public:
  SideChoice(ir::Module& module, Diagnostics& diagnostics, ir::KernelHandler& handler,
             const std::set<ir::GlobalId>& user_globals)
      : module_(module),
        diagnostics_(diagnostics),
        body_(handler.body),
        user_globals_(user_globals),
        may_ask_(handler.mechanism == ir::Mechanism::TestRun) {}

  Sides run() {
    name_values();
    const ir::Body whole = body_;
    Diagnostics::Attempt attempt(diagnostics_);
    for (;;) {
      sink_strings();
      classify();
      const size_t before = written_late_.size();
      note_late_writes();
      if (written_late_.size() == before) break;
      attempt.drop();  // again, with the reads of these globals in user space
      body_ = whole;
      user_locals_.clear();
      any_moved_ = false;
    }
    return {any_moved_, user_locals_};
  }

 private:
  // ---------------------------------------------------------------- values of their own

  /// What is hoisted runs whatever the way through the statement around it, so it may not write a variable
  /// that has another value on another way. Nor may the kernel write one that user space changes. So
  /// `x = reg` becomes `t = reg; x = copy t`: the copy stays in its place, and what follows in the block
  /// reads t.
  void name_values() {
    std::map<LocalId, size_t> writes;
    for_each_inst(body_.block,
                  [&](Inst& inst) { for_each_write(inst, [&](LocalId id) { ++writes[id]; }); });
    bool continues = false;
    for_each_inst(body_.block, [&](Inst& inst) { continues |= user_only(inst); });
    if (continues) name_values(body_.block, writes);
  }

  void name_values(ir::Block& block, const std::map<LocalId, size_t>& writes) {
    for (size_t i = 0; i < block.size(); ++i) {
      for (ir::Block& inner : block[i].blocks) name_values(inner, writes);
      LocalId id = block[i].dst;
      if (id == ir::kNone || !block[i].blocks.empty()) continue;
      if (!kernel_only(block[i]) && !reads_for_the_moment(block[i])) continue;
      if (is_temporary(id) && writes.at(id) == 1) continue;
      Inst copy;
      copy.op = Op::Copy;
      copy.span = block[i].span;
      copy.dst = id;
      block[i].dst = ir::add_temporary(body_, body_.locals[id].type);
      copy.args = {Operand::of(block[i].dst)};
      forward(block, i + 1, id, block[i].dst);
      block.insert(block.begin() + static_cast<ptrdiff_t>(i) + 1, std::move(copy));
      ++i;
    }
  }

  /// Lets block[from…] read `value` instead of `id`, up to where `id` is written again.
  static void forward(ir::Block& block, size_t from, LocalId id, LocalId value) {
    bool written = false;
    for (; from < block.size() && !written; ++from) {
      Inst& inst = block[from];
      auto look = [&](Inst& inner) {
        for_each_write(inner, [&](LocalId other) { written |= other == id; });
      };
      look(inst);
      for (ir::Block& inner : inst.blocks) for_each_inst(inner, look);
      if (written && !inst.blocks.empty()) return;
      auto read_value = [&](Inst& inner) {
        for (Operand& arg : inner.args)
          if (arg.kind == Operand::Local && arg.local == id) arg.local = value;
      };
      read_value(inst);
      for (ir::Block& inner : inst.blocks) for_each_inst(inner, read_value);
    }
  }

  // ---------------------------------------------------------------- where does it run

  /// Does it use a global that user space keeps? A run of the session's is whole before another record is handled.
  bool uses_user_global(const Inst& inst) const {
    return !may_ask_ && ir::info(inst.op).names_global() && user_globals_.count(inst.global) != 0;
  }

  /// Only user space executes `inst` itself, whatever its operands.
  bool user_only(const Inst& inst) const { return uses_user_global(inst) || kernel_cannot(inst); }

  bool kernel_cannot(const Inst& inst) const {
    switch (inst.op) {
      case Op::StatGet: return true;
      case Op::Clear: return module_.globals[inst.global].is_array();
      case Op::ArrayDelete:
      case Op::ArrayIn:
        return std::any_of(inst.args.begin(), inst.args.end(),
                           [](const Operand& o) { return o.kind == Operand::None; });
      case Op::Call: return module_.functions[inst.function].side == ir::Side::User;
      case Op::Sprintf: return !kernel_can_format(*inst.format);
      case Op::EmbeddedC: return is_harness_c(inst);
      default: return !ir::info(inst.op).kernel;
    }
  }

  bool kernel_only(const Inst& inst) const {
    if (reads_saved_value(inst)) return true;
    if (inst.op == Op::Call) return module_.functions[inst.function].side == ir::Side::Kernel;
    if (inst.op == Op::EmbeddedC) return !is_harness_c(inst);
    return !ir::info(inst.op).user;
  }

  /// Reads what a companion probe saved at the function's entry (register_saver, entry_handler),
  /// or makes the key for it: by the time a segment runs, the next call may have replaced it.
  bool reads_saved_value(const Inst& inst) const {
    if (inst.op == Op::ThreadId || inst.op == Op::ProcessId) return true;
    return (inst.op == Op::ArrayIn || inst.op == Op::ArrayGet) &&
           !module_.globals[inst.global].span;
  }

  bool reads_user_local(const Inst& inst) const {
    bool any = false;
    for_each_read(inst, [&](LocalId id) { any |= user_locals_.count(id) != 0; });
    return any;
  }

  bool writes_user_local(const Inst& inst) const {
    bool any = false;
    for_each_write(inst, [&](LocalId id) { any |= user_locals_.count(id) != 0; });
    return any;
  }

  /// Marks `inst` and what is in it, except what has to be hoisted out of it into the kernel.
  void mark(Inst& inst, MoveReason reason) {
    if (inst.moved) return;
    inst.move_reason = reason;
    std::set<const Inst*> hoisted;
    for (ir::Block& block : inst.blocks) find_hoisted(inst, block, hoisted);
    mark_except(inst, hoisted);
  }

  void mark_except(Inst& inst, const std::set<const Inst*>& hoisted) {
    if (hoisted.count(&inst)) return;
    if (!inst.moved) {
      inst.moved = any_moved_ = changed_ = true;
      for_each_write(inst, [&](LocalId id) { user_locals_.insert(id); });
    }
    for (ir::Block& block : inst.blocks)
      for (Inst& child : block) mark_except(child, hoisted);
  }

  /// Instructions inside `compound` that are evaluated before it, in the kernel, and what computes
  /// their operands there.
  void find_hoisted(Inst& compound, ir::Block& block, std::set<const Inst*>& hoisted) {
    for_each_inst(block, [&](Inst& inst) {
      if (inst.moved || is_asked_in_place(compound, inst)) return;
      if (kernel_only(inst) || (reads_for_the_moment(inst) && !writes_in(compound, inst.global) &&
                                can_hoist(compound, inst)))
        hoist_with_operands(compound, inst, hoisted);
    });
  }

  /// May the kernel be asked for it where it stands, and has to be?
  bool is_asked_in_place(Inst& compound, Inst& inst) {
    if (!may_ask_ || !kernel_only(inst)) return false;
    if (inst.op == Op::Call && module_.functions[inst.function].twin != ir::kNone) return false;
    return inst.dst == ir::kNone || !can_hoist(compound, inst);
  }

  /// Reads a scalar or an element of a global that only the kernel's part of this handler writes.
  bool reads_for_the_moment(const Inst& inst) const {
    if (inst.op != Op::GlobalGet && inst.op != Op::ArrayGet && inst.op != Op::ArrayIn) return false;
    return !user_only(inst) && written_late_.count(inst.global) == 0;
  }

  /// Globals that segments of this handler write although the kernel reads them for a segment.
  void note_late_writes() {
    std::set<ir::GlobalId> hoisted;
    note_hoisted_reads(body_.block, false, hoisted);
    for_each_inst(body_.block, [&](const Inst& inst) {
      if (inst.moved && writes_global(inst) && hoisted.count(inst.global))
        written_late_.insert(inst.global);
    });
  }

  static void note_hoisted_reads(const ir::Block& block, bool in_moved,
                                 std::set<ir::GlobalId>& hoisted) {
    for (const Inst& inst : block) {
      if (in_moved && !inst.moved && reads_global(inst)) hoisted.insert(inst.global);
      for (const ir::Block& child : inst.blocks)
        note_hoisted_reads(child, in_moved || inst.moved, hoisted);
    }
  }

  static bool writes_in(Inst& compound, ir::GlobalId global) {
    bool writes = false;
    for (ir::Block& block : compound.blocks)
      for_each_inst(
          block, [&](const Inst& inst) { writes |= writes_global(inst) && inst.global == global; });
    return writes;
  }

  /// Would hoist_with_operands() take it, and everything that it reads?
  bool can_hoist(Inst& compound, Inst& inst) {
    bool can = true;
    for_each_read(inst, [&](LocalId id) {
      can = can && user_locals_.count(id) == 0 && is_computed_before(compound, id, inst);
      if (!can) return;
      for (Inst* writer : writers_in(compound, id))
        can = can && writer != &inst && !user_only(*writer) &&
              (kernel_only(*writer) ||
               (only_computes(*writer) &&
                (!ir::info(writer->op).names_global() ||
                 (reads_for_the_moment(*writer) && !writes_in(compound, writer->global))))) &&
              can_hoist(compound, *writer);
    });
    return can;
  }

  void hoist_with_operands(Inst& compound, Inst& inst, std::set<const Inst*>& hoisted) {
    if (!hoisted.insert(&inst).second) return;
    if (inst.op == Op::EmbeddedC && inst.dst == ir::kNone)
      refuse_continuation(diagnostics_, inst);  // its effect has a place
    if (inst.op == Op::Call && module_.functions[inst.function].twin != ir::kNone &&
        (!ir::is_pure(module_.functions[inst.function]) || depends_on_user(compound, inst) ||
         depends_on_way(compound, inst))) {
      hoisted.erase(&inst);  // its harness version runs in the segment instead
      inst.function = module_.functions[inst.function].twin;
      return;
    }
    for_each_read(inst, [&](LocalId id) {
      if (!is_computed_before(compound, id, inst)) return refuse_continuation(diagnostics_, inst);
      for (Inst* writer : writers_in(compound, id)) {
        if (only_computes(*writer) || kernel_only(*writer))
          hoist_with_operands(compound, *writer, hoisted);
        else
          refuse_continuation(diagnostics_, inst);
      }
      if (user_locals_.count(id)) refuse_continuation(diagnostics_, inst);
    });
  }

  /// Has what `reader` reads in `id` one value for the whole of `compound`? Then its writers there
  /// stand before the reader, in blocks around it. A value that one turn of a loop leaves for the
  /// next has not, nor has one that a branch may set.
  bool is_computed_before(Inst& compound, LocalId id, const Inst& reader) {
    bool fixed = true;
    for (ir::Block& block : compound.blocks) fixed &= writers_come_before(block, id, reader);
    for_each_write(compound, [&](LocalId written) { fixed &= written != id; });
    return fixed;
  }

  static bool writers_come_before(ir::Block& block, LocalId id, const Inst& reader) {
    bool fixed = true, writes = false, was_read = false;
    for (Inst& inst : block) {
      bool here = &inst == &reader;
      for (ir::Block& child : inst.blocks) {
        fixed &= writers_come_before(child, id, reader);
        for_each_inst(child, [&](Inst& inner) { here |= &inner == &reader; });
      }
      was_read |= here;
      for_each_write(inst, [&](LocalId written) {
        writes |= written == id;
        fixed &= written != id || !was_read;
      });
    }
    return fixed && (was_read || !writes);
  }

  /// No effect besides its result, and no error. DWARF expressions divide by literals.
  static bool only_computes(const Inst& inst) {
    const bool divides = inst.op == Op::Div || inst.op == Op::Mod;
    return ir::info(inst.op).pure ||
           (divides && inst.args[1].kind == Operand::Int && inst.args[1].num != 0);
  }

  bool depends_on_user(Inst& compound, Inst& inst) {
    std::set<const Inst*> seen;  // `s = f(s)` depends on itself
    return depends_on_user(compound, inst, seen);
  }

  bool depends_on_user(Inst& compound, Inst& inst, std::set<const Inst*>& seen) {
    if (!seen.insert(&inst).second) return false;
    bool depends = reads_user_local(inst);
    for_each_read(inst, [&](LocalId id) {
      depends |= !is_computed_before(compound, id, inst);
      if (depends) return;
      for (Inst* writer : writers_in(compound, id))
        depends |= user_only(*writer) || (!only_computes(*writer) && !kernel_only(*writer)) ||
                   depends_on_user(compound, *writer, seen);
    });
    return depends;
  }

  /// Does `inst` read what depends on the way that was taken through `compound`? What is hoisted runs
  /// whatever the way: only a temporary that is written once can be made there.
  bool depends_on_way(Inst& compound, Inst& inst) {
    bool depends = false;
    for_each_read(inst, [&](LocalId id) {
      std::vector<Inst*> writers = writers_in(compound, id);
      if (writers.empty()) return;
      depends |= !is_temporary(id) || writers.size() > 1 || depends_on_way(compound, *writers[0]);
    });
    return depends;
  }

  /// Instructions inside `compound` (itself included: a foreach writes its keys) that write `id`.
  std::vector<Inst*> writers_in(Inst& compound, LocalId id) {
    std::vector<Inst*> found;
    auto look = [&](Inst& inst) {
      for_each_write(inst, [&](LocalId written) {
        if (written == id) found.push_back(&inst);
      });
    };
    look(compound);
    for (ir::Block& block : compound.blocks) for_each_inst(block, look);
    return found;
  }

  /// Strings that only user-only instructions of the same block read are built there.
  void sink_strings() { sink_in(body_.block); }

  /// Can user space compute this as well as the kernel, from values that it is sent? Of functions
  /// only those that make a string from a string: any other may ask about the moment or the task.
  bool can_sink(const Inst& inst) const {
    switch (inst.op) {
      case Op::Concat:
      case Op::Sprintf: return true;
      case Op::ColumnNum:
      case Op::ColumnStr: return true;
      case Op::Copy: return body_.locals[inst.dst].type.ty == ir::Ty::Str;
      case Op::Call: {
        const ir::Function& callee = module_.functions[inst.function];
        bool from_string = false;
        for (uint32_t i = 0; i < callee.parameters; i++)
          from_string |= callee.body.locals[i].type.ty == ir::Ty::Str;
        return callee.c && callee.c->pure && callee.twin != ir::kNone && from_string &&
               callee.result.ty == ir::Ty::Str;
      }
      case Op::If:
        for (const ir::Block& block : inst.blocks)
          for (const Inst& child : block)
            if (!can_sink(child)) return false;
        return true;
      default: return false;
    }
  }

  void sink_in(ir::Block& block) {
    for (size_t i = block.size(); i-- > 0;) {
      Inst& inst = block[i];
      if (can_sink(inst) && only_user_reads(inst, block, i)) {
        use_harness_versions(inst);
        mark(inst, MoveReason::ForUser);
      }
      if (!inst.moved)
        for (ir::Block& child : inst.blocks) sink_in(child);
    }
  }

  /// Is what `inst` (block[at]) writes read by moved or user-only instructions behind it alone?
  bool only_user_reads(Inst& inst, ir::Block& block, size_t at) {
    std::set<LocalId> written;
    auto note = [&](Inst& i) { for_each_write(i, [&](LocalId id) { written.insert(id); }); };
    note(inst);
    for (ir::Block& child : inst.blocks) for_each_inst(child, note);
    auto count_reads = [&](ir::Block& where) {
      size_t n = 0;
      for_each_inst(
          where, [&](Inst& i) { for_each_read(i, [&](LocalId id) { n += written.count(id); }); });
      return n;
    };
    size_t inside = 0, behind = 0;
    for (ir::Block& child : inst.blocks) inside += count_reads(child);
    for (size_t j = at + 1; j < block.size(); j++)
      if (user_only(block[j]) || block[j].moved)
        for_each_read(block[j], [&](LocalId id) { behind += written.count(id); });
    return behind > 0 && count_reads(body_.block) == inside + behind;
  }

  void use_harness_versions(Inst& inst) {
    auto swap = [&](Inst& i) {
      if (i.op == Op::Call) i.function = module_.functions[i.function].twin;
    };
    swap(inst);
    for (ir::Block& block : inst.blocks) for_each_inst(block, swap);
  }

  void classify() {
    const size_t before = diagnostics_.all().size();
    for_each_inst(body_.block, [&](Inst& inst) {
      if (user_only(inst))
        mark(inst, kernel_cannot(inst) ? MoveReason::OnlyThere : MoveReason::GlobalThere);
    });
    do {
      changed_ = false;
      std::set<ir::GlobalId> touched;
      propagate(body_.block, touched);
      confine_user_locals();
      keep_order_between(body_.block);
      take_back_hoisted(body_.block, false);
    } while (changed_);
    if (diagnostics_.all().size() == before) refuse_hoisted(body_.block, false);
  }

  /// What was to be hoisted out of a moved statement stays in it if it reads what has become user
  /// space's since.
  void take_back_hoisted(ir::Block& block, bool in_moved) {
    for (Inst& inst : block) {
      const bool moved = inst.moved;
      if (in_moved && !moved && reads_user_local(inst)) {
        const bool has_twin =
            inst.op == Op::Call && module_.functions[inst.function].twin != ir::kNone;
        if (has_twin) inst.function = module_.functions[inst.function].twin;
        if (has_twin || may_ask_ || !kernel_only(inst)) mark(inst, MoveReason::NeedsValue);
      }
      for (ir::Block& child : inst.blocks) take_back_hoisted(child, in_moved || moved);
    }
  }

  void refuse_hoisted(ir::Block& block, bool in_moved) {
    for (Inst& inst : block) {
      if (in_moved && !inst.moved && reads_user_local(inst))
        refuse_continuation(diagnostics_, inst);
      for (ir::Block& child : inst.blocks) refuse_hoisted(child, in_moved || inst.moved);
    }
  }

  /// gather() will bring the statements of a block together that share a user local, and the kernel's
  /// statements between them run first. That must not be seen: what sends a segment, leaves the
  /// handler or may fail there is user space's, too.
  void keep_order_between(ir::Block& block) {
    for (LocalId id : std::set<LocalId>(user_locals_)) {
      size_t first = block.size(), last = 0;
      for (size_t i = 0; i < block.size(); i++) {
        if (!block[i].moved || !touches(block[i], {id})) continue;
        first = std::min(first, i);
        last = i;
      }
      for (size_t i = first; i < last; i++)
        if (!block[i].moved && !kernel_only(block[i]) && has_place(block[i]))
          mark(block[i], MoveReason::KeepsOrder);
    }
    for (Inst& inst : block)
      if (!inst.moved)
        for (ir::Block& child : inst.blocks) keep_order_between(child);
  }

  /// Only looks, and what it may find wrong goes to the Try around it.
  static bool is_caught_read(const Inst& inst, bool in_try) {
    if (!in_try) return false;
    switch (inst.op) {
      case Op::Load:
      case Op::LoadStr:
      case Op::LoadBytes:
      case Op::Div:
      case Op::Mod: return true;
      case Op::EmbeddedC: return inst.c->pure;
      default: return false;
    }
  }

  /// Would it be seen if this ran before what comes before it? `in_try`: what fails goes to a Try that is such a statement itself.
  static bool has_place(const Inst& inst, bool in_try = false) {
    switch (inst.op) {
      case Op::Next:
      case Op::Break:
      case Op::Continue:
      case Op::Return: return true;
      default: break;
    }
    // Of formats only those that read memory fail, and these are user space's.
    const bool formats = inst.op == Op::Sprintf && kernel_can_format(*inst.format);
    if (inst.moved || (ir::info(inst.op).can_fail && !formats && !is_caught_read(inst, in_try)))
      return true;
    for (size_t i = 0; i < inst.blocks.size(); i++) {
      const bool is_tried = inst.op == Op::Try && i == 0;
      for (const Inst& child : inst.blocks[i])
        if (has_place(child, in_try || is_tried)) return true;
    }
    return false;
  }

  /// Why an instruction follows those that are moved before it, or in it; nothing if it stays.
  std::optional<MoveReason> reason_to_follow(Inst& inst, bool left,
                                             const std::set<ir::GlobalId>& touched) {
    if (left) return MoveReason::BehindNext;
    if (reads_user_local(inst)) return MoveReason::NeedsValue;
    if (writes_user_local(inst) && !kernel_only(inst)) return MoveReason::SharesValue;
    if (ir::info(inst.op).names_global() && touched.count(inst.global))
      return MoveReason::FollowsGlobal;
    // What fails in the handler is for the Try around this one, if any.
    if (inst.op == Op::Try && contains_failing_user(inst.blocks[0]))
      return MoveReason::CatchesError;
    if (inst.op == Op::Loop && has_moved_jump(inst.blocks[1])) return MoveReason::LeftFromThere;
    return std::nullopt;
  }

  /// One sweep in program order; returns whether a moved statement may leave the handler
  /// (`next`), after which everything is user space's.
  bool propagate(ir::Block& block, std::set<ir::GlobalId>& touched) {
    bool left = false;
    for (size_t at = 0; at < block.size(); at++) {
      if (left) make_one_of_the_rest(block, at);
      Inst& inst = block[at];
      bool user = inst.moved;
      if (!user) {
        const std::optional<MoveReason> reason = reason_to_follow(inst, left, touched);
        user = reason.has_value();
        if (user) mark(inst, *reason);
      }
      if (user) {
        note_globals(inst, touched);
        left |= contains(inst, Op::Next);
      } else {
        bool leaves = false;
        for (ir::Block& child : inst.blocks) leaves |= propagate(child, touched);
        if (inst.op == Op::Loop) {  // what a turn does comes before the next turn
          if (leaves) mark(inst, MoveReason::LeftFromThere);
          for (ir::Block& child : inst.blocks) propagate(child, touched);
        }
        left |= leaves;
      }
    }
    return left;
  }

  /// Behind a moved `next`, all is user space's but what only the kernel can do, which comes first, as
  /// in any moved compound: so the rest of the block becomes one.
  void make_one_of_the_rest(ir::Block& block, size_t at) {
    auto begin = block.begin() + static_cast<ptrdiff_t>(at);
    if (std::none_of(begin, block.end(),
                     [&](const Inst& inst) { return !inst.moved && kernel_only(inst); }))
      return;
    Inst rest;
    rest.op = Op::If;
    rest.span = begin->span;
    rest.args = {Operand::integer(1)};
    rest.blocks.resize(2);
    rest.blocks[0].assign(std::make_move_iterator(begin), std::make_move_iterator(block.end()));
    block.erase(begin, block.end());
    block.push_back(std::move(rest));
  }

  static bool contains(Inst& inst, Op op) {
    bool found = inst.op == op;
    for (ir::Block& block : inst.blocks)
      for (Inst& child : block) found |= contains(child, op);
    return found;
  }

  /// What `inst`, which is moved, touches in user space.
  static void note_globals(const Inst& inst, std::set<ir::GlobalId>& touched) {
    if (inst.moved && ir::info(inst.op).names_global()) touched.insert(inst.global);
    for (const ir::Block& block : inst.blocks)
      for (const Inst& child : block) note_globals(child, touched);
  }

  /// A break or continue of this loop inside a moved statement.
  bool has_moved_jump(ir::Block& block) {
    for (Inst& inst : block) {
      if ((inst.op == Op::Break || inst.op == Op::Continue) && inst.moved) return true;
      if (inst.op == Op::Loop || inst.op == Op::Foreach) continue;
      for (ir::Block& child : inst.blocks)
        if (has_moved_jump(child)) return true;
    }
    return false;
  }

  /// May user space raise an error there? Also that of what is hoisted, which is raised where it was.
  bool contains_failing_user(ir::Block& block, bool in_moved = false) {
    for (Inst& inst : block) {
      bool prints = inst.op == Op::Printf || inst.op == Op::Sprintf;
      if (inst.moved && ir::info(inst.op).can_fail && !prints) return true;
      if (in_moved && !inst.moved && ir::info(inst.op).can_fail && !is_invisible(module_, inst))
        return true;
      for (ir::Block& child : inst.blocks)
        if (contains_failing_user(child, in_moved || inst.moved)) return true;
    }
    return false;
  }

  /// A user local lives in one segment: every compound that touches one which is also touched
  /// outside of it moves as a whole. So does a loop round which a named local may carry
  /// a value: one that a turn does not write before it reads it.
  void confine_user_locals() {
    for (LocalId id : std::set<LocalId>(user_locals_))
      confine(body_.block, id, count(body_.block, id));
  }

  int count(ir::Block& block, LocalId wanted) const {
    int n = 0;
    for_each_inst(block, [&](Inst& inst) {
      for_each_read(inst, [&](LocalId id) { n += id == wanted; });
      for_each_write(inst, [&](LocalId id) { n += id == wanted; });
    });
    return n;
  }

  bool is_temporary(LocalId id) const {
    return body_.locals[id].origin == ir::Local::Origin::Temporary;
  }

  /// Is `id` written before it is read, whichever way is taken through `block`?
  bool begins_with_write(ir::Block& block, LocalId id) const {
    const int total = count(block, id);
    for (Inst& inst : block) {
      bool reads = false, writes = false;
      for_each_read(inst, [&](LocalId each) { reads |= each == id; });
      for_each_write(inst, [&](LocalId each) { writes |= each == id; });
      // The message of an error is there before the catch block reads it; behind the statement, and in it, the text of an
      // earlier turn may be.
      if (writes && inst.op == Op::Try)
        return count(inst.blocks[0], id) == 0 && count(inst.blocks[1], id) + 1 == total;
      if (reads || writes) return writes && !reads && inst.blocks.empty();
      for (ir::Block& child : inst.blocks) {
        int here = count(child, id);
        // Where it is used in one block alone, no way around that block reads it.
        if (here == total) return inst.op != Op::Loop && begins_with_write(child, id);
        if (here > 0) return false;
      }
    }
    return true;
  }

  void confine(ir::Block& block, LocalId id, int total) {
    for (Inst& inst : block) {
      if (inst.moved || inst.blocks.empty()) continue;
      int inside = 0;
      for (ir::Block& child : inst.blocks) inside += count(child, id);
      if (inside == 0) continue;
      bool carried = inst.op == Op::Loop && !is_temporary(id) &&
                     (count(inst.blocks[0], id) > 0 || !begins_with_write(inst.blocks[1], id));
      if (inside < total || carried) {
        mark(inst, MoveReason::SharesValue);
        continue;
      }
      for (ir::Block& child : inst.blocks) {
        int here = count(child, id);
        if (here == total)
          confine(child, id, total);
        else if (here > 0)
          mark(inst, MoveReason::SharesValue);
      }
    }
  }

  ir::Module& module_;
  Diagnostics& diagnostics_;
  ir::Body& body_;
  const std::set<ir::GlobalId>& user_globals_;
  const bool may_ask_;
  std::set<LocalId> user_locals_;
  std::set<ir::GlobalId> written_late_;  ///< by segments of this handler, before they are read
  bool changed_ = false;
  bool any_moved_ = false;
};

}  // namespace

Sides choose_sides(ir::Module& module, Diagnostics& diagnostics, ir::KernelHandler& handler,
                   const std::set<ir::GlobalId>& user_globals) {
  return SideChoice(module, diagnostics, handler, user_globals).run();
}

}  // namespace coretap
