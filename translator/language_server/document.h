// An open document: its text, and the positions of the protocol in it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace coretap::language_server {

/// What Position::character counts.
enum class Encoding : uint8_t { Utf8, Utf16 };

/// Both from 0.
struct Position {
  size_t line = 0;
  size_t character = 0;
};

class Document {
 public:
  explicit Document(std::string text) { set(std::move(text)); }

  void set(std::string text);
  /// Puts `text` in the place of the bytes from `begin` to `end`.
  void replace(size_t begin, size_t end, std::string_view text);

  const std::string& text() const { return text_; }
  /// The byte at a position; a position behind the end of a line or of the text is that end.
  size_t offset(Position position, Encoding encoding) const;
  Position position(size_t offset, Encoding encoding) const;

 private:
  void find_lines();

  std::string text_;
  std::vector<size_t> lines_;  ///< where each begins
};

}  // namespace coretap::language_server
