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

/// What the calls of a handler that go through strings byte by byte may cost together, in units of EmbeddedC::bytewise for a
/// byte: the verifier puts branches aside in each turn. Of strings of 512 bytes, three calls of strpos() or isinstr() load,
/// and five of string_quoted() (measured on 6.18); one more of them does not.
constexpr uint64_t kMostWalkedTogether = uint64_t{15} * (512 + 8);

/// Calls visit(body, inst) for every instruction that the handler reaches.
template <typename Visit>
void for_each_in(const ir::Module& module, const ir::KernelHandler& handler, Visit&& visit) {
  for (const Inst& inst : handler.body.block) for_each_reached(module, handler.body, inst, visit);
}

/// Capacity of the string that `inst`, of `body`, goes through byte by byte; else 0.
uint32_t walked_bytes(const ir::Module& module, const ir::Body& body, const Inst& inst) {
  if (inst.op == Op::RegexMatch && inst.args[0].kind == ir::Operand::Local)
    return kernel::capacity(module, body.locals[inst.args[0].local].type);
  if (inst.op != Op::Call) return 0;
  const std::optional<EmbeddedC>& c = module.functions[inst.function].c;
  if (!c || c->bytewise == 0) return 0;
  const ir::Function& f = module.functions[inst.function];
  uint32_t widest = f.result.ty == ir::Ty::Str ? kernel::capacity(module, f.result) : 0;
  for (uint32_t i = 0; i < f.parameters; ++i)
    if (f.body.locals[i].type.ty == ir::Ty::Str)
      widest = std::max(widest, kernel::capacity(module, f.body.locals[i].type));
  return widest;
}

void obstacles_of(const ir::Module& module, const ir::KernelHandler& handler,
                  std::vector<BaseObstacle>& found) {
  Span at;  // in the handler, also of what a function does that it calls there
  auto add = [&](const std::string& text) { found.push_back({at ? at : handler.span, text}); };
  uint64_t together = 0;  // without matches, which take a word in each turn and cost little
  for_each_in(module, handler, [&](const ir::Body& body, const Inst& inst) {
    if (&body == &handler.body) at = inst.span;
    if (inst.op == Op::StatGet)
      add("reading a statistic in a kernel probe needs bpf_map_lookup_percpu_elem (Linux 5.19)");
    if (inst.op == Op::Clear && module.globals[inst.global].is_stat)
      add("deleting a statistic in a kernel probe needs bpf_map_lookup_percpu_elem (Linux 5.19)");
    const uint32_t bytes = walked_bytes(module, body, inst);
    const bool fitted = together <= kMostWalkedTogether;
    if (inst.op == Op::Call && bytes)
      together += bytes * module.functions[inst.function].c->bytewise;
    if (bytes > kMostWalked)
      add("going through a string of up to " + std::to_string(bytes - 1) +
          " bytes in a kernel probe needs bpf_loop (Linux 5.17)");
    else if (fitted && together > kMostWalkedTogether)
      add("going through so many long strings in one kernel probe needs bpf_loop (Linux 5.17)");
    bool result = inst.op == Op::CtxRet || mentions(module, inst, "CT_RETURN_VALUE");
    if (handler.mechanism == ir::Mechanism::Fexit && result)
      add("the result of a function in fexit needs bpf_get_func_ret (Linux 5.17)");
  });
  if (ir::watches_a_program(handler))
    found.push_back({handler.span, "watching a program's data needs bpf_loop (Linux 5.17)"});
  if (handler.sites.size() > kMostSitePrograms && tells_sites_apart(module, handler))
    found.push_back({handler.span, "telling " + std::to_string(handler.sites.size()) +
                                       " probed places apart needs attach cookies (Linux 5.15)"});
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
    for_each_in(module, handler, [&](const ir::Body&, const Inst& inst) {
      if (inst.op == Op::GlobalUpdate || inst.op == Op::ArrayUpdate)
        found.push_back(
            {inst.span, "updates of '" + module.globals[inst.global].name +
                            "' may be lost when probes run on several CPUs: without "
                            "fetching atomics (Linux 5.12) each is a read and a write"});
    });
  return as_lines(module, found);
}

bool tells_sites_apart(const ir::Module& module, const ir::KernelHandler& handler) {
  // The number of the call tells.
  if (handler.sites.size() < 2 || ir::is_of_many_calls(handler.mechanism)) return false;
  if (handler.late_for != ir::kNone)
    return tells_sites_apart(module, module.kernel_handlers[handler.late_for]);
  bool asks = false;
  for_each_in(module, handler, [&](const ir::Body&, const Inst& inst) {
    asks |= inst.op == Op::SiteStr || inst.op == Op::SiteNum || mentions(module, inst, "ct_site(");
  });
  return asks;
}

std::string site_program(const std::string& handler, size_t site) {
  return handler + "_s" + std::to_string(site);
}

}  // namespace coretap
