// Numbers as literals of C and C++.
#pragma once

#include <cstdint>
#include <string>

namespace coretap {

/// A size or an index.
inline std::string num(uint64_t n) { return std::to_string(n); }

/// An s64 as an operand: negative ones in brackets, with `suffix` ("ll") where its type matters. INT64_MIN is an expression, for
/// C reads it as the negative of 9223372036854775808, which no signed type has (C17 6.4.4.1).
inline std::string long_literal(int64_t v, const char* suffix = "") {
  if (v == INT64_MIN) return "(-9223372036854775807ll - 1)";
  const std::string text = std::to_string(v) + suffix;
  return v < 0 ? "(" + text + ")" : text;
}

}  // namespace coretap
