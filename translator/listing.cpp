#include "listing.h"

#include <algorithm>
#include <iostream>
#include <map>
#include <set>

#include "ast/print.h"
#include "make_input.h"
#include "runtime/common/terminal.h"

namespace coretap {

namespace {

/// `name:type (parameter:type, …)`, stap's layout.
std::string signature(const ast::FunctionDecl& function) {
  std::string text = function.name + ":" + ast::type_name(function.return_type) + " (";
  const char* comma = "";
  for (const auto& parameter : function.parameters) {
    text += comma + parameter->name + ":" + ast::type_name(parameter->type);
    comma = ", ";
  }
  return text + ")";
}

/// All functions of the tapsets with their declared types, in stap's layout; names that begin with
/// an underscore are the tapsets' own affair and shown with -v only.
std::vector<std::string> tapset_functions(Program& program, bool all) {
  load_all_functions(program);
  std::set<std::string> signatures;
  for (const auto& file : program.files)
    for (const auto& function : file->functions)
      if (all || !function->name.starts_with("_")) signatures.insert(signature(*function));
  return {signatures.begin(), signatures.end()};
}

/// What -L says of a place: its variables, and what is not exact there.
std::string variables_at(const ElaboratedProbe& probe, const probes::ResolvedProbe& site) {
  std::string text;
  for (const auto& local : probe.locals)
    text += " " + local->name + ":" + ast::type_name(local->type);
  if (probe.alias.empty() && site.scope)
    for (const std::string& variable : site.scope->listing()) text += " " + variable;
  if (site.may_miss) text += " /* inexact: may count less than it runs */";
  if (site.may_repeat) text += " /* inexact: may count again when the coroutine is resumed */";
  return ct::terminal_safe(text);
}

}  // namespace

int list_probes(Program& program, probes::ResolveContext& context, bool with_variables,
                ListingOutput& out) {
  size_t listed = program.probes.size();  // tapset files that names load may add probes
  if (with_variables) {
    resolve_symbols(program, context);
    settle_arities(program);
    infer_types(program);
  }
  program.diagnostics.flush(std::cerr);
  // Sorted by the place, the lines are sorted as a whole: a space comes before every other character that is shown.
  std::map<std::string, std::vector<std::pair<const ElaboratedProbe*, probes::ResolvedProbe*>>>
      places;
  for (size_t i = 0; i < listed; i++) {
    ElaboratedProbe& probe = program.probes[i];
    for (probes::ResolvedProbe& site : probe.sites)
      places[ct::terminal_safe(probe.alias.empty() ? site.canonical : probe.alias)].emplace_back(
          &probe, &site);
  }
  for (auto& [place, sites] : places) {
    std::set<std::string> lines;
    for (auto [probe, site] : sites)
      lines.insert(place + (with_variables ? variables_at(*probe, *site) : ""));
    for (const std::string& line : lines) out.line(line);
    for (auto [probe, site] : sites) site->scope.reset();  // nobody asks it again
  }
  return places.empty() || program.diagnostics.has_errors() ? 1 : 0;
}

void print_elaborated(const Program& program) {
  if (!program.functions.empty()) std::cout << "# functions\n";
  std::set<std::pair<const SourceFile*, std::string>> listed;
  for (const ast::FunctionDecl* function : program.functions) {
    // A library's function may have a version for each side; overloads of a script are listed each.
    bool is_new = listed.emplace(function->span.file, signature(*function)).second;
    if (is_new || function->span.file->is_user_script) std::cout << signature(*function) << "\n";
  }
  if (!program.globals.empty()) std::cout << "# globals\n";
  for (const ast::VarDecl* global : program.globals) {
    std::cout << global->name << ":" << ast::type_name(global->type);
    if (global->arity > 0) {
      std::cout << " [";
      for (size_t i = 0; i < global->key_types.size(); i++)
        std::cout << (i ? ", " : "") << ast::type_name(global->key_types[i]);
      std::cout << "]";
    }
    std::cout << "\n";
  }
  std::cout << "# probes\n";
  for (const ElaboratedProbe& probe : program.probes)
    for (const probes::ResolvedProbe& site : probe.sites) {
      if (site.is_further_place) continue;
      std::cout << ct::terminal_safe(site.canonical) << "\n";
      if (probe.locals.empty()) continue;
      std::cout << "  # locals\n";
      for (const auto& local : probe.locals)
        std::cout << "  " << local->name << ":" << ast::type_name(local->type) << "\n";
    }
}

int dump_names(const Options& options) {
  Sources sources;
  Diagnostics diagnostics;
  CompileInput input;
  input.tapset_dirs = tapset_folders(options);
  PreprocessorFacts facts;
  Lookups lookups;
  Program program(sources, diagnostics, input, facts, lookups);
  open_tapsets(program);
  std::vector<std::string> names =
      options.mode == Options::Mode::DumpFunctions ? tapset_functions(program, options.verbose > 0)
      : options.mode == Options::Mode::DumpProbeAliases ? tapset_alias_names(*program.tapsets)
                                                        : probes::point_patterns();
  std::sort(names.begin(), names.end());
  for (const std::string& name : names) std::cout << name << '\n';
  diagnostics.flush(std::cerr);
  return diagnostics.has_errors() ? 1 : 0;
}

}  // namespace coretap
