// What the layout works on: the tokens and the comments of a script as they are written, before the preprocessor.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "support/source.h"

namespace coretap::syntax {

/// A token or a comment.
struct Piece {
  size_t type = 0;           ///< StpLexer's
  std::string_view text;     ///< as written
  size_t breaks_before = 0;  ///< line ends between the piece before and this one
  bool is_adjacent = false;  ///< nothing is between the piece before and this one
  size_t column = 0;  ///< where it stands in its line, from 0; a tab goes to the next multiple of 8
  bool is_comment = false;
  bool ends_line =
      false;  ///< a comment up to the end of its line, or a string without an end: nothing may follow
  bool is_one_line = false;  ///< of '{' and '%(': what closes it is on the same line
};

/// All of them. They point into `file`.
std::vector<Piece> pieces_of(const SourceFile& file);

/// The columns that `text` takes in a terminal, if it begins at `column` of a line; of several lines, those of the last.
size_t column_after(std::string_view text, size_t column);

}  // namespace coretap::syntax
