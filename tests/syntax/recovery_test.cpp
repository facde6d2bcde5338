// Several mistakes in one file: each is reported once, at its place, and what is right is kept.
#include <gtest/gtest.h>

#include "front_end.h"

namespace coretap {
namespace {

std::string ids_of(const std::string& text) {
  FrontEnd front;
  front.parse(text);
  return front.ids();
}

TEST(Recovery, AtTheNextStatement) {
  EXPECT_EQ(ids_of("probe begin {\n foo(;\n a = ;\n b = 1;\n c ) d;\n}"),
            "syntax@2:6 syntax@3:6 syntax@5:4");
}

TEST(Recovery, AtTheNextDeclaration) {
  FrontEnd front;
  auto file = front.parse("probe begin( {}\nglobal 3\nfunction f(a b) {}\nprobe end { x }");
  EXPECT_EQ(front.ids(), "syntax@1:14 syntax@2:8 syntax@3:14");
  ASSERT_EQ(file->probes.size(), 1u);
  EXPECT_EQ(to_string(file->probes[0]->points[0]), "end");
}

TEST(Recovery, NestedBlocksArePassedOver) {
  EXPECT_EQ(ids_of("probe begin { if (a b) { c; { d } } e = ; }"), "syntax@1:21 syntax@1:41");
}

TEST(Recovery, AnUnclosedBlockIsOneMistake) {
  EXPECT_EQ(ids_of("probe begin { if (a) { while (b) { c\nprobe end {}"), "syntax@2:1");
  EXPECT_EQ(ids_of("probe begin { {{{"), "syntax@1:17");
}

TEST(Recovery, SyntaxAndMeaningInOneRun) {
  EXPECT_EQ(ids_of("probe begin { a = ; printf(\"%z\") }\nprobe end { 1 = 2 }"),
            "syntax@1:19 format@1:28 not-assignable@2:13");
}

TEST(Recovery, EmptyAndOddFiles) {
  EXPECT_EQ(ids_of(""), "");
  EXPECT_EQ(ids_of("\n# only a comment"), "");
  EXPECT_EQ(ids_of("private"), "syntax@1:7");
  EXPECT_EQ(ids_of("}"), "syntax@1:1");
  EXPECT_EQ(ids_of("\x01\xff"), "bad-character@1:1 bad-character@1:2");
  EXPECT_EQ(ids_of(std::string("probe begin {} \0\xff ?", 19)), "not-text@<unknown>");
}

TEST(Recovery, DeepNestingIsAnErrorNotACrash) {
  std::string deep(100000, '(');
  EXPECT_EQ(FrontEnd().body("a = " + deep).find("too-deep") == std::string::npos, false);
  std::string chain = "a";
  for (int i = 0; i < 100000; i++) chain += " . a";
  EXPECT_NE(FrontEnd().body("x = " + chain).find("too-deep"), std::string::npos);
  std::string minus(100000, '-');
  for (size_t i = 1; i < minus.size(); i += 2) minus[i] = ' ';
  EXPECT_NE(FrontEnd().body("x = " + minus + "1").find("too-deep"), std::string::npos);
  std::string blocks(100000, '{');
  EXPECT_NE(FrontEnd().body(blocks).find("too-deep"), std::string::npos);
}

TEST(Recovery, LongChainsOfARealSizeAreFine) {
  std::string chain = "\"a\"";
  for (int i = 0; i < 500; i++) chain += " . \"a\"";
  EXPECT_EQ(FrontEnd().body("x = " + chain).find("error"), std::string::npos);
}

}  // namespace
}  // namespace coretap
