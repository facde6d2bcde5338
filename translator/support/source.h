// Source text and positions in it. Every later stage points back into a SourceFile by byte
// offsets; line and column are computed only when a diagnostic is rendered.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace coretap {

/// One script, tapset file, macro file or `-e` text. Owned by Sources, never moved.
struct SourceFile {
  std::string name;  ///< as shown to the user: a path, or "<input>" for -e and stdin
  std::string text;
  std::vector<uint32_t> line_starts;  ///< byte offset of the first byte of each line
  bool is_user_script = false;        ///< false for tapset and macro library files
};

/// 1-based line and column, as SystemTap and compilers count them.
struct LineColumn {
  uint32_t line = 0;
  uint32_t column = 0;
};

/// Half-open byte range [begin, end) of one file. A default Span means "no position".
/// `expanded_from` is the macro invocation or alias use that put this text here, or null.
struct Span {
  const SourceFile* file = nullptr;
  uint32_t begin = 0;
  uint32_t end = 0;
  const Span* expanded_from = nullptr;

  explicit operator bool() const { return file != nullptr; }
};

/// Line and column of a byte offset of `file` (binary search in line_starts).
LineColumn line_column(const SourceFile& file, uint32_t offset);

/// The text of 1-based `line` without its newline.
std::string_view line_text(const SourceFile& file, uint32_t line);

/// "file:line:col", or "<unknown>" for an empty span.
std::string describe(const Span& span);

/// Owns all source files, and the parent spans of expansions, of one run of the compiler.
class Sources {
 public:
  /// Adds a file whose text is already at hand; the reference stays valid.
  const SourceFile& add(std::string name, std::string text, bool is_user_script);
  /// Keeps a copy of `span` alive so that other spans can name it as `expanded_from`.
  const Span* remember(const Span& span);

 private:
  std::deque<SourceFile> files_;
  std::deque<Span> parents_;
};

}  // namespace coretap
