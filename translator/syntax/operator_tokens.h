// The operators of the language by the tokens that the lexer gives.
#pragma once

#include <cstddef>
#include <optional>

#include "ast/operators.h"

namespace coretap::syntax {

/// The operator of `shape` that a token of type `token` (StpLexer's number) is; None if it is not one.
ast::Operator operator_of(size_t token, ast::Shape shape);

/// The operator that stands between two operands or assigns; None if the token is not one.
ast::Operator infix_operator(size_t token);

/// Does it stand before or between operands? ++ and -- are no such operators, nor are '?' and ':'.
bool is_operator_token(size_t token);

}  // namespace coretap::syntax
