// Appends instructions to a body; what lowering and the probe families write IR with.
#pragma once

#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "ir/ir.h"

namespace coretap::ir {

/// A new temporary of `body`.
inline LocalId add_temporary(Body& body, Type type) {
  body.locals.push_back({"t" + std::to_string(body.locals.size()), type, Local::Origin::Temporary});
  return static_cast<LocalId>(body.locals.size() - 1);
}

class Builder {
 public:
  Builder(Body& body, Span span) : body_(body), block_(&body.block), span_(span) {}

  void at(Span span) { span_ = span; }
  Span span() const { return span_; }
  Body& body() { return body_; }

  LocalId temp(Ty ty) { return add_temporary(body_, {ty, 0}); }
  LocalId named(std::string name, Ty ty) {
    body_.locals.push_back({std::move(name), {ty, 0}});
    return static_cast<LocalId>(body_.locals.size() - 1);
  }

  /// Appends `inst` at the current place and returns it for more settings; the reference is good
  /// until the next append.
  Inst& append(Op op, std::vector<Operand> args = {}, LocalId dst = kNone) {
    Inst inst;
    inst.op = op;
    inst.span = span_;
    inst.args = std::move(args);
    inst.dst = dst;
    block_->push_back(std::move(inst));
    return block_->back();
  }
  /// Appends C with a value for each of its arguments.
  Inst& embedded(EmbeddedC c, std::vector<Operand> args = {}, LocalId dst = kNone) {
    Inst& inst = append(Op::EmbeddedC, std::move(args), dst);
    inst.c = std::make_shared<const EmbeddedC>(std::move(c));
    return inst;
  }
  /// Appends what nested() made.
  void append(Block block) {
    block_->insert(block_->end(), std::make_move_iterator(block.begin()),
                   std::make_move_iterator(block.end()));
  }
  /// Appends an operation with a fresh long destination and returns the destination.
  Operand value(Op op, std::vector<Operand> args = {}, Ty ty = Ty::Long) {
    LocalId dst = temp(ty);
    append(op, std::move(args), dst);
    return Operand::of(dst);
  }
  Operand load(Space space, Operand address, uint32_t size, bool is_signed) {
    LocalId dst = temp(Ty::Long);
    Inst& inst = append(Op::Load, {std::move(address)}, dst);
    inst.space = space;
    inst.size = size;
    inst.is_signed = is_signed;
    return Operand::of(dst);
  }
  /// Leaves the handler, and counts that the entry of the function that returns was not seen.
  void leave_unseen() { append(Op::Next).imm = 1; }
  /// Constant-folds `base + offset` for literals and zero.
  Operand add(Operand base, int64_t offset) {
    if (offset == 0) return base;
    if (base.kind == Operand::Int) return Operand::integer(base.num + offset);
    return value(Op::Add, {std::move(base), Operand::integer(offset)});
  }

  /// Runs `fill` with a new block as the current place and returns the block.
  template <typename Fill>
  Block nested(Fill&& fill) {
    Block block;
    Block* outer = std::exchange(block_, &block);
    fill();
    block_ = outer;
    return block;
  }
  /// if (condition) { what `then` appends }
  template <typename Then>
  void if_true(const Operand& condition, Then&& then) {
    Block block = nested(std::forward<Then>(then));
    std::vector<Block>& blocks = append(Op::If, {condition}).blocks;
    blocks.push_back(std::move(block));
    blocks.emplace_back();
  }

 private:
  Body& body_;
  Block* block_;
  Span span_;
};

}  // namespace coretap::ir
