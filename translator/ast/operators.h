// The operators of the language, as ast/operators.def lists them.
#pragma once

#include <cstddef>

namespace coretap::ast {

/// How tightly an expression holds together, from the loosest to the tightest.
enum class Level {
  Assign,
  Ternary,
  Or,
  And,
  BitOr,
  BitXor,
  BitAnd,
  In,
  Compare,
  Shift,
  Concat,
  Sum,
  Product,
  Unary,
  Postfix,
};

/// Where an operator stands, and the node that holds it.
enum class Shape {
  Step,        ///< before or behind a variable: IncDec
  Unary,       ///< before a number: Unary
  Arithmetic,  ///< between numbers: Binary
  Concat,      ///< between strings: Concat, which needs no operator
  Compare,     ///< between two numbers or two strings: Compare
  Match,       ///< between a string and a pattern: Regex, which holds `negated`
  Logical,     ///< short-circuit: Logical
  Assign,      ///< Assign
};

enum class Operator {
  None,
#define CORETAP_OPERATOR(name, token, spelling, shape, level, applies, operation) name,
#include "ast/operators.def"
#undef CORETAP_OPERATOR
};

struct OperatorInfo {
  Operator id;
  const char* spelling;
  Shape shape;
  Level level;
  Operator applies;  ///< of an assignment: makes the new value of the old one and the right side
};

/// The row of an operator that is not None.
const OperatorInfo& info(Operator op);

/// Of a short-circuit operator (Logical): the truth of the left operand that is the result, so that the right one is not computed. An
/// internal error for one that has none.
bool settling_truth(Operator op);

/// As scripts spell it.
inline const char* spelling(Operator op) { return info(op).spelling; }

/// @name(…), as ast/at_operators.def lists them.
enum class AtOperator {
#define CORETAP_AT_OPERATOR(name, ...) name,
#include "ast/at_operators.def"
#undef CORETAP_AT_OPERATOR
};

struct AtOperatorInfo {
  enum First { Any, Name, Size, Variable };
  const char* spelling;  ///< without '@'
  size_t least, most;
  First first;
  bool guru;
};

const AtOperatorInfo& info(AtOperator op);

inline bool is_shift(Operator op) {
  return info(op).shape == Shape::Arithmetic && info(op).level == Level::Shift;
}

}  // namespace coretap::ast
