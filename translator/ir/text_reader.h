// The IR's text, line by line, and a line word by word: what parse.cpp and its parts read from.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "support/source.h"

namespace coretap::ir {

/// What is wrong with the present line; parse() adds its number.
struct Malformed {
  std::string message;
};

[[noreturn]] void fail(const std::string& message);

/// Reads a line from left to right. Blanks in front of what is read do not count. What is not as it must be is Malformed.
class LineReader {
 public:
  explicit LineReader(std::string text) : text_(std::move(text)) {}

  /// Reads `what` if it is next. A word is whole: "by" is not the start of "byte".
  bool take(std::string_view what);
  void expect(std::string_view what);
  void expect_end();
  /// Everything up to the next blank, bracket, comma, quote or '='; a ':' at its end does not belong to it.
  std::string word();
  int64_t number();
  uint32_t count() { return static_cast<uint32_t>(number()); }
  /// A text in quotes, as it was before print() escaped it.
  std::string string();
  /// What is left, without the blanks in front of it.
  std::string rest();
  /// The next character that is not a blank; NUL at the end.
  char next();
  bool at_end() { return next() == '\0'; }

 private:
  void skip_blanks();

  std::string text_;
  size_t at_ = 0;
};

/// The lines of a text, one of which is the present one. The file must outlive it.
class TextReader {
 public:
  explicit TextReader(const SourceFile& file);

  bool at_end() const { return at_ == lines_.size(); }
  /// Is there a present line that begins so?
  bool begins_with(std::string_view what) const {
    return !at_end() && lines_[at_].starts_with(what);
  }
  const std::string& line() const { return lines_[at_]; }
  /// Its blanks at the front; 0 at the end of the text.
  size_t indentation() const;
  Span span() const;
  size_t line_number() const { return at_ + 1; }
  void advance() { ++at_; }
  void restart() { at_ = 0; }

 private:
  const SourceFile& file_;
  std::vector<size_t> starts_;  ///< of the lines, in the text
  std::vector<std::string> lines_;
  size_t at_ = 0;
};

}  // namespace coretap::ir
