#include "emit/kernel_size.h"

#include <algorithm>
#include <cstddef>
#include <vector>

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
/// Numbers that are alive at a time. Each may take eight bytes of the stack: no call leaves clang more than four registers,
/// and what is read before a call cannot be read behind it instead. The context, strings and keys take up to 300 bytes.
constexpr size_t kSmallAlive = 24;

/// How many numbers of a body are alive at a time: of each, from where it is first mentioned to where it is last.
class AliveNumbers {
 public:
  explicit AliveNumbers(const Body& body) : body_(body), ranges_(body.locals.size()) {
    walk(body.block);
  }

  size_t most() const {
    std::vector<std::ptrdiff_t> changes(position_ + 2);
    for (const Range& range : ranges_) {
      ++changes[range.first];
      --changes[range.last];
    }
    std::ptrdiff_t alive = 0, most = 0;
    for (std::ptrdiff_t change : changes) most = std::max(most, alive += change);
    return static_cast<size_t>(most);
  }

 private:
  struct Range {
    size_t first = 0, last = 0;  ///< positions of instructions, from 1 on
  };

  void walk(const Block& block) {
    for (const Inst& inst : block) {
      ++position_;
      for (const ir::Operand& o : inst.args)
        if (o.kind == ir::Operand::Local) mention(o.local);
      for (LocalId id : {inst.dst, inst.declined})
        if (id != kNone) mention(id);
      for (const Block& inner : inst.blocks) walk(inner);
    }
  }

  void mention(LocalId id) {
    if (body_.locals[id].type.ty != Ty::Long) return;
    if (ranges_[id].first == 0) ranges_[id].first = position_;
    ranges_[id].last = position_;
  }

  const Body& body_;
  std::vector<Range> ranges_;
  size_t position_ = 0;
};

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
         AliveNumbers(body).most() > kSmallAlive ||
         WalkCosts(module, flavour).of(body, body.block).steps > kSmallSteps;
}

}  // namespace coretap::kernel
