// Templates of generated code: values, lines and blocks that may be left out, and the mistakes that an emitter can make.
#include "emit/code_template.h"

#include <gtest/gtest.h>

namespace coretap {
namespace {

TEST(CodeTemplate, TakesTheFirstLinesIndentationOff) {
  EXPECT_EQ(fill(R"(
      int ${name}(void) {
        return ${value};

      }
  )",
                 {{"name", "f"}, {"value", 3}}),
            "int f(void) {\n  return 3;\n\n}\n");
}

TEST(CodeTemplate, MayBeginWithAnEmptyLine) {
  EXPECT_EQ(fill("\n\n    a\n      b\n  ", {}), "\na\n  b\n");
}

TEST(CodeTemplate, AValueMayBeLines) {
  auto text = [](const char* body) {
    return fill(R"(
        {
          ${body}
        }
    )",
                {{"body", body}});
  };
  EXPECT_EQ(text("a;\nb;\n"), "{\n  a;\n  b;\n}\n");
  EXPECT_EQ(text("a;"), "{\n  a;}\n");
  EXPECT_EQ(text(""), "{\n}\n");
}

TEST(CodeTemplate, LinesAndBlocksMayBeLeftOut) {
  auto text = [](bool has_one, std::string two) {
    return fill(R"(
        ${has_one?}one
        ${!has_one?}none
        ${two?}
        begin
          ${two}
        end
        ${end}
        last
    )",
                {{"has_one", has_one}, {"two", two}});
  };
  EXPECT_EQ(text(true, ""), "one\nlast\n");
  EXPECT_EQ(text(false, "two\n"), "none\nbegin\n  two\nend\nlast\n");
}

TEST(CodeTemplate, AConditionThatLooksLikeCIsNone) {
  EXPECT_EQ(fill(R"(
      x = ${a} ? y : z;
  )",
                 {{"a", "b"}}),
            "x = b ? y : z;\n");
}

TEST(CodeTemplateDeathTest, MistakesOfAnEmitterAbort) {
  EXPECT_DEATH(fill("\n  ${name}\n", {}), "has no value for 'name'");
  EXPECT_DEATH(fill("\n  ${left_out?}${name}\n", {{"left_out", false}}), "has no value for 'name'");
  EXPECT_DEATH(fill("\n  a\n", {{"name", 1}}), "does not ask for 'name'");
  EXPECT_DEATH(fill("\n  a\n b\n", {}), "indented less than its first");
  EXPECT_DEATH(fill("a\n", {}), "does not begin with a line break");
  EXPECT_DEATH(fill("\na", {}), "does not end with a line break");
  EXPECT_DEATH(fill("\n${a?}\nb\n", {{"a", true}}), "does not end a block");
  EXPECT_DEATH(fill("\n${end}\n", {}), "ends a block that it has not begun");
}

}  // namespace
}  // namespace coretap
