// Dropping what nobody needs. Tapset aliases set many variables (name, argstr, retstr, …) of
// which a script uses one or two; without this pass every probe would read all of them.
#include <map>
#include <set>

#include "ir/passes/passes.h"
#include "ir/walk.h"

namespace coretap {

using ir::Op;

namespace {

/// May be dropped when its result is unused. Memory reads count: a fault in a value that nobody
/// looks at is not an error (SystemTap elides them too). @max of an empty statistic is an error, and so is a division by zero;
/// the passes over the syntax tree (analyse/elide.h) have already dropped what may be dropped of these.
bool droppable(const ir::Inst& inst, const ir::Module& module) {
  switch (inst.op) {
    case Op::Load:
    case Op::LoadStr:
    case Op::LoadBytes:
    case Op::CoreField:
    case Op::Sprintf:
    case Op::ArrayGet:
    case Op::StrToHist: return true;
    case Op::Call:
      return ir::is_pure(module.functions[inst.function]) && inst.declined == ir::kNone;
    default: return ir::info(inst.op).pure;
  }
}

bool sweep(ir::Block& block, const std::set<ir::LocalId>& used, const ir::Module& module) {
  bool changed = false;
  for (size_t i = 0; i < block.size();) {
    ir::Inst& inst = block[i];
    bool dead = inst.dst != ir::kNone && !used.count(inst.dst) && droppable(inst, module);
    if (!dead) {
      for (ir::Block& child : inst.blocks) changed |= sweep(child, used, module);
      bool empty_if = inst.op == Op::If && inst.blocks[0].empty() &&
                      (inst.blocks.size() < 2 || inst.blocks[1].empty());
      bool empty_try = inst.op == Op::Try && inst.blocks[0].empty();
      dead = empty_if || empty_try;
      // An atomic add whose new value nobody reads needs no fetching atomic.
      if (!dead && inst.dst != ir::kNone && !used.count(inst.dst) &&
          (inst.op == Op::GlobalAdd || inst.op == Op::ArrayAdd || inst.op == Op::GlobalUpdate ||
           inst.op == Op::ArrayUpdate || inst.op == Op::Try)) {
        inst.dst = ir::kNone;
        changed = true;
      }
    }
    if (dead) {
      block.erase(block.begin() + static_cast<ptrdiff_t>(i));
      changed = true;
    } else {
      i++;
    }
  }
  return changed;
}

/// `t = op …; x = copy t`, where t is read nowhere else, becomes `x = op …`: a string copy is up to
/// 512 bytes. Not where `op` reads x itself, because operations may write their destination first;
/// and not where `op` may fail and x has another value that must then survive.
void join_copies(ir::Block& block, const std::map<ir::LocalId, int>& reads,
                 const std::map<ir::LocalId, int>& writes) {
  for (size_t i = 0; i < block.size(); i++) {
    for (ir::Block& child : block[i].blocks) join_copies(child, reads, writes);
    if (i == 0 || block[i].op != Op::Copy || block[i].args[0].kind != ir::Operand::Local) continue;
    ir::Inst& producer = block[i - 1];
    ir::LocalId temporary = block[i].args[0].local, target = block[i].dst;
    if (producer.dst != temporary || !producer.blocks.empty()) continue;
    if (reads.at(temporary) != 1 || writes.at(temporary) != 1) continue;
    bool reads_target = false;
    for_each_read(producer, [&](ir::LocalId id) { reads_target |= id == target; });
    bool may_spoil = ir::info(producer.op).can_fail && writes.at(target) != 1;
    if (reads_target || may_spoil) continue;
    producer.dst = target;
    block.erase(block.begin() + static_cast<ptrdiff_t>(i--));
  }
}

void clean(ir::Body& body, const ir::Module& module) {
  std::map<ir::LocalId, int> reads, writes;
  for_each_inst(body.block, [&](ir::Inst& inst) {
    for_each_read(inst, [&](ir::LocalId id) { reads[id]++; });
    for_each_write(inst, [&](ir::LocalId id) { writes[id]++; });
  });
  join_copies(body.block, reads, writes);
  for (bool changed = true; changed;) {
    std::set<ir::LocalId> used;
    for_each_inst(body.block, [&](ir::Inst& inst) {
      for_each_read(inst, [&](ir::LocalId id) { used.insert(id); });
    });
    changed = sweep(body.block, used, module);
  }
}

/// Writes to hidden arrays (values saved at entry) that no return handler reads any more.
void drop_unread_saves(ir::Module& module) {
  std::set<ir::GlobalId> read;
  auto each_body = [&](auto&& f) {
    for (auto& handler : module.kernel_handlers) f(handler.body);
  };
  each_body([&](ir::Body& body) {
    for_each_inst(body.block, [&](ir::Inst& inst) {
      if (inst.op == Op::ArrayGet) read.insert(inst.global);
    });
  });
  each_body([&](ir::Body& body) {
    auto& block = body.block;  // saves are at the top level of their handlers
    std::erase_if(block, [&](const ir::Inst& inst) {
      return (inst.op == Op::ArraySet || inst.op == Op::ArrayDelete) &&
             !module.globals[inst.global].span && !read.count(inst.global);
    });
  });
}

}  // namespace

void drop_dead_code(ir::Module& module) {
  auto all = [&] {
    for (auto& handler : module.kernel_handlers) clean(handler.body, module);
    for (auto& handler : module.user_handlers) clean(handler.body, module);
    for (auto& function : module.functions) clean(function.body, module);
    for (auto& segment : module.segments) clean(segment.body, module);
  };
  all();
  drop_unread_saves(module);
  all();
}

}  // namespace coretap
