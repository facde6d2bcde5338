// kernel.function("F")[.call|.return[.maxactive(N)]], module("M").function("F")…, and
// kprobe.function("F"), kprobe.module("M").function("F"): kernel functions by name, with the
// parameters of their BTF prototypes.
#include <fnmatch.h>

#include <algorithm>
#include <cstring>
#include <set>

#include "ir/syscall_numbers.h"
#include "probes/btf_scope.h"
#include "probes/families.h"
#include "probes/module_image.h"

namespace coretap::probes {

namespace {

/// Where a written point looks for functions.
struct Area {
  std::string prefix;  ///< of canonical names: `kernel`, `kprobe`, `module("nfs")`
  std::string module;  ///< "" for the kernel itself
  std::shared_ptr<debug::KernelBtf> btf;
};

ResolvedProbe function_probe(const ast::ProbePoint& point, const Area& area,
                             const debug::BtfFunction& function, bool is_return,
                             ResolveContext& context) {
  auto make = [&](bool returns) {
    ResolvedProbe probe;
    probe.canonical = area.prefix + ".function(\"" + function.name + "\")";
    probe.side = ir::Side::Kernel;
    probe.mechanism = returns ? ir::Mechanism::Kretprobe : ir::Mechanism::Kprobe;
    probe.is_return = returns;
    probe.site.target = function.name;
    probe.site.function = function.name;
    probe.site.module = area.module;
    probe.scope = make_btf_scope({function, area.btf, area.module, false, returns}, context);
    return probe;
  };
  ResolvedProbe probe = make(is_return);
  bool behind = false;
  for (const ast::ProbeComponent& component : point.components) {
    if (behind) probe.canonical += "." + component.functor;
    behind |= component.functor == "function";
  }
  if (is_return) {
    probe.entry = std::make_shared<ResolvedProbe>(make(false));
    probe.entry->canonical += ".call";
  }
  return probe;
}

/// Has the running kernel a function that the point of a module names? Modules may be built in.
bool kernel_has(const ast::ProbePoint& point, ResolveContext& context) {
  const ast::ProbeComponent* function = find_component(point, "function");
  std::shared_ptr<debug::KernelBtf> kernel = context.kernel_btf(point.components.front().span);
  return function && function->string_arg && kernel &&
         !kernel->functions(*function->string_arg).empty();
}

/// Can the point be one of code that debug information places?
bool has_debug_information(const ast::ProbePoint& point, ResolveContext& context) {
  const ast::ProbeComponent& head = point.components.front();
  if (has_component(point, "maxactive")) return false;
  if (head.functor == "kernel") return context.has_kernel_object();
  return head.functor == "module" && !find_module_files(*head.string_arg, context).empty();
}

/// Has no module that the point names types, of which the kernel tells?
bool is_without_types(const ast::ProbePoint& point, ResolveContext& context) {
  const ast::ProbeComponent* module = find_component(point, "module");
  if (!module) return false;
  const std::vector<std::string> names = context.kernel_modules();
  return std::none_of(names.begin(), names.end(), [&](const std::string& name) {
    return fnmatch(module->string_arg->c_str(), name.c_str(), 0) == 0;
  });
}

/// The kernel, or each module that matches. Empty after reporting why.
std::vector<Area> areas(const ast::ProbePoint& point, ResolveContext& context) {
  const std::string& head = point.components.front().functor;
  const ast::ProbeComponent* module = find_component(point, "module");
  if (!module) {
    std::shared_ptr<debug::KernelBtf> btf = context.kernel_btf(point.components.front().span);
    return btf ? std::vector<Area>{{head, "", btf}} : std::vector<Area>{};
  }
  std::vector<Area> found;
  std::vector<std::string> names = context.kernel_modules();
  for (const std::string& name : names) {
    if (fnmatch(module->string_arg->c_str(), name.c_str(), 0) != 0) continue;
    std::shared_ptr<debug::KernelBtf> btf = context.module_btf(name, module->span);
    if (!btf) return {};
    std::string prefix = (head == "kprobe" ? "kprobe." : "") + ("module(\"" + name + "\")");
    found.push_back({prefix, name, btf});
  }
  if (!found.empty()) return found;
  Diagnostic& diagnostic = context.diagnostics.semantic_error(
      "no-such-module", module->span,
      "no kernel module with type information matches '" + *module->string_arg + "'");
  std::vector<std::string> similar = similar_names(*module->string_arg, names);
  if (!similar.empty()) diagnostic.hint("similar: " + join(similar));
  if (context.input.kernel_btf == context.input.kernel_vmlinux)
    diagnostic.hint("of another kernel than the running one only the kernel itself is known");
  else if (kernel_has(point, context))
    diagnostic.hint("the kernel itself has such a function: kernel.function(\"" +
                    *find_component(point, "function")->string_arg + "\")");
  else
    diagnostic.hint("a module's types are in " + context.kernel_btf_folder() +
                    "/MODULE while it is loaded: modprobe it first");
  return {};
}

/// The patterns that a pattern with braces stands for, as a shell expands them: "__{ia32,x64}_sys_read" for two.
std::vector<std::string> without_braces(const std::string& pattern) {
  const size_t close = pattern.find('}');
  const size_t open =
      close == std::string::npos ? close : pattern.rfind('{', close);  // the innermost
  if (open == std::string::npos) return {pattern};
  std::vector<std::string> expanded;
  for (size_t at = open + 1; at <= close;) {
    const size_t end = std::min(pattern.find(',', at), close);
    for (std::string& one : without_braces(pattern.substr(0, open) + pattern.substr(at, end - at) +
                                           pattern.substr(close + 1)))
      expanded.push_back(std::move(one));
    at = end + 1;
  }
  return expanded;
}

/// The functions that a pattern with braces stands for, sorted, each once.
std::vector<std::string> functions_of(const debug::KernelBtf& btf, const std::string& wanted) {
  const std::vector<std::string> patterns = without_braces(wanted);
  if (patterns.size() == 1) return btf.functions(wanted);  // "*" are tens of thousands
  std::set<std::string> names;
  for (const std::string& pattern : patterns)
    for (std::string& name : btf.functions(pattern)) names.insert(std::move(name));
  return {names.begin(), names.end()};
}

/// The system call whose function was `name` on kernels before 4.17: "sys_open", "SyS_open"; else "".
std::string system_call_of(const std::string& name) {
  for (const char* prefix : {"sys_", "SyS_"})
    if (name.starts_with(prefix))
      if (std::string call = name.substr(strlen(prefix)); ir::syscall_number(call)) return call;
  return "";
}

}  // namespace

std::vector<ResolvedProbe> resolve_kernel_function(const ast::ProbePoint& point,
                                                   ResolveContext& context) {
  const ast::ProbeComponent& component = *find_component(point, "function");
  const std::string& wanted = *component.string_arg;
  if (wanted.find('@') != std::string::npos) {
    if (point.components.front().functor != "kprobe" && !has_component(point, "maxactive"))
      return resolve_process_function(point, context);
    context.diagnostics
        .semantic_error(
            "kernel-source-line", component.span,
            "source files and lines are known of kernel.function, module(\"M\").function and their "
            "variants only, not here")
        .hint("write the function's name alone: \"" + wanted.substr(0, wanted.find('@')) + "\"");
    return {};
  }
  if (is_without_types(point, context) && has_debug_information(point, context))
    return resolve_process_function(point, context);
  bool is_return = has_component(point, "return");
  std::vector<Area> searched = areas(point, context);
  std::vector<ResolvedProbe> probes;
  for (const Area& area : searched) {
    for (const std::string& name : functions_of(*area.btf, wanted))
      if (std::optional<debug::BtfFunction> function = area.btf->function(name))
        probes.push_back(function_probe(point, area, *function, is_return, context));
  }
  if (!probes.empty() || searched.empty()) return probes;
  // BTF has no inlined functions, and leaves out some that others share a name with.
  if (has_debug_information(point, context)) return resolve_process_function(point, context);
  Diagnostic& diagnostic = context.diagnostics.semantic_error(
      "no-such-function", component.span,
      (searched[0].module.empty() ? "no kernel function matches '"
                                  : "no function of this module matches '") +
          wanted + "'");
  diagnostic.hint_if_shown(
      [wanted, btf = searched[0].btf] { return similar_hint(wanted, btf->functions("*")); });
  if (const std::string call = system_call_of(wanted); !call.empty())
    diagnostic.hint(
        "system calls are probed with syscall.NAME, on every kernel; the function of this one is "
        "'" +
        ir::syscall_function(call) + "' now");
  return {};
}

}  // namespace coretap::probes
