// What the family files share: their entry points, listed in registry.cpp's table, and small
// helpers to take a written probe point apart. Internal to this box.
#pragma once

#include <string>
#include <vector>

#include "probes/probe_kind.h"
#include "runtime/common/words.h"

namespace coretap::probes {

using Family = std::vector<ResolvedProbe> (*)(const ast::ProbePoint&, ResolveContext&);

std::vector<ResolvedProbe> resolve_lifecycle(const ast::ProbePoint&, ResolveContext&);
std::vector<ResolvedProbe> resolve_timer(const ast::ProbePoint&, ResolveContext&);
std::vector<ResolvedProbe> resolve_procfs(const ast::ProbePoint&, ResolveContext&);
std::vector<ResolvedProbe> resolve_profile(const ast::ProbePoint&, ResolveContext&);
std::vector<ResolvedProbe> resolve_perf(const ast::ProbePoint&, ResolveContext&);
std::vector<ResolvedProbe> resolve_perf_counter(const ast::ProbePoint&, ResolveContext&);
std::vector<ResolvedProbe> resolve_process_function(const ast::ProbePoint&, ResolveContext&);
std::vector<ResolvedProbe> resolve_process_callee(const ast::ProbePoint&, ResolveContext&);
std::vector<ResolvedProbe> resolve_process_label(const ast::ProbePoint&, ResolveContext&);
std::vector<ResolvedProbe> resolve_process_statement(const ast::ProbePoint&, ResolveContext&);
std::vector<ResolvedProbe> resolve_process_mark(const ast::ProbePoint&, ResolveContext&);
std::vector<ResolvedProbe> resolve_process_plt(const ast::ProbePoint&, ResolveContext&);
std::vector<ResolvedProbe> resolve_process_event(const ast::ProbePoint&, ResolveContext&);
std::vector<ResolvedProbe> resolve_data(const ast::ProbePoint&, ResolveContext&);
std::vector<ResolvedProbe> resolve_kernel_trace(const ast::ProbePoint&, ResolveContext&);
std::vector<ResolvedProbe> resolve_kernel_tracepoint(const ast::ProbePoint&, ResolveContext&);
std::vector<ResolvedProbe> resolve_kernel_function(const ast::ProbePoint&, ResolveContext&);

/// The component named `functor`, or null.
inline const ast::ProbeComponent* find_component(const ast::ProbePoint& point,
                                                 std::string_view functor) {
  for (const ast::ProbeComponent& component : point.components)
    if (component.functor == functor) return &component;
  return nullptr;
}
inline bool has_component(const ast::ProbePoint& point, std::string_view functor) {
  return find_component(point, functor) != nullptr;
}

/// The point as written, without `?`, `!` and condition: the canonical name of kinds that have
/// nothing to resolve.
std::string written(const ast::ProbePoint& point);

using ct::has_wildcard;
using ct::join;

/// A scope without variables; `why` ends the sentence "$x cannot be used here: …".
std::shared_ptr<ContextScope> make_no_scope(std::string why);

}  // namespace coretap::probes
