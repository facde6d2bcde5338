// The conversions, against glibc where the rules agree, against SystemTap's own code (stap_oracle.c)
// on random directives, and against the examples of stap's documentation.
#include <gtest/gtest.h>

#include <random>

#include "helpers.h"

#ifdef HAVE_STAP_ORACLE
extern "C" int stap_format(char* buf, size_t size, const char* fmt, ...);
#endif

namespace ct::testing {
namespace {

std::string number(s64 value, Spec spec) {
  return printed([&](Sink& s) { put_long(s, value, spec); });
}
std::string string(const std::string& value, Spec spec) {
  return printed([&](Sink& s) { put_str(s, view(value), spec); });
}

TEST(Format, Numbers) {
  EXPECT_EQ(number(-5, {'d', 0, -1, -1}), "-5");
  EXPECT_EQ(number(INT64_MIN, {'d', 0, -1, -1}), "-9223372036854775808");
  EXPECT_EQ(number(-1, {'u', 0, -1, -1}), "18446744073709551615");
  EXPECT_EQ(number(255, {'x', kHash, -1, -1}), "0xff");
  EXPECT_EQ(number(255, {'X', kHash, -1, -1}), "0XFF");
  EXPECT_EQ(number(8, {'o', kHash, -1, -1}), "010");
  EXPECT_EQ(number(42, {'d', kPlus, 6, -1}), "   +42");
  EXPECT_EQ(number(42, {'d', kZero | kPlus, 6, -1}), "+00042");
  EXPECT_EQ(number(42, {'d', kMinus, 6, -1}), "42    ");
  EXPECT_EQ(number(5, {'d', 0, -6, -1}), "5");  // a negative dynamic width
}

TEST(Format, PointerIsHexWithPrefix) {
  EXPECT_EQ(number(0x7fff, {'p', 0, -1, -1}), "0x7fff");
  EXPECT_EQ(number(0, {'p', 0, -1, -1}), "0x0");
}

TEST(Format, Strings) {
  EXPECT_EQ(string("hello", {'s', 0, -1, 3}), "hel");
  EXPECT_EQ(string("hello", {'s', 0, 5, 3}), "  hel");
  EXPECT_EQ(string("hello", {'s', kMinus, 10, -1}), "hello     ");
  EXPECT_EQ(string("", {'s', 0, 3, -1}), "   ");
  EXPECT_EQ(string("abc", {'M', 0, -1, 3}), "616263");
  EXPECT_EQ(string("abc", {'m', 0, -1, 2}), "ab");
}

TEST(Format, CharacterEscapes) {
  EXPECT_EQ(number('A', {'c', 0, -1, -1}), "A");
  EXPECT_EQ(number('\n', {'c', kHash, -1, -1}), "\\n");
  EXPECT_EQ(number(1, {'c', kHash, -1, -1}), "\\001");
  EXPECT_EQ(number(0x1ff, {'c', kHash, 6, -1}), "  \\377");
}

// langref §4.1.1: "%b" writes the bytes of a number in memory order.
TEST(Format, Binary) {
  EXPECT_EQ(number(0x1234, {'b', 0, -1, -1}), std::string("\x34\x12\0\0\0\0\0\0", 8));
  EXPECT_EQ(number(0x1234, {'b', 0, -1, 2}), std::string("\x34\x12", 2));
  EXPECT_EQ(number(0x1234, {'b', 0, 4, 2}), std::string("\0\0\x34\x12", 4));
}

TEST(Format, AgreesWithGlibcWhereRulesAgree) {
  std::mt19937_64 random(7);
  for (int i = 0; i < 20000; ++i) {
    const char conversion = "dux"[random() % 3];
    u8 flags = static_cast<u8>(random() % 16);
    if (conversion != 'd') flags &= static_cast<u8>(~(kPlus | kSpace));
    int width = random() % 2 ? static_cast<int>(random() % 30) : -1;
    s64 value = static_cast<s64>(random() >> (random() % 64));
    if (random() % 2) value = -value;
    std::string format = "%";
    const char* names = "-+ 0";
    for (int f = 0; f < 4; ++f)
      if (flags & (1 << f)) format += names[f];
    if (width >= 0) format += std::to_string(width);
    format += std::string("ll") + conversion;
    char expected[256];
    snprintf(expected, sizeof expected, format.c_str(), value);
    EXPECT_EQ(number(value, {conversion, flags, width, -1}), expected) << format << " " << value;
  }
}

#ifdef HAVE_STAP_ORACLE
/// "%" flags width .precision, as both sides take them.
struct Directive {
  u8 flags;
  s64 width, precision;
  std::string text;
};

Directive random_directive(std::mt19937_64& random, u8 mask = 31) {
  Directive d = {static_cast<u8>(random() % 32 & mask), -1, -1, "%"};
  const char* names = "-+ 0#";
  for (int f = 0; f < 5; ++f)
    if (d.flags & (1 << f)) d.text += names[f];
  if (random() % 2) d.width = static_cast<s64>(1 + random() % 24);
  if (random() % 2) d.precision = static_cast<s64>(random() % 24);
  if (d.width >= 0) d.text += std::to_string(d.width);
  if (d.precision >= 0) d.text += "." + std::to_string(d.precision);
  return d;
}

std::string by_stap(const std::string& format, auto value) {
  char buffer[512];
  memset(buffer, 0, sizeof buffer);
  int n = stap_format(buffer, sizeof buffer, format.c_str(), value);
  return std::string(buffer, static_cast<size_t>(n));
}

TEST(Format, AgreesWithStapOnNumbers) {
  std::mt19937_64 random(11);
  for (int i = 0; i < 20000; ++i) {
    Directive d = random_directive(random);
    char conversion = "duxXop"[random() % 6];
    s64 value = random() % 8 ? static_cast<s64>(random() >> (random() % 64)) : 0;
    if (random() % 2) value = -value;
    EXPECT_EQ(number(value, {conversion, d.flags, d.width, d.precision}),
              by_stap(d.text + "ll" + conversion, value))
        << d.text << conversion << " " << value;
  }
}

TEST(Format, AgreesWithStapOnCharactersAndBytes) {
  std::mt19937_64 random(13);
  for (int i = 0; i < 5000; ++i) {
    Directive d = random_directive(random);
    int c = static_cast<int>(random() % 256);
    EXPECT_EQ(number(c, {'c', d.flags, d.width, d.precision}), by_stap(d.text + "c", c))
        << d.text << "c " << c;
    s64 value = static_cast<s64>(random());
    EXPECT_EQ(number(value, {'b', d.flags, d.width, d.precision}), by_stap(d.text + "b", value))
        << d.text << "b";
  }
}

TEST(Format, AgreesWithStapOnStrings) {
  std::mt19937_64 random(17);
  for (int i = 0; i < 5000; ++i) {
    // With a 0 flag stap adds a NUL, which only its own buffers can hold.
    Directive d = random_directive(random, static_cast<u8>(~kZero));
    std::string value(random() % 40, 'a');
    for (char& c : value) c = static_cast<char>('a' + random() % 26);
    EXPECT_EQ(string(value, {'s', d.flags, d.width, d.precision}),
              by_stap(d.text + "s", value.c_str()))
        << d.text << "s";
  }
}
#endif

TEST(Format, StringsAreCutAtTheirCapacity) {
  char buffer[8];
  u32 size;
  Out out = {buffer, sizeof buffer, &size};
  Sink sink = to_string(out);
  put(sink, text("0123456789"));
  finish(sink, out);
  EXPECT_STREQ(buffer, "0123456");
  EXPECT_EQ(size, 7u);
}

TEST(Strings, ConcatMayAlias) {
  Str a = text("ab"), b = text("cd");
  concat(a, a, a);
  EXPECT_STREQ(a.data, "abab");
  concat(b, a, b);
  EXPECT_STREQ(b.data, "ababcd");
  concat(b, b, a);
  EXPECT_STREQ(b.data, "ababcdabab");
}

TEST(Strings, ConcatTruncates) {
  std::string longer(400, 'x');
  Str a = view(longer);
  concat(a, a, a);
  EXPECT_EQ(a.size, 511u);
  EXPECT_EQ(strlen(a.data), 511u);
}

TEST(Strings, CompareAsUnsignedBytes) {
  EXPECT_LT(compare(text("a"), text("b")), 0);
  EXPECT_GT(compare(text("\xff"), text("a")), 0);
  EXPECT_LT(compare(text("a"), text("ab")), 0);
  EXPECT_EQ(compare(text("ab"), text("ab")), 0);
}

TEST(Arithmetic, DivisionIsTowardsZeroAndNeverTraps) {
  EXPECT_EQ(divide(-7, 2, nullptr), -3);
  EXPECT_EQ(modulo(-7, 2, nullptr), -1);
  EXPECT_EQ(divide(INT64_MIN, -1, nullptr), INT64_MIN);
  EXPECT_EQ(modulo(INT64_MIN, -1, nullptr), 0);
  try {
    divide(1, 0, "operator '/' at x.stp:1:2");
    FAIL();
  } catch (const Error& e) {
    EXPECT_STREQ(e.message, "division by 0");
    EXPECT_STREQ(e.near, "operator '/' at x.stp:1:2");
  }
}

}  // namespace
}  // namespace ct::testing
