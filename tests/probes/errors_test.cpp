// Every error of this box, as the user sees it.
#include <gtest/gtest.h>

#include "harness.h"

namespace coretap::probes::test {
namespace {

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  for (size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size())
    text.replace(at, from.size(), to);
  return text;
}

/// What is reported for a script; `P/` stands for the folder of the test programs. The program's
/// path in the script is a short name that is expanded first, so carets do not move.
std::string errors(const std::string& script_text) {
  Script script(script_text);
  std::vector<ResolvedProbe> probes = script.resolve();
  if (!probes.empty())
    for (const ast::Expr* expr : script.expressions()) lower_text(*expr, probes[0], script);
  return replaced(script.rendered(), program(""), "P/");
}

class Errors : public testing::Test {
 protected:
  // Programs are named relative to here: then messages do not hold this machine's paths.
  void SetUp() override { ASSERT_EQ(chdir(program("").c_str()), 0); }
};

struct Case {
  const char* script;
  const char* message;
};

void check(const std::vector<Case>& cases) {
  for (const Case& each : cases) EXPECT_EQ(errors(each.script), each.message) << each.script;
}

TEST_F(Errors, OfProbeSyntax) {
  check({
#include "errors_syntax.inc"
  });
}

TEST_F(Errors, OfResolution) {
  check({
#include "errors_resolution.inc"
  });
}

TEST_F(Errors, OfVariables) {
  check({
#include "errors_variables.inc"
  });
}

TEST_F(Errors, DebugInformationThatIsMissingIsNamed) {
  std::string text = errors("probe process(\"./shapes-stripped\").statement(\"*@shapes.c:1\") {}");
  EXPECT_NE(text.find("semantic error [no-debuginfo]: 'P/shapes-stripped' has no debug "
                      "information, which is needed for source lines"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("/usr/lib/debug/.build-id/"), std::string::npos) << text;
  EXPECT_NE(text.find("install the package's debug symbols"), std::string::npos) << text;
}

TEST_F(Errors, WrongBtfFile) {
  Script script("probe kernel.trace(\"sched_switch\") {}");
  script.input.kernel_btf = "/dev/null";
  EXPECT_TRUE(script.resolve().empty());
  EXPECT_NE(script.rendered().find("semantic error [no-kernel-btf]"), std::string::npos);
}

}  // namespace
}  // namespace coretap::probes::test
