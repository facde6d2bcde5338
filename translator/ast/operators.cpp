#include "ast/operators.h"

#include "support/internal_error.h"

namespace coretap::ast {

namespace {

constexpr OperatorInfo kOperators[] = {
#define CORETAP_OPERATOR(name, token, spelling, shape, level, applies, operation) \
  {Operator::name, spelling, Shape::shape, Level::level, Operator::applies},
#include "ast/operators.def"
#undef CORETAP_OPERATOR
};

constexpr AtOperatorInfo kAtOperators[] = {
#define CORETAP_AT_OPERATOR(name, spelling, least, most, first, guru) \
  {spelling, least, most, AtOperatorInfo::first, guru},
#include "ast/at_operators.def"
#undef CORETAP_AT_OPERATOR
};

}  // namespace

const AtOperatorInfo& info(AtOperator op) { return kAtOperators[static_cast<int>(op)]; }

const OperatorInfo& info(Operator op) {
  if (op == Operator::None) internal_error("a node without its operator");
  return kOperators[static_cast<int>(op) - 1];
}

bool settling_truth(Operator op) {
  switch (op) {
    case Operator::LogicalAnd: return false;
    case Operator::LogicalOr: return true;
    default: internal_error(std::string("Logical with '") + spelling(op) + "'");
  }
}

}  // namespace coretap::ast
