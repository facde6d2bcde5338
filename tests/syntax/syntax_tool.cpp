// The front end alone, for the tests beside it:
//   syntax_tool print|dump|layout|sll|ll|check [-g] [-t] [-m LIBRARY.stpm]… [-a ARG]… FILE…
// print, dump: the AST as script text or as structure. layout: the text in canonical layout.
// sll, ll: ANTLR's tree by prediction mode.
// check: for every FILE, SLL and LL agree; what is printed parses to the same AST and prints
// the same again; so does its layout, which differs in white space only. One line per file that fails, then "N files, M failed".
#include <cctype>
#include <fstream>
#include <iostream>
#include <sstream>

#include "ast/dump.h"
#include "ast/print.h"
#include "syntax/layout.h"
#include "syntax/parse.h"

namespace {

using namespace coretap;

struct Options {
  std::string mode;
  PreprocessorFacts facts;
  bool is_tapset = false;
  std::shared_ptr<MacroLibrary> macros = make_macro_library();
};

std::string read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

/// A context for one parse that collects into `diagnostics`.
ParseContext make_context(const Options& options, Sources& sources, Diagnostics& diagnostics) {
  ParseContext context;
  context.sources = &sources;
  context.facts = &options.facts;
  context.macros = options.macros.get();
  context.diagnostics = &diagnostics;
  context.is_tapset = options.is_tapset;
  return context;
}

std::string without_white_space(const std::string& text) {
  std::string rest;
  for (char c : text)
    if (!std::isspace(static_cast<unsigned char>(c))) rest += c;
  return rest;
}

/// What is wrong with the layout of a script, whose tree is `file`. Empty when all is well.
std::string check_layout(const SourceFile& source, const ast::File& file, ParseContext& context) {
  Diagnostics& diagnostics = *context.diagnostics;
  const std::optional<std::string> text = canonical_layout(source, diagnostics);
  if (!text) return "it is not laid out";
  const SourceFile& laid_out = context.sources->add(source.name + " (laid out)", *text, true);
  std::unique_ptr<ast::File> tree = parse(laid_out, context);
  std::ostringstream out;
  diagnostics.flush(out);
  if (diagnostics.has_errors()) return "its layout does not parse\n" + out.str();
  if (!ast::equal(file, *tree)) return "its layout is another AST";
  if (without_white_space(source.text) != without_white_space(*text))
    return "its layout differs in more than white space";
  const std::optional<std::string> again = canonical_layout(laid_out, diagnostics);
  if (again != text) return "its layout is laid out otherwise";
  return {};
}

/// Empty when all is well, else what is wrong.
std::string check(const std::string& path, const Options& options) {
  Sources sources;
  Diagnostics diagnostics;
  diagnostics.show_similar_warnings(true);  // and all errors
  ParseContext context = make_context(options, sources, diagnostics);
  const SourceFile& source = sources.add(path, read_file(path), true);
  std::unique_ptr<ast::File> file = parse(source, context);
  if (diagnostics.has_errors()) {
    std::ostringstream out;
    diagnostics.flush(out);
    return "does not parse\n" + out.str();
  }
  std::string sll = parse_tree_text(source, context, false);
  if (sll.empty()) return "SLL refuses it";
  if (sll != parse_tree_text(source, context, true)) return "SLL and LL differ";
  std::string text = print(*file);
  const SourceFile& printed = sources.add(path + " (printed)", text, true);
  std::unique_ptr<ast::File> again = parse(printed, context);
  std::ostringstream out;
  diagnostics.flush(out);
  if (diagnostics.has_errors()) return "its print does not parse\n" + out.str();
  if (!ast::equal(*file, *again)) return "its print is another AST";
  if (print(*again) != text) return "printing again differs";
  return check_layout(source, *file, context);
}

int check_all(const std::vector<std::string>& paths, const Options& options) {
  size_t failed = 0;
  for (const std::string& path : paths) {
    std::string problem = check(path, options);
    if (problem.empty()) continue;
    failed++;
    std::cout << path << ": " << problem << '\n';
  }
  std::cout << paths.size() << " files, " << failed << " failed\n";
  return failed ? 1 : 0;
}

int show(const std::string& path, const Options& options) {
  Sources sources;
  Diagnostics diagnostics;
  diagnostics.show_similar_warnings(true);  // and all errors
  ParseContext context = make_context(options, sources, diagnostics);
  const SourceFile& source = sources.add(path, read_file(path), true);
  if (options.mode == "sll" || options.mode == "ll") {
    std::cout << parse_tree_text(source, context, options.mode == "ll") << '\n';
  } else {
    std::unique_ptr<ast::File> file = parse(source, context);
    if (diagnostics.has_errors()) {
      // Only the messages are shown.
    } else if (options.mode == "layout") {
      std::cout << canonical_layout(source, diagnostics).value_or("");
    } else {
      std::cout << (options.mode == "dump" ? ast::dump(*file) + "\n" : print(*file));
    }
  }
  diagnostics.flush(std::cout);
  return diagnostics.has_errors() ? 1 : 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    std::cerr
        << "usage: syntax_tool print|dump|layout|sll|ll|check [-g] [-t] [-m FILE] [-a ARG] FILE…\n";
    return 2;
  }
  Options options;
  options.mode = argv[1];
  options.facts.kernel_release = "6.1.0-56-cloud-amd64";
  options.facts.kernel_config = std::make_shared<KernelConfig>(
      std::map<std::string, std::string>{{"CONFIG_64BIT", "y"}, {"CONFIG_UPROBES", "y"}});
  Sources library_sources;
  Diagnostics library_diagnostics;
  std::vector<std::string> paths;
  for (int i = 2; i < argc; i++) {
    std::string argument = argv[i];
    if (argument == "-g") {
      options.facts.guru_mode = true;
    } else if (argument == "-t") {
      options.is_tapset = true;
    } else if (argument == "-a" && i + 1 < argc) {
      options.facts.arguments.push_back(argv[++i]);
    } else if (argument == "-m" && i + 1 < argc) {
      std::string path = argv[++i];
      const SourceFile& file = library_sources.add(path, read_file(path), false);
      parse_macro_library(*options.macros, file, options.facts, library_diagnostics);
    } else {
      paths.push_back(argument);
    }
  }
  library_diagnostics.flush(std::cout);
  if (options.mode == "check") return check_all(paths, options);
  int status = 0;
  for (const std::string& path : paths) status |= show(path, options);
  return status;
}
