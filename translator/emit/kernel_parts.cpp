// A large body is cut into parts: C functions of their own, which get the handler's context and share its
// locals through the frame. Why is said in kernel_size.h.
//
// A block is cut where no variable is alive (kernel_plan.h leaves few variables). Runs of instructions
// that together are short enough become one part. An instruction that is longer than a part, an If or a
// Loop, stays where it is, and its blocks are cut: so parts do not call parts, and calls nest no deeper
// than loops do plus one. A part's result is 0 or what ct_rc is when control leaves it: an error, `next`,
// and for a part of a loop's body `break` and `continue`.
#include <algorithm>
#include <tuple>
#include <utility>

#include "emit/code_template.h"
#include "emit/embedded_words.h"
#include "emit/kernel_body.h"

namespace coretap::kernel {

using ir::Block;
using ir::Inst;
using ir::kNone;
using ir::LocalId;
using ir::Op;
using ir::Operand;

namespace {

/// A part that is shorter than this fraction of the longest is not worth the call.
constexpr uint64_t kShortFraction = 10;

bool contains(const Inst& inst, Op op) {
  return inst.op == op || std::any_of(inst.blocks.begin(), inst.blocks.end(), [&](const Block& b) {
           return std::any_of(b.begin(), b.end(), [&](const Inst& i) { return contains(i, op); });
         });
}

/// A break or continue of a loop around `inst`.
bool contains_jump(const Inst& inst, Op op) {
  if (inst.op == op) return true;
  if (inst.op == Op::Loop) return false;
  return std::any_of(inst.blocks.begin(), inst.blocks.end(), [&](const Block& b) {
    return std::any_of(b.begin(), b.end(), [&](const Inst& i) { return contains_jump(i, op); });
  });
}

}  // namespace

void BodyEmitter::block(const Block& b) {
  if (!is_cut_ || in_part_) return instructions(b, 0, b.size());
  size_t begin = 0;   // of the part
  uint64_t cost = 0;  // of the part
  for (size_t from = 0, to = 0; from < b.size(); from = to) {
    uint64_t run = 0;
    bool whole = true;
    do {
      run += costs_.of(body_, b[to]).steps;
      whole &= stays_whole(b[to++]);
    } while (!may_cut(b, to));
    if (whole && cost + run <= part_steps_) {
      cost += run;
      continue;
    }
    part(b, begin, from);
    begin = from;
    cost = run;
    if (whole) continue;
    instructions(b, from, to);
    begin = to;
    cost = 0;
  }
  part(b, begin, b.size());
}

/// Is no variable that an instruction before `at` has made read at or behind it?
bool BodyEmitter::may_cut(const Block& b, size_t at) const {
  for (size_t i = at - std::min(at, kWaitingVariable); i < at && at < b.size(); ++i) {
    LocalId id = b[i].dst;
    if (id == kNone || plan_.locals[id].home != Home::Variable) continue;
    for (size_t j = at; j < std::min(b.size(), i + kWaitingVariable + 1); ++j)
      for (const Operand& o : b[j].args)
        if (o.kind == Operand::Local && o.local == id) return false;
  }
  return true;
}

/// May `inst` be in a part as a whole? A part has a stack frame of its own.
bool BodyEmitter::stays_whole(const Inst& inst) const {
  if (walks_stack(module_, body_, inst)) return false;
  return inst.blocks.empty() || costs_.of(body_, inst).steps <= part_steps_;
}

void BodyEmitter::part(const Block& b, size_t from, size_t to) {
  uint64_t cost = 0;
  for (size_t i = from; i < to; ++i) cost += costs_.of(body_, b[i]).steps;
  if (cost < part_steps_ / kShortFraction) return instructions(b, from, to);

  CodeWriter outer;
  std::swap(out_, outer);
  auto outer_labels = std::tuple(error_label_, leave_label_, continue_label_);
  error_label_ = leave_label_ = "ct_leave";
  continue_label_.clear();
  bool outer_touches = std::exchange(touches_frame_, false);
  in_part_ = true;
  out_.indent(1);
  instructions(b, from, to);
  in_part_ = false;
  std::string statements = out_.take();

  std::string name = "ct_part_" + name_ + "_" + std::to_string(++parts_made_);
  out_ = CodeWriter();
  out_.at(b[from].span);
  std::string position = out_.take();
  declare_assigned(b, from, to);
  if (touches_frame_) point_to_frame();
  callbacks_ += fill(R"(
      ${position}
      CT_PART ${name}(struct ct_ctx *c${variables}) {
        int ct_rc = 0;
        ${declarations}
      ${statements}
        ct_leave:
        return ct_rc;
      }
  )",
                     {{"position", position},
                      {"name", name},
                      {"variables", plan_.has_loop ? ", struct ct_vars_" + name_ + " *v" : ""},
                      {"declarations", out_.take()},
                      {"statements", statements}});

  touches_frame_ = outer_touches;
  std::swap(out_, outer);
  std::tie(error_label_, leave_label_, continue_label_) = outer_labels;
  out_.at(b[from].span);
  out_.line("ct_rc = " + name + (plan_.has_loop ? "(c, v);" : "(c);"));
  after_part(b, from, to);
}

/// The variables that b[from, to) assigns; those of a loop in it are its callback's.
void BodyEmitter::declare_assigned(const Block& b, size_t from, size_t to) {
  for (size_t i = from; i < to; ++i) {
    LocalId id = b[i].dst;
    if (id != kNone && plan_.locals[id].home == Home::Variable)
      out_.line("s64 " + plan_.locals[id].name + ";");
    if (b[i].op == Op::Loop) continue;
    for (const Block& inner : b[i].blocks) declare_assigned(inner, 0, inner.size());
  }
}

/// Goes on where the part wants to.
void BodyEmitter::after_part(const Block& b, size_t from, size_t to) {
  auto any = [&](auto&& test) {
    return std::any_of(b.begin() + static_cast<ptrdiff_t>(from),
                       b.begin() + static_cast<ptrdiff_t>(to), test);
  };
  bool leaves = error_label_ != leave_label_ && any([](const Inst& i) {
                  return contains(i, Op::Next) || contains(i, Op::Return) ||
                         contains(i, Op::Call) || contains_jump(i, Op::Break);
                });
  out_.open("if (ct_rc)");
  out_.line("ct_branch();");
  if (any([](const Inst& i) { return contains_jump(i, Op::Continue); })) {
    out_.open("if (ct_rc == CT_FLOW_CONTINUE)");
    out_.line("ct_rc = 0;");
    out_.line("goto " + continue_label_ + ";");
    out_.close();
  }
  if (leaves) out_.line("if (ct_rc < 0 || ct_rc == CT_ERR_NEXT) goto " + leave_label_ + ";");
  out_.line("goto " + error_label_ + ";");
  out_.close();
}

}  // namespace coretap::kernel
