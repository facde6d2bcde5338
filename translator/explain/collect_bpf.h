// The stage BPF: the object's instructions, each with the line of C that it was made of.
#pragma once

#include <string>

#include "emit/flavour.h"
#include "explain/story.h"
#include "ir/ir.h"
#include "runtime/common/result.h"

namespace coretap::explain {

/// The kernel's C as the story shows it, for the compiler: its debug information has the numbers of these lines. The story has that
/// stage.
std::string kernel_text(const Story& story);

/// `object` is what the compiler made of kernel_text(). Fails with a clause if it cannot be read.
ct::Status collect_bpf(const std::string& object, const ir::Module& module, Flavour flavour,
                       Story& story);

}  // namespace coretap::explain
