// Messages out of a stream of bytes: a head of lines, an empty line, and as many bytes as Content-Length says (the base protocol of
// LSP 3.17).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace coretap::language_server {

class MessageReader {
 public:
  /// What was read from the client.
  void feed(std::string_view bytes) { buffer_ += bytes; }
  /// The next whole message. Nothing if there is none yet, or if the stream is no such stream: then failure() says why.
  std::optional<std::string> next();
  /// "" or what is wrong with the stream. There is no way to find the next message then.
  const std::string& failure() const { return failure_; }
  /// Is something of a message there?
  bool has_part() const { return !buffer_.empty(); }

 private:
  bool read_head(std::string_view head);

  std::string buffer_;
  std::optional<size_t> length_;  ///< of the message whose head was read
  std::string failure_;
};

}  // namespace coretap::language_server
