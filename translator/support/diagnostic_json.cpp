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

/// The members of a place, if there is one. The end is behind the last character.
void add_place(ct::JsonList& members, const Span& span) {
  if (!span) return;
  const LineColumn begin = line_column(*span.file, span.begin);
  const LineColumn end = line_column(*span.file, span.end);
  members.add("file", ct::json_string(span.file->name));
  members.add("line", std::to_string(begin.line));
  members.add("column", std::to_string(begin.column));
  members.add("end_line", std::to_string(end.line));
  members.add("end_column", std::to_string(end.column));
}

}  // namespace

std::string to_json(const Diagnostic& diagnostic) {
  ct::JsonList members, expansions, related, hints;
  members.add("type", ct::json_string(type_of(diagnostic.severity)));
  members.add("from", "\"compiler\"");
  members.add("id", ct::json_string(diagnostic.id));
  if (const char* kind = kind_of(diagnostic.severity)) members.add("kind", ct::json_string(kind));
  members.add("message", ct::json_string(diagnostic.message));
  add_place(members, diagnostic.span);
  for (const Span* from = diagnostic.span.expanded_from; from; from = from->expanded_from) {
    ct::JsonList place;
    add_place(place, *from);
    expansions.add(place.object());
  }
  for (const Diagnostic::Related& other : diagnostic.related) {
    ct::JsonList one;
    one.add("message", ct::json_string(other.message));
    add_place(one, other.span);
    related.add(one.object());
  }
  for (const std::string& hint : all_hints(diagnostic)) hints.add(ct::json_string(hint));
  if (!expansions.empty()) members.add("expanded_from", expansions.array());
  if (!related.empty()) members.add("related", related.array());
  if (!hints.empty()) members.add("hints", hints.array());
  return members.object();
}

}  // namespace coretap
