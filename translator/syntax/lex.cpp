#include "syntax/lex.h"

#include "StpLexer.h"
#include "syntax/byte_stream.h"
#include "syntax/literals.h"

namespace coretap::syntax {

namespace {

std::string printable(char c) {
  auto byte = static_cast<unsigned char>(c);
  if (byte >= 0x20 && byte < 0x7f) return std::string("'") + c + "'";
  static const char* digits = "0123456789abcdef";
  return std::string("byte 0x") + digits[byte >> 4] + digits[byte & 15];
}

}  // namespace

bool accept(Token& token, Diagnostics& diagnostics) {
  if (token.type == StpLexer::BAD_STRING) {
    diagnostics.parse_error("unclosed-string", token.span, "this string has no closing '\"'")
        .hint("a string ends on the line where it begins; write \\n for a line break");
    token.type = StpLexer::STRING_LITERAL;
    token.is_unclosed = true;
    return true;
  }
  if (token.type != StpLexer::BAD_CHARACTER) return true;
  Diagnostic& message =
      diagnostics.parse_error("bad-character", token.span,
                              printable(token.text[0]) + " means nothing here outside of a string");
  if (token.text[0] == '@')
    message.hint("bpftrace's map is a global array here: global a, and a[KEY]++");
  if (token.text[0] == '\'') message.hint("a string stands in double quotes");
  return false;
}

std::string describe(const Token& token) {
  switch (token.type) {
    case antlr4::Token::EOF: return "the end of the file";
    case StpLexer::IDENTIFIER: return "identifier '" + token.text + "'";
    case StpLexer::NUMBER: return "number '" + token.text + "'";
    case StpLexer::STRING_LITERAL: return "a string";
    case StpLexer::EMBEDDED: return "embedded code";
    default: break;
  }
  if (token.type >= StpLexer::PROBE && token.type <= StpLexer::STRING)
    return "keyword '" + token.text + "'";
  return "'" + token.text + "'";
}

Lexed lex(const SourceFile& file, const Span* expanded_from, Diagnostics& diagnostics) {
  if (const size_t nul = file.text.find('\0'); nul != std::string::npos) {
    diagnostics
        .parse_error(
            "not-text", Span{},
            "'" + file.name + "' is not a text file: byte " + std::to_string(nul) + " is NUL")
        .hint("a script is text in ASCII or UTF-8");
    return {.tokens = {}, .truncated = true};
  }
  ByteStream stream(file.text);
  StpLexer lexer(&stream);
  lexer.removeErrorListeners();
  Lexed lexed;
  while (true) {
    std::unique_ptr<antlr4::Token> raw = lexer.nextToken();
    size_t type = raw->getType();
    if (type == antlr4::Token::EOF) break;
    if (raw->getChannel() != antlr4::Token::DEFAULT_CHANNEL) continue;  // a comment
    auto begin = static_cast<uint32_t>(raw->getStartIndex());
    auto end = static_cast<uint32_t>(raw->getStopIndex() + 1);
    Span span{&file, begin, end, expanded_from};
    std::string text = file.text.substr(begin, end - begin);
    lexed.truncated = type == StpLexer::BAD_EMBEDDED || type == StpLexer::BAD_COMMENT;
    if (lexed.truncated) {
      bool code = type == StpLexer::BAD_EMBEDDED;
      diagnostics.parse_error(
          code ? "unclosed-embedded" : "unclosed-comment", span,
          code ? "this embedded code has no closing '%}'" : "this comment has no closing '*/'");
      break;
    }
    if (type == StpLexer::STRING_LITERAL)
      text = unescape(std::string_view(text).substr(1, text.size() - 2));
    else if (type == StpLexer::BAD_STRING)
      text = unescape(std::string_view(text).substr(1));
    lexed.tokens.push_back({type, std::move(text), span, nullptr});
  }
  return lexed;
}

}  // namespace coretap::syntax
