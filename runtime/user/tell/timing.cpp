#include "timing.h"

#include <time.h>

#include "runtime/common/clock.h"
#include "runtime/common/json.h"
#include "runtime/user/attach/mechanism.h"
#include "runtime/user/output/output.h"

namespace ct {
namespace {

Statistic one(u64 ns) {
  Statistic s;
  s.count = 1;
  s.sum = s.min = s.max = static_cast<s64>(ns);
  s.squares = static_cast<__int128>(ns) * static_cast<__int128>(ns);
  return s;
}

Statistic of(const ct_times& times) {
  Statistic s;
  s.count = times.hits;
  s.sum = static_cast<s64>(times.sum);
  s.min = static_cast<s64>(~times.min_inverted);
  s.max = static_cast<s64>(times.max);
  s.squares = static_cast<__int128>(times.squares[1]) << 64 | times.squares[0];
  return s;
}

/// One line of the report, in SystemTap's words; nothing for what never ran.
void tell(const std::string& point, const char* location, const Statistic& times,
          const std::string& from, size_t index) {
  if (times.count == 0) return;
  auto number = [](s64 n) { return std::to_string(n); };
  if (output_is_json()) {
    JsonList members;
    members.add("type", "\"timing\"");
    members.add("probe", json_string(point));
    members.add("location", json_string(location));
    members.add("hits", std::to_string(times.count));
    members.add("min_ns", number(times.min));
    members.add("avg_ns", number(times.avg()));
    members.add("max_ns", number(times.max));
    members.add("variance", number(times.variance(0)));
    members.add("index", std::to_string(index));
    return put_object(members.object());
  }
  const std::string text = point + ", (" + location + "), hits: " + std::to_string(times.count) +
                           ", ns: " + number(times.min) + "min/" + number(times.avg()) + "avg/" +
                           number(times.max) + "max, variance: " + number(times.variance(0)) + "," +
                           from + ", index: " + std::to_string(index) + "\n";
  put(output(), {text.data(), static_cast<u32>(text.size())});
}

}  // namespace

u64 timing_clock() { return now_ns(); }

void Timing::enable(const Program& program) {
  enabled_ = true;
  user_.resize(program.user_handler_count);
  segments_.resize(program.segment_count);
  u32 sites = 0;
  for (u32 i = 0; i < program.handler_count; ++i) sites += program.handlers[i].site_count;
  sites_.resize(sites);
  mixed_.resize(program.handler_count);
}

void Timing::note(std::vector<Statistic>& all, u32 index, u64 ns) {
  if (index < all.size()) all[index].merge(one(ns));
}

void Timing::read(const Program& program, const KernelObject& object, const Ladder& ladder) {
  if (!enabled_) return;
  for (u32 i = 0; i < sites_.size(); ++i)
    for (const ct_times& cpu : object.site_times(i)) sites_[i].merge(of(cpu));
  for (u32 i = 0; i < program.handler_count; ++i)
    mixed_[i] = program.handlers[i].site_count > 1 && !object.has_cookies() && !ladder.dropped(i) &&
                !is_of_many_calls(ladder.rung(i).mechanism) &&
                !object.has_site_programs(ladder.rung(i).program);
}

void Timing::report(const Program& program) const {
  if (!enabled_) return;
  if (!output_is_json()) put(output(), text("----- probe hit report: \n"));
  size_t index = 0;
  std::vector<size_t> first_index(program.handler_count);
  for (u32 i = 0; i < program.handler_count; ++i) {
    const KernelHandler& h = program.handlers[i];
    first_index[i] = index;
    for (u32 s = 0; s < h.site_count; ++s, ++index) {
      std::string point = h.sites[s].pp;
      if (mixed_[i]) point += " and " + std::to_string(h.site_count - 1) + " more";
      const Site& site = h.sites[s];
      tell(point, site.location ? site.location : h.location, sites_[index],
           site.derivation ? site.derivation : h.derivation, index);
    }
  }
  for (u32 i = 0; i < program.user_handler_count; ++i, ++index) {
    const UserHandler& h = program.user_handlers[i];
    tell(h.pp, h.location, user_[i], h.derivation, index);
  }
  for (u32 i = 0; i < program.segment_count; ++i, ++index) {
    const Segment& s = program.segments[i];
    std::string from = " from: index " + std::to_string(first_index[s.handler]) + " in user space";
    tell(s.pp, s.location, segments_[i], from, index);
  }
}

}  // namespace ct
