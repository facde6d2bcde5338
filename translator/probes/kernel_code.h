// Probes at code of the kernel that debug information placed: a kprobe at a symbol and an offset, which only the kernel of
// one build has.
#pragma once

#include "probes/process_target.h"

namespace coretap::probes {

/// The vmlinux; nothing after reporting at `at` why it cannot be had.
std::optional<ProcessTarget> find_kernel_target(const Span& at, ResolveContext& context);

/// The kernel's modules that `module("m")` names, with their debug information. Empty after reporting why. Of a wildcard's
/// matches, modules that cannot be used do not count.
std::vector<ProcessTarget> find_module_targets(const ast::ProbeComponent& module,
                                               ResolveContext& context);

/// One kprobe at `point`, a link-time address; nothing (reported) if the kernel takes none there. `mechanism` is Kprobe, or
/// Kretprobe with the entry of a function.
std::optional<ResolvedProbe> make_kprobe(const ProcessTarget& target, debug::CodePoint point,
                                         ir::Mechanism mechanism, const SiteDetails& text,
                                         const Span& at, ResolveContext& context);

/// Can the address be probed, as far as its section tells? Yes for all that is not the kernel's.
bool takes_probe(const ProcessTarget& target, uint64_t pc);

/// Says that it cannot.
void report_takes_no_probe(const ProcessTarget& target, uint64_t pc, const std::string& function,
                           const Span& at, Diagnostics& diagnostics);

}  // namespace coretap::probes
