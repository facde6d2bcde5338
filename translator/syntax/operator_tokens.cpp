#include "syntax/operator_tokens.h"

#include "StpLexer.h"

namespace coretap::syntax {

namespace {

struct Row {
  size_t token;
  ast::Operator op;
};

constexpr Row kRows[] = {
#define CORETAP_OPERATOR(name, token, spelling, shape, level, applies, operation) \
  {StpLexer::token, ast::Operator::name},
#include "ast/operators.def"
#undef CORETAP_OPERATOR
};

template <typename Wanted>
ast::Operator find(size_t token, Wanted wanted) {
  for (const Row& row : kRows)
    if (row.token == token && wanted(ast::info(row.op).shape)) return row.op;
  return ast::Operator::None;
}

}  // namespace

ast::Operator operator_of(size_t token, ast::Shape shape) {
  return find(token, [shape](ast::Shape each) { return each == shape; });
}

ast::Operator infix_operator(size_t token) {
  return find(token, [](ast::Shape shape) {
    return shape != ast::Shape::Unary && shape != ast::Shape::Step;
  });
}

bool is_operator_token(size_t token) {
  return find(token, [](ast::Shape shape) { return shape != ast::Shape::Step; }) !=
         ast::Operator::None;
}

}  // namespace coretap::syntax
