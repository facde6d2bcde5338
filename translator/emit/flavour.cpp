#include "emit/flavour.h"

#include <algorithm>

namespace coretap {

using ir::Inst;
using ir::Op;

namespace {

/// Programs that one handler may become. Each is compiled and verified on its own; a probe on
/// thousands of functions that prints ppfunc() is better refused than waited for.
constexpr size_t kMostSitePrograms = 64;

/// Calls visit(inst) for every instruction of `block` and of the functions that it calls.
template <typename Visit>
void for_each_reached(const ir::Module& module, const ir::Block& block, Visit&& visit) {
  for (const Inst& inst : block) {
    visit(inst);
    if (inst.op == Op::Call) {
      const ir::Function& callee = module.functions[inst.function];
      if (callee.side == ir::Side::Kernel) for_each_reached(module, callee.body.block, visit);
    }
    for (const ir::Block& b : inst.blocks) for_each_reached(module, b, visit);
  }
}

bool mentions(const ir::Module& module, const Inst& inst, const char* word) {
  if (inst.op == Op::EmbeddedC) return inst.name.find(word) != std::string::npos;
  return inst.op == Op::Call && module.functions[inst.function].is_embedded &&
         module.functions[inst.function].embedded_c.find(word) != std::string::npos;
}

void obstacles_of(const ir::Module& module, const ir::KernelHandler& handler,
                  std::vector<BaseObstacle>& found) {
  auto add = [&](const Span& span, const std::string& text) {
    found.push_back({span ? span : handler.span, text});
  };
  for_each_reached(module, handler.body.block, [&](const Inst& inst) {
    if (inst.op == Op::StatGet)
      add(inst.span,
          "reading a statistic in a kernel probe needs bpf_map_lookup_percpu_elem (Linux 5.19)");
    if (inst.op == Op::Clear && module.globals[inst.global].is_stat)
      add(inst.span,
          "deleting a statistic in a kernel probe needs bpf_map_lookup_percpu_elem (Linux 5.19)");
    bool result = inst.op == Op::CtxRet || mentions(module, inst, "CT_RETURN_VALUE");
    if (handler.mechanism == ir::Mechanism::Fexit && result)
      add(inst.span, "the result of a function in fexit needs bpf_get_func_ret (Linux 5.17)");
  });
  if (handler.sites.size() > kMostSitePrograms && tells_sites_apart(module, handler))
    add(handler.span, "telling " + std::to_string(handler.sites.size()) +
                          " probed places apart needs attach cookies (Linux 5.15)");
}

}  // namespace

std::vector<BaseObstacle> base_obstacles(const ir::Module& module) {
  std::vector<BaseObstacle> found;
  for (const ir::KernelHandler& handler : module.kernel_handlers)
    obstacles_of(module, handler, found);
  return found;
}

std::vector<std::string> obstacle_lines(const ir::Module& module) {
  std::vector<std::string> lines;
  for (const BaseObstacle& obstacle : base_obstacles(module)) {
    std::string line = module.script_name + ": ";
    if (obstacle.span)
      line = obstacle.span.file->name + ":" +
             std::to_string(line_column(*obstacle.span.file, obstacle.span.begin).line) + ": ";
    line += obstacle.text;
    if (std::find(lines.begin(), lines.end(), line) == lines.end()) lines.push_back(line);
  }
  return lines;
}

bool tells_sites_apart(const ir::Module& module, const ir::KernelHandler& handler) {
  if (handler.sites.size() < 2) return false;
  bool asks = false;
  for_each_reached(module, handler.body.block, [&](const Inst& inst) {
    asks |= inst.op == Op::SiteStr || inst.op == Op::SiteNum || mentions(module, inst, "ct_site(");
  });
  return asks;
}

std::string site_program(const std::string& handler, size_t site) {
  return handler + "_s" + std::to_string(site);
}

}  // namespace coretap
