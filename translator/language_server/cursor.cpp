// A script that is being written has no tree where it is written. So the text before the cursor is gone through: comments, strings and
// embedded C are passed over, braces are counted, and the last "probe" outside of braces begins the points.
#include "language_server/cursor.h"

#include <algorithm>
#include <cctype>

namespace coretap::language_server {

namespace {

bool is_name_byte(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '$';
}

/// Behind the comment, string or embedded C that begins at `at`; `at` if none does.
size_t behind_literal(std::string_view text, size_t at) {
  const std::string_view rest = text.substr(at);
  auto behind = [&](size_t found, size_t length) {
    return found == std::string_view::npos ? text.size() : found + length;
  };
  if (rest.starts_with("#") && (at == 0 || text[at - 1] != '$') && (at == 0 || text[at - 1] != '@'))
    return behind(text.find('\n', at), 0);
  if (rest.starts_with("//")) return behind(text.find('\n', at), 0);
  if (rest.starts_with("/*")) return behind(text.find("*/", at + 2), 2);
  if (rest.starts_with("%{")) return behind(text.find("%}", at + 2), 2);
  if (!rest.starts_with("\"")) return at;
  for (size_t i = at + 1; i < text.size(); i++) {
    if (text[i] == '\\')
      i++;
    else if (text[i] == '"')
      return i + 1;
    else if (text[i] == '\n')
      return i;
  }
  return text.size();
}

/// The points of a probe end with its body, an alias's begin behind its last '='.
struct ProbeHead {
  size_t begin = std::string_view::npos;  ///< of the points
  size_t end = std::string_view::npos;    ///< the body's '{'
};

}  // namespace

Cursor cursor_at(std::string_view text, size_t at) {
  Cursor cursor;
  at = std::min(at, text.size());
  ProbeHead probe;
  bool is_in_head = false;
  bool is_in_points_braces = false;
  int depth = 0;
  size_t last = 0;  // the last byte that is not a blank, before i
  for (size_t i = 0; i < at;) {
    const size_t literal = behind_literal(text, i);
    if (literal > i) {
      const bool is_string = text[i] == '"';
      // Behind its last byte a literal is over, but a comment of a line and a string without an end go on.
      const bool is_open =
          literal > at ||
          (literal == at && (text.substr(i).starts_with("#") || text.substr(i).starts_with("//") ||
                             (is_string && text[literal - 1] != '"') || literal == i + 1));
      if (is_open && !(is_string && is_in_head)) return cursor;
      if (is_open) break;
      last = literal - 1;
      i = literal;
      continue;
    }
    const char c = text[i];
    if (std::isalpha(static_cast<unsigned char>(c)) || c == '_' || c == '$' || c == '@') {
      size_t end = i + 1;
      while (end < text.size() && is_name_byte(text[end])) end++;
      const std::string_view word = text.substr(i, end - i);
      if (depth == 0 && end < at &&
          (word == "probe" || word == "function" || word == "global" || word == "private")) {
        const bool is_part = is_in_head && (text[last] == '.');
        if (!is_part) {
          is_in_head = word == "probe";
          probe = ProbeHead();
          if (is_in_head) probe.begin = end;
        }
      }
      last = std::min(end, at) - 1;
      i = end;
      continue;
    }
    if (c == '{') {
      is_in_points_braces = is_in_head && depth == 0 && (text[last] == '.' || text[last] == ',');
      if (is_in_head && depth == 0 && !is_in_points_braces) {
        is_in_head = false;
        probe.end = i;
      }
      depth++;
    } else if (c == '}') {
      depth = std::max(depth - 1, 0);
      if (depth == 0 && !is_in_head) probe = ProbeHead();
    } else if (c == '=' && is_in_head) {
      probe.begin = i + 1;
    }
    if (!std::isspace(static_cast<unsigned char>(c))) last = i;
    i++;
  }
  cursor.begin = at;
  while (cursor.begin > 0 && is_name_byte(text[cursor.begin - 1])) cursor.begin--;
  if (cursor.begin > 0 && text[cursor.begin - 1] == '@') cursor.begin--;
  cursor.end = at;
  while (cursor.end < text.size() && is_name_byte(text[cursor.end])) cursor.end++;
  if (probe.begin != std::string_view::npos) {
    while (probe.begin < at && std::isspace(static_cast<unsigned char>(text[probe.begin])))
      probe.begin++;
    if (!is_in_head) {
      size_t end = probe.end;
      while (end > probe.begin && std::isspace(static_cast<unsigned char>(text[end - 1]))) end--;
      cursor.points = text.substr(probe.begin, end - probe.begin);
    }
  }
  if (is_in_head) {
    cursor.kind = Cursor::Point;
    cursor.point_begin = std::min(probe.begin, at);
    cursor.point_end = cursor.point_begin;
    for (int brackets = 0; cursor.point_end < text.size();) {
      const size_t literal = behind_literal(text, cursor.point_end);
      if (literal > cursor.point_end) {
        cursor.point_end = literal;
        continue;
      }
      const char c = text[cursor.point_end];
      brackets += (c == '(') - (c == ')');
      const bool is_end = c == ',' || c == '{' || c == '=' || c == '\n';
      if (is_end && brackets <= 0 && cursor.point_end >= at) break;
      cursor.point_end++;
    }
    return cursor;
  }
  const std::string_view word = text.substr(cursor.begin, cursor.end - cursor.begin);
  cursor.kind = word.starts_with("$")   ? Cursor::Variable
                : word.starts_with("@") ? Cursor::At
                                        : Cursor::Word;
  // `$x->a->b`: back to its beginning. An index in between may be any expression; of it only names and numbers are followed.
  size_t begin = cursor.begin;
  while (begin >= 2 && text.substr(begin - 2, 2) == "->") {
    begin -= 2;
    if (begin > 0 && text[begin - 1] == ']') {
      while (begin > 0 && text[begin - 1] != '[') begin--;
      if (begin > 0) begin--;
    }
    while (begin > 0 && is_name_byte(text[begin - 1])) begin--;
  }
  if (begin < cursor.begin && text[begin] == '$') {
    cursor.kind = Cursor::Variable;
    cursor.access = text.substr(begin, cursor.begin - 2 - begin);
  }
  return cursor;
}

}  // namespace coretap::language_server
