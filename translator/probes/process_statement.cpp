// process(...).statement("F@FILE:LINES" | ADDRESS)[.nearest]
//
// Each site that the debug-information box reports for a line is one place where execution of
// that line begins, so that one execution of the line counts once.
#include <algorithm>
#include <functional>
#include <set>
#include <tuple>

#include "probes/kernel_code.h"
#include "probes/overloads.h"
#include "probes/point_spec.h"
#include "probes/process_target.h"
#include "probes/split_files.h"

namespace coretap::probes {

namespace {

/// x86 instructions are at most 15 bytes long.
constexpr uint64_t kLongestInstruction = 15;

std::optional<ResolvedProbe> probe_address(const ProcessTarget& target,
                                           const ast::ProbeComponent& written, bool nearest,
                                           ResolveContext& context) {
  auto address = static_cast<uint64_t>(*written.number_arg);
  uint64_t pc = address;
  const debug::Module& module = *target.module;
  if (!module.file_offset(address)) {
    context.diagnostics.semantic_error(
        "not-code", written.span,
        "address " + hex(address) + " is not in executable code of " + module.path());
    return std::nullopt;
  }
  while (!module.is_code(pc) && pc > 0 && address - pc < kLongestInstruction) pc--;
  if (pc != address && !nearest) {
    Diagnostic& diagnostic = context.diagnostics.semantic_error(
        "not-code", written.span,
        "address " + hex(address) + " of " + module.path() + " is not the start of an instruction");
    if (module.is_code(pc)) diagnostic.hint("the instruction there starts at " + hex(pc));
    return std::nullopt;
  }
  SiteDetails text;
  text.canonical = canonical_prefix(target) + ".statement(" + hex(pc) + ")";
  if (auto function = module.function_at(pc, true)) text.function = function->name;
  text.source = module.line_at(pc).value_or(debug::SourceLine{});
  // gdb's rule: at a function's very entry its parameters are the caller's.
  auto function = module.function_at(pc, false);
  bool is_entry = function && function->entry_pc == pc;
  debug::CodePoint point(pc, is_entry ? 0 : debug::CodePoint::kInstruction);
  return make_uprobe(target, point, ir::Mechanism::Uprobe, text, written.span, context);
}

std::string lines_near(const std::vector<debug::SourceLine>& lines, uint32_t wanted) {
  std::set<uint32_t> numbers;
  for (const debug::SourceLine& line : lines) numbers.insert(line.line);
  auto after = numbers.lower_bound(wanted);
  std::string text;
  if (after != numbers.begin()) text = std::to_string(*std::prev(after));
  if (after != numbers.end()) text += (text.empty() ? "" : ", ") + std::to_string(*after);
  return text;
}

/// Explains why no line matched: file, function or line, in this order.
void report_no_line(const debug::Module& module, const PointSpec& spec,
                    const ast::ProbeComponent& written, Diagnostics& diagnostics) {
  std::vector<debug::SourceLine> lines = module.code_lines(spec.file);
  auto report = [&](const std::string& message) -> Diagnostic& {
    Diagnostic& diagnostic = diagnostics.semantic_error("no-such-line", written.span, message);
    for (const std::string& hint : split_file_hints(module)) diagnostic.hint(hint);
    return diagnostic;
  };
  if (lines.empty()) {
    std::set<std::string> files;
    for (const debug::SourceLine& line : module.code_lines("")) {
      size_t slash = line.file.rfind('/');
      files.insert(slash == std::string::npos ? line.file : line.file.substr(slash + 1));
    }
    std::vector<std::string> names(files.begin(), files.end());
    Diagnostic& diagnostic =
        report("no source file of " + module.path() + " matches '" + spec.file + "'");
    std::vector<std::string> similar = similar_names(spec.file, names);
    if (similar.empty() && names.size() <= 8) similar = names;
    if (!similar.empty()) diagnostic.hint("similar: " + join(similar));
    return;
  }
  if (module.functions(spec.function, spec.file, true).empty()) {
    std::vector<std::string> names;
    for (const debug::Function& function : module.functions("*", spec.file, true))
      names.push_back(function.name);
    Diagnostic& diagnostic =
        report("no function matches '" + spec.function + "' in " + module.path());
    std::vector<std::string> similar = similar_functions(spec.function, names);
    if (!similar.empty()) diagnostic.hint("similar: " + join(similar));
    return;
  }
  if (spec.relative || spec.every_line || spec.lines.empty()) {
    report("no code of '" + spec.function + "' is on the line asked for");
    return;
  }
  uint32_t wanted = spec.lines.front().first;
  std::vector<debug::SourceLine> own;
  for (const debug::LineSite& site :
       module.line_sites(spec.function, spec.file, 0, 0, false, false))
    own.push_back(site.source);
  report("line " + std::to_string(wanted) + " has no code" +
         (spec.function == "*" ? "" : " of function '" + spec.function + "'"))
      .hint("nearest lines with code: " + lines_near(own.empty() ? lines : own, wanted))
      .hint("with .nearest the probe goes to the next line that has code");
}

std::vector<debug::LineSite> find_sites(const debug::Module& module, const PointSpec& spec,
                                        bool nearest) {
  std::vector<debug::LineSite> sites;
  auto add = [&](uint32_t first, uint32_t last) {
    std::vector<debug::LineSite> more =
        module.line_sites(spec.function, spec.file, first, last, spec.relative, nearest);
    sites.insert(sites.end(), more.begin(), more.end());
  };
  if (spec.every_line) add(0, 0);
  for (const LineRange& range : spec.lines) add(range.first, range.last);
  if (!spec.has_lines()) {
    // "F" or "F@FILE" alone: the very entry of the function.
    for (const debug::Function& function : module.functions(spec.function, spec.file, true))
      sites.push_back({function.entry_pc, function.entry_view, function.decl, function.name,
                       function.entry_pc, function.die_offset});
  }
  return sites;
}

std::vector<ResolvedProbe> probe_lines(const ProcessTarget& target, const PointSpec& spec,
                                       const ast::ProbeComponent& written, bool nearest,
                                       ResolveContext& context) {
  const debug::Module& module = *target.module;
  if (!module.has_dwarf()) {
    report_no_dwarf(module, written.span, "source lines", context.diagnostics);
    return {};
  }
  std::vector<debug::LineSite> sites = find_sites(module, spec, nearest);
  if (!sites.empty() && !filter_by_parameters(module, spec, sites, written, context)) return {};
  if (sites.empty()) report_no_line(module, spec, written, context.diagnostics);
  auto is_refused = [&](const debug::LineSite& site) { return !takes_probe(target, site.pc); };
  // What one cannot be probed is said of is the one that is asked for, not one of many.
  if (std::ranges::any_of(sites, std::not_fn(is_refused))) std::erase_if(sites, is_refused);
  std::vector<ResolvedProbe> probes;
  std::set<std::tuple<uint64_t, uint32_t, uint32_t, uint64_t>> seen;  // of overlapping ranges
  for (const debug::LineSite& site : sites) {
    if (!seen.insert({site.pc, site.view, site.source.line, site.scope}).second) continue;
    SiteDetails text;
    text.canonical = canonical_prefix(target) + ".statement(\"" + site.function + "@" +
                     site.source.file + ":" + std::to_string(site.source.line) + "\")";
    text.function = site.function;
    text.source = site.source;
    text.scope = site.scope;
    std::optional<ResolvedProbe> probe = make_uprobe(
        target, {site.pc, site.view}, ir::Mechanism::Uprobe, text, written.span, context);
    if (!probe) continue;
    probe->may_miss = site.may_miss;
    probe->may_repeat = site.may_repeat;
    probes.push_back(std::move(*probe));
  }
  return probes;
}

}  // namespace

std::vector<ResolvedProbe> resolve_process_statement(const ast::ProbePoint& point,
                                                     ResolveContext& context) {
  const ast::ProbeComponent& component = *find_component(point, "statement");
  bool nearest = has_component(point, "nearest");
  std::optional<PointSpec> spec;
  if (component.string_arg) {
    spec = parse_point_spec(*component.string_arg, component.span, context.diagnostics);
    if (!spec) return {};
  }
  std::vector<ResolvedProbe> probes;
  std::vector<ProcessTarget> targets = find_process_targets(point, context);
  Diagnostics::Attempt attempt(context.diagnostics);
  for (const ProcessTarget& target : targets) {
    if (!spec) {
      if (auto probe = probe_address(target, component, nearest, context))
        probes.push_back(std::move(*probe));
      continue;
    }
    for (ResolvedProbe& probe : probe_lines(target, *spec, component, nearest, context))
      probes.push_back(std::move(probe));
  }
  if (targets.size() > 1 && !probes.empty()) attempt.drop();
  return probes;
}

}  // namespace coretap::probes
