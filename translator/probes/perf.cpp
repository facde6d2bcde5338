// perf.type(T).config(C)[.sample(N) | .hz(N)]: one perf event on every CPU. T and C are the
// numbers of perf_event_open(2). With .counter("NAME") nothing fires: @perf("NAME") reads it.
#include <algorithm>

#include "probes/process_target.h"

namespace coretap::probes {

namespace {

/// The type, or nothing after a report.
std::optional<uint32_t> event_type(const ast::ProbePoint& point, ResolveContext& context) {
  const ast::ProbeComponent& component = *find_component(point, "type");
  int64_t type = *component.number_arg;
  if (type >= 0 && type <= UINT32_MAX) return static_cast<uint32_t>(type);
  context.diagnostics.semantic_error("perf-type", component.span,
                                     "a perf event type must fit in 32 bits");
  return std::nullopt;
}

}  // namespace

std::vector<ResolvedProbe> resolve_perf(const ast::ProbePoint& point, ResolveContext& context) {
  /// stap(1): the event fires every million counts when no .sample or .hz is given.
  constexpr int64_t kDefaultPeriod = 1'000'000;
  ResolvedProbe probe;
  probe.canonical = written(point);
  probe.side = ir::Side::Kernel;
  probe.mechanism = ir::Mechanism::PerfEvent;
  std::optional<uint32_t> type = event_type(point, context);
  if (!type) return {};
  probe.site.perf_type = *type;
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

std::vector<ResolvedProbe> resolve_perf_counter(const ast::ProbePoint& point,
                                                ResolveContext& context) {
  std::optional<uint32_t> type = event_type(point, context);
  if (!type) return {};
  const ast::ProbeComponent& component = *find_component(point, "counter");
  ir::PerfCounter counter{*component.string_arg, *type,
                          static_cast<uint64_t>(*find_component(point, "config")->number_arg), ""};
  if (const ast::ProbeComponent* process = find_component(point, "process")) {
    counter.program = find_program(*process, context);
    if (counter.program.empty()) return {};
  }
  bool twice =
      std::any_of(context.perf_counters.begin(), context.perf_counters.end(),
                  [&](const ir::PerfCounter& other) { return other.name == counter.name; });
  if (twice) {
    context.diagnostics.semantic_error("perf-counter-twice", component.span,
                                       "there is a perf counter \"" + counter.name + "\" already");
    return {};
  }
  context.perf_counters.push_back(std::move(counter));
  ResolvedProbe probe;
  probe.canonical = written(point);
  probe.never = true;
  probe.stays_empty = true;
  probe.scope = make_no_scope("a perf counter has no context variables");
  return {probe};
}

}  // namespace coretap::probes
