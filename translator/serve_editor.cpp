#include "serve_editor.h"

#include <unistd.h>

#include <algorithm>

#include "build/header_constant.h"
#include "complete_points.h"
#include "format_scripts.h"
#include "language_server/server.h"
#include "make_input.h"
#include "syntax/layout.h"

namespace coretap {

int serve_editor(const Options& options, std::ostream& messages) {
  language_server::Services services;
  services.input = [options](const std::string& name, const std::string& text, CompileInput& input,
                             Diagnostics& diagnostics) {
    Options asked = options;
    asked.mode = Options::Mode::Run;
    asked.script_text = text;
    asked.has_script_text = true;
    if (!make_input(asked, input, diagnostics)) return false;
    input.script_name = name;
    SourceFile script;
    script.text = text;
    // Its arguments are not known here.
    input.arguments.resize(std::max(input.arguments.size(), highest_argument(script)), "0");
    return true;
  };
  services.facts = facts_of;
  services.header_constant = header_constant;
  services.complete_points = [options](const std::string& text) {
    Options asked = options;
    asked.mode = Options::Mode::Run;
    return complete_points(text, asked);
  };
  services.formatted = [options](const std::string& name, const std::string& text) {
    Sources sources;
    Diagnostics diagnostics;
    return formatted(sources.add(name, text, true), options, sources, diagnostics);
  };
  return language_server::serve(std::move(services), STDIN_FILENO, STDOUT_FILENO, messages);
}

}  // namespace coretap
