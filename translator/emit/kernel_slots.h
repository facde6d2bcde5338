// Which strings of a body share memory in its frame.
//
// A frame has room for some 60 strings of MAXSTRINGLEN, and lowering makes one for each
// intermediate value. Two strings of which one is needed only after the last use of the other take
// the same bytes.
#pragma once

#include <vector>

#include "emit/kernel_plan.h"

namespace coretap::kernel {

struct FrameSlot {
  uint32_t bytes = 0;
  std::vector<ir::LocalId> locals;  ///< in the order in which they need it
};

/// Slots for all strings of `body` that live in the frame.
std::vector<FrameSlot> share_frame(const ir::Module& module, const ir::Body& body,
                                   const BodyPlan& plan, uint32_t parameters);

}  // namespace coretap::kernel
