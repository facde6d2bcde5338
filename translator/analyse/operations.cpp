#include "analyse/operations.h"

#include "support/internal_error.h"

namespace coretap {

namespace {

namespace row {
constexpr int None = -1;
#define CORETAP_OP(name, ...) constexpr int name = static_cast<int>(ir::Op::name);
#include "ir/ops.def"
#undef CORETAP_OP
}  // namespace row

constexpr int kOperations[] = {
#define CORETAP_OPERATOR(name, token, spelling, shape, level, applies, operation) row::operation,
#include "ast/operators.def"
#undef CORETAP_OPERATOR
};

}  // namespace

ir::Op operation_of(ast::Operator op) {
  int operation = op == ast::Operator::None ? row::None : kOperations[static_cast<int>(op) - 1];
  if (operation == row::None)
    internal_error(std::string("the operator '") + spelling(op) + "' is not arithmetic");
  return static_cast<ir::Op>(operation);
}

}  // namespace coretap
