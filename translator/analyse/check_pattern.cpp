// The pattern of a `=~`: what is wrong with it is shown at the byte of the literal where it is wrong.
#include "analyse/program.h"
#include "regex/dfa.h"
#include "syntax/literals.h"

namespace coretap {

namespace {

/// Byte `at` of the pattern as a place in the script; the whole literal if its text is not there as
/// it is (a pattern out of command-line arguments).
Span place_in(const ast::Regex& regex, size_t at) {
  Span span = regex.pattern_span;
  if (!span) return regex.span;
  std::string_view raw =
      std::string_view(span.file->text).substr(span.begin, span.end - span.begin);
  if (raw.size() < 2 || raw.front() != '"') return span;
  raw = raw.substr(1, raw.size() - 2);
  if (syntax::unescape(raw) != regex.pattern) return span;
  span.begin += static_cast<uint32_t>(1 + syntax::raw_offset(raw, at));
  span.end = span.begin + 1;
  return span;
}

}  // namespace

void check_pattern(const ast::Regex& regex, Diagnostics& diagnostics) {
  regex::Pattern pattern = regex::parse(regex.pattern);
  for (const regex::Remark& warning : pattern.warnings) {
    auto& said = diagnostics.warning("regex-escape", place_in(regex, warning.at), warning.message);
    if (!warning.hint.empty()) said.hint(warning.hint);
  }
  if (pattern.error) {
    auto& said = diagnostics.semantic_error("regex-syntax", place_in(regex, pattern.error->at),
                                            pattern.error->message);
    if (!pattern.error->hint.empty()) said.hint(pattern.error->hint);
    return;
  }
  std::optional<regex::Program> program = regex::compile(pattern);
  if (program && regex::make_dfa(*program)) return;
  std::string limit = program ? std::to_string(regex::kMostStates) + " states of its matcher"
                              : std::to_string(regex::kMostSteps) + " parts";
  diagnostics
      .semantic_error("regex-too-large", regex.pattern_span ? regex.pattern_span : regex.span,
                      "this pattern needs more than " + limit)
      .hint(program ? "a counted repetition behind something that may begin anywhere doubles them "
                      "with each count: begin the pattern with '^', or use '*' or '+'"
                    : "repetitions within each other multiply: use '*' or '+', or smaller counts");
}

}  // namespace coretap
