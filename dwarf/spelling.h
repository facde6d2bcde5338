// Type names as stap's -L prints them, put together from the outside in: what was read so far is a
// declarator, and each part of the type wraps it. "char const*", "int (*) (int, char)", "char[]" (and
// "int[]*" for a pointer to an array, which is not C).
#pragma once

#include <string>

namespace coretap::debug::spelling {

inline std::string pointer(const std::string& declarator) { return "*" + declarator; }

inline std::string qualifier(const char* word, const std::string& declarator) {
  return std::string(" ") + word + declarator;
}

/// Without counts, as stap: Type::array_counts has them.
inline std::string array(const std::string& declarator) { return "[]" + declarator; }

inline std::string function(const std::string& parameters, const std::string& declarator) {
  return (declarator.empty() ? "" : " (" + declarator + ")") + " (" + parameters + ")";
}

}  // namespace coretap::debug::spelling
