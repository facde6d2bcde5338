#include "emit/kernel_slots.h"

#include <algorithm>

namespace coretap::kernel {

using ir::Inst;
using ir::LocalId;
using ir::Op;
using ir::Operand;

namespace {

/// First and last instruction, in program order, that needs a local. Control goes forwards only,
/// except round loops.
struct Span {
  uint32_t first = UINT32_MAX, last = 0;
  void cover(uint32_t from, uint32_t to) {
    first = std::min(first, from);
    last = std::max(last, to);
  }
  bool meets(const Span& other) const { return first <= other.last && other.first <= last; }
};

class Lifetimes {
 public:
  explicit Lifetimes(const ir::Body& body) : spans_(body.locals.size()) {
    walk(body.block);
    // The message of an error outlives the code that raised it: catch blocks read it.
    for (LocalId id : raised_) spans_[id].cover(spans_[id].first, next_);
  }

  Span& operator[](LocalId id) { return spans_[id]; }

 private:
  void mention(LocalId id) {
    spans_[id].cover(next_, next_);
    if (!loops_.empty()) in_loop_.push_back(id);
  }

  void walk(const ir::Block& block) {
    for (const Inst& inst : block) {
      next_++;
      for (const Operand& o : inst.args)
        if (o.kind == Operand::Local) {
          mention(o.local);
          if (inst.op == Op::Error) raised_.push_back(o.local);
        }
      if (inst.dst != ir::kNone) mention(inst.dst);
      bool loops = inst.op == Op::Loop;
      if (loops) loops_.push_back(next_);
      for (const ir::Block& child : inst.blocks) walk(child);
      if (loops) leave_loop();
    }
  }

  /// What an outermost loop mentions may be carried to its next turn: it lives as long as the loop.
  void leave_loop() {
    uint32_t begin = loops_.back();
    loops_.pop_back();
    if (!loops_.empty()) return;
    for (LocalId id : in_loop_) spans_[id].cover(begin, next_);
    in_loop_.clear();
  }

  std::vector<Span> spans_;
  std::vector<LocalId> raised_, in_loop_;
  std::vector<uint32_t> loops_;
  uint32_t next_ = 0;
};

}  // namespace

std::vector<FrameSlot> share_frame(const ir::Module& module, const ir::Body& body,
                                   const BodyPlan& plan, uint32_t parameters) {
  Lifetimes lives(body);
  std::vector<LocalId> strings;
  for (LocalId id = 0; id < body.locals.size(); ++id) {
    const LocalPlan& local = plan.locals[id];
    if (local.home != Home::Frame || !local.used || body.locals[id].type.ty != ir::Ty::Str)
      continue;
    // Parameters are entered, and what may be read before it is written is cleared, at the start.
    if (id < parameters || local.needs_zero) lives[id].cover(0, lives[id].last);
    strings.push_back(id);
  }
  auto bytes_of = [&](LocalId id) { return capacity(module, body.locals[id].type); };
  auto is_earlier = [&](LocalId a, LocalId b) { return lives[a].first < lives[b].first; };
  std::stable_sort(strings.begin(), strings.end(), is_earlier);
  // The widest first: narrow ones take what these leave free, and not the room that these need.
  std::stable_sort(strings.begin(), strings.end(),
                   [&](LocalId a, LocalId b) { return bytes_of(a) > bytes_of(b); });
  std::vector<FrameSlot> slots;
  for (LocalId id : strings) {
    uint32_t bytes = bytes_of(id);
    FrameSlot* best = nullptr;
    for (FrameSlot& slot : slots) {
      bool taken = std::any_of(slot.locals.begin(), slot.locals.end(),
                               [&](LocalId other) { return lives[other].meets(lives[id]); });
      if (!taken && (!best || slot.bytes < best->bytes)) best = &slot;
    }
    if (!best) best = &slots.emplace_back(FrameSlot{bytes, {}});
    best->locals.push_back(id);
  }
  for (FrameSlot& slot : slots) std::sort(slot.locals.begin(), slot.locals.end(), is_earlier);
  return slots;
}

}  // namespace coretap::kernel
