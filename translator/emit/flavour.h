// The two flavours of the kernel object, made from the same IR: `modern`, and `base` for kernels from
// 5.10 on. What differs in the runtime's C is in runtime/bpf/flavour.bpf.h.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "ir/ir.h"

namespace coretap {

enum class Flavour : uint8_t { Modern, Base };

/// Something in the script that base cannot express.
struct BaseObstacle {
  Span span;
  std::string text;  ///< "reading a statistic in a kernel probe needs bpf_… (Linux 5.19)"
};

/// All that keeps the module from having a base flavour; empty: it has one.
std::vector<BaseObstacle> base_obstacles(const ir::Module& module);

/// The same as lines for a person: "script.stp:12: …".
std::vector<std::string> obstacle_lines(const ir::Module& module);

/// What base does less exactly than modern, as such lines: updates that need compare-and-exchange.
std::vector<std::string> base_losses(const ir::Module& module);

/// True if the handler has several sites and asks which of them fired. In base, which has no attach
/// cookies, it becomes one program for each site.
bool tells_sites_apart(const ir::Module& module, const ir::KernelHandler& handler);

/// Name of the BPF program of one site of such a handler; runtime/user/attach/kernel_object.cpp looks for
/// it.
std::string site_program(const std::string& handler, size_t site);

}  // namespace coretap
