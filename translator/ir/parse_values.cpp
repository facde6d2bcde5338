#include "ir/parse_values.h"

#include <cctype>
#include <charconv>
#include <cstdio>

#include "ir/words.h"

namespace coretap::ir {

namespace {

/// Reads a format from left to right.
class FormatReader {
 public:
  explicit FormatReader(const std::string& text) : text_(text) {}

  std::vector<FormatPiece> pieces() {
    std::vector<FormatPiece> all;
    while (at_ < text_.size()) {
      if (text_[at_] == '%' && peek(1) != '%') {
        ++at_;
        all.push_back(peek() == '(' ? condition() : take(')') ? end() : conversion());
        continue;
      }
      if (all.empty() || all.back().kind != FormatPiece::Literal) all.emplace_back();
      all.back().text += text_[at_];
      at_ += text_[at_] == '%' ? 2 : 1;
    }
    return all;
  }

 private:
  char peek(size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }
  bool take(char c) { return peek() == c && ++at_; }
  int digits() {
    int value = 0;
    while (std::isdigit(static_cast<unsigned char>(peek())))
      value = value * 10 + (text_[at_++] - '0');
    return value;
  }
  void size(FormatPiece::Size& kind, int& value) {
    kind = take('*') ? FormatPiece::Dynamic : FormatPiece::Fixed;
    if (kind == FormatPiece::Fixed) value = digits();
  }

  int64_t number() {
    const size_t end = text_.find(':', at_);
    int64_t value = 0;
    std::from_chars(text_.data() + at_, text_.data() + std::min(end, text_.size()), value);
    at_ = end == std::string::npos ? text_.size() : end + 1;
    return value;
  }
  /// "%(LOW:HIGH:"
  FormatPiece condition() {
    FormatPiece piece;
    piece.kind = FormatPiece::When;
    take('(');
    piece.low = number();
    piece.high = number();
    return piece;
  }
  static FormatPiece end() {
    FormatPiece piece;
    piece.kind = FormatPiece::End;
    return piece;
  }

  FormatPiece conversion() {
    FormatPiece piece;
    piece.kind = FormatPiece::Conversion;
    if (take('{')) {
      piece.fault_bit = digits();
      take('}');
    }
    for (;;) {
      if (take('-'))
        piece.flag_minus = true;
      else if (take('+'))
        piece.flag_plus = true;
      else if (take(' '))
        piece.flag_space = true;
      else if (take('0'))
        piece.flag_zero = true;
      else if (take('#'))
        piece.flag_hash = true;
      else
        break;
    }
    if (peek() == '*' || std::isdigit(static_cast<unsigned char>(peek())))
      size(piece.width_kind, piece.width);
    if (take('.')) size(piece.precision_kind, piece.precision);
    piece.is_quoted = take('q');
    piece.conversion = peek();
    ++at_;
    return piece;
  }

  const std::string& text_;
  size_t at_ = 0;
};

}  // namespace

Type read_type(LineReader& line) {
  std::string word = line.word();
  if (word == "void") return {Ty::Void};
  if (word == "long") return {Ty::Long};
  if (word == "string") return {Ty::Str};
  unsigned cap = 0;
  if (std::sscanf(word.c_str(), "string<%u>", &cap) != 1) fail("'" + word + "' is not a type");
  return {Ty::Str, cap};
}

HistSpec read_hist(LineReader& line) {
  if (line.take("log")) return {};
  HistSpec hist{.linear = true};
  line.expect("linear(");
  hist.low = line.number();
  line.expect(",");
  hist.high = line.number();
  line.expect(",");
  hist.step = line.number();
  line.expect(")");
  return hist;
}

StatFn read_stat(LineReader& line) {
  std::string word = line.word();
  for (StatFn fn :
       {StatFn::Count, StatFn::Sum, StatFn::Min, StatFn::Max, StatFn::Avg, StatFn::Variance})
    if (word == stat_word(fn)) return fn;
  fail("'" + word + "' is not an extractor of a statistic");
}

void read_width(LineReader& line, uint32_t& size, bool& is_signed) {
  std::string word = line.word();
  unsigned bits = 0;
  char sign = 0;
  if (std::sscanf(word.c_str(), "%c%u", &sign, &bits) != 2 || (sign != 's' && sign != 'u') ||
      bits % 8)
    fail("'" + word + "' is not the width of a number");
  size = bits / 8;
  is_signed = sign == 's';
}

std::shared_ptr<const CoreAccess> read_core(LineReader& line) {
  auto core = std::make_shared<CoreAccess>();
  for (std::string_view kind : {"struct", "union", "enum"})
    if (line.take(kind)) core->type = std::string(kind) + " ";
  std::string path = line.word();
  size_t dot = path.find('.');
  core->type += path.substr(0, dot);
  auto add_members = [&](std::string members) {
    while (!members.empty()) {
      size_t end = members.find('.', 1);
      core->steps.push_back({members.substr(1, end - 1)});
      members = end == std::string::npos ? "" : members.substr(end);
    }
  };
  if (dot != std::string::npos) add_members(path.substr(dot));
  while (line.take("[")) {
    core->steps.push_back({"", line.number()});
    line.expect("]");
    if (line.next() == '.') add_members(line.word());
  }
  core->is_bitfield = line.take("bitfield");
  return core;
}

std::vector<FormatPiece> read_format(const std::string& text) {
  return FormatReader(text).pieces();
}

}  // namespace coretap::ir
