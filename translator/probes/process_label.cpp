// process(...).function("F[@FILE[:LINE]]").label("L"), and the same of kernel.function
//
// A label of a function and of each of its inlined copies. As stap has it, a LINE is that of the label, so that listings can be
// pasted back; that of the function's declaration means all its labels. Which labels are left in optimised code: dwarf/labels.cpp.
#include <fnmatch.h>

#include <algorithm>
#include <set>

#include "probes/functions_named.h"
#include "probes/process_target.h"

namespace coretap::probes {

namespace {

/// A label that matches, with its function or inlined copy.
struct Found {
  debug::Function function;
  debug::Label label;
};

struct Labels {
  std::vector<Found> found;
  std::vector<std::string> removed;  ///< "'L' of 'F'" of those that have no code
  std::set<std::string> names;       ///< all that the functions have
};

Labels find_labels(const debug::Module& module, const PointSpec& spec, const std::string& pattern,
                   const std::vector<debug::Function>& functions) {
  Labels labels;
  std::set<uint64_t> seen;  // copies of one DIE: an inlined call that the compiler duplicated
  for (const debug::Function& function : functions) {
    if (!seen.insert(function.die_offset).second) continue;
    for (debug::Label& label : module.labels(function)) {
      labels.names.insert(label.name);
      if (fnmatch(pattern.c_str(), label.name.c_str(), 0) != 0) continue;
      if (!spec.contains(label.source.line, function.decl.line) &&
          !spec.contains(function.decl.line, function.decl.line))
        continue;
      if (label.pc != 0) {
        labels.found.push_back({function, std::move(label)});
        continue;
      }
      std::string text = "'" + label.name + "' of '" + function.name + "'";
      if (function.is_inlined_copy) text += " in '" + function.inlined_into + "'";
      if (std::find(labels.removed.begin(), labels.removed.end(), text) == labels.removed.end())
        labels.removed.push_back(std::move(text));
    }
  }
  return labels;
}

/// "the compiler left no code at label 'L' of 'F' in P"
std::string removed_text(const std::vector<std::string>& texts, const debug::Module& module) {
  constexpr size_t kShown = 5;
  std::vector<std::string> shown = texts;
  shown.resize(std::min(texts.size(), kShown));
  std::string text =
      "the compiler left no code at label" + std::string(texts.size() > 1 ? "s " : " ");
  text += join(shown);
  if (texts.size() > kShown) text += " and " + std::to_string(texts.size() - kShown) + " more";
  return text + " in " + module.path();
}

void report_no_label(const debug::Module& module, const Labels& labels,
                     const ast::ProbeComponent& function, const ast::ProbeComponent& written,
                     Diagnostics& diagnostics) {
  const std::string& pattern = *written.string_arg;
  if (!labels.removed.empty()) {
    diagnostics.semantic_error("removed-label", written.span, removed_text(labels.removed, module))
        .hint(
            "a .statement probe on a line behind the label may be possible; without "
            "optimisation (-O0) every label can be probed");
    return;
  }
  Diagnostic& diagnostic = diagnostics.semantic_error(
      "no-such-label", written.span,
      "no label of '" + *function.string_arg + "' matches '" + pattern + "' in " + module.path());
  if (labels.names.empty()) {
    diagnostic.hint("it has no labels");
    return;
  }
  constexpr size_t kShort = 8;
  const std::vector<std::string> names(labels.names.begin(), labels.names.end());
  const std::vector<std::string> similar = similar_names(pattern, names);
  if (!similar.empty())
    diagnostic.hint("similar: " + join(similar));
  else if (names.size() <= kShort)
    diagnostic.hint("its labels are " + join(names));
}

std::optional<ResolvedProbe> probe_label(const ProcessTarget& target, const Found& found,
                                         const Span& at, ResolveContext& context) {
  const debug::Label& label = found.label;
  SiteDetails text;
  std::string function = found.function.name;
  if (label.source.line != 0)
    function += "@" + label.source.file + ":" + std::to_string(label.source.line);
  text.canonical =
      canonical_prefix(target) + ".function(\"" + function + "\").label(\"" + label.name + "\")";
  text.function = found.function.name;
  text.source = label.source;
  text.scope = found.function.die_offset;
  std::optional<ResolvedProbe> probe =
      make_uprobe(target, label.pc, ir::Mechanism::Uprobe, text, at, context);
  if (!probe) return probe;
  probe->may_miss = label.may_miss;
  probe->site.label = label.name;
  return probe;
}

}  // namespace

std::vector<ResolvedProbe> resolve_process_label(const ast::ProbePoint& point,
                                                 ResolveContext& context) {
  const ast::ProbeComponent& function = *find_component(point, "function");
  const ast::ProbeComponent& written = *find_component(point, "label");
  std::optional<PointSpec> spec =
      parse_point_spec(*function.string_arg, function.span, context.diagnostics);
  if (!spec) return {};
  PointSpec any_line = *spec;
  any_line.lines.clear();
  std::vector<ResolvedProbe> probes;
  std::vector<ProcessTarget> targets = find_process_targets(point, context);
  Diagnostics::Attempt attempt(context.diagnostics);
  for (const ProcessTarget& target : targets) {
    const debug::Module& module = *target.module;
    if (!module.has_dwarf()) {
      report_no_dwarf(module, written.span, "labels", context.diagnostics);
      continue;
    }
    const std::vector<debug::Function> functions =
        functions_named(target, any_line, function, context);
    if (functions.empty()) continue;
    const Labels labels = find_labels(module, *spec, *written.string_arg, functions);
    for (const Found& found : labels.found)
      if (auto probe = probe_label(target, found, written.span, context))
        probes.push_back(std::move(*probe));
    if (labels.found.empty())
      report_no_label(module, labels, function, written, context.diagnostics);
    else if (!labels.removed.empty())
      context.diagnostics.warning("removed-label", written.span,
                                  removed_text(labels.removed, module));
  }
  if (targets.size() > 1 && !probes.empty()) attempt.drop();
  return probes;
}

}  // namespace coretap::probes
