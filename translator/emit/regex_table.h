// The tables of a regular expression as C text, for both emitters.
#pragma once

#include <string>

#include "regex/dfa.h"

namespace coretap {

/// The table of a pattern that lowering has found good.
regex::Dfa regex_table(const std::string& pattern);

/// `static const TYPE NAME[COUNT] = {…};`
template <typename Numbers>
std::string constant_array(const std::string& type, const std::string& name,
                           const Numbers& numbers) {
  std::string out =
      "static const " + type + " " + name + "[" + std::to_string(numbers.size()) + "] = {";
  for (auto number : numbers) out += std::to_string(number) + ",";
  return out + "};\n";
}

}  // namespace coretap
