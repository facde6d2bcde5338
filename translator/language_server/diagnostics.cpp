// The compiler's messages as the protocol has them: words, ids and places are the compiler's.
#include <set>

#include "language_server/features.h"

namespace coretap::language_server {

namespace {

/// The numbers of DiagnosticSeverity.
int severity_of(Severity severity) {
  switch (severity) {
    case Severity::ParseError:
    case Severity::SemanticError:
    case Severity::Error: return 1;
    case Severity::Warning: return 2;
    case Severity::Note: break;
  }
  return 3;
}

/// Where in the script it is: text that a macro or an alias put there is where that is used. Empty if it is not in the script.
Span in_script(Span span, const SourceFile* script) {
  while (span && span.file != script && span.expanded_from) span = *span.expanded_from;
  return span.file == script ? span : Span{};
}

Json place_in(const View& view, const Span& span, const SourceFile* script) {
  if (const Span own = in_script(span, script))
    return {{"uri", view.uri}, {"range", range(view, own.begin, own.end)}};
  const LineColumn begin = line_column(*span.file, span.begin),
                   end = line_column(*span.file, span.end);
  return {{"uri", uri_of(span.file->name)},
          {"range",
           {{"start", {{"line", begin.line - 1}, {"character", begin.column - 1}}},
            {"end", {{"line", end.line - 1}, {"character", end.column - 1}}}}}};
}

Json to_json(const View& view, const Diagnostic& diagnostic, const SourceFile* script) {
  const Span at = in_script(diagnostic.span, script);
  Json made = {{"range", range(view, at.begin, at.end)},
               {"severity", severity_of(diagnostic.severity)},
               {"code", diagnostic.id},
               {"source", "coretap"}};
  std::string message = diagnostic.message;
  // What is wrong in a tapset is told where the script asks for it; without such a place, at its beginning.
  if (!at && diagnostic.span) message += " (" + describe(diagnostic.span) + ")";
  for (const std::string& hint : all_hints(diagnostic)) message += "\n" + hint;
  made["message"] = message;
  Json related = Json::array();
  for (const Diagnostic::Related& other : diagnostic.related)
    if (other.span)
      related.push_back(
          {{"location", place_in(view, other.span, script)}, {"message", other.message}});
  if (!related.empty()) made["relatedInformation"] = related;
  return made;
}

}  // namespace

Json diagnostics_of(const View& view, const Compiler& compiler) {
  const std::unique_ptr<Session> session = compiler.analyse(view.name, view.document.text());
  Json all = Json::array();
  std::set<std::string> known;
  for (const Diagnostic& diagnostic : session->diagnostics.all()) {
    // An empty document is one that is about to be written.
    if (diagnostic.id == "empty-script") continue;
    Json made = to_json(view, diagnostic, session->script);
    if (known.insert(made.dump(-1, ' ', false, Json::error_handler_t::replace)).second)
      all.push_back(std::move(made));
  }
  return all;
}

}  // namespace coretap::language_server
