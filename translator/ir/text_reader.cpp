#include "ir/text_reader.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <utility>

namespace coretap::ir {

namespace {

bool is_name_char(char c) {
  static constexpr std::string_view kNotInNames = " []()\",=";
  return kNotInNames.find(c) == std::string_view::npos;
}

}  // namespace

void fail(const std::string& message) { throw Malformed{message}; }

bool LineReader::take(std::string_view what) {
  skip_blanks();
  if (text_.compare(at_, what.size(), what) != 0) return false;
  size_t end = at_ + what.size();
  if (std::isalnum(static_cast<unsigned char>(what.back())) && end < text_.size() &&
      is_name_char(text_[end]) && text_[end] != ':')
    return false;
  at_ = end;
  return true;
}

void LineReader::expect(std::string_view what) {
  if (!take(what)) fail("'" + std::string(what) + "' is expected at '" + text_.substr(at_) + "'");
}

void LineReader::expect_end() {
  if (!at_end()) fail("'" + rest() + "' is left over");
}

std::string LineReader::word() {
  skip_blanks();
  size_t from = at_;
  while (at_ < text_.size() && is_name_char(text_[at_])) ++at_;
  if (at_ > from && text_[at_ - 1] == ':') --at_;
  if (at_ == from) fail("a word is expected at '" + text_.substr(at_) + "'");
  return text_.substr(from, at_ - from);
}

int64_t LineReader::number() {
  skip_blanks();
  char* end = nullptr;
  long long value = std::strtoll(text_.c_str() + at_, &end, 10);
  size_t length = static_cast<size_t>(end - (text_.c_str() + at_));
  if (length == 0) fail("a number is expected at '" + text_.substr(at_) + "'");
  at_ += length;
  return value;
}

std::string LineReader::string() {
  expect("\"");
  std::string out;
  for (; at_ < text_.size() && text_[at_] != '"'; ++at_) {
    if (text_[at_] != '\\') {
      out += text_[at_];
      continue;
    }
    char c = ++at_ < text_.size() ? text_[at_] : '\0';
    if (c == 'x') {
      out += static_cast<char>(std::stoi(text_.substr(at_ + 1, 2), nullptr, 16));
      at_ += 2;
    } else {
      out += c == 'n' ? '\n' : c == 't' ? '\t' : c;
    }
  }
  expect("\"");
  return out;
}

std::string LineReader::rest() {
  skip_blanks();
  return text_.substr(std::exchange(at_, text_.size()));
}

char LineReader::next() {
  skip_blanks();
  return at_ < text_.size() ? text_[at_] : '\0';
}

void LineReader::skip_blanks() {
  while (at_ < text_.size() && text_[at_] == ' ') ++at_;
}

TextReader::TextReader(const SourceFile& file) : file_(file) {
  const std::string& text = file.text;
  for (size_t from = 0; from < text.size();) {
    size_t end = std::min(text.find('\n', from), text.size());
    starts_.push_back(from);
    lines_.push_back(text.substr(from, end - from));
    from = end + 1;
  }
}

size_t TextReader::indentation() const {
  return at_end() ? 0 : std::min(line().find_first_not_of(' '), line().size());
}

Span TextReader::span() const {
  return {&file_, static_cast<uint32_t>(starts_[at_] + indentation()),
          static_cast<uint32_t>(starts_[at_] + line().size()), nullptr};
}

}  // namespace coretap::ir
