// One parse with everything it needs alive, for the unit tests.
#pragma once

#include <sstream>
#include <string>

#include "ast/dump.h"
#include "ast/print.h"
#include "syntax/parse.h"

namespace coretap {

struct FrontEnd {
  Sources sources;
  Diagnostics diagnostics;
  PreprocessorFacts facts;
  std::shared_ptr<MacroLibrary> macros = make_macro_library();
  ArgumentUse use;

  FrontEnd() { facts.kernel_release = "6.1.0-56-cloud-amd64"; }

  ParseContext context() {
    ParseContext context;
    context.sources = &sources;
    context.facts = &facts;
    context.macros = macros.get();
    context.argument_use = &use;
    context.diagnostics = &diagnostics;
    return context;
  }
  std::unique_ptr<ast::File> parse(const std::string& text) {
    ParseContext with = context();
    return coretap::parse(sources.add("t.stp", text, true), with);
  }
  void library(const std::string& text) {
    parse_macro_library(*macros, sources.add("t.stpm", text, false), facts, diagnostics);
  }
  /// The body of a probe whose statements are `text`, as printed; messages when there are errors.
  std::string body(const std::string& text) {
    std::unique_ptr<ast::File> file = parse("probe begin { " + text + " }");
    if (diagnostics.has_errors()) return messages();
    std::string out;
    for (const auto& each : static_cast<ast::Block&>(*file->probes.at(0)->body).statements)
      out += (out.empty() ? "" : " ") + print(*each);
    return out;
  }
  /// "id@line:column id@line:column": which messages there are and where.
  std::string ids() const {
    std::string out;
    for (const Diagnostic& each : diagnostics.all()) {
      std::string at = describe(each.span);
      out += (out.empty() ? "" : " ") + each.id + "@" + at.substr(at.find(':') + 1);
    }
    return out;
  }
  std::string messages() {
    std::ostringstream out;
    diagnostics.flush(out);
    return out.str();
  }
};

/// `body` of a fresh front end.
inline std::string body(const std::string& text) { return FrontEnd().body(text); }

}  // namespace coretap
