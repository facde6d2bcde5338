// Moves what is user space's out of a handler into segments, in an order that nobody can tell from the script's: what stays in
// the kernel comes out of moved statements and runs first, statements that share a local of user space come together, and
// each run of them becomes a segment with the values that it needs.
#include <algorithm>
#include <map>

#include "ir/builder.h"
#include "ir/passes/split_parts.h"
#include "ir/walk.h"

namespace coretap {

using ir::Inst;
using ir::LocalId;
using ir::Op;
using ir::Operand;

namespace {

class SegmentMaker {
 public:
  SegmentMaker(ir::Module& module, Diagnostics& diagnostics, ir::KernelHandler& handler,
               const std::set<LocalId>& user_locals)
      : module_(module),
        diagnostics_(diagnostics),
        handler_(handler),
        body_(handler.body),
        user_locals_(user_locals) {}

  void rewrite(ir::Block& block) {
    take_unmoved(block);
    gather(block);
    join(block);
    ir::Block result;
    for (size_t i = 0; i < block.size();) {
      if (!block[i].moved) {
        for (ir::Block& child : block[i].blocks) rewrite(child);
        result.push_back(std::move(block[i++]));
        continue;
      }
      ir::Block run;
      for (; i < block.size() && block[i].moved; i++) run.push_back(std::move(block[i]));
      send(std::move(run), result);
    }
    block = std::move(result);
  }

 private:
  /// Brings instructions of one block that share user locals together: the kernel's instructions
  /// between them run first. Bringing two together may part one of them from a third, so this is
  /// repeated until nothing moves; kernel instructions only ever move up, so it ends.
  void gather(ir::Block& block) {
    while (gather_once(block)) {
    }
  }

  bool gather_once(ir::Block& block) {
    bool moved = false;
    for (LocalId id : user_locals_) {
      size_t first = block.size(), last = 0;
      for (size_t i = 0; i < block.size(); i++)
        if (block[i].moved && touches(block[i], {id})) {
          first = std::min(first, i);
          last = i;
        }
      if (first >= last) continue;
      ir::Block kernel, user;
      auto stays = [](const Inst& inst) { return !inst.moved; };
      if (std::none_of(block.begin() + static_cast<ptrdiff_t>(first),
                       block.begin() + static_cast<ptrdiff_t>(last), stays))
        continue;
      moved = true;
      for (size_t i = first; i <= last; i++) {
        if (!block[i].moved) keep_old_values(block[i], user, kernel);
        (block[i].moved ? user : kernel).push_back(std::move(block[i]));
      }
      auto begin = block.begin() + static_cast<ptrdiff_t>(first);
      begin = block.erase(begin, block.begin() + static_cast<ptrdiff_t>(last + 1));
      begin = block.insert(begin, std::make_move_iterator(user.begin()),
                           std::make_move_iterator(user.end()));
      block.insert(begin, std::make_move_iterator(kernel.begin()),
                   std::make_move_iterator(kernel.end()));
    }
    return moved;
  }

  /// `inst` will now run before the instructions in `user`, which come before it in the script:
  /// what it overwrites and they still read is copied first.
  void keep_old_values(Inst& inst, ir::Block& user, ir::Block& kernel) {
    std::set<LocalId> written;
    auto note = [&](Inst& i) { for_each_write(i, [&](LocalId id) { written.insert(id); }); };
    note(inst);
    for (ir::Block& block : inst.blocks) for_each_inst(block, note);
    for (LocalId id : written) {
      LocalId copy = ir::kNone;
      for_each_inst(user, [&](Inst& reader) {
        for (Operand& arg : reader.args) {
          if (arg.kind != Operand::Local || arg.local != id) continue;
          if (copy == ir::kNone) copy = new_temporary(id);
          arg.local = copy;
        }
      });
      if (copy == ir::kNone) continue;
      Inst keep;
      keep.op = Op::Copy;
      keep.span = inst.span;
      keep.dst = copy;
      keep.args = {Operand::of(id)};
      kernel.push_back(std::move(keep));
    }
  }

  /// Kernel work between two prints that nobody can see (it writes only locals and cannot fail) runs
  /// ahead of the first: then both are one record, and no other CPU's output comes between them.
  /// The values that wait for the record live on BPF's small stack, so only so many may.
  void join(ir::Block& block) {
    constexpr size_t kMostWaiting = 8;
    ir::Block result, user;
    size_t waiting = 0;
    auto flush = [&] {
      waiting = 0;
      result.insert(result.end(), std::make_move_iterator(user.begin()),
                    std::make_move_iterator(user.end()));
      user.clear();
    };
    for (Inst& inst : block) {
      if (inst.moved) {
        user.push_back(std::move(inst));
        continue;
      }
      if (!user.empty() && ++waiting <= kMostWaiting && is_invisible(module_, inst))
        keep_old_values(inst, user, result);
      else
        flush();
      result.push_back(std::move(inst));
    }
    flush();
    block = std::move(result);
  }

  LocalId new_temporary(LocalId like) { return new_temporary(body_.locals[like].type); }

  LocalId new_temporary(ir::Type type) { return ir::add_temporary(body_, type); }

  /// What stays in the kernel comes out of moved statements first, in front of those that stand together,
  /// so that gather() keeps its order among the kernel's other work: it may read a global that is
  /// written behind it.
  void take_unmoved(ir::Block& block) {
    ir::Block result, run;
    auto flush = [&] {
      result.insert(result.end(), std::make_move_iterator(run.begin()),
                    std::make_move_iterator(run.end()));
      run.clear();
    };
    for (Inst& inst : block) {
      if (!inst.moved) {
        flush();
        result.push_back(std::move(inst));
        continue;
      }
      take_unmoved(inst, result, true);
      run.push_back(std::move(inst));
    }
    flush();
    block = std::move(result);
  }

  /// Takes out of `inst` what stays in the kernel, in program order: what is hoisted may depend on
  /// what was hoisted before it. `is_told`: somebody reads the message of an error that comes out of `inst`.
  void take_unmoved(Inst& inst, ir::Block& out, bool is_told) {
    for (size_t i = 0; i < inst.blocks.size(); ++i) {
      ir::Block &block = inst.blocks[i], kept;
      const bool is_told_here = inst.op == Op::Try && i == 0 ? inst.dst != ir::kNone : is_told;
      for (Inst& child : block) {
        if (child.moved) {
          take_unmoved(child, out, is_told_here);
          kept.push_back(std::move(child));
        } else if (ir::info(child.op).can_fail && !is_invisible(module_, child)) {
          hoist_guarded(std::move(child), out, kept, is_told_here);
        } else {
          out.push_back(std::move(child));
        }
      }
      block = std::move(kept);
    }
  }

  /// A hoisted memory read may fault where the script would not have come to it. So its error is only
  /// kept there, each read's by itself, and raised where the read was. Its message comes along only if it is told: making it
  /// takes hundreds of instructions, and it fills a string of every record.
  void hoist_guarded(Inst inst, ir::Block& kernel, ir::Block& user, bool is_told) {
    auto make = [&](Op op, std::vector<Operand> args, LocalId dst = ir::kNone) {
      Inst made;
      made.op = op;
      made.span = inst.span;
      made.args = std::move(args);
      made.dst = dst;
      return made;
    };
    const LocalId failed = new_temporary({ir::Ty::Long, 0});
    const LocalId why = is_told ? new_temporary({ir::Ty::Str, 0}) : ir::kNone;
    Inst guard = make(Op::Try, {}, why), raise = make(Op::If, {Operand::of(failed)});
    guard.blocks.resize(2);
    guard.blocks[1].push_back(make(Op::Copy, {Operand::integer(1)}, failed));
    raise.blocks.resize(2);
    raise.blocks[0].push_back(make(Op::Error, {is_told ? Operand::of(why) : Operand::string("")}));
    kernel.push_back(make(Op::Copy, {Operand::integer(0)}, failed));
    if (is_told) kernel.push_back(make(Op::Copy, {Operand::string("")}, why));
    guard.blocks[0].push_back(std::move(inst));
    kernel.push_back(std::move(guard));
    user.push_back(std::move(raise));
  }

  /// May the handler's segments ask the kernel? See ask_kernel.cpp.
  bool may_ask() const { return handler_.mechanism == ir::Mechanism::TestRun; }

  /// Of a call that takes what user space computed.
  void use_harness_version(Inst& inst) {
    ir::FunctionId twin = module_.functions[inst.function].twin;
    if (twin != ir::kNone)
      inst.function = twin;
    else if (!may_ask())
      refuse_continuation(diagnostics_, inst);
  }

  void note_reason(const Inst& inst, ir::Segment& segment) const {
    if (inst.move_reason == ir::MoveReason::Enclosed) return;
    std::string name;
    if (ir::info(inst.op).names_global()) name = module_.globals[inst.global].name;
    if (inst.op == Op::Call) name = module_.functions[inst.function].script_name;
    segment.moved.push_back({inst.span, inst.move_reason, inst.op, std::move(name)});
  }

  /// Makes a segment of `run` and sends its captures.
  void send(ir::Block run, ir::Block& result) {
    ir::Segment segment;
    segment.id = static_cast<uint32_t>(module_.segments.size());
    segment.span = run.front().span;
    if (!handler_.sites.empty()) segment.pp = handler_.sites.front().pp;
    segment.handler = static_cast<uint32_t>(&handler_ - module_.kernel_handlers.data());
    for_each_inst(run, [&](const Inst& inst) { note_reason(inst, segment); });
    std::map<LocalId, LocalId> renamed;
    Inst send;
    send.op = Op::Send;
    send.span = segment.span;
    send.imm = segment.id;
    auto rename = [&](LocalId id) {
      auto it = renamed.find(id);
      if (it != renamed.end()) return it->second;
      auto fresh = static_cast<LocalId>(segment.body.locals.size());
      segment.body.locals.push_back(body_.locals[id]);
      renamed[id] = fresh;
      return fresh;
    };
    for_each_inst(run, [&](Inst& inst) {
      for_each_read(inst, [&](LocalId id) {
        if (user_locals_.count(id) || renamed.count(id)) return;
        rename(id);
        send.args.push_back(Operand::of(id));
      });
    });
    segment.captures = static_cast<uint32_t>(send.args.size());
    for_each_inst(run, [&](Inst& inst) {
      inst.moved = false;
      for (Operand& arg : inst.args)
        if (arg.kind == Operand::Local) arg.local = rename(arg.local);
      if (inst.dst != ir::kNone) inst.dst = rename(inst.dst);
      if (inst.declined != ir::kNone) inst.declined = rename(inst.declined);
      if (inst.foreach) {
        auto spec = std::make_shared<ir::ForeachSpec>(*inst.foreach);
        for (LocalId& key : spec->keys) key = rename(key);
        if (spec->value != ir::kNone) spec->value = rename(spec->value);
        inst.foreach = spec;
      }
      if (inst.op == Op::Call && module_.functions[inst.function].side == ir::Side::Kernel)
        use_harness_version(inst);
      else if (!ir::info(inst.op).user && !may_ask())
        refuse_continuation(diagnostics_, inst);
    });
    segment.body.block = std::move(run);
    module_.segments.push_back(std::move(segment));
    result.push_back(std::move(send));
  }

  ir::Module& module_;
  Diagnostics& diagnostics_;
  ir::KernelHandler& handler_;
  ir::Body& body_;
  const std::set<LocalId>& user_locals_;
};

}  // namespace

void make_segments(ir::Module& module, Diagnostics& diagnostics, ir::KernelHandler& handler,
                   const std::set<LocalId>& user_locals) {
  SegmentMaker(module, diagnostics, handler, user_locals).rewrite(handler.body.block);
}

}  // namespace coretap
