#include "syntax/format.h"

#include <cstring>

namespace coretap::syntax {

namespace {

// Above MAXSTRINGLEN no width can take effect; the limit keeps numbers small.
constexpr int kMaxWidth = 65535;

class FormatParser {
 public:
  FormatParser(const std::string& format, const Span& at, Diagnostics& diagnostics)
      : format_(format), at_(at), diagnostics_(diagnostics) {}

  std::vector<FormatPiece> parse() {
    while (next_ < format_.size()) {
      if (format_[next_] != '%') {
        literal_ += format_[next_++];
      } else if (next_ + 1 < format_.size() && format_[next_ + 1] == '%') {
        literal_ += '%';
        next_ += 2;
      } else {
        flush_literal();
        parse_conversion();
      }
    }
    flush_literal();
    return std::move(pieces_);
  }

 private:
  void flush_literal() {
    if (literal_.empty()) return;
    FormatPiece& piece = pieces_.emplace_back();
    piece.text = std::move(literal_);
    literal_.clear();
  }

  /// `%[flags][width][.precision][length]conversion`
  void parse_conversion() {
    size_t start = next_++;
    FormatPiece piece;
    piece.kind = FormatPiece::Conversion;
    while (take_flag(piece)) next_++;
    piece.width_kind = parse_size(piece.width);
    if (next_ < format_.size() && format_[next_] == '.') {
      next_++;
      piece.precision_kind = parse_size(piece.precision);
      if (piece.precision_kind == FormatPiece::None) piece.precision_kind = FormatPiece::Fixed;
    }
    // All numbers are 64 bits wide, so C's 'l' says nothing new.
    while (next_ < format_.size() && format_[next_] == 'l') next_++;
    if (next_ == format_.size()) {
      error(start, "ends before it says what to print");
      return;
    }
    char conversion = format_[next_++];
    if (!std::strchr("diuxXocspbmM", conversion)) {
      error(start, "is not a conversion of printf");
      return;
    }
    piece.conversion = conversion == 'i' ? 'd' : conversion;
    pieces_.push_back(piece);
  }

  bool take_flag(FormatPiece& piece) {
    if (next_ == format_.size()) return false;
    switch (format_[next_]) {
      case '-': return piece.flag_minus = true;
      case '+': return piece.flag_plus = true;
      case ' ': return piece.flag_space = true;
      case '0': return piece.flag_zero = true;
      case '#': return piece.flag_hash = true;
      default: return false;
    }
  }

  FormatPiece::Size parse_size(int& value) {
    if (next_ == format_.size()) return FormatPiece::None;
    if (format_[next_] == '*') {
      next_++;
      return FormatPiece::Dynamic;
    }
    size_t begin = next_;
    while (next_ < format_.size() && format_[next_] >= '0' && format_[next_] <= '9')
      value = std::min(value * 10 + (format_[next_++] - '0'), kMaxWidth);
    return next_ == begin ? FormatPiece::None : FormatPiece::Fixed;
  }

  void error(size_t start, const std::string& what) {
    diagnostics_
        .parse_error("format", at_, "'" + format_.substr(start, next_ - start) + "' " + what)
        .hint("conversions are %d %i %u %x %X %o %c %s %p %b %m %M, and %% for a percent sign");
  }

  const std::string& format_;
  Span at_;
  Diagnostics& diagnostics_;
  size_t next_ = 0;
  std::string literal_;
  std::vector<FormatPiece> pieces_;
};

}  // namespace

std::vector<FormatPiece> parse_format(const std::string& format, const Span& at,
                                      Diagnostics& diagnostics) {
  return FormatParser(format, at, diagnostics).parse();
}

size_t format_arguments(const std::vector<FormatPiece>& pieces) {
  size_t count = 0;
  for (const FormatPiece& piece : pieces) {
    if (piece.kind != FormatPiece::Conversion) continue;
    count += 1 + (piece.width_kind == FormatPiece::Dynamic) +
             (piece.precision_kind == FormatPiece::Dynamic);
  }
  return count;
}

}  // namespace coretap::syntax
