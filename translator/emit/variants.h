// A kernel handler is one body and one or more BPF programs around it: kinds of program that can
// serve the same probe point. The loader takes the first one that the running kernel loads and
// attaches (runtime/user/attach/ladder.h).
#pragma once

#include <string>
#include <vector>

#include "emit/flavour.h"
#include "ir/ir.h"

namespace coretap {

struct Variant {
  std::string program;  ///< C identifier of the BPF program
  ir::Mechanism mechanism;
  bool sleepable = false;  ///< may wait for a page of user memory: SEC("uprobe.s")
};

/// Best first. The last one is named like the handler.
/// `base` has no fexit: on its kernels a result is out of an fexit program's reach; nor sleepable
/// programs for uprobes, which came with Linux 6.0 (commit 8c7dcb84e3b7).
std::vector<Variant> variants(const ir::Module& module, const ir::KernelHandler& handler,
                              Flavour flavour);

}  // namespace coretap
