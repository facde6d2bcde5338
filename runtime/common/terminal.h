// Text that others wrote, on its way to a terminal.
//
// Names of functions, variables, types and files come from debug information, which anybody may
// have written. Raw, an escape sequence in one of them would be obeyed by the terminal, and a
// newline would make two lines of one. So every such name passes through here before it is shown.
//
// In a header: the translator's lowest box and the runtime of built binaries both use it.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace ct {

namespace terminal {

/// Length of the well-formed UTF-8 sequence at the start of `text` (Unicode 15, table 3-7), and
/// what it encodes; 0 if there is none.
inline size_t decode_utf8(std::string_view text, uint32_t& code_point) {
  auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  size_t length = byte(0) < 0x80   ? 1
                  : byte(0) < 0xc2 ? 0
                  : byte(0) < 0xe0 ? 2
                  : byte(0) < 0xf0 ? 3
                  : byte(0) < 0xf5 ? 4
                                   : 0;
  if (length == 0 || length > text.size()) return 0;
  static constexpr unsigned char kLead[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
  static constexpr uint32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
  code_point = byte(0) & kLead[length];
  for (size_t i = 1; i < length; i++) {
    if ((byte(i) & 0xc0) != 0x80) return 0;
    code_point = code_point << 6 | (byte(i) & 0x3f);
  }
  bool surrogate = code_point >= 0xd800 && code_point < 0xe000;
  return code_point < kLeast[length] || surrogate || code_point > 0x10ffff ? 0 : length;
}

/// Does a terminal obey it instead of showing it? Control characters, the line and paragraph
/// separators, and the marks that reorder text (Unicode TR 9, "Trojan Source").
inline bool is_obeyed(uint32_t code_point) {
  return code_point < 0x20 || (code_point >= 0x7f && code_point < 0xa0) || code_point == 0x061c ||
         code_point == 0x200e || code_point == 0x200f ||
         (code_point >= 0x2028 && code_point <= 0x202e) ||
         (code_point >= 0x2066 && code_point <= 0x2069);
}

inline void escape(std::string& out, unsigned char byte) {
  switch (byte) {
    case '\n': out += "\\n"; return;
    case '\t': out += "\\t"; return;
    case '\r': out += "\\r"; return;
    default:
      out += {'\\', static_cast<char>('0' + (byte >> 6)), static_cast<char>('0' + (byte >> 3 & 7)),
              static_cast<char>('0' + (byte & 7))};
  }
}

inline std::string safe(std::string_view text, bool tabs_stay) {
  // Almost all texts: a list of a program's functions has tens of thousands of names.
  if (std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; }))
    return std::string(text);
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    uint32_t code_point = 0;
    size_t length = decode_utf8(text, code_point);
    bool shown = length != 0 && (!is_obeyed(code_point) || (tabs_stay && text[0] == '\t'));
    if (length == 0) length = 1;
    for (char c : text.substr(0, length)) {
      if (shown)
        out += c;
      else
        escape(out, static_cast<unsigned char>(c));
    }
    text.remove_prefix(length);
  }
  return out;
}

}  // namespace terminal

/// `text` with everything that is not printable as a C escape: \n, \t, \r, others as three octal
/// digits (\033). Not printable are: control characters (C0, DEL, and C1 also as UTF-8), bytes that are not
/// UTF-8, and the marks that change the direction of writing. Other text, UTF-8 too, stays.
inline std::string terminal_safe(std::string_view text) { return terminal::safe(text, false); }

/// The same for a line of a script: tabs stay as they are, so that a caret below it fits.
inline std::string terminal_safe_line(std::string_view text) { return terminal::safe(text, true); }

}  // namespace ct
