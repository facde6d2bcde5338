#include "emit/flavour.h"

#include <algorithm>

#include "emit/embedded_words.h"
#include "emit/kernel_plan.h"

namespace coretap {

using ir::Inst;
using ir::Op;

namespace {

/// Programs that one handler may become. Each is compiled and verified on its own; a probe on
/// thousands of functions that prints ppfunc() is better refused than waited for.
constexpr size_t kMostSitePrograms = 64;

/// Bytes of a string that base may go through one by one: the verifier walks each turn.
constexpr uint32_t kMostWalked = 1024 + 16;

/// Calls visit(inst) for every instruction that the handler reaches.
template <typename Visit>
void for_each_in(const ir::Module& module, const ir::KernelHandler& handler, Visit&& visit) {
  for (const Inst& inst : handler.body.block) for_each_reached(module, inst, visit);
}

/// Capacity of the string that `inst`, of the handler's body, goes through byte by byte; else 0.
uint32_t walked_bytes(const ir::Module& module, const ir::Body& body, const Inst& inst) {
  if (inst.op == Op::RegexMatch && inst.args[0].kind == ir::Operand::Local)
    return kernel::capacity(module, body.locals[inst.args[0].local].type);
  if (inst.op != Op::Call) return 0;
  const std::optional<EmbeddedC>& c = module.functions[inst.function].c;
  if (!c || !c->bytewise) return 0;
  const ir::Function& f = module.functions[inst.function];
  uint32_t widest = f.result.ty == ir::Ty::Str ? kernel::capacity(module, f.result) : 0;
  for (uint32_t i = 0; i < f.parameters; ++i)
    if (f.body.locals[i].type.ty == ir::Ty::Str)
      widest = std::max(widest, kernel::capacity(module, f.body.locals[i].type));
  return widest;
}

void obstacles_of(const ir::Module& module, const ir::KernelHandler& handler,
                  std::vector<BaseObstacle>& found) {
  auto add = [&](const Span& span, const std::string& text) {
    found.push_back({span ? span : handler.span, text});
  };
  for_each_in(module, handler, [&](const Inst& inst) {
    if (inst.op == Op::StatGet)
      add(inst.span,
          "reading a statistic in a kernel probe needs bpf_map_lookup_percpu_elem (Linux 5.19)");
    if (inst.op == Op::Clear && module.globals[inst.global].is_stat)
      add(inst.span,
          "deleting a statistic in a kernel probe needs bpf_map_lookup_percpu_elem (Linux 5.19)");
    if (uint32_t bytes = walked_bytes(module, handler.body, inst); bytes > kMostWalked)
      add(inst.span, "going through a string of up to " + std::to_string(bytes - 1) +
                         " bytes in a kernel probe needs bpf_loop (Linux 5.17)");
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

namespace {
std::vector<std::string> as_lines(const ir::Module& module,
                                  const std::vector<BaseObstacle>& obstacles) {
  std::vector<std::string> lines;
  for (const BaseObstacle& obstacle : obstacles) {
    std::string line = module.script_name + ": ";
    if (obstacle.span)
      line = obstacle.span.file->name + ":" +
             std::to_string(line_column(*obstacle.span.file, obstacle.span.begin).line) + ": ";
    line += obstacle.text;
    if (std::find(lines.begin(), lines.end(), line) == lines.end()) lines.push_back(line);
  }
  return lines;
}
}  // namespace

std::vector<std::string> obstacle_lines(const ir::Module& module) {
  return as_lines(module, base_obstacles(module));
}

std::vector<std::string> base_losses(const ir::Module& module) {
  std::vector<BaseObstacle> found;
  for (const ir::KernelHandler& handler : module.kernel_handlers)
    for_each_in(module, handler, [&](const Inst& inst) {
      if (inst.op == Op::GlobalUpdate || inst.op == Op::ArrayUpdate)
        found.push_back(
            {inst.span, "updates of '" + module.globals[inst.global].name +
                            "' may be lost when probes run on several CPUs: without "
                            "fetching atomics (Linux 5.12) each is a read and a write"});
    });
  return as_lines(module, found);
}

bool tells_sites_apart(const ir::Module& module, const ir::KernelHandler& handler) {
  if (handler.sites.size() < 2) return false;
  if (handler.late_for != ir::kNone)
    return tells_sites_apart(module, module.kernel_handlers[handler.late_for]);
  bool asks = false;
  for_each_in(module, handler, [&](const Inst& inst) {
    asks |= inst.op == Op::SiteStr || inst.op == Op::SiteNum || mentions(module, inst, "ct_site(");
  });
  return asks;
}

std::string site_program(const std::string& handler, size_t site) {
  return handler + "_s" + std::to_string(site);
}

}  // namespace coretap
