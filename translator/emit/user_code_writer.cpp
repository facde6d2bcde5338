#include <algorithm>
#include <cctype>

#include "emit/user_body.h"

namespace coretap {

namespace {

bool is_identifier_start(char c) {
  return std::isalpha(static_cast<unsigned char>(c)) || c == '_' || c == '$' || c == '@';
}
bool is_identifier_part(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '$';
}

bool is_punctuation(char c) { return std::ispunct(static_cast<unsigned char>(c)); }

}  // namespace

std::string token_of(const Span& span) {
  const std::string_view whole = span.file->text;
  if (span.begin >= whole.size()) return "";
  const std::string_view text = whole.substr(span.begin);
  size_t size = 1;
  if (is_identifier_start(text[0])) {
    while (size < text.size() && is_identifier_part(text[size])) ++size;
    std::string word(text.substr(0, size));
    return (text[0] == '@' ? "operator '" : "identifier '") + word + "'";
  }
  if (std::isdigit(static_cast<unsigned char>(text[0]))) {
    while (size < text.size() && std::isalnum(static_cast<unsigned char>(text[size]))) ++size;
    return "number '" + std::string(text.substr(0, size)) + "'";
  }
  if (text[0] == '"') return "string literal";
  // The span of an operation is its operator; that of another expression may begin with one.
  const std::string_view all = text.substr(0, span.end - span.begin);
  if (std::all_of(all.begin(), all.end(), is_punctuation)) size = std::max<size_t>(all.size(), 1);
  return "operator '" + std::string(text.substr(0, size)) + "'";
}

std::string c_string(const std::string& text) {
  std::string quoted = "\"";
  for (char c : text) {
    unsigned char byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      quoted += '\\';
      quoted += c;
    } else if (byte >= 0x20 && byte < 0x7f && c != '?') {  // '?': no trigraphs
      quoted += c;
    } else {
      // Three octal digits: unlike \x, they end by themselves.
      quoted += '\\';
      quoted += static_cast<char>('0' + (byte >> 6));
      quoted += static_cast<char>('0' + ((byte >> 3) & 7));
      quoted += static_cast<char>('0' + (byte & 7));
    }
  }
  return quoted + "\"";
}

std::string view_literal(const std::string& text) {
  return "ct::View{" + c_string(text) + ", " + std::to_string(text.size()) + "}";
}

std::string describe_token(const Span& span) {
  if (!span) return "";
  const std::string token = token_of(span);
  return (token.empty() ? "" : token + " at ") + describe(span);
}

void CodeWriter::line(const std::string& text) {
  text_.append(static_cast<size_t>(indent_ > 0 ? indent_ : 0) * 2, ' ');
  text_ += text;
  text_ += '\n';
  for (char c : text) next_line_ += c == '\n';
  ++next_line_;
}

void CodeWriter::lines(const std::string& text) {
  for (size_t from = 0; from < text.size();) {
    size_t end = text.find('\n', from);
    line(text.substr(from, end - from));
    from = end + 1;
  }
}

void CodeWriter::open(const std::string& text) {
  line(text.empty() ? "{" : text + " {");
  ++indent_;
}

void CodeWriter::close(const std::string& text) {
  --indent_;
  line(text);
}

void CodeWriter::middle(const std::string& text) {
  --indent_;
  line(text);
  ++indent_;
}

void CodeWriter::at(const SourceFile& file, uint32_t line) {
  text_ += "#line " + std::to_string(line) + " " + c_string(file.name) + "\n";
  file_ = &file;
  next_line_ = line;
}

void CodeWriter::at(const Span& span) {
  if (!span) return;
  uint32_t line = line_column(*span.file, span.begin).line;
  if (span.file != file_ || line != next_line_) at(*span.file, line);
}

void CodeWriter::verbatim(const std::string& text, const SourceFile* file, uint32_t line) {
  if (file && line) at(*file, line);
  text_ += text;
  text_ += '\n';
  for (char c : text) next_line_ += c == '\n';
  ++next_line_;
}

}  // namespace coretap
