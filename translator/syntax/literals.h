// Values of literals.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace coretap::syntax {

/// The value of a string literal's inside (no quotes): \n \t … \ooo \xhh; a backslash before any
/// other character only stands for that character, as in stap ("\." is ".").
std::string unescape(std::string_view raw);

/// Where in `raw` the byte `n` of unescape(raw) begins.
size_t raw_offset(std::string_view raw, size_t n);

/// A decimal, 0x… or 0… literal; up to 2^64-1, wrapped to 64 bits. Empty if it is not a number
/// or does not fit.
std::optional<int64_t> parse_number(std::string_view text);

/// Why parse_number() gives nothing: what follows the number's text in a message, and a hint or "".
struct NumberProblem {
  std::string what;
  std::string hint;
};
NumberProblem problem_of_number(std::string_view text);

}  // namespace coretap::syntax
