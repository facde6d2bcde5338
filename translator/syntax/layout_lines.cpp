#include "syntax/layout_lines.h"

#include <algorithm>

#include "syntax/layout_pieces.h"

namespace coretap::syntax {

namespace {

/// Blanks between code and the comment behind it, as in examples/tools.
constexpr size_t kGap = 3;

std::string_view without_blanks_at_end(std::string_view text) {
  const size_t last = text.find_last_not_of(" \t\f\v\r");
  return text.substr(0, last == std::string_view::npos ? 0 : last + 1);
}

}  // namespace

void LayoutLines::begin_line(size_t indent, bool blank) {
  const bool is_first = lines_.size() == 1 && is_empty();
  if (!is_first) lines_.emplace_back();
  lines_.back().indent = indent;
  lines_.back().blank_before = blank && !is_first;
  lines_.back().width = column_ = indent;
}

void LayoutLines::add(std::string_view text) {
  lines_.back().text += text;
  column_ = column_after(text, column_);
  lines_.back().width = column_;
}

void LayoutLines::add_comment(std::string_view text, size_t column) {
  lines_.back().comment = without_blanks_at_end(text);
  lines_.back().comment_column = column;
}

std::string LayoutLines::text() const {
  // A comment without code before it is one of its own, unless it stands exactly below the one of the line before.
  std::vector<bool> is_behind(lines_.size());
  for (size_t i = 0; i < lines_.size(); i++) {
    const Line& line = lines_[i];
    is_behind[i] = !line.comment.empty() &&
                   (!line.text.empty() || (i > 0 && is_behind[i - 1] && !line.blank_before &&
                                           lines_[i - 1].comment_column == line.comment_column));
  }
  std::string all;
  for (size_t i = 0, end; i < lines_.size(); i = end) {
    // A group: lines whose comments stood below each other.
    end = i + 1;
    size_t widest = lines_[i].width;
    if (is_behind[i])
      for (; end < lines_.size() && is_behind[end] && !lines_[end].blank_before &&
             lines_[end].comment_column == lines_[i].comment_column;
           end++)
        if (!lines_[end].text.empty()) widest = std::max(widest, lines_[end].width);
    for (size_t at = i; at < end; at++) {
      const Line& line = lines_[at];
      if (line.blank_before) all += '\n';
      std::string shown = line.text.empty() && (is_behind[at] || line.comment.empty())
                              ? ""
                              : std::string(line.indent, ' ') + line.text;
      if (is_behind[at]) {
        const size_t width = line.text.empty() ? 0 : line.width;
        shown += std::string(widest - width + kGap, ' ');
      }
      all += shown + line.comment + '\n';
    }
  }
  if (all == "\n") all.clear();  // a script of blanks
  return all;
}

}  // namespace coretap::syntax
