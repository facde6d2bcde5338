// JSON text for what programs read: --output=json, --accounts, --explain-needs=json, --lines --json.
#pragma once

#include <stdio.h>

#include <string>
#include <string_view>

namespace ct {
namespace json {

inline bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

/// Bytes of the character that begins with this byte; 0: none does.
inline size_t length_by_first(char c) {
  const auto first = static_cast<unsigned char>(c);
  if (first < 0x80) return 1;
  if (first >= 0xc2 && first <= 0xdf) return 2;
  if (first >= 0xe0 && first <= 0xef) return 3;
  return first >= 0xf0 && first <= 0xf4 ? 4 : 0;
}

/// Bytes of the valid character at the start of `text`, which is not empty; 0: there is none.
/// Overlong forms, surrogates and what is above U+10FFFF show in the second byte (RFC 3629, 4).
inline size_t valid_length(std::string_view text) {
  const size_t length = length_by_first(text[0]);
  if (length == 0 || length > text.size()) return 0;
  for (size_t i = 1; i < length; ++i)
    if (!is_continuation(text[i])) return 0;
  if (length < 3) return length;
  const auto first = static_cast<unsigned char>(text[0]);
  const auto second = static_cast<unsigned char>(text[1]);
  const bool is_wrong = (first == 0xe0 && second < 0xa0) || (first == 0xed && second > 0x9f) ||
                        (first == 0xf0 && second < 0x90) || (first == 0xf4 && second > 0x8f);
  return is_wrong ? 0 : length;
}

/// A control character that begins `text`, of C0, DEL or C1, or -1: a terminal might obey it.
inline int control_character(std::string_view text) {
  const auto first = static_cast<unsigned char>(text[0]);
  if (first < 0x20 || first == 0x7f) return first;
  if (first != 0xc2 || text.size() < 2) return -1;
  const auto second = static_cast<unsigned char>(text[1]);
  return second < 0xa0 ? second : -1;
}

}  // namespace json

/// A JSON string with its quotes. Each byte that is not a part of valid UTF-8 (RFC 3629) becomes U+FFFD.
inline std::string json_string(std::string_view text) {
  std::string out = "\"";
  while (!text.empty()) {
    const char c = text[0];
    const size_t length = json::valid_length(text);
    if (length == 0) {
      out += "\\ufffd";
    } else if (const int control = json::control_character(text); control >= 0) {
      char code[8];
      snprintf(code, sizeof code, "\\u%04x", static_cast<unsigned>(control));
      out += code;
    } else {
      if (c == '"' || c == '\\') out += '\\';
      out += text.substr(0, length);
    }
    text.remove_prefix(length ? length : 1);
  }
  return out + "\"";
}

/// Builds an object or an array, item by item. Items and values are JSON text.
class JsonList {
 public:
  void add(std::string_view item) {
    if (!text_.empty()) text_ += ", ";
    text_ += item;
  }
  /// A member of an object; its name needs no escapes.
  void add(const char* name, std::string_view value) {
    add("\"");
    text_.append(name).append("\": ").append(value);
  }
  bool empty() const { return text_.empty(); }
  std::string object() const { return "{" + text_ + "}"; }
  std::string array() const { return "[" + text_ + "]"; }

 private:
  std::string text_;
};

/// Bytes at the end of `text` that may be the beginning of a character whose other bytes are still to come.
inline size_t incomplete_utf8(std::string_view text) {
  for (size_t back = 1; back <= 3 && back <= text.size(); ++back) {
    const char c = text[text.size() - back];
    if (json::is_continuation(c)) continue;
    return json::length_by_first(c) > back ? back : 0;
  }
  return 0;
}

}  // namespace ct
