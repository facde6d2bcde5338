// A format of pretty printing under construction, with its arguments and the mask of what could not be read: see pretty.cpp.
#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "probes/place.h"
#include "runtime/common/terminal.h"

namespace coretap::probes {

/// As many values cannot be read independently of each other in one text.
constexpr int kMostBits = 60;
/// Values in one text, and elements of one array.
constexpr size_t kMostValues = 32;
constexpr uint64_t kMostElements = 5;
/// Of containers code is made for all elements that may be shown, most of which are not there. So it is what the code reads
/// that has a limit: a number counts 1, and text, which has room of its own, more.
constexpr size_t kMostOfContainer = 96, kMostOfAll = 256, kTextCounts = 3;

/// try { body } catch { handler }
template <typename Body, typename Handler>
void emit_try(ir::Builder& to, Body&& body, Handler&& handler) {
  ir::Block tried = to.nested(std::forward<Body>(body));
  ir::Block caught = to.nested(std::forward<Handler>(handler));
  ir::Inst& inst = to.append(ir::Op::Try);
  inst.blocks.push_back(std::move(tried));
  inst.blocks.push_back(std::move(caught));
}

/// A format under construction, with its arguments and the mask of what could not be read.
class Text {
 public:
  explicit Text(PlaceEmitter& emitter)
      : to_(emitter.to().builder()), faults_(to_.temp(ir::Ty::Long)) {}

  ir::Builder& builder() { return to_; }

  void text(const std::string& more) {
    if (pieces_.empty() || pieces_.back().kind != FormatPiece::Literal) {
      pieces_.emplace_back();
      pieces_.back().kind = FormatPiece::Literal;
    }
    pieces_.back().text += ct::terminal_safe(more);  // it holds names of debug information
  }
  /// A conversion of `argument`; the reference is good until the next.
  FormatPiece& value(char conversion, ir::Operand argument) {
    FormatPiece& piece = pieces_.emplace_back();
    piece.kind = FormatPiece::Conversion;
    piece.conversion = conversion;
    args_.push_back(std::move(argument));
    values_++;
    reads_ += conversion == 's' ? kTextCounts : 1;
    return piece;
  }
  /// What is appended up to the matching end() is in the text only if `number` is from `low` to `high`.
  void when(ir::Operand number, int64_t low, int64_t high) {
    FormatPiece& piece = pieces_.emplace_back();
    piece.kind = FormatPiece::When;
    piece.low = low;
    piece.high = high;
    args_.push_back(std::move(number));
  }
  void end() { pieces_.emplace_back().kind = FormatPiece::End; }
  void more(ir::Operand argument) { args_.push_back(std::move(argument)); }
  size_t values() const { return values_; }
  /// What is read for the text so far, in the measure of kMostOfAll.
  size_t reads() const { return reads_; }
  /// Lets what was appended since there were `before` values count as `as_many`.
  void recount(size_t before, size_t as_many) { values_ = before + as_many; }

  /// `count` bits of the mask, which are `set` at first; -1 if no more are left.
  int bits(int count, bool set) {
    if (next_bit_ + count > kMostBits) return -1;
    if (set) preset_ |= int64_t{1} << next_bit_;
    next_bit_ += count;
    return next_bit_ - count;
  }
  void set_bit(int bit) { update(ir::Op::Or, int64_t{1} << bit); }
  void clear_bit(int bit) { update(ir::Op::And, ~(int64_t{1} << bit)); }

  /// Appends `reads`, then the text that is made of what they read.
  ir::Operand finish(ir::Block reads) {
    if (next_bit_ > 0) to_.append(ir::Op::Copy, {ir::Operand::integer(preset_)}, faults_);
    to_.append(std::move(reads));
    // Where nothing is shown of what was read ("{.a=[...]}"), no conversion asks for the mask.
    if (std::ranges::any_of(pieces_, [](const auto& piece) { return piece.fault_bit >= 0; }))
      args_.push_back(ir::Operand::of(faults_));
    ir::LocalId result = to_.temp(ir::Ty::Str);
    ir::Inst& inst = to_.append(ir::Op::Sprintf, std::move(args_), result);
    inst.format = std::make_shared<const std::vector<FormatPiece>>(std::move(pieces_));
    return ir::Operand::of(result);
  }

 private:
  void update(ir::Op op, int64_t operand) {
    ir::LocalId changed = to_.temp(ir::Ty::Long);
    to_.append(op, {ir::Operand::of(faults_), ir::Operand::integer(operand)}, changed);
    to_.append(ir::Op::Copy, {ir::Operand::of(changed)}, faults_);
  }

  ir::Builder& to_;
  ir::LocalId faults_;
  int next_bit_ = 0;
  size_t values_ = 0, reads_ = 0;
  int64_t preset_ = 0;
  std::vector<FormatPiece> pieces_;
  std::vector<ir::Operand> args_;
};

}  // namespace coretap::probes
