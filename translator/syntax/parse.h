// Text to AST: lexer (ANTLR) -> preprocessor (token filter) -> parser (ANTLR) -> AST.
// This header hides ANTLR: nothing outside translator/syntax includes it.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "ast/ast.h"
#include "support/diagnostics.h"
#include "support/source.h"
#include "syntax/kernel_config.h"

namespace coretap {

/// The version of stap whose language this is.
constexpr const char* kLanguageVersion = "5.2";

/// What `%( … %)` conditions may ask about, and the script's arguments.
struct PreprocessorFacts {
  std::string kernel_release;  ///< `kernel_vr`, e.g. "6.1.0-56-cloud-amd64"; `kernel_v` is its
                               ///< leading dotted number
  std::string arch = "x86_64";
  std::string systemtap_version = kLanguageVersion;  ///< what we answer to `systemtap_v`
  std::string privilege = "stapdev";  ///< `systemtap_privilege`, as stap names the right to do all
  std::string runtime = "bpf";
  bool guru_mode = false;
  std::shared_ptr<KernelConfig> kernel_config;  ///< for CONFIG_X; null: nothing is known
  std::vector<std::string> arguments;           ///< $1 @1 …; `$#` is their number
};

/// Is the language to be that of stap before `version` (--compatible)?
bool is_before(const PreprocessorFacts& facts, const char* version);

/// Macros of .stpm library files; filled by parse_macro_library before any script is parsed.
class MacroLibrary;
std::shared_ptr<MacroLibrary> make_macro_library();
void parse_macro_library(MacroLibrary& library, const SourceFile& file,
                         const PreprocessorFacts& facts, Diagnostics& diagnostics);

/// How the script's arguments were used, to warn about unused ones.
struct ArgumentUse {
  std::vector<bool> used;
  bool all_used = false;  ///< "$#" or "@#" was asked for
};

struct ParseContext {
  Sources* sources = nullptr;                ///< required
  const PreprocessorFacts* facts = nullptr;  ///< required
  const MacroLibrary* macros = nullptr;      ///< may be null
  ArgumentUse* argument_use = nullptr;       ///< may be null
  Diagnostics* diagnostics = nullptr;        ///< required
  bool is_tapset = false;                    ///< tapset files may use embedded C without -g
  bool is_own_library = false;               ///< coretap's own files: --compatible is not for them
};

/// Parses one file. Errors go to the diagnostics, as many as can be found; the result then holds
/// what could be parsed and must only be printed, not compiled. Never null.
std::unique_ptr<ast::File> parse(const SourceFile& file, ParseContext& context);

/// Is `@name` an operator of the language?
bool is_builtin_operator(std::string_view name);

/// The functions that are part of the language, print and its family: names for suggestions.
std::vector<std::string> print_function_names();

/// The tree as text, to compare prediction modes in tests: "sll" or "ll". Empty on error.
std::string parse_tree_text(const SourceFile& file, ParseContext& context, bool ll);

}  // namespace coretap
