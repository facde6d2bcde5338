// Regular expressions in the kernel, against glibc's regexec().
#include <regex.h>

#include <random>

#include "live_fixture.h"

namespace coretap::test {
namespace {

const std::vector<std::string> kPatterns = {
    "hello",  "^hello", "lo$",         "^$",           "x*",           "h.l{2}o|bye",
    "[0-9]+", "[^a-z]", "(ab|cd)+ef?", "a[ab]{0,4}b$", "^[[:upper:]]", "(^|/)(usr|lib64)(/|$)"};

bool regexec_says(const std::string& pattern, const std::string& text) {
  regex_t compiled;
  if (regcomp(&compiled, pattern.c_str(), REG_EXTENDED | REG_NOSUB))
    throw std::logic_error(pattern);
  bool matches = regexec(&compiled, text.c_str(), 0, nullptr, 0) == 0;
  regfree(&compiled);
  return matches;
}

/// Texts of all lengths around the words and the capacity, some made to match.
std::vector<std::string> texts(uint32_t cap) {
  std::vector<std::string> all = {"",      "hello",          "say hello",   "helo",   "bye",
                                  "a\xff", "/usr/lib64/gcc", "xx/usrlib64", "abcdef", "abab"};
  std::mt19937 random(cap);
  const std::string kBytes = "abcdehlo/9X\n\x80";
  for (uint32_t length = 1; length < cap; length += 1 + length / 24) {
    std::string text;
    while (text.size() < length) text += kBytes[random() % kBytes.size()];
    all.push_back(text);
    all.push_back(std::string(length - 1, 'z') + "b");
    if (length > 5) all.push_back(std::string(length - 5, 'z') + "hello");
  }
  std::erase_if(all, [&](const std::string& text) { return text.size() >= cap; });
  return all;
}

class Regexes : public Live, public ::testing::WithParamInterface<uint32_t> {};

TEST_P(Regexes, MatchAsRegexec) {
  uint32_t cap = GetParam();
  Script s;
  s.module.patterns = kPatterns;
  for (size_t i = 0; i < kPatterns.size(); ++i) s.scalar("n" + std::to_string(i));
  s.handler("h", Mechanism::Uprobe, "ct_target_text", [&](Code& c) {
    Operand text = text_argument(c, cap);
    for (size_t i = 0; i < kPatterns.size(); ++i) {
      Operand matches = c.temp(Long());
      c.add(Op::RegexMatch, {text}, matches).name = kPatterns[i];
      c.on(Op::GlobalSet, static_cast<GlobalId>(i), {matches});
    }
  });
  Running live(s);
  int64_t calls = 0;
  for (const std::string& text : texts(cap)) {
    ct_target_text(text.c_str());
    ++calls;
    for (size_t i = 0; i < kPatterns.size(); ++i)
      EXPECT_EQ(live.scalar(static_cast<GlobalId>(i)), regexec_says(kPatterns[i], text))
          << kPatterns[i] << " in " << ::testing::PrintToString(text);
  }
  EXPECT_GT(calls, 10);
  EXPECT_EQ(live.counts(0).handled, static_cast<uint64_t>(calls));
}
INSTANTIATE_TEST_SUITE_P(Capacities, Regexes, ::testing::Values(8, 16, 64, 512));

/// What follows a match must be seen by the verifier for both results; matches in branches, in a
/// loop's callback, of literals.
TEST_F(Live, RegexesDecideBranchesAndLoops) {
  Script s;
  s.module.patterns = {"^a+b", "[0-9]$", "lit[e]ral"};
  enum { Both, First, Neither, Turns, Literal };
  for (int i = Both; i <= Literal; ++i) s.scalar("n" + std::to_string(i));
  s.handler("h", Mechanism::Uprobe, "ct_target_text", [&](Code& c) {
    Operand text = text_argument(c, 512);
    auto matches = [&](Code& k, Operand subject, const char* pattern) {
      Operand dst = k.temp(Long());
      k.add(Op::RegexMatch, {subject}, dst).name = pattern;
      return dst;
    };
    auto count = [](Code& k, GlobalId id) { k.on(Op::GlobalAdd, id, {L(1)}); };
    c.if_else(
        matches(c, text, "^a+b"),
        [&](Code& k) {
          k.if_else(
              matches(k, text, "[0-9]$"), [&](Code& both) { count(both, Both); },
              [&](Code& first) { count(first, First); });
        },
        [&](Code& k) { count(k, Neither); });
    Operand i = c.get(Op::Copy, {L(0)});
    c.loop(
        [&](Code& k) {
          return k.get(Op::Lt, {i, L(5)});
        },
        [&](Code& k) { k.if_(matches(k, text, "[0-9]$"), [&](Code& hit) { count(hit, Turns); }); },
        [&](Code& k) {
          k.set(i, Op::Add, {i, L(1)});
        });
    c.if_(matches(c, S("a literal"), "lit[e]ral"), [&](Code& k) { count(k, Literal); });
  });
  Running live(s);
  for (const char* text : {"aab1", "ab", "b1", "x", ""}) ct_target_text(text);
  EXPECT_EQ(live.scalar(Both), 1);
  EXPECT_EQ(live.scalar(First), 1);
  EXPECT_EQ(live.scalar(Neither), 3);
  EXPECT_EQ(live.scalar(Turns), 10);
  EXPECT_EQ(live.scalar(Literal), 5);
  EXPECT_EQ(live.counts(0).handled, 5u);
}

}  // namespace
}  // namespace coretap::test
