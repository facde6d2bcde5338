// A probe that BTF describes is found by name and relocated on the kernel where it runs. A uprobe is
// an address in one file, and its variables are where that file's DWARF says: bound to a build.
#include "analyse/portable.h"

namespace coretap {
namespace {

bool is_bound(const probes::ResolvedProbe& probe) {
  return probe.side == ir::Side::Kernel && ir::is_bound(probe.site);
}

/// The bound sites of one written probe point, of which the first is named.
struct Bound {
  const ElaboratedProbe* probe = nullptr;
  const probes::ResolvedProbe* first = nullptr;
  size_t sites = 0;
};

std::vector<Bound> find_bound(const Program& program) {
  std::vector<Bound> found;
  for (const ElaboratedProbe& probe : program.probes) {
    Bound bound{&probe, nullptr, 0};
    for (const probes::ResolvedProbe& site : probe.sites) {
      if (!is_bound(site)) continue;
      if (!bound.first) bound.first = &site;
      ++bound.sites;
    }
    if (bound.first) found.push_back(bound);
  }
  return found;
}

std::string describe(const Bound& bound) {
  const ir::Site& site = bound.first->site;
  std::string text = "probe " + bound.first->canonical;
  if (bound.sites > 1) text += " (and " + std::to_string(bound.sites - 1) + " more)";
  text += " is bound to one build of " + (site.code ? site.target : "the kernel") + ", ";
  return text + (site.build_id.empty() ? "which has no build-id that could tell it from another"
                                       : "build-id " + site.build_id);
}

}  // namespace

void check_portable(Program& program) {
  for (const Bound& bound : find_bound(program)) {
    Diagnostic& diagnostic =
        program.diagnostics.semantic_error("not-portable", bound.probe->span, describe(bound));
    diagnostic.hint("its address and variables were found with that file's debug information");
    diagnostic.hint("without --portable the binary refuses, by name, to probe another build");
  }
}

std::vector<std::string> bound_probes(const Program& program) {
  std::vector<std::string> lines;
  for (const Bound& bound : find_bound(program)) lines.push_back(describe(bound));
  return lines;
}

}  // namespace coretap
