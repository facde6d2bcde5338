#include "emit/kernel_size.h"

#include "emit/kernel_plan.h"

namespace coretap::kernel {

using ir::Block;
using ir::Body;
using ir::Inst;
using ir::kNone;
using ir::LocalId;
using ir::Op;
using ir::Ty;

namespace {

/// Instructions that the verifier walks, once through everything.
constexpr uint64_t kSmallSteps = 3000;
/// Numbers that are different constants on different ways.
constexpr size_t kSmallForks = 8;
/// Operations on elements, each of which is a loop.
constexpr size_t kSmallLoops = 12;

class Counter {
 public:
  explicit Counter(const Body& body) : body_(body), uses_(body) {
    count(body.block);
    for (LocalId id = 0; id < body.locals.size(); ++id)
      forks_ += is_number(id) && uses_.writes[id] > 1;
  }

  size_t forks() const { return forks_; }
  size_t loops() const { return loops_; }

 private:
  void count(const Block& block) {
    for (size_t i = 0; i < block.size(); ++i) {
      const Inst& inst = block[i];
      switch (inst.op) {
        case Op::Eq:
        case Op::Ne:
        case Op::Lt:
        case Op::Le:
        case Op::Ult:
        case Op::StrEq:
        case Op::ArrayIn: forks_ += !is_condition(uses_, block, i); break;
        case Op::ArrayGet: forks_ += inst.dst != kNone && is_number(inst.dst); break;
        case Op::ArraySet:
        case Op::ArrayAdd:
        case Op::ArrayUpdate:
        case Op::GlobalUpdate:
        case Op::StatAdd: ++loops_; break;
        default: break;
      }
      for (const Block& inner : inst.blocks) count(inner);
    }
  }

  bool is_number(LocalId id) const { return body_.locals[id].type.ty == Ty::Long; }

  const Body& body_;
  LocalUses uses_;
  size_t forks_ = 0, loops_ = 0;
};

}  // namespace

bool is_large(const ir::Module& module, Flavour flavour, const Body& body) {
  Counter counter(body);
  return counter.forks() > kSmallForks || counter.loops() > kSmallLoops ||
         WalkCosts(module, flavour).of(body, body.block).steps > kSmallSteps;
}

}  // namespace coretap::kernel
