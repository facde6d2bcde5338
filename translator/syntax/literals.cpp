#include "syntax/literals.h"

#include <algorithm>
#include <charconv>

namespace coretap::syntax {

namespace {

bool is_octal(char c) { return c >= '0' && c <= '7'; }

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// Reads up to `most` digits of a numeric escape at `i`, and moves `i` behind them.
template <typename DigitValue>
char numeric_escape(std::string_view raw, size_t& i, size_t most, unsigned base,
                    DigitValue digit_value) {
  unsigned value = 0;
  for (size_t n = 0; n < most && i < raw.size() && digit_value(raw[i]) >= 0; n++, i++)
    value = value * base + static_cast<unsigned>(digit_value(raw[i]));
  return static_cast<char>(value);
}

/// The byte that is written at `i`; moves `i` behind it.
char next_byte(std::string_view raw, size_t& i) {
  if (raw[i] != '\\' || i + 1 >= raw.size()) return raw[i++];
  char c = raw[i + 1];
  if (is_octal(c))
    return numeric_escape(raw, ++i, 3, 8, [](char d) { return is_octal(d) ? d - '0' : -1; });
  i += 2;
  switch (c) {
    case 'a': return '\a';
    case 'b': return '\b';
    case 'f': return '\f';
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    case 'v': return '\v';
    case 'x':
      if (i < raw.size() && hex_value(raw[i]) >= 0) return numeric_escape(raw, i, 2, 16, hex_value);
      return 'x';
    default: return c;
  }
}

/// The base of a number. What says so goes; digits are left, or what stands for them.
int take_base(std::string_view& text) {
  if (text.size() > 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) {
    text.remove_prefix(2);
    return 16;
  }
  if (text.size() > 1 && text[0] == '0') {
    text.remove_prefix(1);
    return 8;
  }
  return 10;
}

}  // namespace

std::string unescape(std::string_view raw) {
  std::string value;
  value.reserve(raw.size());
  for (size_t i = 0; i < raw.size();) value += next_byte(raw, i);
  return value;
}

size_t raw_offset(std::string_view raw, size_t n) {
  size_t i = 0;
  for (; n > 0 && i < raw.size(); n--) next_byte(raw, i);
  return i;
}

std::optional<int64_t> parse_number(std::string_view text) {
  const int base = take_base(text);
  uint64_t value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return static_cast<int64_t>(value);
}

NumberProblem problem_of_number(std::string_view text) {
  std::string_view digits = text;
  const int base = take_base(digits);
  auto is_digit = [&](char c) { return hex_value(c) >= 0 && hex_value(c) < base; };
  const auto bad = std::find_if_not(digits.begin(), digits.end(), is_digit);
  if (bad == digits.end()) return {"does not fit in 64 bits", ""};
  const std::string rest(bad, digits.end());
  std::string hint;
  if (rest.find_first_not_of("uUlL") == std::string::npos)
    hint = "numbers have 64 bits and no suffix";
  else if (base == 8 && bad == digits.begin() && (*bad == 'b' || *bad == 'B'))
    hint = "there are no binary numbers; hexadecimal ones begin with 0x";
  else if (base == 8 && (*bad == 'x' || *bad == 'X'))
    hint = "hexadecimal digits follow 0x";
  else if (base == 8 && hex_value(*bad) >= 0 && hex_value(*bad) < 10)
    hint = "a number that begins with 0 is octal";
  const char* kind = base == 16 ? "a hexadecimal" : base == 8 ? "an octal" : "a decimal";
  return {std::string("is not a number: '") + *bad + "' is not a digit of " + kind + " number",
          hint};
}

}  // namespace coretap::syntax
