#include "emit/flavour.h"
#include "emit/variants.h"
#include "explain/collect.h"

namespace coretap::explain {
namespace {

/// What the loader tries for a handler, in its order.
std::vector<std::string> ladder(const ir::Module& module, const ir::KernelHandler& handler,
                                Flavour flavour) {
  std::vector<std::string> rungs;
  for (const Variant& variant : variants(module, handler, flavour))
    rungs.push_back(std::string(ir::info(variant.mechanism).text) +
                    (variant.sleepable ? ", sleepable" : ""));
  return rungs;
}

}  // namespace

void collect_attach(const ir::Module& module, Story& story) {
  // As for a binary that is built here and runs elsewhere.
  ir::Module portable = module;
  portable.for_sleepable_uprobes = false;
  story.base_obstacles = obstacle_lines(portable);
  for (size_t i = 0; i < portable.kernel_handlers.size(); i++) {
    const ir::KernelHandler& handler = portable.kernel_handlers[i];
    AttachRow row;
    row.id = "l" + std::to_string(i);
    for (const ir::Site& site : handler.sites) row.points.push_back(site.pp);
    row.modern = ladder(portable, handler, Flavour::Modern);
    if (story.base_obstacles.empty()) row.base = ladder(portable, handler, Flavour::Base);
    story.links.add(row.id, "h" + std::to_string(i));
    story.attach.push_back(std::move(row));
  }
}

}  // namespace coretap::explain
