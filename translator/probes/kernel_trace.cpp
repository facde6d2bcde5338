// kernel.trace("[SYSTEM:]NAME"), wildcards allowed: tracepoints with typed arguments, by BTF.
// kernel.tracepoint("SYSTEM:NAME"): a trace event as tracefs lists it, without types; system
// calls are the case that BTF does not have.
#include <fnmatch.h>

#include "ir/syscall_numbers.h"
#include "probes/btf_scope.h"
#include "probes/families.h"
#include "probes/plain_scopes.h"
#include "probes/syscall_parameters.h"
#include "runtime/user/kernel/tracefs.h"

namespace coretap::probes {

namespace {

constexpr const char* kEventFolders[] = {"/sys/kernel/tracing/events",
                                         "/sys/kernel/debug/tracing/events"};

/// Name to system of every trace event, as tracefs tells; empty where it cannot be read.
const std::map<std::string, std::string>& trace_systems(Lookups& lookups) {
  for (const char* root : kEventFolders) lookups.folder(root);
  return ct::trace_event_systems();
}

struct TraceName {
  std::string system, name;
};

TraceName split_name(const std::string& text) {
  size_t colon = text.find(':');
  if (colon == std::string::npos) return {"", text};
  return {text.substr(0, colon), text.substr(colon + 1)};
}

/// The system of a tracepoint; what the user wrote where tracefs does not say.
std::string system_of(const std::string& name, const std::string& written, Lookups& lookups) {
  const auto& systems = trace_systems(lookups);
  auto known = systems.find(name);
  if (known != systems.end()) return known->second;
  return has_wildcard(written) ? "" : written;
}

/// Is the tracepoint `name` one of those that the user wrote? Nothing tells the system of a tracepoint that has no trace event
/// (pelt_cfs_tp and others that the kernel declares with DECLARE_TRACE): it has the one that is written with its own name,
/// and is in none that is written with a wildcard, but in "*".
bool in_system(const std::string& name, const TraceName& wanted, Lookups& lookups) {
  if (wanted.system.empty()) return true;
  const auto& systems = trace_systems(lookups);
  auto known = systems.find(name);
  if (known == systems.end() && (systems.empty() || !has_wildcard(wanted.name))) return true;
  const std::string system = known == systems.end() ? "" : known->second;
  return fnmatch(wanted.system.c_str(), system.c_str(), 0) == 0;
}

/// A module that is loaded later may bring more events of a system, and one that is removed takes its events along.
void record_events(const std::string& written, const std::vector<TraceName>& found,
                   Lookups& lookups) {
  for (const char* root : kEventFolders)
    for (const TraceName& event : found) {
      std::string system = std::string(root) + "/" + event.system;
      if (has_wildcard(written))
        lookups.folder(system);
      else
        lookups.file(system + "/" + event.name);
    }
}

ResolvedProbe kernel_site(std::string canonical, ir::Mechanism mechanism, std::string target) {
  ResolvedProbe probe;
  probe.canonical = std::move(canonical);
  probe.side = ir::Side::Kernel;
  probe.mechanism = mechanism;
  probe.site.target = std::move(target);
  return probe;
}

}  // namespace

std::vector<ResolvedProbe> resolve_kernel_trace(const ast::ProbePoint& point,
                                                ResolveContext& context) {
  const ast::ProbeComponent& component = *find_component(point, "trace");
  std::shared_ptr<debug::KernelBtf> btf = context.kernel_btf(component.span);
  if (!btf) return {};
  TraceName wanted = split_name(*component.string_arg);
  std::vector<ResolvedProbe> probes;
  for (const std::string& name : btf->tracepoints(wanted.name)) {
    if (!in_system(name, wanted, context.lookups)) continue;
    std::optional<debug::BtfFunction> function = btf->tracepoint(name);
    if (!function) continue;
    std::string system = system_of(name, wanted.system, context.lookups);
    ResolvedProbe probe =
        kernel_site("kernel.trace(\"" + (system.empty() ? name : system + ":" + name) + "\")",
                    ir::Mechanism::TpBtf, name);
    function->name = name;
    probe.scope = make_btf_scope({*function, btf, "", true, false}, context);
    probes.push_back(std::move(probe));
  }
  if (!probes.empty()) return probes;
  Diagnostic& diagnostic = context.diagnostics.semantic_error(
      "no-such-tracepoint", component.span,
      "no kernel tracepoint matches '" + *component.string_arg + "'");
  diagnostic.hint_if_shown(
      [btf, wanted] { return similar_hint(wanted.name, btf->tracepoints("*")); });
  if (wanted.name.starts_with("sys_"))
    diagnostic.hint("single system calls are probed with syscall.NAME");
  return {};
}

std::vector<ResolvedProbe> resolve_kernel_tracepoint(const ast::ProbePoint& point,
                                                     ResolveContext& context) {
  const ast::ProbeComponent& component = *find_component(point, "tracepoint");
  TraceName wanted = split_name(*component.string_arg);
  auto fail = [&](const std::string& message) -> Diagnostic& {
    return context.diagnostics.semantic_error("no-such-tracepoint", component.span, message);
  };
  if (wanted.system.empty() || wanted.name.empty()) {
    fail("a trace event is written \"SYSTEM:NAME\"");
    return {};
  }
  std::vector<TraceName> found;
  const std::map<std::string, std::string>& systems = trace_systems(context.lookups);
  if (has_wildcard(wanted.name)) {
    for (const auto& [name, system] : systems)
      if (fnmatch(wanted.system.c_str(), system.c_str(), 0) == 0 &&
          fnmatch(wanted.name.c_str(), name.c_str(), 0) == 0)
        found.push_back({system, name});
  } else if (auto one = systems.find(wanted.name);
             one != systems.end() && fnmatch(wanted.system.c_str(), one->second.c_str(), 0) == 0) {
    found.push_back({one->second, one->first});
  }
  if (found.empty() && systems.empty()) {
    if (has_wildcard(*component.string_arg)) {
      fail("wildcards need tracefs, which this user cannot read or mount")
          .hint("mount -t tracefs tracefs /sys/kernel/tracing");
      return {};
    }
    found.push_back(wanted);
  }
  if (found.empty()) {
    Diagnostic& diagnostic = fail("no trace event matches '" + *component.string_arg + "'");
    diagnostic.hint_if_shown([written = *component.string_arg, &systems] {
      std::vector<std::string> names;
      for (const auto& [name, system] : systems) names.push_back(system + ":" + name);
      return similar_hint(written, names);
    });
  }
  record_events(*component.string_arg, found, context.lookups);
  std::vector<ResolvedProbe> probes;
  for (const TraceName& event : found) {
    std::string full = event.system + ":" + event.name;
    ResolvedProbe probe =
        kernel_site("kernel.tracepoint(\"" + full + "\")", ir::Mechanism::Tracepoint, full);
    constexpr std::string_view kEntry = "sys_enter_", kExit = "sys_exit_";
    const bool is_syscall = event.system == "syscalls";
    const bool is_exit = is_syscall && event.name.starts_with(kExit);
    probe.scope =
        is_syscall ? make_syscall_scope(
                         is_exit, is_exit ? nullptr : make_syscall_parameters(event.name, context))
                   : make_no_scope(
                         "a trace event's fields have no types here; use "
                         "kernel.trace(\"" +
                         event.name + "\")");
    probe.stays_empty = is_syscall;
    if (is_syscall)
      probe.site.function =
          ir::syscall_function(event.name.substr((is_exit ? kExit : kEntry).size()));
    if (is_exit) {
      // The return of a call, whose entry is an event of its own.
      const std::string entered = std::string(kEntry) + event.name.substr(kExit.size());
      const std::string entry = "syscalls:" + entered;
      probe.is_return = true;
      probe.entry = std::make_shared<ResolvedProbe>(
          kernel_site("kernel.tracepoint(\"" + entry + "\")", ir::Mechanism::Tracepoint, entry));
      probe.entry->scope = make_syscall_scope(false, make_syscall_parameters(entered, context));
    }
    probes.push_back(std::move(probe));
  }
  return probes;
}

}  // namespace coretap::probes
