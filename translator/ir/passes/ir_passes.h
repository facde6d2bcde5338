// The passes over the IR, in their order.
#pragma once

#include <vector>

#include "ir/ir.h"
#include "support/diagnostics.h"

namespace coretap {

struct IrPass {
  const char* name;  ///< for -d, -vvv and internal errors
  void (*run)(ir::Module&, Diagnostics&);
};

/// passes.h says what holds after each of them.
const std::vector<IrPass>& ir_passes();

}  // namespace coretap
