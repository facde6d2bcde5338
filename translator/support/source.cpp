#include "support/source.h"

#include <algorithm>

namespace coretap {

LineColumn line_column(const SourceFile& file, uint32_t offset) {
  auto after = std::upper_bound(file.line_starts.begin(), file.line_starts.end(), offset);
  auto line = static_cast<uint32_t>(after - file.line_starts.begin());
  if (line == 0) return {1, 1};
  return {line, offset - file.line_starts[line - 1] + 1};
}

std::string_view line_text(const SourceFile& file, uint32_t line) {
  if (line == 0 || line > file.line_starts.size()) return {};
  uint32_t begin = file.line_starts[line - 1];
  uint32_t end = line < file.line_starts.size() ? file.line_starts[line]
                                                : static_cast<uint32_t>(file.text.size());
  std::string_view text = std::string_view(file.text).substr(begin, end - begin);
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.remove_suffix(1);
  return text;
}

std::string describe(const Span& span) {
  if (!span) return "<unknown>";
  LineColumn at = line_column(*span.file, span.begin);
  return span.file->name + ":" + std::to_string(at.line) + ":" + std::to_string(at.column);
}

const SourceFile& Sources::add(std::string name, std::string text, bool is_user_script) {
  SourceFile& file = files_.emplace_back();
  file.name = std::move(name);
  file.text = std::move(text);
  file.is_user_script = is_user_script;
  file.line_starts.push_back(0);
  for (uint32_t i = 0; i < file.text.size(); i++)
    if (file.text[i] == '\n' && i + 1 < file.text.size()) file.line_starts.push_back(i + 1);
  return file;
}

const Span* Sources::remember(const Span& span) { return &parents_.emplace_back(span); }

}  // namespace coretap
