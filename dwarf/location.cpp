// DWARF expressions are programs for a stack machine; here they are run symbolically, so that the
// stack holds expression trees instead of numbers and what is left on it is the answer. This is the
// only switch over DW_OP_* in the project.
//
// - Branches (DW_OP_bra) fork the run; the two results are joined with Select. DW_OP_skip only
//   moves on. A step limit stops loops, which no known compiler emits.
// - DWARF 5 stack entries may be typed. Only integers are compiled; an entry remembers size and
//   signedness, and every operation on a narrow type is followed by a truncation to it. The tree's
//   own operations are 64 bits wide, with Div, Mod and comparisons signed; unsigned 64-bit
//   comparison is done by flipping the top bits.
// - The frame base and the CFA are expressions again, compiled by the same machine.
// - What one entry of a location list says is valid from its first to its last address; the entry
//   is chosen by the pc. Where none fits, the reason lists the lines for which there is one.
#include "dwarf/location.h"

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <set>

#include "dwarf/die.h"
#include "dwarf/functions.h"
#include "dwarf/lines.h"
#include "dwarf/location_compile.h"
#include "dwarf/names.h"
#include "dwarf/prologue.h"
#include "dwarf/scopes.h"
#include "dwarf/types_dwarf.h"

namespace coretap::debug {

namespace expr {

LocExprPtr constant(int64_t value) {
  auto node = std::make_shared<LocExpr>();
  node->value = value;
  return node;
}

LocExprPtr reg(unsigned number) {
  auto node = std::make_shared<LocExpr>();
  node->op = LocExpr::Reg;
  node->value = number;
  return node;
}

LocExprPtr unary(LocExpr::Op op, LocExprPtr operand) {
  auto node = std::make_shared<LocExpr>();
  node->op = op;
  node->children = {std::move(operand)};
  return node;
}

LocExprPtr binary(LocExpr::Op op, LocExprPtr left, LocExprPtr right) {
  if (right->op == LocExpr::Const && op == LocExpr::Add) {
    if (right->value == 0) return left;
    auto sum = [](int64_t a, int64_t b) {
      return static_cast<int64_t>(static_cast<uint64_t>(a) + static_cast<uint64_t>(b));
    };
    if (left->op == LocExpr::Const) return constant(sum(left->value, right->value));
    if (left->op == LocExpr::Add && left->children[1]->op == LocExpr::Const)
      return binary(LocExpr::Add, left->children[0],
                    constant(sum(left->children[1]->value, right->value)));
  }
  auto node = std::make_shared<LocExpr>();
  node->op = op;
  node->children = {std::move(left), std::move(right)};
  return node;
}

LocExprPtr deref(LocExprPtr address, unsigned size, bool is_signed) {
  auto node = std::make_shared<LocExpr>();
  node->op = LocExpr::Deref;
  node->size = size;
  node->is_signed = is_signed;
  node->children = {std::move(address)};
  return node;
}

}  // namespace expr

VarLocation unsupported(std::string why) {
  VarLocation location;
  location.kind = VarLocation::Unsupported;
  location.why = std::move(why);
  return location;
}

VarLocation unavailable(std::string why) {
  VarLocation location;
  location.kind = VarLocation::Unavailable;
  location.why = std::move(why);
  return location;
}

namespace {

/// Thrown inside this file only, from deep in an expression to the entry points.
struct Unsupported {
  std::string why;
};

constexpr int kMaxSteps = 4096;
constexpr int kMaxForks = 6;
constexpr int kMaxNesting = 8;
constexpr size_t kMaxStack = 256;

/// A stack entry; size 0 is DWARF's generic (address-sized) type.
struct Entry {
  LocExprPtr value;
  unsigned size = 0;
  bool is_signed = false;
};

struct Context {
  const DebugData& data;
  uint64_t pc;
  Dwarf_Die function;  ///< whose frame is live; addr null if there is none
  bool at_entry;       ///< pc is the first instruction of `function`
};

/// Runs one expression.
class Machine {
 public:
  Machine(const Context& context, Dwarf_Attribute* attr, const Dwarf_Op* ops, size_t count,
          int nesting)
      : context_(context), attr_(attr), ops_(ops), count_(count), nesting_(nesting) {
    if (nesting > kMaxNesting) throw Unsupported{"an expression that refers to itself"};
  }

  VarLocation run() { return run_from(0, {}, 0); }
  /// For frame bases and the CFA, which must be one value. A register frame base is its contents.
  LocExprPtr run_to_value() {
    VarLocation location = run();
    if (location.kind != VarLocation::Memory && location.kind != VarLocation::Value)
      throw Unsupported{"a frame base in pieces"};
    return location.expr;
  }

  /// The canonical frame address at the context's pc.
  LocExprPtr cfa();

 private:
  using Stack = std::vector<Entry>;
  /// What the operations since the last piece said.
  struct Outcome {
    VarLocation whole;
    bool is_set = false;  ///< a register, implicit or stack value
    std::vector<VarLocation::Piece> pieces;
  };

  VarLocation run_from(size_t index, Stack stack, int forks);
  bool run_location_op(const Dwarf_Op& op, Stack& stack, Outcome& outcome);
  bool run_value_op(const Dwarf_Op& op, Stack& stack);
  bool run_stack_op(const Dwarf_Op& op, Stack& stack);
  bool run_arithmetic_op(const Dwarf_Op& op, Stack& stack);
  bool run_typed_op(const Dwarf_Op& op, Stack& stack);
  void end_piece(const Dwarf_Op& op, Stack& stack, Outcome& outcome);
  VarLocation finish(Stack& stack, Outcome& outcome);
  size_t branch_target(const Dwarf_Op& op) const;
  LocExprPtr frame_base();
  LocExprPtr entry_value(const Dwarf_Op& op);
  VarLocation implicit_value(const Dwarf_Op& op);
  Entry typed(const Dwarf_Op& op, LocExprPtr value);
  static Entry pop(Stack& stack);
  static void push(Stack& stack, LocExprPtr value) {
    stack.push_back({std::move(value), 0, false});
  }

  const Context& context_;
  Dwarf_Attribute* attr_;
  const Dwarf_Op* ops_;
  size_t count_;
  int nesting_;
  int steps_ = 0;
};

std::string op_name(unsigned atom) {
  char text[16];
  snprintf(text, sizeof text, "0x%02x", atom);
  return std::string("the DWARF operation ") + text;
}

LocExprPtr reg_offset(unsigned number, int64_t offset) {
  return expr::binary(LocExpr::Add, expr::reg(number), expr::constant(offset));
}

VarLocation located(VarLocation::Kind kind, LocExprPtr value) {
  VarLocation location;
  location.kind = kind;
  location.expr = std::move(value);
  return location;
}

/// Cuts a 64-bit value to an integer type, extended the way the type says.
LocExprPtr truncate(LocExprPtr value, unsigned size, bool is_signed) {
  if (size == 0 || size >= 8) return value;
  LocExprPtr bits = expr::constant(64 - static_cast<int64_t>(size) * 8);
  return expr::binary(is_signed ? LocExpr::Sar : LocExpr::Shr,
                      expr::binary(LocExpr::Shl, std::move(value), bits), bits);
}

Entry Machine::pop(Stack& stack) {
  if (stack.empty()) throw Unsupported{"a damaged expression (stack underflow)"};
  Entry top = std::move(stack.back());
  stack.pop_back();
  return top;
}

VarLocation Machine::run_from(size_t index, Stack stack, int forks) {
  Outcome outcome;
  for (; index < count_; index++) {
    if (++steps_ > kMaxSteps || stack.size() > kMaxStack)
      throw Unsupported{"an expression that is too long"};
    const Dwarf_Op& op = ops_[index];
    if (op.atom == DW_OP_skip) {
      index = branch_target(op) - 1;
    } else if (op.atom == DW_OP_bra) {
      if (forks >= kMaxForks || !outcome.pieces.empty())
        throw Unsupported{"an expression with too many branches"};
      Entry condition = pop(stack);
      VarLocation taken = run_from(branch_target(op), stack, forks + 1);
      VarLocation other = run_from(index + 1, stack, forks + 1);
      if (taken.kind != other.kind || !taken.expr || !other.expr)
        throw Unsupported{"an expression whose branches give different kinds of location"};
      auto select = std::make_shared<LocExpr>();
      select->op = LocExpr::Select;
      select->children = {condition.value, taken.expr, other.expr};
      return located(taken.kind, select);
    } else if (!run_location_op(op, stack, outcome) && !run_value_op(op, stack) &&
               !run_stack_op(op, stack) && !run_arithmetic_op(op, stack) &&
               !run_typed_op(op, stack)) {
      throw Unsupported{op_name(op.atom)};
    }
  }
  return finish(stack, outcome);
}

VarLocation Machine::finish(Stack& stack, Outcome& outcome) {
  if (!outcome.pieces.empty()) {
    VarLocation location;
    location.kind = VarLocation::Pieces;
    location.pieces = std::move(outcome.pieces);
    return location;
  }
  if (outcome.is_set) return outcome.whole;
  if (stack.empty()) return unavailable("");  // an empty expression: optimised out
  return located(VarLocation::Memory, pop(stack).value);
}

/// Operations that say where something is, rather than compute.
bool Machine::run_location_op(const Dwarf_Op& op, Stack& stack, Outcome& outcome) {
  auto set = [&](VarLocation location) {
    outcome.whole = std::move(location);
    outcome.is_set = true;
    return true;
  };
  if (op.atom >= DW_OP_reg0 && op.atom <= DW_OP_reg31)
    return set(located(VarLocation::Value, expr::reg(op.atom - DW_OP_reg0)));
  switch (op.atom) {
    case DW_OP_regx:
      return set(located(VarLocation::Value, expr::reg(static_cast<unsigned>(op.number))));
    case DW_OP_stack_value: return set(located(VarLocation::Value, pop(stack).value));
    case DW_OP_implicit_value: return set(implicit_value(op));
    case DW_OP_implicit_pointer:
    case DW_OP_GNU_implicit_pointer:
      return set(
          unsupported("the pointer itself was optimised away; only what it pointed to is "
                      "known (DW_OP_implicit_pointer)"));
    case DW_OP_piece:
    case DW_OP_bit_piece: end_piece(op, stack, outcome); return true;
    case DW_OP_nop:
    case DW_OP_GNU_uninit: return true;
    default: return false;
  }
}

void Machine::end_piece(const Dwarf_Op& op, Stack& stack, Outcome& outcome) {
  VarLocation::Piece piece;
  piece.byte_size = op.number;
  if (op.atom == DW_OP_bit_piece) {
    if (op.number % 8 != 0 || op.number2 != 0) throw Unsupported{"a piece of single bits"};
    piece.byte_size = op.number / 8;
  }
  VarLocation part = outcome.is_set   ? std::move(outcome.whole)
                     : !stack.empty() ? located(VarLocation::Memory, pop(stack).value)
                                      : unavailable("this part of it was optimised out");
  piece.location = std::make_shared<VarLocation>(std::move(part));
  outcome.pieces.push_back(std::move(piece));
  outcome.is_set = false;
}

VarLocation Machine::implicit_value(const Dwarf_Op& op) {
  Dwarf_Block block;
  if (dwarf_getlocation_implicit_value(attr_, &op, &block) != 0)
    throw Unsupported{"a damaged implicit value"};
  auto constant_of = [&](size_t start, size_t size) {
    uint64_t value = 0;
    for (size_t i = 0; i < size; i++) value |= uint64_t{block.data[start + i]} << (8 * i);
    return located(VarLocation::Value, expr::constant(static_cast<int64_t>(value)));
  };
  if (block.length <= 8) return constant_of(0, block.length);
  VarLocation location;
  location.kind = VarLocation::Pieces;
  for (size_t start = 0; start < block.length; start += 8) {
    size_t size = std::min<size_t>(8, block.length - start);
    location.pieces.push_back({size, std::make_shared<VarLocation>(constant_of(start, size))});
  }
  return location;
}

/// Operations that push a value from outside of the stack.
bool Machine::run_value_op(const Dwarf_Op& op, Stack& stack) {
  if (op.atom >= DW_OP_lit0 && op.atom <= DW_OP_lit31) {
    push(stack, expr::constant(op.atom - DW_OP_lit0));
    return true;
  }
  if (op.atom >= DW_OP_breg0 && op.atom <= DW_OP_breg31) {
    push(stack, reg_offset(op.atom - DW_OP_breg0, static_cast<int64_t>(op.number)));
    return true;
  }
  auto static_address = [&](uint64_t address) {
    auto node = std::make_shared<LocExpr>();
    node->op = LocExpr::StaticAddr;
    node->value = static_cast<int64_t>(address);
    push(stack, node);
    return true;
  };
  auto through_attribute = [&]() {
    Dwarf_Attribute value;
    if (dwarf_getlocation_attr(attr_, &op, &value) != 0)
      throw Unsupported{"a damaged address index"};
    return value;
  };
  switch (op.atom) {
    case DW_OP_addr: return static_address(op.number);
    case DW_OP_addrx:
    case DW_OP_GNU_addr_index: {
      Dwarf_Attribute value = through_attribute();
      Dwarf_Addr address;
      if (dwarf_formaddr(&value, &address) != 0) throw Unsupported{"a damaged address index"};
      return static_address(address);
    }
    case DW_OP_constx:
    case DW_OP_GNU_const_index: {
      Dwarf_Attribute value = through_attribute();
      Dwarf_Word number;
      if (dwarf_formudata(&value, &number) != 0) throw Unsupported{"a damaged constant index"};
      push(stack, expr::constant(static_cast<int64_t>(number)));
      return true;
    }
    case DW_OP_const1u:
    case DW_OP_const1s:
    case DW_OP_const2u:
    case DW_OP_const2s:
    case DW_OP_const4u:
    case DW_OP_const4s:
    case DW_OP_const8u:
    case DW_OP_const8s:
    case DW_OP_constu:
    case DW_OP_consts: push(stack, expr::constant(static_cast<int64_t>(op.number))); return true;
    case DW_OP_bregx:
      push(stack, reg_offset(static_cast<unsigned>(op.number), static_cast<int64_t>(op.number2)));
      return true;
    case DW_OP_fbreg:
      push(stack, expr::binary(LocExpr::Add, frame_base(),
                               expr::constant(static_cast<int64_t>(op.number))));
      return true;
    case DW_OP_call_frame_cfa: push(stack, cfa()); return true;
    case DW_OP_entry_value:
    case DW_OP_GNU_entry_value: push(stack, entry_value(op)); return true;
    case DW_OP_form_tls_address:
    case DW_OP_GNU_push_tls_address:
      push(stack, expr::unary(LocExpr::TlsAddr, pop(stack).value));
      return true;
    default: return false;
  }
}

/// Operations that rearrange the stack or read memory.
bool Machine::run_stack_op(const Dwarf_Op& op, Stack& stack) {
  auto copy_from_top = [&](size_t depth) {
    if (stack.size() <= depth) throw Unsupported{"a damaged expression (stack underflow)"};
    stack.push_back(stack[stack.size() - 1 - depth]);
    return true;
  };
  switch (op.atom) {
    case DW_OP_dup: return copy_from_top(0);
    case DW_OP_over: return copy_from_top(1);
    case DW_OP_pick: return copy_from_top(op.number);
    case DW_OP_drop: pop(stack); return true;
    case DW_OP_swap:
      if (stack.size() < 2) throw Unsupported{"a damaged expression (stack underflow)"};
      std::swap(stack[stack.size() - 1], stack[stack.size() - 2]);
      return true;
    case DW_OP_rot: {
      // The top goes below the two that follow it.
      if (stack.size() < 3) throw Unsupported{"a damaged expression (stack underflow)"};
      std::rotate(stack.end() - 3, stack.end() - 1, stack.end());
      return true;
    }
    case DW_OP_deref: push(stack, expr::deref(pop(stack).value, 8)); return true;
    case DW_OP_deref_size:
      if (op.number == 0 || op.number > 8) throw Unsupported{"a read of more than 8 bytes"};
      push(stack, expr::deref(pop(stack).value, static_cast<unsigned>(op.number)));
      return true;
    default: return false;
  }
}

bool Machine::run_arithmetic_op(const Dwarf_Op& op, Stack& stack) {
  auto apply = [&](LocExpr::Op operation) {
    Entry right = pop(stack), left = pop(stack);
    LocExprPtr value = expr::binary(operation, left.value, right.value);
    stack.push_back({truncate(value, left.size, left.is_signed), left.size, left.is_signed});
    return true;
  };
  auto apply_unary = [&](LocExpr::Op operation) {
    Entry operand = pop(stack);
    LocExprPtr value = expr::unary(operation, operand.value);
    stack.push_back(
        {truncate(value, operand.size, operand.is_signed), operand.size, operand.is_signed});
    return true;
  };
  auto compare = [&](LocExpr::Op operation) {
    Entry right = pop(stack), left = pop(stack);
    if (left.size == 8 && !left.is_signed) {
      LocExprPtr top_bit = expr::constant(INT64_MIN);
      left.value = expr::binary(LocExpr::Xor, left.value, top_bit);
      right.value = expr::binary(LocExpr::Xor, right.value, top_bit);
    }
    push(stack, expr::binary(operation, left.value, right.value));
    return true;
  };
  switch (op.atom) {
    case DW_OP_plus: return apply(LocExpr::Add);
    case DW_OP_minus: return apply(LocExpr::Sub);
    case DW_OP_mul: return apply(LocExpr::Mul);
    case DW_OP_div:
    case DW_OP_mod: {
      // Of the typed entries only an unsigned 64-bit one would divide differently.
      if (stack.size() >= 2 && stack[stack.size() - 2].size == 8 &&
          !stack[stack.size() - 2].is_signed)
        throw Unsupported{"an unsigned 64-bit division"};
      return apply(op.atom == DW_OP_div ? LocExpr::Div : LocExpr::Mod);
    }
    case DW_OP_and: return apply(LocExpr::And);
    case DW_OP_or: return apply(LocExpr::Or);
    case DW_OP_xor: return apply(LocExpr::Xor);
    case DW_OP_shl: return apply(LocExpr::Shl);
    case DW_OP_shr: return apply(LocExpr::Shr);
    case DW_OP_shra: return apply(LocExpr::Sar);
    case DW_OP_neg: return apply_unary(LocExpr::Neg);
    case DW_OP_not: return apply_unary(LocExpr::Not);
    case DW_OP_plus_uconst:
      push(stack, expr::constant(static_cast<int64_t>(op.number)));
      return apply(LocExpr::Add);
    case DW_OP_abs: {
      Entry operand = pop(stack);
      auto select = std::make_shared<LocExpr>();
      select->op = LocExpr::Select;
      select->children = {expr::binary(LocExpr::Lt, operand.value, expr::constant(0)),
                          expr::unary(LocExpr::Neg, operand.value), operand.value};
      stack.push_back({select, operand.size, operand.is_signed});
      return true;
    }
    case DW_OP_eq: return compare(LocExpr::Eq);
    case DW_OP_ne: return compare(LocExpr::Ne);
    case DW_OP_lt: return compare(LocExpr::Lt);
    case DW_OP_le: return compare(LocExpr::Le);
    case DW_OP_gt: return compare(LocExpr::Gt);
    case DW_OP_ge: return compare(LocExpr::Ge);
    default: return false;
  }
}

/// Gives `value` the integer base type that the operation names.
Entry Machine::typed(const Dwarf_Op& op, LocExprPtr value) {
  Dwarf_Die type;
  if (dwarf_getlocation_die(attr_, &op, &type) != 0) throw Unsupported{"a damaged type reference"};
  uint64_t size = die_unsigned(&type, DW_AT_byte_size).value_or(0);
  uint64_t encoding = die_unsigned(&type, DW_AT_encoding).value_or(0);
  bool is_signed = encoding == DW_ATE_signed || encoding == DW_ATE_signed_char;
  bool is_unsigned = encoding == DW_ATE_unsigned || encoding == DW_ATE_unsigned_char ||
                     encoding == DW_ATE_boolean || encoding == DW_ATE_address ||
                     encoding == DW_ATE_UTF;
  if (!is_signed && !is_unsigned) throw Unsupported{"floating-point arithmetic in its location"};
  if (size == 0 || size > 8) throw Unsupported{"an integer of more than 64 bits in its location"};
  auto bytes = static_cast<unsigned>(size);
  return {truncate(std::move(value), bytes, is_signed), bytes, is_signed};
}

bool Machine::run_typed_op(const Dwarf_Op& op, Stack& stack) {
  switch (op.atom) {
    case DW_OP_convert:
    case DW_OP_GNU_convert:
    case DW_OP_reinterpret:
    case DW_OP_GNU_reinterpret: {
      Entry operand = pop(stack);
      // Type 0 is the generic type; an integer keeps its (extended) value.
      if (op.number == 0)
        push(stack, operand.value);
      else
        stack.push_back(typed(op, operand.value));
      return true;
    }
    case DW_OP_regval_type:
    case DW_OP_GNU_regval_type:
      stack.push_back(typed(op, expr::reg(static_cast<unsigned>(op.number))));
      return true;
    case DW_OP_deref_type:
    case DW_OP_GNU_deref_type: {
      if (op.number == 0 || op.number > 8) throw Unsupported{"a read of more than 8 bytes"};
      LocExprPtr value = expr::deref(pop(stack).value, static_cast<unsigned>(op.number));
      stack.push_back(typed(op, value));
      return true;
    }
    case DW_OP_const_type:
    case DW_OP_GNU_const_type: {
      Dwarf_Block block;
      if (dwarf_getlocation_implicit_value(attr_, &op, &block) != 0 || block.length > 8)
        throw Unsupported{"a constant of more than 64 bits"};
      uint64_t value = 0;
      for (size_t i = 0; i < block.length; i++) value |= uint64_t{block.data[i]} << (8 * i);
      stack.push_back(typed(op, expr::constant(static_cast<int64_t>(value))));
      return true;
    }
    default: return false;
  }
}

size_t Machine::branch_target(const Dwarf_Op& op) const {
  // libdw gives the distance from the end of the 3-byte operation.
  auto wanted =
      static_cast<uint64_t>(static_cast<int64_t>(op.offset) + 3 + static_cast<int16_t>(op.number));
  for (size_t i = 0; i < count_; i++)
    if (ops_[i].offset == wanted) return i;
  if (count_ > 0 && wanted > ops_[count_ - 1].offset) return count_;
  throw Unsupported{"a damaged expression (branch into nowhere)"};
}

LocExprPtr Machine::frame_base() {
  Dwarf_Die function = context_.function;
  Dwarf_Attribute attr;
  Dwarf_Op* ops = nullptr;
  size_t count = 0;
  if (!function.addr || !dwarf_attr_integrate(&function, DW_AT_frame_base, &attr) ||
      dwarf_getlocation_addr(&attr, context_.pc, &ops, &count, 1) != 1)
    throw Unsupported{"a frame base that is not described here"};
  return Machine(context_, &attr, ops, count, nesting_ + 1).run_to_value();
}

LocExprPtr Machine::cfa() {
  std::unique_ptr<Dwarf_Frame, decltype(&free)> frame(context_.data.frame_at(context_.pc), &free);
  Dwarf_Op* ops = nullptr;
  size_t count = 0;
  if (!frame || dwarf_frame_cfa(frame.get(), &ops, &count) != 0 || count == 0)
    throw Unsupported{"the call frame, which has no unwind information here"};
  return Machine(context_, nullptr, ops, count, nesting_ + 1).run_to_value();
}

/// The value that an expression had on entry of the function. Only registers are known from there.
LocExprPtr Machine::entry_value(const Dwarf_Op& op) {
  Dwarf_Attribute inner;
  Dwarf_Op* ops = nullptr;
  size_t count = 0;
  if (dwarf_getlocation_attr(attr_, &op, &inner) != 0 ||
      dwarf_getlocation(&inner, &ops, &count) != 0 || count != 1)
    throw Unsupported{"an entry value that is not one register"};
  unsigned number;
  if (ops[0].atom >= DW_OP_reg0 && ops[0].atom <= DW_OP_reg31)
    number = ops[0].atom - DW_OP_reg0;
  else if (ops[0].atom == DW_OP_regx)
    number = static_cast<unsigned>(ops[0].number);
  else
    throw Unsupported{"an entry value that is not one register"};
  auto node = std::make_shared<LocExpr>();
  node->op = context_.at_entry ? LocExpr::Reg : LocExpr::EntryReg;
  node->value = number;
  if (!context_.at_entry) node->children.push_back(cfa());
  return node;
}

Context context_at(const DebugData& data, uint64_t pc) {
  Context context{data, pc, Dwarf_Die{}, false};
  if (const Unit* unit = data.unit_at(pc)) {
    const UnitScopes& scopes = data.scopes(*unit);
    int function = scopes.real_function_of(scopes.innermost(pc));
    if (function >= 0) {
      context.function = scopes.at(function).die;
      context.at_entry = die_entry_pc(&context.function) == pc;
    }
  }
  return context;
}

/// "12-14, 20": the lines of the variable's own file in the ranges of its location list, or "".
std::string visible_lines(const DebugData& data, Dwarf_Die* die, Dwarf_Attribute* attr) {
  constexpr size_t kMaxSpans = 4;
  std::set<uint32_t> visible;
  const std::string file = declaration_file(*die);
  Dwarf_Addr base = 0, start = 0, end = 0;
  Dwarf_Op* ops = nullptr;
  size_t count = 0;
  ptrdiff_t offset = 0;
  while ((offset = dwarf_getlocations(attr, offset, &base, &start, &end, &ops, &count)) > 0)
    if (count != 0 && start < end)
      for (const SourceLine& line : find_lines_in(data, start, end))
        if (line.file == file && line.line != 0) visible.insert(line.line);
  std::string text;
  size_t spans = 0;
  for (auto line = visible.begin(); line != visible.end(); spans++) {
    if (spans == kMaxSpans) return text + " …";
    uint32_t low = *line, high = low;
    // Lines between without code of their own (braces, comments) do not split a span.
    for (++line; line != visible.end() && *line <= high + 2; ++line) high = *line;
    text += text.empty() ? "" : ", ";
    text += std::to_string(low);
    if (high != low) text += "-" + std::to_string(high);
  }
  return text;
}

/// A DW_AT_const_value: a number, or a block for larger things.
VarLocation constant_location(Dwarf_Attribute* attr) {
  Dwarf_Word number;
  Dwarf_Sword signed_number;
  unsigned form = dwarf_whatform(attr);
  if (form == DW_FORM_sdata || form == DW_FORM_implicit_const) {
    if (dwarf_formsdata(attr, &signed_number) == 0)
      return located(VarLocation::Value, expr::constant(signed_number));
  } else if (dwarf_formudata(attr, &number) == 0) {
    return located(VarLocation::Value, expr::constant(static_cast<int64_t>(number)));
  }
  Dwarf_Block block;
  if (dwarf_formblock(attr, &block) != 0 || block.length > 8)
    return unsupported("a constant of more than 8 bytes");
  uint64_t value = 0;
  for (size_t i = 0; i < block.length; i++) value |= uint64_t{block.data[i]} << (8 * i);
  return located(VarLocation::Value, expr::constant(static_cast<int64_t>(value)));
}

/// On entry of a function the copy on the stack that DWARF describes is not made yet.
std::optional<VarLocation> location_before_prologue(const Context& context, Dwarf_Die* die) {
  Dwarf_Die function = context.function;
  if (!context.at_entry || dwarf_tag(die) != DW_TAG_formal_parameter ||
      !is_copied_by_prologue(&function, die))
    return std::nullopt;
  // gcc's clones (foo.isra.0, foo.constprop.0) do not keep to the calling convention.
  const FunctionSymbol* symbol = context.data.symbol_at(context.pc);
  if (symbol && symbol->name.find('.') != std::string_view::npos)
    return unavailable("it is not yet where the debug information says, at this function's entry");
  return compile_argument_location(context.data, function, *die);
}

}  // namespace

LocExprPtr compile_cfa(const DebugData& data, uint64_t pc) {
  Context context = context_at(data, pc);
  try {
    return Machine(context, nullptr, nullptr, 0, 0).cfa();
  } catch (const Unsupported&) {
    return nullptr;
  }
}

VarLocation compile_location(const DebugData& data, Dwarf_Die die, uint64_t pc) {
  Dwarf_Attribute attr;
  if (!dwarf_attr_integrate(&die, DW_AT_location, &attr)) {
    if (dwarf_attr_integrate(&die, DW_AT_const_value, &attr)) return constant_location(&attr);
    // `extern int x;` inside a function or header: the storage is described elsewhere.
    if (die_own_flag(&die, DW_AT_declaration)) {
      auto definition = data.names().global(die_name(&die));
      if (definition && definition->addr != die.addr)
        return compile_location(data, *definition, pc);
      return unavailable("it is only declared here; its definition is in another object");
    }
    return unavailable("it was optimised out everywhere");
  }
  Dwarf_Op* ops = nullptr;
  size_t count = 0;
  int found = dwarf_getlocation_addr(&attr, pc, &ops, &count, 1);
  VarLocation location = unavailable("");
  if (found == 1) {
    Context context = context_at(data, pc);
    if (auto argument = location_before_prologue(context, &die)) return *argument;
    try {
      location = Machine(context, &attr, ops, count, 0).run();
    } catch (const Unsupported& problem) {
      return unsupported("its location needs " + problem.why + ", which is not supported");
    }
  }
  if (location.kind == VarLocation::Unavailable && location.why.empty()) {
    std::string lines = visible_lines(data, &die, &attr);
    bool is_one = lines.find_first_not_of("0123456789") == std::string::npos;
    location.why = lines.empty() ? "it was optimised out everywhere"
                                 : "it was optimised out here; it is visible in line" +
                                       std::string(is_one ? " " : "s ") + lines;
  }
  return location;
}

}  // namespace coretap::debug
