// What stands at a place of a script that may be half written.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace coretap::language_server {

struct Cursor {
  enum Kind {
    Nothing,   ///< in a comment, a string or embedded C
    Point,     ///< among the points of a probe
    Variable,  ///< `$x`, or `$x->member`
    At,        ///< `@name`
    Word,      ///< any other name, or the beginning of one
  } kind = Nothing;
  size_t begin = 0,
         end = 0;  ///< bytes of the word: of its beginning up to the cursor, and of the whole
  size_t point_begin = 0;  ///< Point: where the points begin
  size_t point_end = 0;    ///< Point: where the one at the cursor ends
  std::string access;  ///< Variable: what a member is behind: "$task->mm"; "" if it is the variable
  std::string points;  ///< the points of the probe that the cursor is in; "" in a function
};

/// `at`: the byte behind the cursor.
Cursor cursor_at(std::string_view text, size_t at);

}  // namespace coretap::language_server
