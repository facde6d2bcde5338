#include "syntax/layout_pieces.h"

#include <algorithm>

#include "StpLexer.h"
#include "syntax/byte_stream.h"

namespace coretap::syntax {

namespace {

/// Sets Piece::is_one_line. Branches of conditionals are read one behind the other: where each has a brace of its own, the block
/// counts as one of several lines.
void mark_one_line(std::vector<Piece>& pieces, size_t open, size_t close) {
  std::vector<Piece*> open_here;  // in the present line
  size_t open_before = 0;
  for (Piece& piece : pieces) {
    if (piece.breaks_before > 0) {
      open_before += open_here.size();
      open_here.clear();
    }
    if (piece.type == open) open_here.push_back(&piece);
    if (piece.type == close && !open_here.empty()) {
      open_here.back()->is_one_line = true;
      open_here.pop_back();
    } else if (piece.type == close && open_before > 0) {
      open_before--;
    }
    if (piece.text.find('\n') != std::string_view::npos) {
      open_before += open_here.size();
      open_here.clear();
    }
  }
}

}  // namespace

size_t column_after(std::string_view text, size_t column) {
  for (char c : text) {
    if (c == '\n' || c == '\r')
      column = 0;
    else if (c == '\t')
      column += 8 - column % 8;
    else if ((static_cast<unsigned char>(c) & 0xc0) != 0x80)  // not within a character of UTF-8
      column++;
  }
  return column;
}

std::vector<Piece> pieces_of(const SourceFile& file) {
  const std::string_view text = file.text;
  ByteStream stream(text);
  StpLexer lexer(&stream);
  lexer.removeErrorListeners();
  std::vector<Piece> pieces;
  size_t end = 0, column = 0;
  while (true) {
    const std::unique_ptr<antlr4::Token> raw = lexer.nextToken();
    if (raw->getType() == antlr4::Token::EOF) break;
    Piece piece;
    piece.type = raw->getType();
    const size_t begin = raw->getStartIndex(), stop = raw->getStopIndex() + 1;
    piece.text = text.substr(begin, stop - begin);
    const std::string_view between = text.substr(end, begin - end);
    // "\r\n" is one line end, and so is a "\r" alone.
    for (size_t i = 0; i < between.size(); i++)
      piece.breaks_before +=
          between[i] == '\n' ||
          (between[i] == '\r' && (i + 1 == between.size() || between[i + 1] != '\n'));
    piece.is_adjacent = between.empty() && begin > 0;
    piece.column = column_after(between, column);
    piece.is_comment = piece.type == StpLexer::COMMENT;
    piece.ends_line =
        (piece.is_comment && !piece.text.starts_with("/*")) || piece.type == StpLexer::BAD_STRING;
    column = column_after(piece.text, piece.column);
    end = stop;
    pieces.push_back(piece);
  }
  mark_one_line(pieces, StpLexer::LBRACE, StpLexer::RBRACE);
  mark_one_line(pieces, StpLexer::PP_OPEN, StpLexer::PP_CLOSE);
  return pieces;
}

}  // namespace coretap::syntax
