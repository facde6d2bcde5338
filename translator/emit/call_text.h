// A call as C and C++ spell it: call_text("f", a, 3, true) is "f(a, 3, true)". An argument is a text that stands there as it is, a
// number, a truth value, or what has an `argument_text()` of its own beside its type.
#pragma once

#include <concepts>
#include <string>
#include <string_view>

namespace coretap {

inline std::string_view argument_text(std::string_view text) { return text; }
template <std::integral Number>
std::string argument_text(Number value) {
  if constexpr (std::same_as<Number, bool>)
    return value ? "true" : "false";
  else
    return std::to_string(value);
}

template <typename... Arguments>
std::string call_text(std::string_view function, const Arguments&... arguments) {
  std::string text(function);
  text += '(';
  const char* separator = "";
  ((text += separator, text += argument_text(arguments), separator = ", "), ...);
  return text += ')';
}

}  // namespace coretap
