#include "coverage.h"

#include <string.h>

#include <set>

#include "kernel_offers.h"
#include "runtime/user/output/output.h"

namespace ct {
namespace {

/// What one of the script's points stands for. A name here is a probe point, which may have several
/// sites: a line that several addresses begin, a function that has several returns.
struct Tally {
  std::set<std::string> names, unattached_names;
  size_t sites = 0, unattached_sites = 0;
  const Unattached* first = nullptr;  ///< that could not be attached, as the script has them
};

/// Handlers that only save values for others.
std::vector<bool> companions(const Program& program) {
  std::vector<bool> saves(program.handler_count);
  for (u32 i = 0; i < program.handler_count; ++i)
    if (program.handlers[i].companion != kAbsent) saves[program.handlers[i].companion] = true;
  return saves;
}

/// By point. Of `unattached` counts what `counts` is true of.
template <typename Counts>
std::vector<Tally> tally(const Program& program, const std::vector<Unattached>& unattached,
                         Counts&& counts) {
  std::vector<Tally> tallies(program.point_count);
  std::vector<bool> saves = companions(program);
  std::set<const Site*> saving;
  for (u32 i = 0; i < program.handler_count; ++i) {
    const KernelHandler& h = program.handlers[i];
    for (u32 s = 0; s < h.site_count; ++s) {
      if (saves[i]) {
        saving.insert(&h.sites[s]);
        continue;
      }
      tallies[h.sites[s].point].names.insert(h.sites[s].pp);
      ++tallies[h.sites[s].point].sites;
    }
  }
  for (const Unattached& u : unattached) {
    if (saving.count(u.site) || !counts(u)) continue;
    Tally& t = tallies[u.site->point];
    t.unattached_names.insert(u.site->pp);
    ++t.unattached_sites;
    if (!t.first) t.first = &u;
  }
  return tallies;
}

std::string and_why(const Unattached& u) { return std::string(u.site->pp) + ": " + u.why; }

}  // namespace

Status check_coverage(const Program& program, const std::vector<Unattached>& unattached) {
  if (unattached.empty()) return {};
  std::vector<Tally> tallies = tally(program, unattached, [](const Unattached&) { return true; });
  bool any = program.user_handler_count != 0;
  for (u32 i = 0; i < program.point_count; ++i) {
    const Tally& t = tallies[i];
    const WrittenPoint& point = program.points[i];
    any |= t.unattached_sites < t.sites;
    if (point.optional || t.sites == 0 || t.unattached_sites < t.sites) continue;
    std::string text = "cannot attach probe ";
    if (strcmp(point.text, t.first->site->pp) == 0) return Status(text + and_why(*t.first));
    text += std::string(point.text) + " at " + point.location + ": ";
    text += t.names.size() == 1
                ? "it stands for "
                : "none of the " + std::to_string(t.names.size()) +
                      " probe points that it stands for can be attached. The first is ";
    return Status(text + and_why(*t.first));
  }
  if (any) return {};
  return Status("none of the script's optional probes can be attached on this kernel");
}

void warn_of_gaps(const Program& program, const std::vector<Unattached>& unattached) {
  if (unattached.empty()) return;
  KernelOffers kernel;
  std::vector<Tally> tallies = tally(program, unattached, [&](const Unattached& u) {
    return u.site->need == Need::OneOfMany && !kernel.lacks(u.mechanism, *u.site);
  });
  for (u32 i = 0; i < program.point_count; ++i) {
    const Tally& t = tallies[i];
    if (!t.first) continue;
    print_warning("probe " + std::string(program.points[i].text) + " at " +
                  program.points[i].location + ": " + std::to_string(t.unattached_names.size()) +
                  " of the " + std::to_string(t.names.size()) +
                  " probe points that it stands for could not be attached (-v names them). The "
                  "first is " +
                  and_why(*t.first));
  }
}

}  // namespace ct
