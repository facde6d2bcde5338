#include "language_server/message_reader.h"

#include <strings.h>

#include <charconv>

namespace coretap::language_server {

namespace {

constexpr size_t kMostHead = 8 << 10;      // bytes; a head has two lines
constexpr size_t kMostContent = 64 << 20;  // bytes of a message, so of memory

}  // namespace

std::optional<std::string> MessageReader::next() {
  constexpr std::string_view kEnd = "\r\n\r\n";
  if (!failure_.empty()) return std::nullopt;
  if (!length_) {
    const size_t end = buffer_.find(kEnd);
    if (end == std::string::npos) {
      if (buffer_.size() > kMostHead)
        failure_ = "the head of a message has no end: it is longer than 8 KB";
      return std::nullopt;
    }
    if (!read_head(std::string_view(buffer_).substr(0, end))) return std::nullopt;
    buffer_.erase(0, end + kEnd.size());
  }
  if (buffer_.size() < *length_) return std::nullopt;
  std::string message = buffer_.substr(0, *length_);
  buffer_.erase(0, *length_);
  length_.reset();
  return message;
}

bool MessageReader::read_head(std::string_view head) {
  constexpr std::string_view kName = "Content-Length:";
  while (!head.empty()) {
    const size_t end = head.find("\r\n");
    std::string_view line = head.substr(0, end);
    head = end == std::string_view::npos ? "" : head.substr(end + 2);
    if (line.size() < kName.size() || strncasecmp(line.data(), kName.data(), kName.size()) != 0)
      continue;
    line.remove_prefix(kName.size());
    while (!line.empty() && (line.front() == ' ' || line.front() == '\t')) line.remove_prefix(1);
    size_t length = 0;
    const auto [stop, error] = std::from_chars(line.data(), line.data() + line.size(), length);
    if (error != std::errc() || stop != line.data() + line.size()) {
      failure_ = "the length of a message is not a number: Content-Length: " +
                 std::string(line.substr(0, 40));
      return false;
    }
    if (length > kMostContent) {
      failure_ =
          "a message of " + std::to_string(length) + " bytes is too long: 64 MB are the most";
      return false;
    }
    length_ = length;
  }
  if (!length_) failure_ = "the head of a message has no Content-Length";
  return length_.has_value();
}

}  // namespace coretap::language_server
