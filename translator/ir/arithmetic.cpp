#include "ir/arithmetic.h"

#include <limits>

namespace coretap::ir {

std::optional<int64_t> constant(Op op, int64_t left, int64_t right) {
  auto a = static_cast<uint64_t>(left), b = static_cast<uint64_t>(right);
  auto wrapped = [](uint64_t value) { return static_cast<int64_t>(value); };
  bool overflows = left == std::numeric_limits<int64_t>::min() && right == -1;
  bool divides = right != 0 && !overflows;
  switch (op) {
    case Op::Add: return wrapped(a + b);
    case Op::Sub: return wrapped(a - b);
    case Op::Mul: return wrapped(a * b);
    case Op::Div: return divides ? std::optional(left / right) : std::nullopt;
    case Op::Mod: return divides ? std::optional(left % right) : std::nullopt;
    case Op::And: return wrapped(a & b);
    case Op::Or: return wrapped(a | b);
    case Op::Xor: return wrapped(a ^ b);
    case Op::Shl: return wrapped(a << (b & 63));
    case Op::Sar: return left >> (b & 63);
    case Op::Shr: return wrapped(a >> (b & 63));
    case Op::Eq: return left == right;
    case Op::Ne: return left != right;
    case Op::Lt: return left < right;
    case Op::Le: return left <= right;
    case Op::Ult: return a < b;
    default: return std::nullopt;  // operations that are no arithmetic
  }
}

}  // namespace coretap::ir
