// Which part of each handler runs in the kernel and which in user space, why, and what crosses.
#pragma once

#include <iosfwd>

#include "ir/ir.h"

namespace coretap::why {

/// Tells of every handler of a module that has gone through all passes.
void answer_script(const ir::Module& module, std::ostream& out);

}  // namespace coretap::why
