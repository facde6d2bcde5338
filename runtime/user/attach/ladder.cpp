#include "ladder.h"

#include <algorithm>
#include <functional>

#include "mechanism.h"
#include "runtime/user/kernel/kernel_features.h"
#include "runtime/user/kernel/rights.h"

namespace ct {
namespace {

/// Sites from which one link for all beats a perf event each.
constexpr u32 kManySites = 4;

/// A kernel that refuses fentry for two functions hardly takes it for the third: there it is tried
/// last.
constexpr unsigned kMostTracingFailures = 2;

bool has_multi(Mechanism mechanism) {
  if (is_uprobe(mechanism)) return has_uprobe_multi();
  return is_kprobe(mechanism) && has_kprobe_multi();
}

/// Does one link for all sites beat a perf event each? It is also the only way for those who may not
/// make a perf event of a uprobe: CAP_PERFMON is not enough for that (perf_uprobe_event_init in kernel/events/core.c).
bool prefers_multi(Mechanism mechanism, u32 sites) {
  bool only_way = is_uprobe(mechanism) && !has_capability(Capability::SysAdmin);
  return (only_way || sites >= kManySites) && has_multi(mechanism);
}

std::string name_of(const Rung& rung) {
  std::string name = mechanism_name(rung.mechanism);
  return name +
         (!rung.multi                 ? ""
          : is_uprobe(rung.mechanism) ? "_multi"
                                      : ".multi") +
         (rung.sleepable ? ".s" : "");
}

}  // namespace

Ladder::Ladder(const Program& program) : program_(&program), states_(program.handler_count) {
  for (u32 i = 0; i < program.handler_count; ++i) {
    const KernelHandler& h = program.handlers[i];
    for (u32 v = 0; v < h.variant_count; ++v) {
      const Variant& variant = h.variants[v];
      // kprobe.multi is for the entries of functions.
      const bool in_kernel_code = is_kprobe(variant.mechanism) && is_bound(h.sites[0]);
      if (!in_kernel_code && prefers_multi(variant.mechanism, h.site_count))
        states_[i].rungs.push_back({variant.program, variant.mechanism, true, variant.sleepable});
      states_[i].rungs.push_back({variant.program, variant.mechanism, false, variant.sleepable});
    }
    prefer_exact(states_[i]);
  }
}

/// Where fentry and fexit would lose events they come last.
void Ladder::prefer_exact(State& state) {
  auto lossy = [](const Rung& rung) { return is_tracing(rung.mechanism); };
  if (std::none_of(state.rungs.begin(), state.rungs.end(), lossy)) return;
  static const bool loses = preempts_programs();
  if (!loses) return;
  std::stable_partition(state.rungs.begin(), state.rungs.end(), std::not_fn(lossy));
  state.reasons = name_of(state.rungs.back()) + " may lose events, for this kernel is preemptible";
}

std::string Ladder::story_with(u32 handler, const std::string& why) const {
  const State& state = states_[handler];
  return (state.reasons.empty() ? "" : state.reasons + "; ") + name_of(state.rungs[state.at]) +
         ": " + why;
}

void Ladder::next_rung(u32 handler, const std::string& why) {
  states_[handler].reasons = story_with(handler, why);
  ++states_[handler].at;
}

bool Ladder::pass_over(u32 handler, const std::string& why) {
  State& state = states_[handler];
  if (state.dropped) return false;
  if (state.at + 1 == state.rungs.size())
    return drop(handler, state.reasons.empty() ? why : story_with(handler, why));
  next_rung(handler, why);
  return true;
}

bool Ladder::give_up(u32 handler, const std::string& why) {
  const State& state = states_[handler];
  const Rung failed = state.rungs[state.at];
  if (!pass_over(handler, why)) return false;
  if (failed.sleepable && !has_sleepable_uprobes()) pass_over_sleepable(why);
  if (is_tracing(failed.mechanism) && ++tracing_failures_ == kMostTracingFailures)
    try_tracing_last(why);
  return true;
}

/// Every handler's present way, if it is a sleepable program: this kernel has none for uprobes.
void Ladder::pass_over_sleepable(const std::string& why) {
  for (u32 i = 0; i < states_.size(); ++i) {
    const State& state = states_[i];
    while (!state.dropped && state.at + 1 < state.rungs.size() && state.rungs[state.at].sleepable)
      next_rung(i, why);
  }
}

/// For handlers whose fentry or fexit was not refused. It stays their last way: what refuses the
/// others may be their functions' own.
void Ladder::try_tracing_last(const std::string& why) {
  for (State& state : states_) {
    if (state.dropped || !is_tracing(state.rungs[state.at].mechanism)) continue;
    auto first = state.rungs.begin() + static_cast<std::ptrdiff_t>(state.at);
    auto moved = std::stable_partition(
        first, state.rungs.end(), [](const Rung& rung) { return !is_tracing(rung.mechanism); });
    if (moved == first) continue;  // it has no other way
    state.reasons += (state.reasons.empty() ? "" : "; ") + name_of(*moved) + ": " + why;
  }
}

bool Ladder::drop(u32 handler, const std::string& why) {
  if (states_[handler].dropped) return false;
  const KernelHandler& h = program_->handlers[handler];
  if (!std::all_of(h.sites, h.sites + h.site_count,
                   [](const Site& s) { return s.need != Need::Required; }))
    return false;
  drop_with_companions(handler, why);
  return true;
}

void Ladder::drop_with_companions(u32 handler, const std::string& why) {
  if (states_[handler].dropped) return;
  states_[handler].dropped = true;
  states_[handler].reasons = why;
  u32 companion = program_->handlers[handler].companion;
  if (companion != kAbsent) drop_with_companions(companion, why);
  for (u32 i = 0; i < program_->handler_count; ++i)
    if (program_->handlers[i].companion == handler) drop_with_companions(i, why);
}

size_t Ladder::ways_left() const {
  size_t ways = 0;
  for (const State& state : states_)
    if (!state.dropped) ways += state.rungs.size() - state.at;
  return ways;
}

u32 Ladder::handler_of(const std::string& program) const {
  for (u32 i = 0; i < states_.size(); ++i)
    for (const Rung& rung : states_[i].rungs)
      if (program == rung.program) return i;
  return kAbsent;
}

std::string Ladder::story(u32 handler) const {
  const State& state = states_[handler];
  if (state.dropped) return "not probed (" + state.reasons + ")";
  std::string text = name_of(rung(handler));
  return state.reasons.empty() ? text : text + " (" + state.reasons + ")";
}

Status nothing_given_up(const Status& refusal) {
  return refusal.reworded(
      "internal error: the kernel refused a probe, and nothing was given up for it; this is a bug "
      "in "
      "coretap. It said: " +
      refusal.text());
}

}  // namespace ct
