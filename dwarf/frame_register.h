// The register that is a function's frame base, where the function does not keep it.
#pragma once

#include "dwarf/location_machine.h"

namespace coretap::debug {

/// What `number`, the register `own`, held in the body of the context's function, if that is what the function's
/// frame base is: computed from the canonical frame address where the frame is not set up yet, or is gone. Other
/// registers are just `own`. Throws CannotCompile where it is not known.
LocExprPtr frame_register(const LocationContext& context, unsigned number, LocExprPtr own);

}  // namespace coretap::debug
