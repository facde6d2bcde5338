// What the passes over the tree work on, and the passes. The driver (translator/driver) runs them in the
// order in which they are declared here; each says what holds after it.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "ast/ast.h"
#include "ir/ir.h"
#include "probes/probe_kind.h"
#include "support/compile_input.h"
#include "support/diagnostics.h"
#include "support/lookups.h"
#include "syntax/parse.h"

namespace coretap {

/// One body with the sites it runs at. Points of one `probe` statement that expand to the same
/// aliases share a body instance.
struct ElaboratedProbe {
  Span span;  ///< of the probe point as the user wrote it
  ir::Origin origin;
  std::string alias;  ///< the point with the first alias's own name: "syscall.open"; or ""
  ast::StmtPtr body;  ///< alias prologues, the handler, alias epilogues
  std::vector<ast::ExprPtr> conditions;  ///< `if (…)` of the point and its aliases
  std::vector<std::unique_ptr<ast::VarDecl>> locals;
  std::vector<probes::ResolvedProbe> sites;
};

/// The names that tapset files define, found by scanning their text, so that a file is parsed
/// only when a script needs it.
class TapsetLibrary;

struct Program {
  Program(Sources& sources, Diagnostics& diagnostics, const CompileInput& input,
          const PreprocessorFacts& facts, Lookups& lookups);
  ~Program();

  Sources& sources;
  Diagnostics& diagnostics;
  const CompileInput& input;
  const PreprocessorFacts& facts;
  Lookups& lookups;
  /// Value of a constant of the C headers, for @const.
  std::function<std::optional<int64_t>(const std::string&)> header_constant;
  std::shared_ptr<MacroLibrary> macros;
  std::shared_ptr<TapsetLibrary> tapsets;  ///< shared with hints that are made late
  ArgumentUse argument_use;

  std::vector<std::unique_ptr<ast::File>> files;  ///< the user's script first
  std::vector<ElaboratedProbe> probes;
  std::vector<ir::WrittenPoint> points;       ///< where the sites of `probes` come from
  std::vector<ast::VarDecl*> globals;         ///< reachable from probes, in order of first use
  std::vector<ast::FunctionDecl*> functions;  ///< reachable from probes

  size_t library_scripts = 0;  ///< tapset files that were found
};

/// Parses the user's script and -E texts. After it: files[0] is the script.
void parse_script(Program& program, const SourceFile& script);

/// Finds tapset files (and parses macro libraries). Cheap: reads text, parses nothing but .stpm.
void open_tapsets(Program& program);

/// Replaces aliases by their points and bodies, resolves every point by its family. After it:
/// program.probes holds bodies with sites; `?` and `!` are settled.
void elaborate_probes(Program& program, probes::ResolveContext& context);

/// Binds every Symbol to a VarDecl and every Call to its candidates, from probes outward, loading
/// tapset files as names ask for them (and their probes with them). After it: globals and functions are complete.
void resolve_symbols(Program& program, probes::ResolveContext& context);

/// Settles which variables are arrays and how many keys they have, also of what is then left out.
/// After it: an arity is -1 only where nothing says what it is.
void settle_arities(Program& program);

/// Leaves out what is not used and does nothing, with warnings (-u: only what is never reached).
/// After it: probes, globals and functions are those of the -p2 listing.
void elide(Program& program);

/// Reports loops that change the array they go through.
void check_loops(Program& program);

/// Reports a pattern that is not a regular expression, or too large a one.
void check_pattern(const ast::Regex& regex, Diagnostics& diagnostics);

/// Infers long, string or statistic for every variable, function and expression. After it: no
/// Unknown is left but in unused places, and the patterns of `=~` are good.
void infer_types(Program& program);

/// Reports what stap's runtime has no room for, which its first two passes accept: printing of more
/// than 32 values, histograms with too many buckets or none.
void check_runtime_limits(Program& program);

/// Script arguments that are used nowhere.
void check_usage(Program& program);

// -- tapsets.cpp, for resolve_symbols and elaborate_probes --

/// Parses the tapset files that define alias names matching `first component(s)` of a point.
/// Returns true if something new was loaded.
bool load_aliases_for(Program& program, const ast::ProbePoint& point);
/// The first tapset file, in the order of the folders, that defines the function with that many
/// arguments (any, if empty), or the global; parsed when it is first asked for. Null if none does.
const ast::File* library_file_with_function(Program& program, const std::string& name,
                                            std::optional<size_t> arguments);
const ast::File* library_file_with_global(Program& program, const std::string& name);
/// Parses every tapset file that defines functions.
void load_all_functions(Program& program);
/// Every function and alias name of the tapset files, for "similar:" and the dumps.
std::vector<std::string> tapset_function_names(const Program& program);
std::vector<std::string> tapset_alias_names(const TapsetLibrary& library);
/// Elaborates the plain probes of file `index` of program.files. True if any of them exists here.
bool elaborate_file(Program& program, size_t index, probes::ResolveContext& context);

}  // namespace coretap
