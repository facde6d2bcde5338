#include "language_server/document.h"

#include <algorithm>

namespace coretap::language_server {

namespace {

/// Bytes of the character that begins with this byte. A byte that begins none counts as a character: editors show one there.
size_t bytes_of(std::string_view text) {
  const auto first = static_cast<unsigned char>(text.front());
  const size_t wanted = first < 0xc0 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  return std::min(wanted, text.size());
}

/// What a character of so many bytes counts.
size_t units_of(size_t bytes, Encoding encoding) {
  if (encoding == Encoding::Utf8) return bytes;
  return bytes == 4 ? 2 : 1;
}

}  // namespace

void Document::set(std::string text) {
  text_ = std::move(text);
  find_lines();
}

void Document::replace(size_t begin, size_t end, std::string_view text) {
  begin = std::min(begin, text_.size());
  end = std::clamp(end, begin, text_.size());
  text_.replace(begin, end - begin, text);
  find_lines();
}

/// Lines end with "\n", "\r\n" or "\r".
void Document::find_lines() {
  lines_.assign(1, 0);
  for (size_t i = 0; i < text_.size(); i++)
    if (text_[i] == '\n' || (text_[i] == '\r' && (i + 1 == text_.size() || text_[i + 1] != '\n')))
      lines_.push_back(i + 1);
}

size_t Document::offset(Position position, Encoding encoding) const {
  if (position.line >= lines_.size()) return text_.size();
  const size_t begin = lines_[position.line];
  size_t end = position.line + 1 < lines_.size() ? lines_[position.line + 1] : text_.size();
  while (end > begin && (text_[end - 1] == '\n' || text_[end - 1] == '\r')) end--;
  size_t at = begin;
  for (size_t units = 0; at < end && units < position.character;) {
    const size_t bytes = bytes_of(std::string_view(text_).substr(at, end - at));
    units += units_of(bytes, encoding);
    at += bytes;
  }
  return at;
}

Position Document::position(size_t offset, Encoding encoding) const {
  offset = std::min(offset, text_.size());
  const auto next = std::upper_bound(lines_.begin(), lines_.end(), offset);
  Position position{static_cast<size_t>(next - lines_.begin()) - 1, 0};
  for (size_t at = lines_[position.line]; at < offset;) {
    const size_t bytes = bytes_of(std::string_view(text_).substr(at, offset - at));
    position.character += units_of(bytes, encoding);
    at += bytes;
  }
  return position;
}

}  // namespace coretap::language_server
