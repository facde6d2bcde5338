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
// - Entries without a type are as wide as an address. In a 32-bit program they are kept zero-extended
//   (expr::wrapped), and sign-extended for Div, Sar and comparisons.
// - The frame base and the CFA are expressions again, compiled by the same machine.
// - A probe has the integer registers only. What needs another register is refused with its name.
//   Each piece of an object stands for itself: one that cannot be compiled leaves its neighbours
//   readable, and the operations up to its DW_OP_piece are skipped.
// - An entry value is the same machine's work, with every register taken as of the entry.
// - LLVM names the frame base as a register, which holds it between prologue and epilogue only:
//   dwarf/frame_register.h.
#include "dwarf/location_machine.h"

#include <algorithm>

#include "dwarf/die.h"
#include "dwarf/frame_register.h"
#include "dwarf/location_compile.h"
#include "dwarf/location_list.h"
#include "dwarf/registers.h"
#include "dwarf/scopes.h"
#include "dwarf/thread_slot.h"

namespace coretap::debug {

namespace {

/// For what no operation here does.
CannotCompile needs(const std::string& what) {
  return {"its location needs " + what + ", which is not supported"};
}

CannotCompile damaged(const std::string& what) {
  return {"its location is damaged (" + what + ")"};
}

constexpr const char* kTooLong = "an expression that is too long";
constexpr int kMaxSteps = 4096;
constexpr int kMaxForks = 6;
constexpr int kMaxNesting = 8;
constexpr int kMaxPointees = 4;
constexpr size_t kMaxStack = 256;

/// A stack entry; size 0 is DWARF's generic (address-sized) type.
struct Entry {
  LocExprPtr value;
  unsigned size = 0;
  bool is_signed = false;
};

/// Runs one expression.
class Machine {
 public:
  Machine(const LocationContext& context, Dwarf_Attribute* attr, const Dwarf_Op* ops, size_t count,
          int nesting)
      : context_(context), attr_(attr), ops_(ops), count_(count), nesting_(nesting) {
    if (nesting > kMaxNesting) throw needs("an expression that refers to itself");
  }

  VarLocation run() { return run_from(0, {}, 0); }
  /// `object` is on the stack at first.
  LocExprPtr run_on(LocExprPtr object) {
    object_ = object;
    Stack stack;
    push(stack, std::move(object));
    VarLocation location = run_from(0, std::move(stack), 0);
    if (location.kind != VarLocation::Memory) throw needs("a member that has no address");
    return location.expr;
  }
  /// Registers are taken as of the entry of the activation whose canonical frame address is `cfa`.
  LocExprPtr run_at_entry(LocExprPtr cfa) {
    entry_cfa_ = std::move(cfa);
    return run_to_value();
  }
  /// For frame bases and the CFA, which must be one value. A register frame base is its contents.
  LocExprPtr run_to_value() {
    VarLocation location = run();
    if (location.kind == VarLocation::Unsupported) throw CannotCompile{location.why};
    if (location.kind != VarLocation::Memory && location.kind != VarLocation::Value)
      throw needs("a frame base in pieces");
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
  VarLocation run_branch(size_t index, Stack stack, int forks);
  void run_one(const Dwarf_Op& op, Stack& stack, Outcome& outcome);
  size_t next_piece(size_t index) const;
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
  void call(const Dwarf_Op& op, Stack& stack);
  LocExprPtr thread_local_address(const LocExprPtr& offset);
  LocExprPtr register_value(unsigned number);
  LocExprPtr memory(LocExprPtr address, unsigned size);
  VarLocation in_register(unsigned number);
  VarLocation implicit_value(const Dwarf_Op& op);
  VarLocation implicit_pointer(const Dwarf_Op& op);
  Entry typed(const Dwarf_Op& op, LocExprPtr value);
  static Entry pop(Stack& stack);
  void push(Stack& stack, LocExprPtr value) const {
    stack.push_back({expr::wrapped(std::move(value), address_size_), 0, false});
  }
  Entry result_of(LocExprPtr value, const Entry& operand) const;
  LocExprPtr as_signed(const Entry& entry) const;

  const LocationContext& context_;
  const unsigned address_size_ = context_.data.object().address_size();
  LocExprPtr object_, entry_cfa_;
  Dwarf_Attribute* attr_;
  const Dwarf_Op* ops_;
  size_t count_;
  int nesting_;
  int steps_ = 0;
};

/// Cuts a 64-bit value to an integer type, extended the way the type says.
LocExprPtr truncate(LocExprPtr value, unsigned size, bool is_signed) {
  if (size == 0 || size >= 8) return value;
  LocExprPtr bits = expr::constant(64 - static_cast<int64_t>(size) * 8);
  return expr::binary(is_signed ? LocExpr::Sar : LocExpr::Shr,
                      expr::binary(LocExpr::Shl, std::move(value), bits), bits);
}

Entry Machine::pop(Stack& stack) {
  if (stack.empty()) throw damaged("stack underflow");
  Entry top = std::move(stack.back());
  stack.pop_back();
  return top;
}

/// What an operation on entries of the type of `operand` gives: of that type, too.
Entry Machine::result_of(LocExprPtr value, const Entry& operand) const {
  value = operand.size == 0 ? expr::wrapped(std::move(value), address_size_)
                            : truncate(std::move(value), operand.size, operand.is_signed);
  return {std::move(value), operand.size, operand.is_signed};
}

/// DWARF's type without a name counts as signed where it matters, as gdb has it.
LocExprPtr Machine::as_signed(const Entry& entry) const {
  return entry.size == 0 ? truncate(entry.value, address_size_, true) : entry.value;
}

VarLocation Machine::run_from(size_t index, Stack stack, int forks) {
  Outcome outcome;
  for (; index < count_; index++) {
    if (++steps_ > kMaxSteps || stack.size() > kMaxStack) throw needs(kTooLong);
    const Dwarf_Op& op = ops_[index];
    if (op.atom == DW_OP_bra) {
      if (!outcome.pieces.empty()) throw needs("an expression with branches between its pieces");
      return run_branch(index, std::move(stack), forks);
    }
    if (op.atom == DW_OP_skip) {
      index = branch_target(op) - 1;
      continue;
    }
    try {
      run_one(op, stack, outcome);
    } catch (const CannotCompile& problem) {
      size_t piece = next_piece(index);
      if (piece == count_ || piece == index) throw;
      stack.clear();
      outcome.whole = unsupported(problem.why);
      outcome.is_set = true;
      index = piece - 1;
    }
  }
  return finish(stack, outcome);
}

/// Both ways behind the branch at `index`.
VarLocation Machine::run_branch(size_t index, Stack stack, int forks) {
  if (forks >= kMaxForks) throw needs("an expression with too many branches");
  Entry condition = pop(stack);
  VarLocation taken = run_from(branch_target(ops_[index]), stack, forks + 1);
  VarLocation other = run_from(index + 1, std::move(stack), forks + 1);
  if (taken.kind != other.kind || !taken.expr || !other.expr)
    throw needs("an expression whose branches give different kinds of location");
  auto select = std::make_shared<LocExpr>();
  select->op = LocExpr::Select;
  select->children = {condition.value, taken.expr, other.expr};
  return located(taken.kind, select);
}

void Machine::run_one(const Dwarf_Op& op, Stack& stack, Outcome& outcome) {
  if (run_location_op(op, stack, outcome) || run_value_op(op, stack) || run_stack_op(op, stack) ||
      run_arithmetic_op(op, stack) || run_typed_op(op, stack))
    return;
  char number[16];
  snprintf(number, sizeof number, "0x%02x", op.atom);
  throw needs(std::string("the DWARF operation ") + number);
}

/// The index of the operation that ends the piece around operation `index`, or count_ if the expression has no more pieces.
size_t Machine::next_piece(size_t index) const {
  while (index < count_ && ops_[index].atom != DW_OP_piece && ops_[index].atom != DW_OP_bit_piece)
    index++;
  return index;
}

/// A register at the point, or at the entry if this is an entry value's expression.
LocExprPtr Machine::register_value(unsigned number) {
  const uint16_t machine = context_.data.object().machine();
  if (!register_info(machine, number))
    throw CannotCompile{"it is in " + unreadable_register(machine, number)};
  if (!entry_cfa_) {
    // What has no attribute is unwind information, which holds at every instruction.
    if (!attr_ || context_.at_entry) return expr::reg(number);
    return frame_register(context_, number, expr::reg(number));
  }
  auto node = std::make_shared<LocExpr>();
  node->op = LocExpr::EntryReg;
  node->value = number;
  node->children = {entry_cfa_};
  return node;
}

/// `size` bytes at `address`, unless they are wanted as of the function's entry: nobody saved memory.
LocExprPtr Machine::memory(LocExprPtr address, unsigned size) {
  if (entry_cfa_) throw needs("memory as it was on entry of the function");
  return expr::deref(std::move(address), size);
}

VarLocation Machine::in_register(unsigned number) {
  try {
    return located(VarLocation::Value, register_value(number));
  } catch (const CannotCompile& problem) {
    return unsupported(problem.why);
  }
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
    return set(in_register(op.atom - DW_OP_reg0));
  switch (op.atom) {
    case DW_OP_regx: return set(in_register(static_cast<unsigned>(op.number)));
    case DW_OP_stack_value: return set(located(VarLocation::Value, pop(stack).value));
    case DW_OP_implicit_value: return set(implicit_value(op));
    case DW_OP_implicit_pointer:
    case DW_OP_GNU_implicit_pointer: return set(implicit_pointer(op));
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
    if (op.number % 8 != 0 || op.number2 != 0) throw needs("a piece of single bits");
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
  if (dwarf_getlocation_implicit_value(attr_, &op, &block) != 0) throw damaged("implicit value");
  return constant_bytes(block.data, block.length);
}

/// A pointer that was optimised away; what it points to is described by another variable's DIE.
VarLocation Machine::implicit_pointer(const Dwarf_Op& op) {
  Dwarf_Die target;
  if (context_.depth >= kMaxPointees) throw needs("a chain of pointers that were optimised away");
  // gcc 12 leaves the number of the DIE out in a .dwo file (it is 0, where the unit's header is).
  if (op.number == 0 || dwarf_getlocation_die(attr_, &op, &target) != 0)
    throw damaged("what it points to");
  auto offset = static_cast<int64_t>(op.number2);
  VarLocation pointee = compile_location_of(context_, target);
  if (pointee.kind == VarLocation::Memory)
    return located(VarLocation::Value,
                   expr::binary(LocExpr::Add, pointee.expr, expr::constant(offset)));
  VarLocation location;
  location.kind = VarLocation::ImplicitPointer;
  location.pointee = std::make_shared<VarLocation>(std::move(pointee));
  location.pointee_offset = offset;
  return location;
}

/// Operations that push a value from outside of the stack.
bool Machine::run_value_op(const Dwarf_Op& op, Stack& stack) {
  if (op.atom >= DW_OP_lit0 && op.atom <= DW_OP_lit31) {
    push(stack, expr::constant(op.atom - DW_OP_lit0));
    return true;
  }
  if (op.atom >= DW_OP_breg0 && op.atom <= DW_OP_breg31) {
    push(stack, expr::binary(LocExpr::Add, register_value(op.atom - DW_OP_breg0),
                             expr::constant(static_cast<int64_t>(op.number))));
    return true;
  }
  auto static_address = [&](uint64_t address) {
    if (!context_.data.object().is_allocated(address))
      throw CannotCompile{"the linker discarded it"};
    push(stack, expr::static_address(address));
    return true;
  };
  auto through_attribute = [&]() {
    Dwarf_Attribute value;
    if (dwarf_getlocation_attr(attr_, &op, &value) != 0) throw damaged("address index");
    return value;
  };
  switch (op.atom) {
    case DW_OP_addr:
    case DW_OP_addrx:
    case DW_OP_GNU_addr_index: {
      const std::optional<uint64_t> address = address_operand(attr_, op);
      if (!address) throw damaged("address index");
      return static_address(*address);
    }
    case DW_OP_constx:
    case DW_OP_GNU_const_index: {
      Dwarf_Attribute value = through_attribute();
      Dwarf_Word number;
      if (dwarf_formudata(&value, &number) != 0) throw damaged("constant index");
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
      push(stack, expr::binary(LocExpr::Add, register_value(static_cast<unsigned>(op.number)),
                               expr::constant(static_cast<int64_t>(op.number2))));
      return true;
    case DW_OP_fbreg:
      push(stack, expr::binary(LocExpr::Add, frame_base(),
                               expr::constant(static_cast<int64_t>(op.number))));
      return true;
    case DW_OP_call_frame_cfa: push(stack, cfa()); return true;
    case DW_OP_push_object_address:
      if (!object_) throw needs("the address of the object that it belongs to");
      push(stack, object_);
      return true;
    case DW_OP_entry_value:
    case DW_OP_GNU_entry_value: push(stack, entry_value(op)); return true;
    case DW_OP_form_tls_address:
    case DW_OP_GNU_push_tls_address:
      push(stack, thread_local_address(pop(stack).value));
      return true;
    default: return false;
  }
}

/// A program's own block is at one distance from the thread pointer. That of a library is where the dynamic linker found
/// room, or is made when a thread first asks for it; the library's own code knows the way.
LocExprPtr Machine::thread_local_address(const LocExprPtr& offset) {
  const ElfFile& object = context_.data.object();
  auto pointer = std::make_shared<LocExpr>();
  pointer->op = LocExpr::ThreadPointer;
  if (const std::optional<int64_t> block = object.thread_block())
    return expr::binary(LocExpr::Add, expr::binary(LocExpr::Add, pointer, offset),
                        expr::constant(*block));
  std::optional<ThreadSlot> slot;
  if (offset->op == LocExpr::Const && !object.entry())
    slot = find_thread_slot(object, static_cast<uint64_t>(offset->value));
  if (!slot) return expr::unary(LocExpr::TlsAddr, offset);
  const LocExprPtr word = memory(expr::static_address(slot->address), address_size_);
  const LocExprPtr rest =
      slot->kind == ThreadSlot::ModuleAndOffset
          ? memory(expr::static_address(slot->address + address_size_), address_size_)
          : expr::constant(slot->rest);
  if (slot->kind == ThreadSlot::Offset)
    return expr::binary(LocExpr::Add, expr::binary(LocExpr::Add, pointer, word), rest);
  auto block = std::make_shared<LocExpr>();
  block->op = LocExpr::ThreadBlock;
  block->value = slot->vector;
  block->children = {word};
  return expr::binary(LocExpr::Add, block, rest);
}

/// Operations that rearrange the stack or read memory.
bool Machine::run_stack_op(const Dwarf_Op& op, Stack& stack) {
  auto copy_from_top = [&](size_t depth) {
    if (stack.size() <= depth) throw damaged("stack underflow");
    stack.push_back(stack[stack.size() - 1 - depth]);
    return true;
  };
  switch (op.atom) {
    case DW_OP_dup: return copy_from_top(0);
    case DW_OP_over: return copy_from_top(1);
    case DW_OP_pick: return copy_from_top(op.number);
    case DW_OP_drop: pop(stack); return true;
    case DW_OP_swap:
      if (stack.size() < 2) throw damaged("stack underflow");
      std::swap(stack[stack.size() - 1], stack[stack.size() - 2]);
      return true;
    case DW_OP_rot: {
      // The top goes below the two that follow it.
      if (stack.size() < 3) throw damaged("stack underflow");
      std::rotate(stack.end() - 3, stack.end() - 1, stack.end());
      return true;
    }
    case DW_OP_call2:
    case DW_OP_call4: call(op, stack); return true;
    case DW_OP_deref: push(stack, memory(pop(stack).value, address_size_)); return true;
    case DW_OP_deref_size:
      if (op.number == 0 || op.number > 8) throw needs("a read of more than 8 bytes");
      push(stack, memory(pop(stack).value, static_cast<unsigned>(op.number)));
      return true;
    default: return false;
  }
}

bool Machine::run_arithmetic_op(const Dwarf_Op& op, Stack& stack) {
  auto apply = [&](LocExpr::Op operation) {
    Entry right = pop(stack), left = pop(stack);
    if (operation == LocExpr::Div || operation == LocExpr::Sar) left.value = as_signed(left);
    if (operation == LocExpr::Div) right.value = as_signed(right);
    // What is cut off the sum's end need not be cut off its parts.
    const bool is_sum = operation == LocExpr::Add && left.size == 0 && right.size == 0;
    if (is_sum && address_size_ < 8) left.value = expr::unwrapped(left.value);
    stack.push_back(result_of(expr::binary(operation, left.value, right.value), left));
    return true;
  };
  // gcc 12 writes such counts where it computed in 128 bits; the value would be another than it meant.
  auto shift = [&](LocExpr::Op operation) {
    const bool is_plain = stack.size() >= 2 && stack[stack.size() - 2].size == 0;
    if (!stack.empty() && stack.back().value->op == LocExpr::Const &&
        static_cast<uint64_t>(stack.back().value->value) >= (is_plain ? address_size_ * 8 : 64))
      throw needs("a shift by more bits than a number has");
    return apply(operation);
  };
  auto apply_unary = [&](LocExpr::Op operation) {
    Entry operand = pop(stack);
    stack.push_back(result_of(expr::unary(operation, operand.value), operand));
    return true;
  };
  auto compare = [&](LocExpr::Op operation) {
    Entry right = pop(stack), left = pop(stack);
    left.value = as_signed(left), right.value = as_signed(right);
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
        throw needs("an unsigned 64-bit division");
      return apply(op.atom == DW_OP_div ? LocExpr::Div : LocExpr::Mod);
    }
    case DW_OP_and: return apply(LocExpr::And);
    case DW_OP_or: return apply(LocExpr::Or);
    case DW_OP_xor: return apply(LocExpr::Xor);
    case DW_OP_shl: return shift(LocExpr::Shl);
    case DW_OP_shr: return shift(LocExpr::Shr);
    case DW_OP_shra: return shift(LocExpr::Sar);
    case DW_OP_neg: return apply_unary(LocExpr::Neg);
    case DW_OP_not: return apply_unary(LocExpr::Not);
    case DW_OP_plus_uconst:
      push(stack, expr::constant(static_cast<int64_t>(op.number)));
      return apply(LocExpr::Add);
    case DW_OP_abs: {
      Entry operand = pop(stack);
      auto select = std::make_shared<LocExpr>();
      select->op = LocExpr::Select;
      select->children = {expr::binary(LocExpr::Lt, as_signed(operand), expr::constant(0)),
                          expr::unary(LocExpr::Neg, operand.value), operand.value};
      stack.push_back(result_of(std::move(select), operand));
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
  if (dwarf_getlocation_die(attr_, &op, &type) != 0) throw damaged("type reference");
  uint64_t size = die_unsigned(&type, DW_AT_byte_size).value_or(0);
  uint64_t encoding = die_unsigned(&type, DW_AT_encoding).value_or(0);
  bool is_signed = encoding == DW_ATE_signed || encoding == DW_ATE_signed_char;
  bool is_unsigned = encoding == DW_ATE_unsigned || encoding == DW_ATE_unsigned_char ||
                     encoding == DW_ATE_boolean || encoding == DW_ATE_address ||
                     encoding == DW_ATE_UTF;
  if (!is_signed && !is_unsigned) throw needs("floating-point arithmetic in its location");
  if (size == 0 || size > 8) throw needs("an integer of more than 64 bits in its location");
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
      if (op.number == 0) {
        push(stack, operand.value);
        return true;
      }
      Entry converted = typed(op, operand.value);
      if (operand.size == 0 && converted.size > address_size_)
        throw needs("an address made wider, with a sign that is not said");
      stack.push_back(std::move(converted));
      return true;
    }
    case DW_OP_regval_type:
    case DW_OP_GNU_regval_type:
      stack.push_back(typed(op, register_value(static_cast<unsigned>(op.number))));
      return true;
    case DW_OP_deref_type:
    case DW_OP_GNU_deref_type: {
      if (op.number == 0 || op.number > 8) throw needs("a read of more than 8 bytes");
      LocExprPtr value = memory(pop(stack).value, static_cast<unsigned>(op.number));
      stack.push_back(typed(op, value));
      return true;
    }
    case DW_OP_const_type:
    case DW_OP_GNU_const_type: {
      Dwarf_Attribute constant;
      Dwarf_Block block;
      if (dwarf_getlocation_attr(attr_, &op, &constant) != 0 ||
          dwarf_formblock(&constant, &block) != 0)
        throw damaged("typed constant");
      if (block.length > 8) throw needs("a constant of more than 64 bits");
      uint64_t value = 0;
      for (size_t i = 0; i < block.length; i++) value |= uint64_t{block.data[i]} << (8 * i);
      stack.push_back(typed(op, expr::constant(static_cast<int64_t>(value))));
      return true;
    }
    default: return false;
  }
}

/// Runs the expression of another DIE on this stack. Its steps count as this one's: else calls of calls would take for ever.
void Machine::call(const Dwarf_Op& op, Stack& stack) {
  Dwarf_Die called;
  Dwarf_Attribute location;
  Dwarf_Op* ops = nullptr;
  size_t count = 0;
  if (dwarf_getlocation_die(attr_, &op, &called) != 0) throw damaged("what it calls");
  if (!dwarf_attr(&called, DW_AT_location, &location)) return;
  if (die_expression(&location, &ops, &count) != 0) throw needs("a call of a location list");
  Machine machine(context_, &location, ops, count, nesting_ + 1);
  machine.object_ = object_;
  machine.entry_cfa_ = entry_cfa_;
  Outcome outcome;
  for (size_t i = 0; i < count; i++) {
    if (++steps_ > kMaxSteps || stack.size() > kMaxStack) throw needs(kTooLong);
    if (ops[i].atom == DW_OP_bra || ops[i].atom == DW_OP_skip)
      throw needs("a call of an expression with branches");
    machine.steps_ = steps_;
    machine.run_one(ops[i], stack, outcome);
    steps_ = machine.steps_;
  }
  if (outcome.is_set || !outcome.pieces.empty()) throw needs("a call of what is not in memory");
}

size_t Machine::branch_target(const Dwarf_Op& op) const {
  // libdw gives the distance from the end of the 3-byte operation.
  auto wanted =
      static_cast<uint64_t>(static_cast<int64_t>(op.offset) + 3 + static_cast<int16_t>(op.number));
  for (size_t i = 0; i < count_; i++)
    if (ops_[i].offset == wanted) return i;
  if (count_ > 0 && wanted > ops_[count_ - 1].offset) return count_;
  throw damaged("branch into nowhere");
}

LocExprPtr Machine::frame_base() {
  Dwarf_Die function = context_.function;
  Dwarf_Attribute attr;
  std::optional<LocationOps> ops;
  if (function.addr && dwarf_attr_integrate(&function, DW_AT_frame_base, &attr))
    ops = context_.data.location_lists().find(&attr, nullptr, context_.point, false);
  if (!ops) throw needs("a frame base that is not described here");
  return Machine(context_, &attr, ops->ops, ops->count, nesting_ + 1).run_to_value();
}

LocExprPtr Machine::cfa() {
  std::unique_ptr<Dwarf_Frame, decltype(&free)> frame(context_.data.frame_at(context_.point.pc),
                                                      &free);
  Dwarf_Op* ops = nullptr;
  size_t count = 0;
  if (!frame || dwarf_frame_cfa(frame.get(), &ops, &count) != 0 || count == 0)
    throw needs("the call frame, which has no unwind information here");
  return Machine(context_, nullptr, ops, count, nesting_ + 1).run_to_value();
}

/// The value that an expression had on entry of the function. Registers are known from there, by a companion probe.
LocExprPtr Machine::entry_value(const Dwarf_Op& op) {
  Dwarf_Attribute inner;
  Dwarf_Op* ops = nullptr;
  size_t count = 0;
  if (dwarf_getlocation_attr(attr_, &op, &inner) != 0 || die_expression(&inner, &ops, &count) != 0)
    throw damaged("entry value");
  Machine machine(context_, &inner, ops, count, nesting_ + 1);
  try {
    return context_.at_entry ? machine.run_to_value() : machine.run_at_entry(cfa());
  } catch (const CannotCompile& problem) {
    throw CannotCompile{problem.why + ", as of the function's entry"};
  }
}

}  // namespace

std::optional<uint64_t> address_operand(Dwarf_Attribute* attr, const Dwarf_Op& op) {
  if (op.atom == DW_OP_addr) return op.number;
  if (op.atom != DW_OP_addrx && op.atom != DW_OP_GNU_addr_index) return std::nullopt;
  Dwarf_Attribute value;
  Dwarf_Addr address;
  if (dwarf_getlocation_attr(attr, &op, &value) != 0 || dwarf_formaddr(&value, &address) != 0)
    return std::nullopt;
  return address;
}

VarLocation run_location(const LocationContext& context, Dwarf_Attribute* attr, const Dwarf_Op* ops,
                         size_t count) {
  return Machine(context, attr, ops, count, 0).run();
}

LocExprPtr run_member_address(const LocationContext& context, Dwarf_Attribute* attr,
                              const Dwarf_Op* ops, size_t count) {
  auto object = std::make_shared<LocExpr>();
  object->op = LocExpr::ObjectAddr;
  return Machine(context, attr, ops, count, 0).run_on(std::move(object));
}

LocExprPtr run_cfa(const LocationContext& context) {
  return Machine(context, nullptr, nullptr, 0, 0).cfa();
}

VarLocation constant_bytes(const unsigned char* bytes, size_t count) {
  auto constant_of = [&](size_t start, size_t size) {
    uint64_t value = 0;
    for (size_t i = 0; i < size; i++) value |= uint64_t{bytes[start + i]} << (8 * i);
    return located(VarLocation::Value, expr::constant(static_cast<int64_t>(value)));
  };
  if (count <= 8) return constant_of(0, count);
  VarLocation location;
  location.kind = VarLocation::Pieces;
  for (size_t start = 0; start < count; start += 8) {
    size_t size = std::min<size_t>(8, count - start);
    location.pieces.push_back({size, std::make_shared<VarLocation>(constant_of(start, size))});
  }
  return location;
}

LocationContext location_context(const DebugData& data, CodePoint point) {
  LocationContext context{data, point};
  if (const Unit* unit = data.unit_at(point.pc)) {
    const UnitScopes& scopes = data.scopes(*unit);
    int function = scopes.real_function_of(scopes.innermost(point.pc));
    if (function >= 0) {
      context.function = scopes.at(function).die;
      context.at_entry = die_entry_pc(&context.function) == point.pc;
    }
  }
  return context;
}

}  // namespace coretap::debug
