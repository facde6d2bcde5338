#include "dwarf/demangle.h"

#include <cxxabi.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <memory>
#include <string_view>

namespace coretap::debug {

namespace {

constexpr std::string_view kOperator = "operator";

/// Where the arguments begin that end with the template's '>' at the end of `name`; its size if it is not a template.
size_t begin_of_template_arguments(std::string_view name) {
  if (!name.ends_with('>')) return name.size();
  int depth = 0;
  for (size_t i = name.size(); i-- > 0;) {
    if (name[i] == '>' && !(i > 0 && name[i - 1] == '-')) depth++;
    if (name[i] == '<' && --depth == 0) return i;
  }
  return name.size();
}

/// The size of `head`, a name without template arguments, without the "operator<<" that it may end with.
size_t without_operator(std::string_view head) {
  const size_t at = head.rfind(kOperator);
  if (at == std::string_view::npos) return head.size();
  std::string_view symbol = head.substr(at + kOperator.size());
  const bool is_symbol = std::all_of(symbol.begin(), symbol.end(), [](char c) {
    return std::string_view("<>=+-*/%^&|~!,()[] ").find(c) != std::string_view::npos;
  });
  return is_symbol ? at : head.size();
}

/// Goes back from `end` to the first place outside all brackets where `is_found` holds; 0 if there is none.
template <typename IsFound>
size_t back_from(std::string_view name, size_t end, IsFound is_found) {
  int depth = 0;
  for (size_t i = end; i-- > 0;) {
    const char c = name[i];
    if (c == '>' || c == ')' || c == '}' || c == ']') depth++;
    if (c == '<' || c == '(' || c == '{' || c == '[') depth--;
    if (depth == 0 && is_found(i)) return i + 1;
  }
  return 0;
}

/// A function template's symbol holds the type of its result (Itanium C++ ABI, 5.1.5.3), which is not part of the name.
std::string without_result_type(const std::string& name) {
  const size_t arguments = begin_of_template_arguments(name);
  if (arguments == name.size()) return name;
  const size_t end = without_operator(std::string_view(name).substr(0, arguments));
  const std::string_view text(name);
  const size_t begin = back_from(text, end, [&](size_t i) {
    // "f(int) const::{lambda()#1}::g<int>"
    return text[i] == ' ' && !text.substr(i).starts_with(" const::");
  });
  const std::string_view result = text.substr(0, begin);
  // "X::operator Y<int>" is a conversion, and "non-virtual thunk to" and "transaction clone for" say what it is.
  if (result.ends_with("operator ") || result.ends_with(" to ") || result.ends_with(" for "))
    return name;
  return name.substr(begin);
}

}  // namespace

size_t begin_of_parameters(const std::string& name) {
  const size_t end = name.find(" [clone ");  // "f(int) [clone .cold]"
  size_t close = name.rfind(')', end);
  if (close == std::string::npos) return close;
  int depth = 0;
  for (size_t i = close + 1; i-- > 0;) {
    if (name[i] == ')') depth++;
    if (name[i] == '(' && --depth == 0) return i;
  }
  return std::string::npos;
}

std::string demangled_name(const std::string& symbol) {
  if (symbol.compare(0, 2, "_Z") != 0) return symbol;
  int status = 0;
  std::unique_ptr<char, decltype(&free)> text(
      abi::__cxa_demangle(symbol.c_str(), nullptr, nullptr, &status), &free);
  if (!text || status != 0) return symbol;
  std::string name(text.get());
  return without_result_type(name.substr(0, begin_of_parameters(name)));
}

size_t begin_of_last_part(const std::string& name) {
  const size_t end =
      without_operator(std::string_view(name).substr(0, begin_of_template_arguments(name)));
  return back_from(name, end,
                   [&](size_t i) { return i > 0 && name[i] == ':' && name[i - 1] == ':'; });
}

std::string without_template_arguments(const std::string& name) {
  auto is_word = [&](size_t at) {
    return at < name.size() && (isalnum(static_cast<unsigned char>(name[at])) || name[at] == '_');
  };
  std::string bare;
  int depth = 0;
  for (size_t at = 0; at < name.size(); at++) {
    const bool begins_word = at == 0 || !is_word(at - 1);
    if (depth == 0 && begins_word && name.compare(at, kOperator.size(), kOperator) == 0 &&
        !is_word(at + kOperator.size())) {
      const size_t end =
          std::min(name.find_first_not_of("<>=-", at + kOperator.size()), name.size());
      bare += name.substr(at, end - at);
      at = end - 1;
      continue;
    }
    const bool is_arrow = at > 0 && name[at - 1] == '-';
    if (name[at] == '<') {
      if (depth++ == 0 && bare.ends_with(' ')) bare.pop_back();
    } else if (name[at] == '>' && depth > 0) {
      depth -= !is_arrow;
    } else if (depth == 0) {
      bare += name[at];
    }
  }
  return bare;
}

}  // namespace coretap::debug
