// Where kernel code may raise run-time errors: its records name a place by a number, and the harness has the table.
#pragma once

#include "ir/ir.h"

namespace coretap::ir {

/// Fills Module::error_places and Inst::error_place, for the emitters. The place is the innermost one: an error in a function of the
/// script is there and not at the call, and one in embedded C, which has no places of its own, at the call, as in stap.
void number_error_places(Module& module);

}  // namespace coretap::ir
