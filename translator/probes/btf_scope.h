// Arguments of kernel tracepoints and functions, by the kernel's BTF.
#pragma once

#include <memory>

#include "probes/probe_kind.h"

namespace coretap::probes {

/// How the arguments of `function` arrive.
struct BtfCallSite {
  debug::BtfFunction function;
  std::shared_ptr<debug::KernelBtf> btf;
  std::string module;  ///< of the function, "" for the kernel itself
  bool is_tracepoint = false;
  bool is_return = false;
};
std::shared_ptr<ContextScope> make_btf_scope(BtfCallSite site, ResolveContext& context);

}  // namespace coretap::probes
