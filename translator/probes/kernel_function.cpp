// kernel.function("F")[.call|.return[.maxactive(N)]] and kprobe.function("F"): kernel functions by
// name, with the parameters of their BTF prototypes.
#include "probes/btf_scope.h"
#include "probes/families.h"

namespace coretap::probes {

namespace {

ResolvedProbe function_probe(const ast::ProbePoint& point, const debug::BtfFunction& function,
                             const std::shared_ptr<debug::KernelBtf>& btf, bool is_return,
                             ResolveContext& context) {
  const std::string& family = point.components.front().functor;
  ResolvedProbe probe;
  probe.canonical = family + ".function(\"" + function.name + "\")";
  for (size_t i = 2; i < point.components.size(); i++)
    probe.canonical += "." + point.components[i].functor;
  probe.side = ir::Side::Kernel;
  probe.mechanism = is_return ? ir::Mechanism::Kretprobe : ir::Mechanism::Kprobe;
  probe.is_return = is_return;
  probe.site.target = function.name;
  probe.site.function = function.name;
  probe.scope = make_btf_scope({function, btf, false, is_return}, context);
  if (is_return) {
    probe.entry = std::make_shared<ResolvedProbe>(probe);
    probe.entry->canonical = family + ".function(\"" + function.name + "\").call";
    probe.entry->mechanism = ir::Mechanism::Kprobe;
    probe.entry->is_return = false;
    probe.entry->scope = make_btf_scope({function, btf, false, false}, context);
  }
  return probe;
}

}  // namespace

std::vector<ResolvedProbe> resolve_kernel_function(const ast::ProbePoint& point,
                                                   ResolveContext& context) {
  const ast::ProbeComponent& component = *find_component(point, "function");
  const std::string& written = *component.string_arg;
  std::shared_ptr<debug::KernelBtf> btf = context.kernel_btf(component.span);
  if (!btf) return {};
  if (written.find('@') != std::string::npos) {
    context.diagnostics
        .semantic_error("kernel-source-line", component.span,
                        "source files and lines of the kernel are not known: BTF has only names")
        .hint("write the function's name alone: \"" + written.substr(0, written.find('@')) + "\"");
    return {};
  }
  bool is_return = has_component(point, "return");
  std::vector<ResolvedProbe> probes;
  for (const std::string& name : btf->functions(written))
    if (std::optional<debug::BtfFunction> function = btf->function(name))
      probes.push_back(function_probe(point, *function, btf, is_return, context));
  if (!probes.empty()) return probes;
  Diagnostic& diagnostic = context.diagnostics.semantic_error(
      "no-such-function", component.span, "no kernel function matches '" + written + "'");
  std::vector<std::string> similar = similar_names(written, btf->functions("*"));
  if (!similar.empty()) diagnostic.hint("similar: " + join(similar));
  return {};
}

}  // namespace coretap::probes
