// A pattern's text as a tree. The dialect is that of stap(1): POSIX extended regular expressions
// over bytes, without back-references. Where POSIX leaves a choice, or stap differs, stap's
// meaning holds:
//
//   - `.` and `[^…]` match every byte, a newline too; there is no locale;
//   - a backslash before any character means that character, also inside of brackets;
//   - `{` is always the begin of a repetition; `*` and its like need something to repeat;
//   - `^` and `$` are anchors wherever they stand, and cannot be repeated;
//   - `(?:…)` groups without counting, as in SystemTap 5.
#pragma once

#include <bitset>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace coretap::regex {

using ByteSet = std::bitset<256>;

struct Node;
using NodePtr = std::unique_ptr<Node>;

/// One part of a pattern.
struct Node {
  enum Kind {
    Empty,
    Bytes,      ///< one byte out of `bytes`
    Begin,      ///< `^`
    End,        ///< `$`
    Sequence,   ///< all children, one after the other
    Alternate,  ///< one of the children
    Repeat,     ///< the child, `least` to `most` times
    Group,      ///< the child, and what it matched is group number `group`
  };
  Kind kind = Empty;
  ByteSet bytes;
  std::vector<NodePtr> children;
  unsigned least = 0;
  std::optional<unsigned> most;  ///< none: without limit
  unsigned group = 0;
};

/// What is wrong or doubtful with a pattern, and at which of its bytes.
struct Remark {
  size_t at = 0;
  std::string message;
  std::string hint;  ///< a way out, or ""
};

/// A parsed pattern, or the first error.
struct Pattern {
  NodePtr root;
  unsigned groups = 1;  ///< with group 0, the whole match
  std::optional<Remark> error;
  std::vector<Remark> warnings;
};

Pattern parse(std::string_view text);

}  // namespace coretap::regex
