// A kprobe at an instruction is `symbol + offset`, where the symbol is the one around it. Static functions of several files
// may share a name, and the kernel's own look-up would find any of them: then the symbol is _stext, where the kernel's code
// begins. Either way the place means something in one build only. So the site has the build-id of the vmlinux, and the
// session compares it with the running kernel's before it attaches anything.
#include "probes/kernel_code.h"

#include <filesystem>

#include "probes/dwarf_scope.h"

namespace coretap::probes {

namespace {

/// Sets where the site is. The kernel's image begins at _stext, so that everything has a distance from there.
void place(const debug::Module& vmlinux, uint64_t pc, ir::Site& site) {
  std::optional<debug::CodeSymbol> symbol = vmlinux.symbol_at(pc);
  if (symbol && symbol->is_only) {
    site.target = symbol->name;
    site.offset = pc - symbol->address;
  } else {
    site.target = "_stext";
    site.offset = pc - vmlinux.kernel_image().text.value_or(0);
  }
}

ResolvedProbe probe_at(const ProcessTarget& target, debug::CodePoint point, ir::Mechanism mechanism,
                       const SiteDetails& text, ResolveContext& context) {
  ResolvedProbe probe;
  probe.canonical = text.canonical;
  probe.side = ir::Side::Kernel;
  probe.mechanism = mechanism;
  probe.is_return = mechanism == ir::Mechanism::Kretprobe;
  place(*target.module, point.pc, probe.site);
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

std::optional<ResolvedProbe> make_kprobe(const ProcessTarget& target, debug::CodePoint point,
                                         ir::Mechanism mechanism, const SiteDetails& text,
                                         const Span& at, ResolveContext& context) {
  const debug::Module& vmlinux = *target.module;
  if (!takes_probe(target, point.pc)) {
    report_takes_no_probe(target, point.pc, text.function, at, context.diagnostics);
    return std::nullopt;
  }
  ResolvedProbe probe = probe_at(target, point, mechanism, text, context);
  std::optional<debug::Function> function = vmlinux.function_at(point.pc, false);
  if (mechanism == ir::Mechanism::Kprobe && function && function->entry_pc != point.pc &&
      takes_probe(target, function->entry_pc)) {
    SiteDetails entry = text;
    entry.scope = 0;
    probe.entry = std::make_shared<ResolvedProbe>(
        probe_at(target, {function->entry_pc, 0}, ir::Mechanism::Kprobe, entry, context));
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
    diagnostics.semantic_error("not-code", at, "address " + hex(pc) + " is not code of the kernel");
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
