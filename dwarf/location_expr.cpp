// The nodes of an expression tree, made as small as they can be: constants are folded, and a value that fits 32 bits is not
// wrapped again. And the answers that hold no tree.
#include "dwarf/location_compile.h"
#include "dwarf/location_machine.h"

namespace coretap::debug {

namespace expr {

LocExprPtr constant(int64_t value) {
  auto node = std::make_shared<LocExpr>();
  node->value = value;
  return node;
}

LocExprPtr static_address(uint64_t address) {
  auto node = std::make_shared<LocExpr>();
  node->op = LocExpr::StaticAddr;
  node->value = static_cast<int64_t>(address);
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

namespace {

/// Does the node's value fit 32 bits, as zero-extended?
bool is_narrow(const LocExpr& node) {
  constexpr int64_t kMost = UINT32_MAX;
  switch (node.op) {
    case LocExpr::Const: return node.value >= 0 && node.value <= kMost;
    case LocExpr::And:
      return node.children[1]->op == LocExpr::Const && is_narrow(*node.children[1]);
    case LocExpr::Deref: return node.size <= 4 && !node.is_signed;
    case LocExpr::Reg:
    case LocExpr::EntryReg:
    case LocExpr::StaticAddr:
    case LocExpr::ObjectAddr:
    case LocExpr::Eq:
    case LocExpr::Ne:
    case LocExpr::Lt:
    case LocExpr::Le:
    case LocExpr::Gt:
    case LocExpr::Ge: return true;
    default: return false;
  }
}

}  // namespace

const LocExprPtr& unwrapped(const LocExprPtr& value) {
  const bool is_wrapped = value->op == LocExpr::And && value->children[1]->op == LocExpr::Const &&
                          value->children[1]->value == int64_t{UINT32_MAX};
  return is_wrapped ? value->children[0] : value;
}

LocExprPtr wrapped(LocExprPtr value, unsigned address_size) {
  if (address_size == 8 || is_narrow(*value)) return value;
  if (value->op == LocExpr::Const) return constant(static_cast<uint32_t>(value->value));
  return binary(LocExpr::And, std::move(value), constant(UINT32_MAX));
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

VarLocation located(VarLocation::Kind kind, LocExprPtr value) {
  VarLocation location;
  location.kind = kind;
  location.expr = std::move(value);
  return location;
}

}  // namespace coretap::debug
