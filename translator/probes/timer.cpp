// timer.UNIT(N)[.randomize(M)], timer.hz(N): events of the harness.
// timer.profile: a sampling event on every CPU, on the kernel side.
#include <linux/perf_event.h>

#include <limits>

#include "probes/families.h"

namespace coretap::probes {

namespace {

constexpr int64_t kSecond = 1'000'000'000;

struct Unit {
  const char* name;
  int64_t nanoseconds;
};

// Linux ticks a hundred times a second or more often (kernel/Kconfig.hz).
constexpr int64_t kLongestTick = kSecond / 100;

/// How long a unit is at most, in nanoseconds. How long a tick is, the kernel says where the script runs.
int64_t longest_unit(const std::string& functor) {
  static const Unit units[] = {{"s", kSecond},      {"sec", kSecond}, {"ms", 1'000'000},
                               {"msec", 1'000'000}, {"us", 1'000},    {"usec", 1'000},
                               {"ns", 1},           {"nsec", 1},      {"jiffies", kLongestTick}};
  for (const Unit& unit : units)
    if (functor == unit.name) return unit.nanoseconds;
  return 1;
}

/// `hz`: 0 for each tick of the kernel's clock.
ResolvedProbe perf_clock(const ast::ProbePoint& point, uint64_t hz) {
  ResolvedProbe probe;
  probe.canonical = written(point);
  probe.side = ir::Side::Kernel;
  probe.mechanism = ir::Mechanism::PerfEvent;
  probe.site.perf_type = PERF_TYPE_SOFTWARE;
  probe.site.perf_config = PERF_COUNT_SW_CPU_CLOCK;
  probe.site.perf_period = hz;
  probe.site.perf_is_freq = true;
  probe.scope = make_no_scope("a profiling timer has no context variables");
  return probe;
}

}  // namespace

std::vector<ResolvedProbe> resolve_timer(const ast::ProbePoint& point, ResolveContext& context) {
  const ast::ProbeComponent& unit = point.components[1];
  int64_t count = *unit.number_arg;
  auto bad = [&](const ast::ProbeComponent& at, const std::string& message) {
    context.diagnostics.semantic_error("timer-interval", at.span, message);
    return std::vector<ResolvedProbe>{};
  };
  if (count <= 0) return bad(unit, "a timer's interval must be a positive number");
  if (count > std::numeric_limits<int64_t>::max() / longest_unit(unit.functor))
    return bad(unit, "the timer's interval does not fit in 64 bits of nanoseconds");
  if (unit.functor == "hz" && count > kSecond)
    return bad(unit, "a timer cannot run more often than once a nanosecond");
  ResolvedProbe probe;
  probe.canonical = written(point);
  probe.side = ir::Side::User;
  probe.event = ir::UserEvent::Timer;
  probe.in_ticks = unit.functor == "jiffies";
  const int64_t factor = probe.in_ticks ? 1 : longest_unit(unit.functor);
  probe.period = static_cast<uint64_t>(unit.functor == "hz" ? kSecond / count : count * factor);
  if (const ast::ProbeComponent* random = find_component(point, "randomize")) {
    int64_t spread = *random->number_arg;
    if (spread < 0 || spread > count)
      return bad(*random, "the randomize value must be at least 0 and not more than the interval");
    probe.randomize = static_cast<uint64_t>(spread * factor);
  }
  probe.scope = make_no_scope("a timer probe has no context variables");
  return {probe};
}

std::vector<ResolvedProbe> resolve_profile(const ast::ProbePoint& point, ResolveContext& context) {
  const ast::ProbeComponent* hz = find_component(point, "hz");
  if (!hz) return {perf_clock(point, 0)};
  if (*hz->number_arg <= 0 || *hz->number_arg > 1'000'000) {
    context.diagnostics.semantic_error("timer-interval", hz->span,
                                       "a profiling frequency must be between 1 and 1000000");
    return {};
  }
  return {perf_clock(point, static_cast<uint64_t>(*hz->number_arg))};
}

}  // namespace coretap::probes
