// Parameters of functions as text, by which overloads are told apart.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace coretap::debug {

/// The types of a function's parameters, in two spellings.
struct ParameterTypes {
  /// As c++filt spells them; nothing if the name is not mangled, or does not have them (Rust).
  std::optional<std::vector<std::string>> demangled;
  /// As -L spells them, with typedefs, and without the scopes of types; without `this`.
  std::vector<std::string> declared;
};

/// The parts of "int, std::pair<int, int>" between commas that stand in no parentheses or brackets, without blanks around them.
std::vector<std::string> split_parameters(const std::string& text);

}  // namespace coretap::debug
