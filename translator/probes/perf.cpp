// perf.type(T).config(C)[.sample(N) | .hz(N)]: one perf event on every CPU. T and C are the
// numbers of perf_event_open(2).
#include "probes/families.h"

namespace coretap::probes {

std::vector<ResolvedProbe> resolve_perf(const ast::ProbePoint& point, ResolveContext& context) {
  /// stap(1): the event fires every million counts when no .sample or .hz is given.
  constexpr int64_t kDefaultPeriod = 1'000'000;
  ResolvedProbe probe;
  probe.canonical = written(point);
  probe.side = ir::Side::Kernel;
  probe.mechanism = ir::Mechanism::PerfEvent;
  int64_t type = *find_component(point, "type")->number_arg;
  if (type < 0 || type > UINT32_MAX) {
    context.diagnostics.semantic_error("perf-type", find_component(point, "type")->span,
                                       "a perf event type must fit in 32 bits");
    return {};
  }
  probe.site.perf_type = static_cast<uint32_t>(type);
  probe.site.perf_config = static_cast<uint64_t>(*find_component(point, "config")->number_arg);
  int64_t period = kDefaultPeriod;
  const ast::ProbeComponent* rate = find_component(point, "sample");
  if (!rate && (rate = find_component(point, "hz"))) probe.site.perf_is_freq = true;
  if (rate) period = *rate->number_arg;
  if (period <= 0) {
    context.diagnostics.semantic_error("perf-period", rate->span,
                                       "a sampling period or frequency must be positive");
    return {};
  }
  probe.site.perf_period = static_cast<uint64_t>(period);
  probe.scope = make_no_scope("a perf probe has no context variables");
  return {probe};
}

}  // namespace coretap::probes
