// Every row of ast/operators.def: the grammar takes it, the tree holds it, the printer writes it, and
// its level is the grammar's precedence.
#include "ast/operators.h"

#include <gtest/gtest.h>

#include <set>

#include "front_end.h"

namespace coretap {
namespace {

using ast::Operator;
using ast::Shape;

constexpr Operator kAll[] = {
#define CORETAP_OPERATOR(name, token, spelling, shape, level, applies, operation) Operator::name,
#include "ast/operators.def"
#undef CORETAP_OPERATOR
};

/// The operator between the operands `left` and `right`, or before `right` alone.
std::string example(Operator op) {
  std::string text = ast::spelling(op);
  switch (ast::info(op).shape) {
    case Shape::Step: return "a" + text;
    case Shape::Unary: return "x = " + text + "a";
    case Shape::Assign: return "a " + text + " b";
    case Shape::Match: return "x = a " + text + " \"b\"";
    case Shape::Arithmetic:
    case Shape::Concat:
    case Shape::Compare:
    case Shape::Logical: return "x = a " + text + " b";
  }
  return "";
}

TEST(Operators, EachIsParsedAndPrinted) {
  for (Operator op : kAll) EXPECT_EQ(body(example(op)), example(op) + ";");
}

TEST(Operators, EachNodeHoldsItsOwn) {
  // Dumps that differ show that the trees do; the printer alone could hide that they do not.
  std::set<std::string> dumps;
  for (Operator op : kAll) {
    FrontEnd front;
    dumps.insert(ast::dump(*front.parse("probe begin { " + example(op) + " }")));
  }
  EXPECT_EQ(dumps.size(), std::size(kAll));
}

bool is_infix(Operator op) {
  Shape shape = ast::info(op).shape;
  return shape == Shape::Arithmetic || shape == Shape::Concat || shape == Shape::Compare ||
         shape == Shape::Logical;
}

std::string dump_of(const std::string& statement) {
  FrontEnd front;
  auto file = front.parse("probe begin { " + statement + " }");
  EXPECT_EQ(front.messages(), "");
  return ast::dump(*file);
}

TEST(Operators, LevelsAreTheGrammars) {
  for (Operator first : kAll) {
    for (Operator second : kAll) {
      if (!is_infix(first) || !is_infix(second)) continue;
      std::string one = std::string(" ") + ast::spelling(first) + " ";
      std::string two = std::string(" ") + ast::spelling(second) + " ";
      bool left_first = ast::info(first).level >= ast::info(second).level;
      std::string grouped =
          left_first ? "x = (a" + one + "b)" + two + "c" : "x = a" + one + "(b" + two + "c)";
      EXPECT_EQ(dump_of("x = a" + one + "b" + two + "c"), dump_of(grouped));
    }
  }
}

TEST(Operators, AnAssignmentAppliesTheOperatorThatItsSpellingBeginsWith) {
  for (Operator op : kAll) {
    if (ast::info(op).applies == Operator::None) continue;
    EXPECT_EQ(ast::info(op).shape, Shape::Assign);
    EXPECT_EQ(ast::spelling(op), std::string(ast::spelling(ast::info(op).applies)) + "=");
  }
}

/// Else fold_constants, elide and lower would take it for another one.
TEST(Operators, EachLogicalOneHasATruthThatSettlesIt) {
  for (Operator op : kAll) {
    if (ast::info(op).shape == Shape::Logical)
      (void)ast::settling_truth(op);
    else
      EXPECT_DEATH((void)ast::settling_truth(op), "Logical with");
  }
}

}  // namespace
}  // namespace coretap
