// Small questions about text that several boxes ask.
//
// In a header: the translator's lowest box, dwarf/ and the runtime of built binaries use it.
#pragma once

#include <string>
#include <string_view>

namespace ct {

/// Is `text` a pattern of fnmatch(3)? (`\\` alone makes none: there it only quotes.)
inline bool has_wildcard(std::string_view text) {
  return text.find_first_of("*?[") != std::string_view::npos;
}

/// The strings of `words` in a row, with `between` between two of them.
template <typename Strings>
std::string join(const Strings& words, std::string_view between = ", ") {
  std::string text;
  bool is_first = true;
  for (const auto& word : words) {
    if (!is_first) text += between;
    text += word;
    is_first = false;
  }
  return text;
}

}  // namespace ct
