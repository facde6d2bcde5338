// Moves pure computations into the one branch that uses them.
//
// A probe alias computes all its variables at the start of the handler, and the script's first
// statement is usually a filter: `probe syscall.open { if (pid() == target()) println(argstr) }`.
// Where they stand, the strings are read from the process, and the parts for user space sent to
// it, for every event of the machine; inside of the `if` only for those that count. So every pure
// instruction (or compound of such) whose results nothing but one branch of a later If of the same
// block uses goes to the start of that branch, the last one first, so that a chain follows.
//
// A fault of a moved read is then raised only where the value is wanted. Instructions in or around
// loops stay, because a local may carry a value from one turn to the next.
#include <algorithm>
#include <set>

#include "ir/passes/passes.h"
#include "ir/walk.h"

namespace coretap {

namespace {

using ir::Inst;
using ir::LocalId;
using ir::Op;

class Sinker {
 public:
  Sinker(ir::Module& module, ir::Body& body) : module_(module), body_(body) {}

  void run() { sink(body_.block); }

 private:
  struct Locals {
    std::set<LocalId> read, written;
  };

  static Locals locals_of(Inst& inst) {
    Locals found;
    auto look = [&](Inst& i) {
      for_each_read(i, [&](LocalId id) { found.read.insert(id); });
      for_each_write(i, [&](LocalId id) { found.written.insert(id); });
    };
    look(inst);
    for (ir::Block& block : inst.blocks) for_each_inst(block, look);
    return found;
  }

  static bool touches(Inst& inst, const std::set<LocalId>& ids) {
    Locals found = locals_of(inst);
    auto any = [&](const std::set<LocalId>& set) {
      return std::any_of(set.begin(), set.end(), [&](LocalId id) { return ids.count(id) != 0; });
    };
    return any(found.read) || any(found.written);
  }

  static bool touches(ir::Block& block, const std::set<LocalId>& ids) {
    return std::any_of(block.begin(), block.end(), [&](Inst& inst) { return touches(inst, ids); });
  }

  /// Nothing but its result: may be computed later or not at all.
  bool is_pure(Inst& inst) const {
    if (ir::info(inst.op).names_global()) return false;
    switch (inst.op) {
      case Op::Call:
        if (!ir::is_pure(module_.functions[inst.function])) return false;
        break;
      case Op::If:
      case Op::Try:
      case Op::Sprintf:
      case Op::Load:
      case Op::LoadStr:
      case Op::LoadBytes:
      case Op::CoreField: break;
      default:
        if (!ir::info(inst.op).pure) return false;
    }
    for (ir::Block& block : inst.blocks)
      for (Inst& child : block)
        if (!is_pure(child)) return false;
    return true;
  }

  void sink(ir::Block& block) {
    for (size_t i = block.size(); i-- > 0;) {
      if (is_pure(block[i])) move_down(block, i);
    }
    for (Inst& inst : block) {
      if (inst.op == Op::Loop || inst.op == Op::Foreach) continue;
      for (ir::Block& child : inst.blocks) sink(child);
    }
  }

  /// Sinks block[i] if exactly one branch behind it uses its results.
  void move_down(ir::Block& block, size_t i) {
    Locals own = locals_of(block[i]);
    if (own.written.empty() || used_elsewhere(block, own.written)) return;
    size_t user = block.size();
    for (size_t j = i + 1; j < block.size(); j++) {
      if (!touches(block[j], own.written)) continue;
      if (user != block.size()) return;
      user = j;
    }
    if (user == block.size() || block[user].op != Op::If) return;
    // What it reads must not change on the way.
    for (size_t j = i + 1; j <= user; j++) {
      Locals other = locals_of(block[j]);
      for (LocalId id : own.read)
        if (other.written.count(id) && !own.written.count(id)) return;
    }
    bool in_condition = false;
    for_each_read(block[user], [&](LocalId id) { in_condition |= own.written.count(id) != 0; });
    if (in_condition) return;
    ir::Block* branch = nullptr;
    for (ir::Block& child : block[user].blocks) {
      if (!touches(child, own.written)) continue;
      if (branch) return;
      branch = &child;
    }
    if (!branch) return;
    branch->insert(branch->begin(), std::move(block[i]));
    block.erase(block.begin() + static_cast<ptrdiff_t>(i));
  }

  /// Is one of the locals touched outside of `block`?
  bool used_elsewhere(ir::Block& block, const std::set<LocalId>& ids) {
    auto count = [&](ir::Block& within) {
      size_t n = 0;
      for_each_inst(within, [&](Inst& inst) {
        for_each_read(inst, [&](LocalId id) { n += ids.count(id); });
        for_each_write(inst, [&](LocalId id) { n += ids.count(id); });
      });
      return n;
    };
    return count(body_.block) != count(block);
  }

  ir::Module& module_;
  ir::Body& body_;
};

}  // namespace

void sink_into_branches(ir::Module& module) {
  for (auto& handler : module.kernel_handlers) Sinker(module, handler.body).run();
}

}  // namespace coretap
