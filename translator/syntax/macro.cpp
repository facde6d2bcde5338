#include "syntax/macro.h"

#include "syntax/lex.h"
#include "syntax/preprocess.h"

namespace coretap {

std::shared_ptr<MacroLibrary> make_macro_library() { return std::make_shared<MacroLibrary>(); }

void parse_macro_library(MacroLibrary& library, const SourceFile& file,
                         const PreprocessorFacts& facts, Diagnostics& diagnostics) {
  ParseContext context;
  context.sources = &library.sources;
  context.facts = &facts;
  context.diagnostics = &diagnostics;
  syntax::Preprocessor preprocessor(syntax::lex(file, nullptr, diagnostics), file, context);
  syntax::Tokens rest = preprocessor.run();
  if (!rest.empty()) {
    diagnostics
        .parse_error("macro-file-content", rest.front().span,
                     "a macro file (.stpm) can hold only @define, not " + describe(rest.front()))
        .hint("move probes, functions and globals to a .stp file");
  }
  for (auto& [name, macro] : preprocessor.take_macros()) {
    auto [known, fresh] = library.macros.try_emplace(name, std::move(macro));
    if (!fresh)
      diagnostics.parse_error("macro-redefined", known->second.span,
                              "the library macro '@" + name + "' is defined twice");
  }
}

}  // namespace coretap
