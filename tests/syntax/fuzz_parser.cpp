// libFuzzer harness for lexer, preprocessor, parser, tree builder and printers. Beyond "no crash":
// what parses without error must print as text that parses to the same AST.
//
// The first byte chooses script arguments and guru mode; a line "----" ends a macro library in
// front of the script.
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string>

#include "ast/dump.h"
#include "ast/print.h"
#include "syntax/parse.h"

using namespace coretap;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 1) return 0;
  uint8_t choice = data[0];
  std::string text(reinterpret_cast<const char*>(data) + 1, size - 1);

  PreprocessorFacts facts;
  facts.kernel_release = "6.1.0-56-cloud-amd64";
  facts.guru_mode = choice & 1;
  if (choice & 2) facts.arguments = {"10", "a b", "@foo(\"x\") %( $1"};
  Sources sources;
  Diagnostics diagnostics;
  auto macros = make_macro_library();
  if (size_t line = text.find("----\n"); line != std::string::npos) {
    const SourceFile& library = sources.add("macros.stpm", text.substr(0, line), false);
    parse_macro_library(*macros, library, facts, diagnostics);
    text = text.substr(line + 5);
  }
  ArgumentUse use;
  ParseContext context;
  context.sources = &sources;
  context.facts = &facts;
  context.macros = macros.get();
  context.argument_use = &use;
  context.diagnostics = &diagnostics;

  std::unique_ptr<ast::File> file = parse(sources.add("fuzz.stp", text, true), context);
  std::string printed = print(*file);
  std::string structure = ast::dump(*file);
  for (const Diagnostic& each : diagnostics.all()) describe(each.span);
  if (diagnostics.has_errors()) return 0;

  std::unique_ptr<ast::File> again = parse(sources.add("printed.stp", printed, true), context);
  if (diagnostics.has_errors() || ast::dump(*again) != structure) {
    diagnostics.flush(std::cerr);
    std::cerr << "not the same after printing:\n" << printed << '\n';
    std::abort();
  }
  return 0;
}
