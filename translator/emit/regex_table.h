// The tables of a regular expression as C text, for both emitters.
#pragma once

#include <string>

#include "regex/dfa.h"

namespace coretap {

/// The table of a pattern that lowering has found good.
regex::Dfa regex_table(const std::string& pattern);

/// The initializer of an array: "{1,2,3}".
template <typename Numbers>
std::string braced(const Numbers& numbers) {
  std::string out = "{";
  for (auto number : numbers) out += std::to_string(number) + ",";
  return out + "}";
}

}  // namespace coretap
