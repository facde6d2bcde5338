// Patterns that are refused, with the byte at which they are wrong; and limits.
#include <gtest/gtest.h>

#include "regex/dfa.h"

namespace coretap::regex {
namespace {

struct Bad {
  const char* pattern;
  size_t at;
  const char* message;
};

TEST(RegexSyntax, BadPatterns) {
  const Bad kBad[] = {
      {"a(b", 1, "'(' without a ')' behind it"},
      {"ab)", 2, "')' without a '(' before it"},
      {"a[b", 1, "'[' without a ']' behind it"},
      {"a[]", 1, "'[' without a ']' behind it"},
      {"[\\]", 0, "'[' without a ']' behind it"},
      {"[[:alpha", 1, "'[:' without a ':]' behind it"},
      {"x[[:alfa:]]", 2, "there is no class of characters 'alfa'"},
      {"[z-a]", 1, "the range 'z-a' ends before it begins"},
      {"[[.a.]]", 1, "'[.' (collating elements) is not known here"},
      {"*a", 0, "nothing before '*' that it could repeat"},
      {"a|+", 2, "nothing before '+' that it could repeat"},
      {"a(?b)", 1, "'(?' is only known as '(?:', a group that is not counted"},
      {"{2}", 0, "nothing before '{' that it could repeat"},
      {"a{,3}", 1, "a repetition is written {m}, {m,} or {m,n}"},
      {"a{2", 1, "a repetition is written {m}, {m,} or {m,n}"},
      {"a{x}", 1, "a repetition is written {m}, {m,} or {m,n}"},
      {"a{3,2}", 1, "the repetition's upper bound is below its lower bound"},
      {"a{1001}", 2, "more than 1000 repetitions"},
      {"a{99999999999999999999}", 2, "more than 1000 repetitions"},
      {"^*", 1, "an anchor cannot be repeated"},
      {"a$+", 2, "an anchor cannot be repeated"},
      {"ab\\", 2, "a backslash with nothing behind it"},
  };
  for (const Bad& bad : kBad) {
    Pattern pattern = parse(bad.pattern);
    ASSERT_TRUE(pattern.error) << bad.pattern;
    EXPECT_EQ(pattern.error->at, bad.at) << bad.pattern;
    EXPECT_EQ(pattern.error->message, bad.message) << bad.pattern;
  }
}

TEST(RegexSyntax, DepthIsLimited) {
  std::string open(201, '('), close(201, ')');
  Pattern pattern = parse(open + close);
  ASSERT_TRUE(pattern.error);
  EXPECT_EQ(pattern.error->at, 200u);
  EXPECT_FALSE(parse(open.substr(1) + close.substr(1)).error);
}

TEST(RegexSyntax, EscapesThatOtherToolsReadOtherwise) {
  Pattern pattern = parse("\\d\\.(a)\\1[\\w]");
  EXPECT_FALSE(pattern.error);
  ASSERT_EQ(pattern.warnings.size(), 3u);
  EXPECT_EQ(pattern.warnings[0].at, 0u);
  EXPECT_EQ(pattern.warnings[0].message, "'\\d' matches the letter d");
  EXPECT_EQ(pattern.warnings[0].hint, "for a class of characters write [[:digit:]]");
  EXPECT_EQ(pattern.warnings[1].at, 7u);
  EXPECT_EQ(pattern.warnings[2].at, 10u);
}

TEST(RegexSyntax, SizeIsLimited) {
  EXPECT_TRUE(compile(parse("(a{10}){10}")));
  EXPECT_FALSE(compile(parse("((a{100}){100}){100}")));
  // Each of the last twelve bytes may have been an `a`: 2^13 states.
  EXPECT_FALSE(make_dfa(*compile(parse("a.{12}b"))));
  EXPECT_TRUE(make_dfa(*compile(parse("a.{8}b"))));
  EXPECT_TRUE(make_dfa(*compile(parse("^a.{500}b"))));
}

/// Whatever the bytes, an answer and no crash.
TEST(RegexSyntax, AnyTextIsAnswered) {
  unsigned seed = 1;
  const std::string kAlphabet = "ab()[]{}*+?|^$.\\-,:12 \xff";
  int good = 0;
  for (int i = 0; i < 20000; i++) {
    std::string text;
    for (int n = 0; n < 12; n++) {
      seed = seed * 1103515245 + 12345;
      if ((seed >> 16) % 12 == 0) break;
      text += kAlphabet[(seed >> 20) % kAlphabet.size()];
    }
    Pattern pattern = parse(text);
    ASSERT_NE(pattern.root != nullptr, pattern.error.has_value()) << text;
    if (pattern.error) {
      ASSERT_LE(pattern.error->at, text.size()) << text;
      continue;
    }
    good++;
    if (auto program = compile(pattern)) make_dfa(*program);
  }
  EXPECT_GT(good, 1000);
}

}  // namespace
}  // namespace coretap::regex
