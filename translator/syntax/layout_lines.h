// The lines that the layout writes, until all of them are there: comments behind code stand below each other if they did.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace coretap::syntax {

class LayoutLines {
 public:
  /// Ends the present line. The next begins with `indent` blanks, and with an empty line before it if `blank`.
  void begin_line(size_t indent, bool blank);
  /// Adds to the present line.
  void add(std::string_view text);
  /// A comment that ends the present line; `column` is where it stood in the source.
  void add_comment(std::string_view text, size_t column);
  /// The column behind what is written of the present line.
  size_t column() const { return column_; }
  /// The indentation of the present line.
  size_t indent() const { return lines_.back().indent; }
  bool is_empty() const { return lines_.back().text.empty() && lines_.back().comment.empty(); }

  /// The whole text.
  std::string text() const;

 private:
  struct Line {
    size_t indent = 0;
    bool blank_before = false;
    std::string text;     ///< may have line ends, of a token that has them
    size_t width = 0;     ///< the column behind its text
    std::string comment;  ///< at its end
    size_t comment_column = 0;
  };
  std::vector<Line> lines_{1};
  size_t column_ = 0;
};

}  // namespace coretap::syntax
