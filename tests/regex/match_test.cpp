// What patterns match. The oracles are glibc's regexec(3), for random patterns, and stap's own
// matcher, whose groups stap_groups.txt holds (made by stap_oracle.py).
#include <gtest/gtest.h>
#include <regex.h>

#include <fstream>
#include <random>
#include <sstream>

#include "compiled.h"

namespace coretap::regex {
namespace {

/// Random patterns in the dialect that we share with POSIX, over few characters, so that they
/// match often. No anchors inside of groups: in a group that is repeated, glibc 2.36 takes them to
/// hold anywhere (`((^[^a])+)*b` in "ccb").
class Generator {
 public:
  explicit Generator(unsigned seed) : random_(seed) {}

  std::string pattern() { return alternatives(kDeepest); }

  std::string text() {
    std::string out;
    for (unsigned n = below(9); n > 0; n--) out += "abcd-\n\xe9]"[below(8)];
    return out;
  }

 private:
  static constexpr int kDeepest = 3;

  unsigned below(unsigned n) { return std::uniform_int_distribution<unsigned>(0, n - 1)(random_); }

  std::string alternatives(int depth) {
    std::string out = sequence(depth);
    for (unsigned n = below(4); n > 2; n--) out += "|" + sequence(depth);
    return out;
  }

  std::string sequence(int depth) {
    std::string out;
    if (depth == kDeepest && below(4) == 0) out += "^";
    for (unsigned n = 1 + below(3); n > 0; n--) out += repeated(depth);
    if (depth == kDeepest && below(4) == 0) out += "$";
    return out;
  }

  std::string repeated(int depth) {
    static const char* const kRepeats[] = {"",  "",    "",     "",      "*",     "+",
                                           "?", "{2}", "{1,}", "{0,2}", "{1,3}", "{0}"};
    return atom(depth) + kRepeats[below(12)];
  }

  std::string atom(int depth) {
    static const char* const kAtoms[] = {
        "a",    "b",     "c",    ".",           "[ab]",          "[^a]", "[a-c]",
        "[]a]", "[^]b]", "[b-]", "[[:alpha:]]", "[^[:alpha:]b]", "\\.",  "[[:punct:]-]"};
    if (depth > 0 && below(4) == 0) return "(" + alternatives(depth - 1) + ")";
    return kAtoms[below(14)];
  }

  std::mt19937 random_;
};

TEST(Regex, AgreesWithRegexec) {
  Generator generator(20261121);
  int matches = 0, cases = 0, too_large = 0;
  for (int i = 0; i < 4000; i++) {
    std::string pattern = generator.pattern();
    regex_t oracle;
    ASSERT_EQ(regcomp(&oracle, pattern.c_str(), REG_EXTENDED), 0) << pattern;
    if (!make_dfa(*compile(parse(pattern)))) {
      too_large++;
      regfree(&oracle);
      continue;
    }
    Compiled ours(pattern);
    EXPECT_EQ(ours.groups(), oracle.re_nsub + 1) << pattern;
    for (int j = 0; j < 12; j++) {
      std::string text = generator.text();
      regmatch_t whole;
      bool expected = regexec(&oracle, text.c_str(), 1, &whole, 0) == 0;
      ASSERT_EQ(ours.matches(text), expected) << pattern << " in " << testing::PrintToString(text);
      cases++;
      if (!expected) continue;
      matches++;
      ASSERT_EQ(ours.group(text, 0), text.substr(whole.rm_so, whole.rm_eo - whole.rm_so))
          << pattern << " in " << testing::PrintToString(text);
    }
    regfree(&oracle);
  }
  EXPECT_LT(too_large, 20);
  // Neither all nor nothing: the comparison says something.
  EXPECT_GT(matches, cases / 10);
  EXPECT_LT(matches, cases * 9 / 10);
}

TEST(Regex, GroupsAreStaps) {
  std::ifstream file(STAP_GROUPS);
  ASSERT_TRUE(file) << STAP_GROUPS;
  std::string line;
  int checked = 0;
  while (std::getline(file, line)) {
    // pattern TAB text TAB group 0 TAB group 1 …; or TAB and nothing where stap found no match
    std::vector<std::string> fields;
    std::istringstream parts(line);
    for (std::string field; std::getline(parts, field, '\t');) fields.push_back(field);
    ASSERT_GE(fields.size(), 3u) << line;
    Compiled ours(fields[0]);
    bool expected = fields[2] != "no match";
    ASSERT_EQ(ours.matches(fields[1]), expected) << line;
    if (!expected) continue;
    ASSERT_EQ(ours.groups(), fields.size() - 2) << line;
    for (unsigned n = 0; n + 2 < fields.size(); n++)
      EXPECT_EQ("<" + ours.group(fields[1], n) + ">", fields[n + 2]) << n << " of " << line;
    checked++;
  }
  EXPECT_GT(checked, 100);
}

TEST(Regex, EveryByteIsAByte) {
  Compiled any("^.$"), not_a("^[^a]$"), high("^[\x80-\xff]+$");
  for (int b = 1; b < 256; b++) {
    std::string text(1, static_cast<char>(b));
    EXPECT_TRUE(any.matches(text)) << b;
    EXPECT_EQ(not_a.matches(text), b != 'a') << b;
    EXPECT_EQ(high.matches(text), b >= 128) << b;
  }
}

TEST(Regex, ClassesAreThoseOfTheCLocale) {
  const std::pair<const char*, int (*)(int)> kClasses[] = {
      {"alpha", isalpha}, {"alnum", isalnum}, {"blank", isblank}, {"cntrl", iscntrl},
      {"digit", isdigit}, {"graph", isgraph}, {"lower", islower}, {"print", isprint},
      {"punct", ispunct}, {"space", isspace}, {"upper", isupper}, {"xdigit", isxdigit}};
  for (auto [name, contains] : kClasses) {
    Compiled ours("^[[:" + std::string(name) + ":]]$");
    for (int b = 1; b < 256; b++)
      EXPECT_EQ(ours.matches(std::string(1, static_cast<char>(b))), contains(b) != 0) << name << b;
  }
}

TEST(Regex, AnchorsHoldAtTheEndsOfTheText) {
  EXPECT_TRUE(Compiled("^$").matches(""));
  EXPECT_TRUE(Compiled("$^").matches(""));
  EXPECT_FALSE(Compiled("^$").matches("a"));
  EXPECT_FALSE(Compiled("a^b|a$b").matches("ab"));
  EXPECT_TRUE(Compiled("(^|/)tmp($|/)").matches("/var/tmp"));
  EXPECT_FALSE(Compiled("(^|/)tmp($|/)").matches("/var/tmpfs"));
  EXPECT_TRUE(Compiled("(^)*b").matches("ab"));
}

TEST(Regex, GroupsThatDoNotCount) {
  Compiled ours("(?:ab)+(c)");
  EXPECT_EQ(ours.groups(), 2u);
  EXPECT_EQ(ours.group("xababc", 0), "ababc");
  EXPECT_EQ(ours.group("xababc", 1), "c");
}

TEST(Regex, TableIsMinimal) {
  // Without and with a match: what decides goes straight to a final state.
  EXPECT_EQ(Compiled("").dfa().start, Dfa::kMatch);
  EXPECT_EQ(Compiled("x*").dfa().start, Dfa::kMatch);
  EXPECT_EQ(Compiled("a^").dfa().start, Dfa::kNoMatch);
  EXPECT_EQ(Compiled("a.*").dfa().states, 3u);       // not seen, and the two final ones
  EXPECT_EQ(Compiled("^abc").dfa().states, 5u);      // 0 to 2 bytes seen, and the final ones
  EXPECT_EQ(Compiled("^(ab|cb)").dfa().states, 4u);  // a and c lead to the same
  EXPECT_EQ(Compiled("[a-y]z").dfa().columns, 4u);   // NUL, a to y, z, others
}

TEST(Regex, MatchedSaysWhatIsWrong) {
  Compiled ours("a(b)");
  EXPECT_EQ(ours.group("ab", 1), "b");
  try {
    ours.group("ab", 2);
    FAIL();
  } catch (const ct::Error& e) {
    EXPECT_STREQ(e.message, "Attempted to get nonexistent subexpression 2");
  }
  char buffer[8];
  u32 size;
  try {
    ct::matched({buffer, sizeof buffer, &size}, 1, 0, {"", 0}, nullptr);
    FAIL();
  } catch (const ct::Error& e) {
    EXPECT_STREQ(e.message, "Attempted to get subexpression 1 from failed match");
  }
  try {
    ct::ngroups(0, nullptr);
    FAIL();
  } catch (const ct::Error& e) {
    EXPECT_STREQ(e.message, "Attempted to get subexpression count from failed match");
  }
}

}  // namespace
}  // namespace coretap::regex
