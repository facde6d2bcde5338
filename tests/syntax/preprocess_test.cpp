#include <gtest/gtest.h>

#include "front_end.h"

namespace coretap {
namespace {

/// Is the condition true? Its facts are those of FrontEnd.
bool holds(const std::string& condition) {
  FrontEnd front;
  front.facts.kernel_config = std::make_shared<KernelConfig>(
      std::map<std::string, std::string>{{"CONFIG_A", "y"}, {"CONFIG_N", "64"}, {"CONFIG_M", "8"}});
  std::string text = front.body("%( " + condition + " %? yes %: no %)");
  EXPECT_TRUE(text == "yes;" || text == "no;") << condition << '\n' << text;
  return text == "yes;";
}

TEST(Conditional, KernelVersions) {
  EXPECT_TRUE(holds("kernel_v >= \"2.6.30\""));
  EXPECT_TRUE(holds("kernel_v > \"5.10\""));
  EXPECT_FALSE(holds("kernel_v < \"5.10\""));
  EXPECT_TRUE(holds("kernel_v == \"6.1.0\""));
  EXPECT_FALSE(holds("kernel_v == \"6.1\""));
  EXPECT_TRUE(holds("kernel_vr == \"6.1*\""));
  EXPECT_TRUE(holds("kernel_vr == \"*-amd64\""));
  EXPECT_FALSE(holds("kernel_vr != \"6.1*\""));
}

TEST(Conditional, OtherFacts) {
  EXPECT_TRUE(holds("arch == \"x86_64\""));
  EXPECT_TRUE(holds("arch != \"ppc*\""));
  EXPECT_TRUE(holds("runtime == \"bpf\""));
  EXPECT_TRUE(holds("systemtap_v >= \"4.9\""));
  EXPECT_TRUE(holds("systemtap_privilege == \"stapdev\""));
  EXPECT_TRUE(holds("guru_mode == 0"));
  EXPECT_TRUE(holds("CONFIG_A == \"y\""));
  EXPECT_TRUE(holds("CONFIG_MISSING != \"y\""));
  EXPECT_TRUE(holds("CONFIG_N > CONFIG_M"));
}

TEST(Conditional, NumbersStringsAndConnectives) {
  EXPECT_TRUE(holds("1 < 2 && -1 < 0"));
  EXPECT_TRUE(holds("\"a\" < \"b\""));
  EXPECT_TRUE(holds("1 == 2 && 1 == 1 || 1 == 1"));
  EXPECT_TRUE(holds("1 == 1 || 1 == 2 && 1 == 2"));
}

TEST(Conditional, BranchesNeedNotBalanceAndNest) {
  EXPECT_EQ(body("%( 1 == 1 %? if (a) { %: while (b) { %) c; }"), "if (a) {\n  c;\n}");
  EXPECT_EQ(body("%( 1 == 2 %? a %( 1 == 1 %? b %: c %) %: d %( 1 == 2 %? e %: f %) %)"), "d; f;");
  EXPECT_EQ(body("%( 1 == 2 %? a %)"), "");
}

TEST(Conditional, TheOtherBranchIsNotLookedAt) {
  EXPECT_EQ(body("%( 1 == 2 %? $7 @nothing ` %)").find("missing-argument"), std::string::npos);
}

TEST(Conditional, ArgumentsInConditions) {
  FrontEnd front;
  front.facts.arguments = {"5", "x"};
  EXPECT_EQ(front.body("%( $# == 2 && $1 > 4 && @2 == \"x\" %? yes %: no %)"), "yes;");
}

TEST(Arguments, PastedAsTokensAndAsStrings) {
  FrontEnd front;
  front.facts.arguments = {"a + b[1]", "say \"hi\""};
  EXPECT_EQ(front.body("x = $1; y = @2; n = $#; s = @#"),
            "x = a + b[1]; y = \"say \\\"hi\\\"\"; n = 2; s = \"2\";");
}

TEST(Arguments, UseIsRecorded) {
  FrontEnd front;
  front.facts.arguments = {"1", "2", "3"};
  front.body("$1 @3");
  EXPECT_EQ(front.use.used, (std::vector<bool>{true, false, true}));
  EXPECT_FALSE(front.use.all_used);
  front.body("$#");
  EXPECT_TRUE(front.use.all_used);
}

TEST(Arguments, MissingOnesAreReportedEachAtItsPlace) {
  FrontEnd front;
  front.facts.arguments = {"1"};
  front.parse("probe begin { a = $2; b = @0; c = $99999999999999999999 }");
  EXPECT_EQ(front.ids(), "missing-argument@1:19 missing-argument@1:27 missing-argument@1:35");
}

TEST(Arguments, AMistakeInAnArgumentPointsThereAndToItsUse) {
  FrontEnd front;
  front.facts.arguments = {"1 +"};
  front.parse("probe begin { a = ($1) }");
  ASSERT_EQ(front.diagnostics.error_count(), 1u);
  EXPECT_EQ(front.diagnostics.all()[0].message, "expected an expression after '+', not ')'");
}

TEST(Macros, ParametersAndNesting) {
  FrontEnd front;
  auto file = front.parse(
      "@define twice(x) %( (@x + @x) %) @define four(x) %( @twice(@twice(@x)) %)\n"
      "probe begin { a = @four(b[f(1, 2)]) }");
  EXPECT_EQ(front.messages(), "");
  EXPECT_EQ(print(*file->probes[0]),
            "probe begin{\n"
            "  a = b[f(1, 2)] + b[f(1, 2)] + (b[f(1, 2)] + b[f(1, 2)]);\n"
            "}\n");
}

TEST(Macros, WithoutParametersParenthesesAreNotTheirs) {
  FrontEnd front;
  auto file = front.parse("@define f %( g %) probe begin { @f(2) }");
  EXPECT_EQ(print(*file->probes[0]), "probe begin{\n  g(2);\n}\n");
}

TEST(Macros, ShadowOperatorsAndGlueStrings) {
  FrontEnd front;
  front.library("@define path %( \"/bin/\" %) @define count(x) %( 7 %)");
  EXPECT_EQ(front.body("a = \"x\" @path \"ls\"; b = @count(c)"), "a = \"x/bin/ls\"; b = 7;");
}

TEST(Macros, LocalOnesComeBeforeTheLibrary) {
  FrontEnd front;
  front.library("@define m %( 1 %)");
  auto file = front.parse("@define m %( 2 %) probe begin { a = @m }");
  EXPECT_EQ(print(*file->probes[0]), "probe begin{\n  a = 2;\n}\n");
}

TEST(Macros, LibraryFilesHaveConditionalsAndNothingElse) {
  FrontEnd front;
  front.library("%( 1 == 2 %? @define a %( 1 %) %: @define a %( 2 %) %)");
  EXPECT_EQ(front.body("@a"), "2;");
  FrontEnd bad;
  bad.library("@define a %( 1 %)\nprobe begin {}");
  EXPECT_EQ(bad.ids(), "macro-file-content@2:1");
  // The message names the place of use too, which must live as long as the message.
  FrontEnd used;
  used.library("@define a %( b %)\n@a");
  EXPECT_NE(used.messages().find("in expansion at t.stpm:2:1"), std::string::npos);
}

TEST(Macros, SpansLeadThroughEveryExpansion) {
  FrontEnd front;
  auto file =
      front.parse("@define inner %( x %)\n@define outer %( @inner %)\nprobe begin { y = @outer }");
  auto& block = static_cast<ast::Block&>(*file->probes[0]->body);
  auto& assign = static_cast<ast::Assign&>(*static_cast<ast::ExprStmt&>(*block.statements[0]).expr);
  const Span& at = assign.right->span;
  EXPECT_EQ(describe(at), "t.stp:1:18");
  ASSERT_TRUE(at.expanded_from);
  EXPECT_EQ(describe(*at.expanded_from), "t.stp:2:18");
  ASSERT_TRUE(at.expanded_from->expanded_from);
  EXPECT_EQ(describe(*at.expanded_from->expanded_from), "t.stp:3:19");
  EXPECT_EQ(at.expanded_from->expanded_from->expanded_from, nullptr);
  // A node that is only partly from a macro is at the place in the script.
  EXPECT_EQ(describe(assign.span), "t.stp:3:15");
}

TEST(Macros, RecursionIsRefused) {
  for (const char* text : {"@define f %( @f %) probe begin { @f }",
                           "@define f %( @g %) @define g %( @f %) probe begin { @f }",
                           "@define f(x) %( @f(@x) %) probe begin { @f(1) }"}) {
    FrontEnd front;
    front.parse(text);
    ASSERT_EQ(front.diagnostics.error_count(), 1u) << text;
    EXPECT_EQ(front.diagnostics.all()[0].id, "macro-recursion");
  }
}

TEST(Macros, DoublingIsCutOff) {
  std::string text = "@define m0 %( a; %)\n";
  for (int i = 1; i < 40; i++) {
    std::string last = "@m" + std::to_string(i - 1);
    text += "@define m" + std::to_string(i) + " %( " + last + " " + last + " %)\n";
  }
  FrontEnd front;
  front.parse(text + "probe begin { @m39 }");
  ASSERT_EQ(front.diagnostics.error_count(), 1u);
  EXPECT_EQ(front.diagnostics.all()[0].id, "macro-explosion");
}

}  // namespace
}  // namespace coretap
