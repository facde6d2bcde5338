// The conversions that only pretty printing ($x$, $$vars) has: what a script's printf has no directive for.
//
// Floating-point values are printed with the fewest digits that give the same bits when read back: 2.5, 0.1, 1e+300.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/user/harness/harness.h"

namespace ct {
namespace {

void put_text(Sink& sink, const char* text) { put(sink, {text, static_cast<u32>(strlen(text))}); }

/// Writes `value` with the fewest of `most` digits that `read` takes for the same value.
template <typename Float, typename Read>
void put_shortest(Sink& sink, Float value, int most, const char* format, Read read) {
  char text[64];
  for (int digits = 1; digits <= most; digits++) {
    snprintf(text, sizeof text, format, digits, value);
    if (isnan(value) || read(text) == value) break;
  }
  put_text(sink, text);
}

void put_int128(Sink& sink, unsigned __int128 value, bool is_signed) {
  char text[48];
  char* at = text + sizeof text;
  const bool is_negative = is_signed && static_cast<__int128>(value) < 0;
  if (is_negative) value = -value;
  *--at = 0;
  do {
    *--at = static_cast<char>('0' + static_cast<int>(value % 10));
    value /= 10;
  } while (value != 0);
  if (is_negative) *--at = '-';
  put_text(sink, at);
}

/// gdb's way with a value that is no constant of an enum of flags: (A | B | unknown: 0x40).
bool put_flags(Sink& sink, s64 value, const EnumName* names, u32 count) {
  u64 rest = static_cast<u64>(value);
  bool is_first = true;
  for (u32 i = 0; i < count; i++) {
    u64 bit = static_cast<u64>(names[i].value);
    if (bit == 0 || (rest & bit) != bit) continue;
    put_text(sink, is_first ? "(" : " | ");
    put(sink, names[i].name);
    rest &= ~bit;
    is_first = false;
  }
  if (is_first) return false;
  char unknown[40];
  snprintf(unknown, sizeof unknown, " | unknown: %#llx", static_cast<unsigned long long>(rest));
  if (rest != 0) put_text(sink, unknown);
  put_text(sink, ")");
  return true;
}

/// One character of a C literal in quotes of this kind.
void put_escaped(Sink& sink, char c, char quote) {
  const bool needs_backslash = c == quote || c == '\\';
  if (needs_backslash) put_text(sink, "\\");
  put_long(sink, static_cast<unsigned char>(c),
           {'c', needs_backslash ? u8{0} : static_cast<u8>(kHash), -1, -1});
}

}  // namespace

bool put_fault(Sink& sink, s64 faults, u32 bit, bool is_text) {
  u64 bits = static_cast<u64>(faults) >> bit;
  if (bits & 1)
    put_text(sink, "<fault>");
  else if (is_text && (bits & 2))
    put_text(sink, "0x0");
  else
    return false;
  return true;
}

View head(View text, s64 most) {
  return most < static_cast<s64>(text.size) ? View{text.data, static_cast<u32>(most)} : text;
}

void put_quoted(Sink& sink, View text) {
  put_text(sink, "\"");
  for (u32 i = 0; i < text.size; i++) put_escaped(sink, text.data[i], '"');
  put_text(sink, "\"");
}

void put_quoted(Sink& sink, s64 character) {
  put_text(sink, "'");
  put_escaped(sink, static_cast<char>(character), '\'');
  put_text(sink, "'");
}

void put_enum(Sink& sink, s64 value, const EnumName* names, u32 count, bool is_flags) {
  for (u32 i = 0; i < count; i++)
    if (names[i].value == value) return put(sink, names[i].name);
  if (is_flags && value != 0 && put_flags(sink, value, names, count)) return;
  put_long(sink, value, {'d', 0, -1, -1});
}

void put_float(Sink& sink, s64 bits, bool is_double) {
  constexpr int kFloatDigits = 9, kDoubleDigits = 17;
  if (is_double) {
    double value;
    memcpy(&value, &bits, sizeof value);
    return put_shortest(sink, value, kDoubleDigits, "%.*g",
                        [](const char* text) { return strtod(text, nullptr); });
  }
  float value;
  u32 low = static_cast<u32>(bits);
  memcpy(&value, &low, sizeof value);
  put_shortest(sink, value, kFloatDigits, "%.*g",
               [](const char* text) { return strtof(text, nullptr); });
}

void put_wide(Sink& sink, s64 low, s64 high, char conversion) {
  if (conversion != 'L') {
    auto value =
        static_cast<unsigned __int128>(static_cast<u64>(high)) << 64 | static_cast<u64>(low);
    return put_int128(sink, value, conversion == 'I');
  }
  // x87: 64 bits of mantissa, then sign and exponent; the rest of the 16 bytes is padding.
  constexpr int kLongDoubleDigits = 21;
  long double value = 0;
  memcpy(&value, &low, sizeof low);
  memcpy(reinterpret_cast<char*>(&value) + sizeof low, &high, 2);
  put_shortest(sink, value, kLongDoubleDigits, "%.*Lg",
               [](const char* text) { return strtold(text, nullptr); });
}

}  // namespace ct
