#include "syntax/literals.h"

#include <gtest/gtest.h>

#include "front_end.h"

namespace coretap {
namespace {

const ast::Number& number_of(const ast::File& file) {
  return static_cast<const ast::Number&>(*file.globals.at(0)->init);
}

int64_t value(const std::string& literal) {
  FrontEnd front;
  auto file = front.parse("global a = " + literal);
  EXPECT_EQ(front.messages(), "");
  return number_of(*file).value;
}

std::string text(const std::string& literal) {
  FrontEnd front;
  auto file = front.parse("global a = " + literal);
  EXPECT_EQ(front.messages(), "");
  return static_cast<const ast::String&>(*file->globals.at(0)->init).value;
}

TEST(Literals, NumbersInThreeBases) {
  EXPECT_EQ(value("0"), 0);
  EXPECT_EQ(value("42"), 42);
  EXPECT_EQ(value("0x2a"), 42);
  EXPECT_EQ(value("0X2A"), 42);
  EXPECT_EQ(value("052"), 42);
  EXPECT_EQ(value("-1"), -1);
}

TEST(Literals, NumbersWrapAt64Bits) {
  EXPECT_EQ(value("0xffffffffffffffff"), -1);
  EXPECT_EQ(value("18446744073709551615"), -1);
  EXPECT_EQ(value("9223372036854775808"), INT64_MIN);
  EXPECT_EQ(value("-9223372036854775808"), INT64_MIN);
}

TEST(Literals, WhatIsNoNumberIsReportedOnce) {
  for (const char* bad : {"08", "0b1", "12ab", "0x", "18446744073709551616"}) {
    FrontEnd front;
    front.parse(std::string("global a = ") + bad);
    EXPECT_EQ(front.ids(), "number@1:12") << bad;
  }
}

TEST(Literals, WhatIsWrongWithANumber) {
  const std::pair<const char*, const char*> cases[] = {
      {"09", "'09' is not a number: '9' is not a digit of an octal number: at"},
      {"09", "a number that begins with 0 is octal"},
      {"0b11", "there are no binary numbers"},
      {"1L", "numbers have 64 bits and no suffix"},
      {"0xFull", "numbers have 64 bits and no suffix"},
      {"0x", "hexadecimal digits follow 0x"},
      {"12ab", "'a' is not a digit of a decimal number"},
      {"0x1g", "'g' is not a digit of a hexadecimal number"},
      {"18446744073709551616", "'18446744073709551616' does not fit in 64 bits"}};
  for (const auto& [bad, words] : cases) {
    FrontEnd front;
    front.parse(std::string("global a = ") + bad);
    EXPECT_NE(front.messages().find(words), std::string::npos) << bad << ": " << words;
  }
}

TEST(Literals, StringEscapes) {
  EXPECT_EQ(text(R"("a\nb\t\\\"")"), "a\nb\t\\\"");
  EXPECT_EQ(text(R"("\101\x41\x4g")"), "AA\x04g");
  EXPECT_EQ(text(R"("\1012")"), "A2");
  EXPECT_EQ(text(R"("x\.y\q")"), "x.yq");  // stap: the backslash goes
  EXPECT_EQ(text("\"a\\\nb\""), "a\nb");
  EXPECT_EQ(text("\"\xc3\xa4\""), "\xc3\xa4");
}

TEST(Literals, BytesOfTheValueHaveAPlaceInTheText) {
  const std::string raw = R"(a\n\x41\101\\b)";
  ASSERT_EQ(syntax::unescape(raw), "a\nAA\\b");
  const size_t kPlaces[] = {0, 1, 3, 7, 11, 13, 14};
  for (size_t n = 0; n < std::size(kPlaces); n++)
    EXPECT_EQ(syntax::raw_offset(raw, n), kPlaces[n]) << n;
  EXPECT_EQ(syntax::raw_offset(raw, 99), raw.size());
}

TEST(Literals, AdjacentStringsAreOne) {
  EXPECT_EQ(text(R"("a" "b"   "c")"), "abc");
  EXPECT_EQ(text(R"("\1" "2")"),
            "\1"
            "2");  // escapes are resolved before joining
}

TEST(Literals, StringsPrintAsThemselves) {
  std::string all;
  for (int c = 1; c < 256; c++) all += static_cast<char>(c);
  all += "12";  // digits behind an octal escape
  ast::String node;
  node.value = all;
  FrontEnd front;
  auto file = front.parse("global a = " + ast::print(node));
  ASSERT_EQ(front.messages(), "");
  EXPECT_EQ(static_cast<const ast::String&>(*file->globals.at(0)->init).value, all);
}

TEST(Literals, CommentsOfThreeKinds) {
  EXPECT_EQ(body("a # x\n; b // y\n; /* * / \n */ c"), "a; b; c;");
}

}  // namespace
}  // namespace coretap
