// Where the returns of a program's functions are probed: at their return instructions, or by a uretprobe.
#pragma once

#include "analyse/program.h"

namespace coretap {

/// Decides it for every .return probe that is not decided yet, now that it is known which values the
/// handlers read and which entries are probed as well. Says where a uretprobe is the only way and may harm the
/// program, and refuses it where it certainly would. `listing`: for -l, which wants every probe point and
/// no warning.
void place_returns(Program& program, bool listing);

}  // namespace coretap
