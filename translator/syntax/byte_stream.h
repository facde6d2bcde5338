// ANTLR's view of a source file. ANTLRInputStream would decode UTF-8, count code points and throw
// on malformed input; a script is bytes, and our positions are byte offsets, so this stream hands
// out the bytes themselves, without a copy.
#pragma once

#include <CharStream.h>
#include <misc/Interval.h>

#include <string>
#include <string_view>

namespace coretap::syntax {

class ByteStream : public antlr4::CharStream {
 public:
  /// `text` must outlive the stream.
  explicit ByteStream(std::string_view text) : text_(text) {}

  void consume() override {
    if (position_ < text_.size()) position_++;
  }
  size_t LA(ssize_t i) override {
    if (i == 0) return 0;
    size_t at =
        i > 0 ? position_ + static_cast<size_t>(i) - 1 : position_ - static_cast<size_t>(-i);
    if (at >= text_.size()) return EOF_SYMBOL;
    return static_cast<unsigned char>(text_[at]);
  }
  ssize_t mark() override { return -1; }
  void release(ssize_t) override {}
  size_t index() override { return position_; }
  void seek(size_t index) override { position_ = std::min(index, text_.size()); }
  size_t size() override { return text_.size(); }
  std::string getSourceName() const override { return "script"; }
  std::string getText(const antlr4::misc::Interval& interval) override {
    auto begin = static_cast<size_t>(interval.a);
    if (begin >= text_.size() || interval.b < interval.a) return {};
    return std::string(text_.substr(begin, static_cast<size_t>(interval.b) - begin + 1));
  }
  std::string toString() const override { return std::string(text_); }

 private:
  static constexpr size_t EOF_SYMBOL = static_cast<size_t>(-1);
  std::string_view text_;
  size_t position_ = 0;
};

}  // namespace coretap::syntax
