// Diagnostics for programs: the schema is docs/json-output.md.
#include "runtime/common/json.h"
#include "support/diagnostics.h"

namespace coretap {

namespace {

const char* kind_of(Severity severity) {
  switch (severity) {
    case Severity::ParseError: return "parse";
    case Severity::SemanticError: return "semantic";
    case Severity::Error:
    case Severity::Warning:
    case Severity::Note: break;
  }
  return nullptr;
}

const char* type_of(Severity severity) {
  switch (severity) {
    case Severity::ParseError:
    case Severity::SemanticError:
    case Severity::Error: return "error";
    case Severity::Warning: return "warning";
    case Severity::Note: break;
  }
  return "note";
}

/// The members of a place; "" if there is none. The end is behind the last character.
std::string place(const Span& span) {
  if (!span) return "";
  const LineColumn begin = line_column(*span.file, span.begin);
  const LineColumn end = line_column(*span.file, span.end);
  return ", \"file\": " + ct::json_string(span.file->name) +
         ", \"line\": " + std::to_string(begin.line) +
         ", \"column\": " + std::to_string(begin.column) +
         ", \"end_line\": " + std::to_string(end.line) +
         ", \"end_column\": " + std::to_string(end.column);
}

}  // namespace

std::string to_json(const Diagnostic& diagnostic) {
  std::string text = std::string("{\"type\": \"") + type_of(diagnostic.severity) +
                     "\", \"from\": \"compiler\", \"id\": " + ct::json_string(diagnostic.id);
  if (const char* kind = kind_of(diagnostic.severity))
    text += std::string(", \"kind\": \"") + kind + "\"";
  text += ", \"message\": " + ct::json_string(diagnostic.message) + place(diagnostic.span);
  std::string list;
  auto add = [&](const std::string& item) { list += (list.empty() ? "" : ", ") + item; };
  auto close = [&](const char* name) {
    if (!list.empty()) text += std::string(", \"") + name + "\": [" + list + "]";
    list.clear();
  };
  for (const Span* from = diagnostic.span.expanded_from; from; from = from->expanded_from)
    add("{" + place(*from).substr(2) + "}");
  close("expanded_from");
  for (const Diagnostic::Related& other : diagnostic.related)
    add("{\"message\": " + ct::json_string(other.message) + place(other.span) + "}");
  close("related");
  for (const std::string& hint : all_hints(diagnostic)) add(ct::json_string(hint));
  close("hints");
  return text + "}";
}

}  // namespace coretap
