// process(...).function("F[@FILE[:LINE]]" | ADDRESS)[.call|.return|.inline|.exported]
//
// Which addresses. A plain .function covers a function and each of its inlined copies; .call only
// real functions, .inline only copies, .exported real functions that other objects can call. An
// entry probe sits behind the prologue where the code is unoptimised (before that, parameters are
// not yet where DWARF says). A return probe sits on the function's return instructions, or as a
// uretprobe at the real entry, because the kernel takes the return address from the stack there:
// analyse/place_returns decides.
#include <algorithm>
#include <functional>
#include <map>

#include "probes/functions_named.h"
#include "probes/kernel_code.h"
#include "probes/overloads.h"
#include "probes/process_target.h"
#include "probes/split_files.h"

namespace coretap::probes {

namespace {

enum class Variant { Any, Call, Return, Inline, Exported };

Variant variant_of(const ast::ProbePoint& point) {
  const std::string& last = point.components.back().functor;
  if (last == "call") return Variant::Call;
  if (last == "return") return Variant::Return;
  if (last == "inline") return Variant::Inline;
  return last == "exported" ? Variant::Exported : Variant::Any;
}

std::string suffix(Variant variant) {
  switch (variant) {
    case Variant::Call: return ".call";
    case Variant::Return: return ".return";
    case Variant::Inline: return ".inline";
    case Variant::Exported: return ".exported";
    case Variant::Any: break;
  }
  return "";
}

bool wanted(const debug::Function& function, Variant variant) {
  switch (variant) {
    case Variant::Any: return true;
    case Variant::Inline: return function.is_inlined_copy;
    case Variant::Exported: return !function.is_inlined_copy && function.is_external;
    case Variant::Return:
      // Nobody calls _start: what is on top of the stack there is argc, not a return address, and
      // a return probe would overwrite it.
      return !function.is_inlined_copy && function.name != "_start";
    case Variant::Call: break;
  }
  return !function.is_inlined_copy;
}

/// Keeps the functions declared on, or with code on, one of the lines.
void filter_by_lines(const debug::Module& module, const PointSpec& spec,
                     std::vector<debug::Function>& functions) {
  if (!spec.has_lines() || spec.every_line) return;
  std::vector<std::pair<std::string, uint64_t>> owners;
  for (const LineRange& range : spec.lines)
    for (const debug::LineSite& site :
         module.line_sites(spec.function, spec.file, range.first, range.last, spec.relative, false))
      owners.emplace_back(site.function, site.function_entry);
  std::erase_if(functions, [&](const debug::Function& function) {
    if (spec.contains(function.decl.line, function.decl.line)) return false;
    return std::none_of(owners.begin(), owners.end(), [&](const auto& owner) {
      return owner.first == function.name &&
             (function.is_inlined_copy || owner.second == function.entry_pc);
    });
  });
}

void report_no_function(const ProcessTarget& target, const PointSpec& spec, Variant variant,
                        bool name_exists, const ast::ProbeComponent& at, ResolveContext& context) {
  const debug::Module& module = *target.module;
  bool needs_dwarf = variant == Variant::Inline || !spec.file.empty();
  if (!module.has_dwarf() && needs_dwarf)
    return report_no_dwarf(module, at.span,
                           variant == Variant::Inline ? "inlined functions" : "source file names",
                           context.diagnostics);
  if (name_exists) {
    std::string what = variant == Variant::Inline
                           ? "no function that matches '" + *at.string_arg + "' is inlined"
                       : variant == Variant::Exported
                           ? "no function that matches '" + *at.string_arg + "' is exported"
                           : "'" + *at.string_arg + "' has only inlined copies";
    Diagnostic& diagnostic = context.diagnostics.semantic_error("no-such-function", at.span,
                                                                what + " in " + module.path());
    if (variant == Variant::Return)
      diagnostic.hint("an inlined copy does not return: use a .statement probe on a line after it");
    else
      diagnostic.hint("leave out '" + suffix(variant) + "' to probe all of its copies");
    for (const std::string& hint : split_file_hints(module)) diagnostic.hint(hint);
    return;
  }
  Diagnostic& diagnostic = context.diagnostics.semantic_error(
      "no-such-function", at.span,
      "no function matches '" + *at.string_arg + "' in " + module.path());
  std::vector<std::string> names;
  for (const debug::Function& function : module.functions("*", "", true))
    names.push_back(function.name);
  std::vector<std::string> similar = similar_functions(spec.function, names);
  if (!similar.empty()) diagnostic.hint("similar: " + join(similar));
  for (const std::string& hint : split_file_hints(module)) diagnostic.hint(hint);
  if (module.has_dwarf()) return;
  diagnostic.hint("only its symbol table was searched, for it has no debug information");
  hint_at_debug_files(module, diagnostic);
}

/// The parameters by which a C++ function differs from its overloads. In C functions of one name and line are one function
/// that was compiled several times, and one point for all of them, as in stap: "".
std::string overload_of(const debug::Function& function, const debug::Module& module) {
  const debug::ParameterTypes types = module.parameters(function);
  return types.demangled ? "(" + parameter_text(types) + ")" : "";
}

/// How listings call the functions: "f@/dir/file.c:12", and with the parameters where several overloads are declared there.
std::vector<std::string> names_of(const std::vector<debug::Function>& functions,
                                  const debug::Module& module) {
  std::map<std::string, std::vector<size_t>> by_name;
  for (size_t i = 0; i < functions.size(); i++) by_name[source_name(functions[i])].push_back(i);
  std::vector<std::string> names(functions.size());
  for (const auto& [name, places] : by_name) {
    std::vector<std::string> overloads;
    if (places.size() > 1 && functions[places[0]].decl.line != 0)
      for (size_t place : places) overloads.push_back(overload_of(functions[place], module));
    const bool differ =
        std::ranges::adjacent_find(overloads, std::not_equal_to{}) != overloads.end();
    for (size_t i = 0; i < places.size(); i++) {
      const std::string& bare = functions[places[i]].name;
      names[places[i]] = differ ? bare + overloads[i] + name.substr(bare.size()) : name;
    }
  }
  return names;
}

SiteDetails text_of(const ProcessTarget& target, const debug::Function& function,
                    const std::string& source, const ast::ProbeComponent& written,
                    Variant variant) {
  SiteDetails text;
  std::string name = "\"" + source + "\"";
  if (written.number_arg) name = hex(static_cast<uint64_t>(*written.number_arg));
  text.canonical = canonical_prefix(target) + ".function(" + name + ")" + suffix(variant);
  text.function = function.name;
  text.source = function.decl;
  text.scope = function.die_offset;
  return text;
}

/// What a uretprobe on the function would endanger.
ReturnPlaces::Danger danger_of(const debug::Module& module, const debug::FunctionExits& exits) {
  const debug::StackUse& use = module.stack_use();
  if (exits.reads_return_address) return ReturnPlaces::ReadsReturnAddress;
  if (use.is_go) return ReturnPlaces::Go;
  if (use.throws || exits.has_landing_pads) return ReturnPlaces::Exceptions;
  return use.switches_stacks ? ReturnPlaces::Coroutines : ReturnPlaces::None;
}

std::optional<ResolvedProbe> probe_return(const ProcessTarget& target,
                                          const debug::Function& function,
                                          const std::string& source,
                                          const ast::ProbeComponent& written, debug::CodePoint body,
                                          ResolveContext& context) {
  const SiteDetails text = text_of(target, function, source, written, Variant::Return);
  std::optional<ResolvedProbe> probe = make_uprobe(
      target, {function.entry_pc, 0}, ir::Mechanism::Uretprobe, text, written.span, context);
  if (!probe) return std::nullopt;
  const SiteDetails entry_text = text_of(target, function, source, written, Variant::Call);
  std::optional<ResolvedProbe> entry =
      make_uprobe(target, body, ir::Mechanism::Uprobe, entry_text, written.span, context);
  if (entry) probe->entry = std::make_shared<ResolvedProbe>(std::move(*entry));
  if (target.is_kernel) return probe;
  const debug::FunctionExits& exits = target.module->exits(function.entry_pc);
  auto places = std::make_shared<ReturnPlaces>();
  places->obstacle = exits.obstacle;
  places->danger = danger_of(*target.module, exits);
  places->may_nest = exits.may_nest;
  places->entry_is_cheap = exits.entry_is_cheap;
  for (uint64_t pc : exits.returns) {
    std::optional<ResolvedProbe> place =
        make_uprobe(target, pc, ir::Mechanism::UprobeAtReturn, text, written.span, context);
    if (!place) return std::nullopt;
    place->entry = probe->entry;
    place->is_further_place = !places->at_returns.empty();
    places->at_returns.push_back(std::move(*place));
  }
  probe->shares_frames = !exits.obstacle.empty();
  probe->returns = std::move(places);
  return probe;
}

std::optional<ResolvedProbe> probe_function(const ProcessTarget& target,
                                            const debug::Function& function,
                                            const std::string& source,
                                            const ast::ProbeComponent& written, Variant variant,
                                            ResolveContext& context) {
  const debug::CodePoint body = body_of(function);
  if (variant == Variant::Return)
    return probe_return(target, function, source, written, body, context);
  SiteDetails text = text_of(target, function, source, written, variant);
  return make_uprobe(target, body, ir::Mechanism::Uprobe, text, written.span, context);
}

/// A function that has a symbol is found in any case; only debug information tells where it was inlined.
void warn_of_unseen_copies(const debug::Module& module, const ast::ProbeComponent& at,
                           Diagnostics& diagnostics) {
  const std::vector<std::string> hints = split_file_hints(module);
  if (hints.empty()) return;
  Diagnostic& diagnostic = diagnostics.warning(
      "split-debug-information", at.span,
      "inlined copies of '" + *at.string_arg + "' in " + module.path() + " may not be found");
  for (const std::string& hint : hints) diagnostic.hint(hint);
  diagnostic.hint("'.call' probes the functions themselves and never their inlined copies");
}

/// Takes the functions out that the kernel lets nobody probe, and returns them.
std::vector<debug::Function> take_refused(const ProcessTarget& target,
                                          std::vector<debug::Function>& functions) {
  auto first = std::stable_partition(
      functions.begin(), functions.end(),
      [&](const debug::Function& function) { return takes_probe(target, function.entry_pc); });
  std::vector<debug::Function> refused(first, functions.end());
  functions.erase(first, functions.end());
  return refused;
}

std::vector<debug::Function> find_variants(const ProcessTarget& target, const PointSpec& spec,
                                           const ast::ProbeComponent& component, Variant variant,
                                           ResolveContext& context) {
  const debug::Module& module = *target.module;
  bool inlines = variant == Variant::Any || variant == Variant::Inline;
  std::vector<debug::Function> functions = module.functions(spec.function, spec.file, inlines);
  filter_by_lines(module, spec, functions);
  if (!filter_by_parameters(module, spec, functions, component, context)) return {};
  bool found_any =
      !functions.empty() || (!inlines && !module.functions(spec.function, spec.file, true).empty());
  std::erase_if(functions, [&](const debug::Function& f) { return !wanted(f, variant); });
  const std::vector<debug::Function> refused = take_refused(target, functions);
  if (functions.empty() && !refused.empty())
    report_takes_no_probe(target, refused[0].entry_pc, refused[0].name, component.span,
                          context.diagnostics);
  else if (functions.empty())
    report_no_function(target, spec, variant, found_any, component, context);
  else if (inlines)
    warn_of_unseen_copies(module, component, context.diagnostics);
  return functions;
}

std::vector<debug::Function> find_functions(const ProcessTarget& target,
                                            const ast::ProbeComponent& component, Variant variant,
                                            ResolveContext& context) {
  const debug::Module& module = *target.module;
  if (component.number_arg) {
    auto address = static_cast<uint64_t>(*component.number_arg);
    std::optional<debug::Function> function = module.function_at(address, false);
    if (function) return {*function};
    context.diagnostics.semantic_error(
        "no-such-function", component.span,
        "no function of " + module.path() + " contains address " + hex(address));
    return {};
  }
  std::optional<PointSpec> spec =
      parse_point_spec(*component.string_arg, component.span, context.diagnostics);
  if (!spec) return {};
  return find_variants(target, *spec, component, variant, context);
}

}  // namespace

std::vector<debug::Function> functions_named(const ProcessTarget& target, const PointSpec& spec,
                                             const ast::ProbeComponent& written,
                                             ResolveContext& context) {
  return find_variants(target, spec, written, Variant::Any, context);
}

debug::CodePoint body_of(const debug::Function& function) {
  if (function.prologue_end != 0 && function.prologue_end != function.entry_pc)
    return function.prologue_end;
  return {function.entry_pc, function.entry_view};
}

std::string source_name(const debug::Function& function) {
  if (function.decl.line == 0) return function.name;
  return function.name + "@" + function.decl.file + ":" + std::to_string(function.decl.line);
}

std::vector<ResolvedProbe> resolve_process_function(const ast::ProbePoint& point,
                                                    ResolveContext& context) {
  const ast::ProbeComponent& component = *find_component(point, "function");
  Variant variant = variant_of(point);
  std::vector<ResolvedProbe> probes;
  std::vector<ProcessTarget> targets = find_process_targets(point, context);
  Diagnostics::Attempt attempt(context.diagnostics);
  for (const ProcessTarget& target : targets) {
    const auto functions = find_functions(target, component, variant, context);
    const std::vector<std::string> names = names_of(functions, *target.module);
    for (size_t i = 0; i < functions.size(); i++)
      if (auto probe = probe_function(target, functions[i], names[i], component, variant, context))
        probes.push_back(std::move(*probe));
  }
  // One of several objects that has the function is enough.
  if (targets.size() > 1 && !probes.empty()) attempt.drop();
  return probes;
}

}  // namespace coretap::probes
