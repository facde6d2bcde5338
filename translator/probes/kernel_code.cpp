// A kprobe at an instruction is `symbol + offset`, where the symbol is the one around it. Static functions of several files
// may share a name, and the kernel's own look-up would find any of them: then the symbol is _stext, where the kernel's code
// begins. Either way the place means something in one build only. So the site has the build-id of the vmlinux, and the
// session compares it with the running kernel's before it attaches anything. The same holds of a module, which has a build-id of
// its own; where several of its functions share a name, it is refused, for its sections may be anywhere.
#include "probes/kernel_code.h"

#include <filesystem>

#include "probes/dwarf_scope.h"
#include "probes/module_image.h"

namespace coretap::probes {

namespace {

/// Sets where the site is. The kernel's image begins at _stext, so that everything has a distance from there. False if nothing
/// tells where it is.
bool place(const debug::Module& image, uint64_t pc, ir::Site& site) {
  std::optional<debug::CodeSymbol> symbol = image.symbol_at(pc);
  if (symbol && symbol->is_only) {
    site.target = symbol->name;
    site.offset = pc - symbol->address;
    return true;
  }
  const std::optional<uint64_t> text = image.kernel_image().text;
  if (!text) return false;
  site.target = "_stext";
  site.offset = pc - *text;
  return true;
}

/// Nothing, which is not reported, if nothing tells where the point is on the running kernel.
std::optional<ResolvedProbe> probe_at(const ProcessTarget& target, debug::CodePoint point,
                                      ir::Mechanism mechanism, const SiteDetails& text,
                                      ResolveContext& context) {
  ResolvedProbe probe;
  if (!place(*target.module, point.pc, probe.site)) return std::nullopt;
  probe.canonical = text.canonical;
  probe.side = ir::Side::Kernel;
  probe.mechanism = mechanism;
  probe.is_return = mechanism == ir::Mechanism::Kretprobe;
  probe.site.module = target.kernel_module;
  probe.site.build_id = target.module->build_id();
  probe.site.function = text.function;
  if (text.source.line != 0)
    probe.site.file_line = std::filesystem::path(text.source.file).filename().string() + ":" +
                           std::to_string(text.source.line);
  probe.scope = make_dwarf_scope(target.module, point, text.scope, mechanism, context);
  return probe;
}

}  // namespace

std::optional<ProcessTarget> find_kernel_target(const Span& at, ResolveContext& context) {
  std::shared_ptr<debug::Module> vmlinux = context.kernel_object(at);
  if (!vmlinux) return std::nullopt;
  ProcessTarget target;
  target.module = std::move(vmlinux);
  target.is_kernel = true;
  return target;
}

std::vector<ProcessTarget> find_module_targets(const ast::ProbeComponent& module,
                                               ResolveContext& context) {
  const auto files = find_module_files(*module.string_arg, context);
  std::vector<ProcessTarget> targets;
  for (const auto& [name, paths] : files) {
    auto linked = context.kernel_module(
        name, [&files = paths, &context] { return link_module(files, context); });
    if (linked)
      targets.push_back({*linked, 0, true, name});
    else if (files.size() == 1)
      context.diagnostics.semantic_error("bad-module", module.span, linked.failure().text());
  }
  if (files.empty())
    context.diagnostics
        .semantic_error("no-module-debuginfo", module.span,
                        "this needs the debug information of module '" + *module.string_arg +
                            "', and it is not installed")
        .hint("looked for its .ko below " + join(context.module_files().places))
        .hint("install the kernel's debug symbols (Debian: linux-image-" +
              context.input.kernel_release + "-dbg), or name a build tree: -r DIR")
        .hint("module(\"M\").function(\"NAME\"), alone or with .call or .return, takes none");
  else if (targets.empty() && files.size() > 1)
    context.diagnostics.semantic_error(
        "bad-module", module.span,
        "none of the modules that match has debug information with its code");
  return targets;
}

std::optional<ResolvedProbe> make_kprobe(const ProcessTarget& target, debug::CodePoint point,
                                         ir::Mechanism mechanism, const SiteDetails& text,
                                         const Span& at, ResolveContext& context) {
  const debug::Module& vmlinux = *target.module;
  if (!takes_probe(target, point.pc)) {
    report_takes_no_probe(target, point.pc, text.function, at, context.diagnostics);
    return std::nullopt;
  }
  std::optional<ResolvedProbe> probe = probe_at(target, point, mechanism, text, context);
  if (!probe) {
    context.diagnostics
        .semantic_error("ambiguous-in-module", at,
                        "'" + text.function + "' cannot be probed: several functions of module '" +
                            target.kernel_module + "' have this name, or none has a symbol there")
        .hint("probe what calls it, or a line of another function");
    return std::nullopt;
  }
  std::optional<debug::Function> function = vmlinux.function_at(point.pc, false);
  if (mechanism == ir::Mechanism::Kprobe && function && function->entry_pc != point.pc &&
      takes_probe(target, function->entry_pc)) {
    SiteDetails entry = text;
    entry.scope = 0;
    if (std::optional<ResolvedProbe> at_entry =
            probe_at(target, {function->entry_pc, 0}, ir::Mechanism::Kprobe, entry, context))
      probe->entry = std::make_shared<ResolvedProbe>(*std::move(at_entry));
  }
  return probe;
}

bool takes_probe(const ProcessTarget& target, uint64_t pc) {
  return !target.is_kernel ||
         (target.module->file_offset(pc) && debug::takes_kprobes(target.module->section_at(pc)));
}

void report_takes_no_probe(const ProcessTarget& target, uint64_t pc, const std::string& function,
                           const Span& at, Diagnostics& diagnostics) {
  const std::string section = target.module->section_at(pc);
  if (!target.module->file_offset(pc)) {
    diagnostics.semantic_error(
        "not-code", at,
        "address " + hex(pc) + " is not code of " +
            (target.kernel_module.empty() ? "the kernel"
                                          : "module '" + target.kernel_module + "'"));
    return;
  }
  diagnostics
      .semantic_error("kernel-refuses-probe", at,
                      (function.empty() ? "address " + hex(pc) : "'" + function + "'") +
                          " cannot be probed: its code is in the kernel's section " + section)
      .hint(section.starts_with(".init") || section.starts_with(".exit")
                ? "the kernel gives that memory away when it has started"
                : "the kernel runs that code while it handles probes, and refuses them there");
}

}  // namespace coretap::probes
